package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/nngen-go/nngen/cmd/nngen/internal/disk"
)

// put makes files, each with its folder, written to two hours ago.
func put(t *testing.T, dir string, names ...string) {
	t.Helper()
	then := time.Now().Add(-2 * time.Hour)
	for _, name := range names {
		path := filepath.Join(dir, name)
		text := "x"
		if filepath.Base(name) == "go.mod" {
			text = scratchModule
		}
		for _, err := range []error{os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, []byte(text), 0o666), os.Chtimes(path, then, then)} {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

// expect compares what a folder holds.
func expect(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var have []string
	for _, e := range entries {
		have = append(have, e.Name())
	}
	slices.Sort(want)
	if !slices.Equal(have, want) {
		t.Errorf("it holds %q, want %q", have, want)
	}
}

// Of a folder for results only what killed trainings left there is removed.
func TestSweepResults(t *testing.T) {
	dir := t.TempDir()
	ours := []string{".probe-12", ".history-3456", "weights.safetensors.0123abcd.tmp", "best.safetensors.ffffffff.tmp"}
	others := []string{
		".probe", ".probe-x", ".history-", ".history-1.bak", "history-12", "weights.safetensors", "weights.safetensors.tmp", "weights.safetensors.0123abcd",
		"weights.safetensors.0123ABCD.tmp", "other.safetensors.0123abcd.tmp", "notes.tmp", ".vimrc.swp",
	}
	put(t, dir, slices.Concat(ours, others)...)
	put(t, dir, ".probe-77/kept") // a folder
	sweepResults(dir)
	expect(t, dir, append(others, ".probe-77")...)
	sweepResults(filepath.Join(dir, "nowhere"))
}

// Results are moved to the first number that is free and back, whatever they are
// called, and the weights to begin with are found where they are then.
func TestKeepEarlier(t *testing.T) {
	for _, name := range []string{"run", "a b", "run.1", "ü/x", "."} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			put(t, name, "weights.safetensors", "history.json", "mine")
			o := fitOptions{output: name, quiet: true, weights: filepath.Join(name, "weights.safetensors")}
			first := filepath.Clean(name) + ".1"
			if name == "." {
				first = "run.1"
			}
			put(t, first, "else") // taken
			second := first[:len(first)-1] + "2"
			restore, err := o.keepEarlier(nil)
			if err != nil {
				t.Fatal(err)
			}
			expect(t, second, "history.json", "weights.safetensors")
			expect(t, first, "else")
			if o.weights != filepath.Join(second, "weights.safetensors") {
				t.Errorf("the training begins with %s", o.weights)
			}
			restore()
			if disk.Exists(second) || !disk.Exists(filepath.Join(name, "weights.safetensors")) || !disk.Exists(filepath.Join(name, "history.json")) {
				t.Error("the results are not moved back")
			}
			if restore, err = o.keepEarlier(nil); err != nil {
				t.Fatal(err)
			}
			put(t, name, "best.safetensors") // of the new run
			restore()
			expect(t, second, "history.json", "weights.safetensors")
		})
	}
}
