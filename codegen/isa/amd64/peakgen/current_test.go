package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// The loops in the runtime are those that this command writes.
func TestGeneratedIsCurrent(t *testing.T) {
	files, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join("../../../../runtime/peak", f.name))
		if err != nil {
			t.Error(err)
		} else if !bytes.Equal(text, f.text) {
			t.Errorf("%s is not current: run go generate ./codegen/isa/amd64/peakgen", f.name)
		}
	}
}
