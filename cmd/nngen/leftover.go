package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// A run that is killed leaves behind what it had not finished. The next run
// removes it: under names that only the command gives, and where no living
// process works with it.

// unfinished matches what a training leaves in the folder for the results: a
// probe, and files that had not taken their place. See prepareFolder, the
// template of fit, and weights.SaveFile.
var unfinished = regexp.MustCompile(`^(\.probe-\d+|\.history-\d+|(weights|best)\.safetensors\.[0-9a-f]{8}\.tmp)$`)

// sweepResults removes what killed trainings left in the folder for the results,
// which is locked.
func sweepResults(path string) {
	sweep(path, func(name string, e os.DirEntry) bool {
		return e.Type().IsRegular() && unfinished.MatchString(name)
	})
}

// scratchName matches the folders of newScratch.
var scratchName = regexp.MustCompile(`^` + scratchPrefix + `\d+$`)

// sweepScratch removes the scratch modules of killed runs.
func sweepScratch() {
	dir := os.TempDir()
	sweep(dir, func(name string, e os.DirEntry) bool {
		if !e.IsDir() || !scratchName.MatchString(name) {
			return false
		}
		mod, err := os.ReadFile(filepath.Join(dir, name, "go.mod"))
		return err == nil && string(mod) == scratchModule && abandoned(filepath.Join(dir, name))
	})
}

// temporaryMark is in the names of createTemporary, between that of the file
// and a number.
const temporaryMark = ".nngen-"

// createTemporary creates a file beside the one whose place it is to take, and
// removes those that killed runs left there more than a minute ago. It is locked
// until it is closed.
func createTemporary(path string) (*os.File, error) {
	dir, prefix := filepath.Dir(path), "."+filepath.Base(path)+temporaryMark
	sweep(dir, func(name string, e os.DirEntry) bool {
		number, ok := strings.CutPrefix(name, prefix)
		return ok && e.Type().IsRegular() && strings.Trim(number, "0123456789") == "" && old(e) && abandoned(filepath.Join(dir, name))
	})
	f, err := os.CreateTemp(dir, prefix+"*")
	if err == nil {
		lockFile(f)
	}
	return f, err
}

// old reports whether a file was last written to before whoever made it can still
// be about to lock it.
func old(e os.DirEntry) bool {
	info, err := e.Info()
	return err == nil && time.Since(info.ModTime()) > time.Minute
}

// sweep removes the entries of a folder that are abandoned. What cannot be
// removed is left: it is in nobody's way.
func sweep(dir string, left func(name string, e os.DirEntry) bool) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if left(e.Name(), e) {
			os.RemoveAll(filepath.Join(dir, e.Name()))
		}
	}
}
