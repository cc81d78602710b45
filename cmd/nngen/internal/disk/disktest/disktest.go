// Package disktest makes files for tests and looks at what is left of them.
package disktest

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// Put makes files, each with its folder, written to two hours ago.
func Put(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, name := range names {
		PutText(t, filepath.Join(dir, name), "x")
	}
}

// PutText makes one of a text.
func PutText(t *testing.T, path, text string) {
	t.Helper()
	then := time.Now().Add(-2 * time.Hour)
	for _, err := range []error{os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, []byte(text), 0o666), os.Chtimes(path, then, then)} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Expect compares what a folder holds.
func Expect(t *testing.T, dir string, want ...string) {
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
