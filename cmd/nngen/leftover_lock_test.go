//go:build darwin || linux

package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Scratch modules go with the process that worked with them, and nothing else
// does, whatever it is called.
func TestSweepScratch(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	put(t, dir, "nngen-scratch-1/go.mod", "nngen-scratch-1/model/model.go", "nngen-scratch-2/go.mod", "nngen-scratch-x/go.mod", "nngen-scratch-3/main.go", "nngen-4/go.mod", "other/go.mod", "nngen-scratch-5")
	lock, err := lockFolder(filepath.Join(dir, "nngen-scratch-2"))
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	s, err := newScratch(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	sweepScratch() // the new one is locked
	expect(t, dir, "nngen-scratch-2", "nngen-scratch-x", "nngen-scratch-3", "nngen-4", "other", "nngen-scratch-5", filepath.Base(s.dir))
	s.Close()
	lock.Close()
	sweepScratch()
	expect(t, dir, "nngen-scratch-x", "nngen-scratch-3", "nngen-4", "other", "nngen-scratch-5")
}

// Beside a target, what was about to take its place is removed, unless somebody
// still writes to it or has just begun.
func TestCreateTemporary(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, ".a.csv.nngen-1", ".a.csv.nngen-2", ".a.csv.nngen-3", ".a.csv.nngen-x", ".b.csv.nngen-1", ".a.csv.1", "a.csv")
	now := time.Now()
	if err := os.Chtimes(filepath.Join(dir, ".a.csv.nngen-2"), now, now); err != nil {
		t.Fatal(err)
	}
	lock, taken, err := tryLock(filepath.Join(dir, ".a.csv.nngen-3"))
	if err != nil || taken {
		t.Fatal(err, taken)
	}
	defer lock.Close()
	f, err := createTemporary(filepath.Join(dir, "a.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if !abandoned(filepath.Join(dir, ".b.csv.nngen-1")) || abandoned(f.Name()) {
		t.Error("the new file is not locked")
	}
	expect(t, dir, ".a.csv.nngen-2", ".a.csv.nngen-3", ".a.csv.nngen-x", ".b.csv.nngen-1", ".a.csv.1", "a.csv", filepath.Base(f.Name()))
}
