package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/nngen-go/nngen/cmd/nngen/internal/disk"
)

// keepEarlier moves the results of an earlier run out of the way of a new one,
// into a folder beside theirs. Restore moves them back where the new run has left
// none.
func (o *fitOptions) keepEarlier(w io.Writer) (restore func(), err error) {
	restore = func() {}
	if o.force || o.resume {
		return restore, nil
	}
	var names []string
	for _, name := range fitFiles {
		if disk.Exists(filepath.Join(o.output, name)) {
			names = append(names, name)
		}
	}
	if names == nil {
		return restore, nil
	}
	kept, err := numberedFolder(o.output)
	if err != nil {
		return restore, fmt.Errorf("the results of the earlier run cannot be kept: %w; --force overwrites them", err)
	}
	back := func() {
		for _, name := range names {
			_ = os.Rename(filepath.Join(kept, name), filepath.Join(o.output, name)) // those that were moved
		}
		os.Remove(kept) // only if nothing is in it
	}
	for _, name := range names {
		from, to := filepath.Join(o.output, name), filepath.Join(kept, name)
		begin := o.weights != "" && sameFile(o.weights, from)
		if err := os.Rename(from, to); err != nil {
			back()
			return restore, fmt.Errorf("the results of the earlier run cannot be kept: %w; --force overwrites them", err)
		}
		if begin {
			o.weights = to
		}
	}
	if !o.quiet && !o.json {
		fmt.Fprintf(w, "the results of the earlier run are kept in %s\n", kept)
	}
	return func() {
		fresh := func(name string) bool { return disk.Exists(filepath.Join(o.output, name)) }
		if !disk.Exists(o.checkpoint()) && !slices.ContainsFunc(fitFiles, fresh) {
			back()
		}
	}, nil
}

// numberedFolder makes the first folder beside path that is not there: path.1,
// path.2 and so on.
func numberedFolder(path string) (string, error) {
	path = filepath.Clean(path)
	if name := filepath.Base(path); name == "." || name == ".." || name == string(filepath.Separator) {
		path = filepath.Join(path, "run") // within the folder: it has no name of its own here
	}
	for i := 1; ; i++ {
		dir := fmt.Sprintf("%s.%d", path, i)
		if err := os.Mkdir(dir, 0o777); !errors.Is(err, os.ErrExist) {
			return dir, err
		}
	}
}

// sameFile reports whether two names are of one file.
func sameFile(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}
