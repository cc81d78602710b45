//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package leftover

import (
	"os"
	"time"
)

// Lock does nothing where folders cannot be locked.
func Lock(string) (*os.File, error) { return nil, nil }

// lockFile does nothing either.
func lockFile(*os.File) {}

// Abandoned reports whether something is a day old, longer than anybody works
// with it.
func Abandoned(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && time.Since(info.ModTime()) > 24*time.Hour
}
