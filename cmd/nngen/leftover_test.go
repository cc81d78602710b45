package main

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/nngen-go/nngen/cmd/nngen/internal/disk"
	"github.com/nngen-go/nngen/cmd/nngen/internal/disk/disktest"
)

// Of a folder for results only what killed trainings left there is removed.
func TestSweepResults(t *testing.T) {
	dir := t.TempDir()
	ours := []string{".probe-12", ".history-3456", "weights.safetensors.0123abcd.tmp", "best.safetensors.ffffffff.tmp"}
	others := []string{
		".probe", ".probe-x", ".history-", ".history-1.bak", "history-12", "weights.safetensors", "weights.safetensors.tmp", "weights.safetensors.0123abcd",
		"weights.safetensors.0123ABCD.tmp", "other.safetensors.0123abcd.tmp", "notes.tmp", ".vimrc.swp",
	}
	disktest.Put(t, dir, slices.Concat(ours, others)...)
	disktest.Put(t, dir, ".probe-77/kept") // a folder
	sweepResults(dir)
	disktest.Expect(t, dir, append(others, ".probe-77")...)
	sweepResults(filepath.Join(dir, "nowhere"))
}

// Results are moved to the first number that is free and back, whatever they are
// called, and the weights to begin with are found where they are then.
func TestKeepEarlier(t *testing.T) {
	for _, name := range []string{"run", "a b", "run.1", "ü/x", "."} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			disktest.Put(t, name, "weights.safetensors", "history.json", "mine")
			o := fitOptions{output: name, quiet: true, weights: filepath.Join(name, "weights.safetensors")}
			first := filepath.Clean(name) + ".1"
			if name == "." {
				first = "run.1"
			}
			disktest.Put(t, first, "else") // taken
			second := first[:len(first)-1] + "2"
			restore, err := o.keepEarlier(nil)
			if err != nil {
				t.Fatal(err)
			}
			disktest.Expect(t, second, "history.json", "weights.safetensors")
			disktest.Expect(t, first, "else")
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
			disktest.Put(t, name, "best.safetensors") // of the new run
			restore()
			disktest.Expect(t, second, "history.json", "weights.safetensors")
		})
	}
}
