package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

const folder = "../../../../runtime/optim"

// The kernels in the runtime are those that the table and the Go functions
// give: run go generate in this folder.
func TestGeneratedIsCurrent(t *testing.T) {
	files, err := generate(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join(folder, f.name))
		if err != nil {
			t.Error(err)
		} else if !bytes.Equal(text, f.text) {
			t.Errorf("%s is not current: run go generate ./codegen/isa/amd64/optimgen", f.name)
		}
	}
}

// Machine code cannot be preempted: no call may touch more than 512 KiB. chunk
// is a constant of runtime/optim.
func TestCallsAreShort(t *testing.T) {
	const chunk = 1 << 14
	text, err := os.ReadFile(filepath.Join(folder, "shared.go"))
	if err != nil || !bytes.Contains(text, []byte("chunk = 1 << 14\n")) {
		t.Fatalf("runtime/optim has another chunk: %v", err)
	}
	bodies, err := readBodies(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range table {
		if n := 4 * chunk * len(bodies[k.name+"Go"].slices); n == 0 || n > 512<<10 {
			t.Errorf("a call of %s touches %d bytes", k.name, n)
		}
	}
}
