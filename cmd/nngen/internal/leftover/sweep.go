// Package leftover keeps what a run has not finished from outliving it. What is
// temporary goes with the process, even where a second Ctrl-C ends it; what a
// killed run left is removed by the next one, under names that only the command
// gives and where no living process works with it. The package is free of what the
// files are for.
package leftover

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/nngen-go/nngen/cmd/nngen/internal/percent"
)

// temporaryMark is in the names of CreateTemporary, between that of the file
// and a number.
const temporaryMark = ".nngen-"

// CreateTemporary creates a file beside the one whose place it is to take, and
// removes those that killed runs left there more than a minute ago. It is locked
// until it is closed.
func CreateTemporary(path string) (*os.File, error) {
	dir, prefix := filepath.Dir(path), "."+filepath.Base(path)+temporaryMark
	Sweep(dir, func(name string, e os.DirEntry) bool {
		number, ok := strings.CutPrefix(name, prefix)
		return ok && e.Type().IsRegular() && strings.Trim(number, "0123456789") == "" && old(e) && Abandoned(filepath.Join(dir, name))
	})
	f, err := os.CreateTemp(dir, prefix+"*")
	if err == nil {
		lockFile(f)
	}
	return f, err
}

// Write writes and syncs a file beside the one whose place it is to
// take. Its name starts with a dot, so that the go command does not see it.
func Write(dir, name string, b []byte) (string, error) { return WriteBy(dir, name, b, nil) }

// WriteBy is Write that tells how many bytes have been written; wrote may be nil.
func WriteBy(dir, name string, b []byte, wrote func(n int)) (string, error) {
	t, err := os.CreateTemp(dir, "."+name+".*")
	if err != nil {
		return "", err
	}
	Add(t.Name())
	err = percent.Write(t, b, wrote)
	if err == nil {
		err = t.Chmod(fs.FileMode(0o644))
	}
	if err == nil {
		err = t.Sync()
	}
	if closeErr := t.Close(); err == nil {
		err = closeErr
	}
	return t.Name(), err
}

// old reports whether a file was last written to before whoever made it can still
// be about to lock it.
func old(e os.DirEntry) bool {
	info, err := e.Info()
	return err == nil && time.Since(info.ModTime()) > time.Minute
}

// Sweep removes the entries of a folder that are abandoned. What cannot be
// removed is left: it is in nobody's way.
func Sweep(dir string, left func(name string, e os.DirEntry) bool) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if left(e.Name(), e) {
			os.RemoveAll(filepath.Join(dir, e.Name()))
		}
	}
}
