//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package main

import (
	"os"
	"time"
)

// lockFolder does nothing where folders cannot be locked.
func lockFolder(string) (*os.File, error) { return nil, nil }

// lockFile does nothing either.
func lockFile(*os.File) {}

// abandoned reports whether something is a day old, longer than anybody works
// with it.
func abandoned(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && time.Since(info.ModTime()) > 24*time.Hour
}
