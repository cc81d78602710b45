//go:build darwin || linux

package scratch

import (
	"path/filepath"
	"testing"

	"github.com/nngen-go/nngen/cmd/nngen/internal/disk/disktest"
	"github.com/nngen-go/nngen/cmd/nngen/internal/leftover"
)

// Scratch modules go with the process that worked with them, and nothing else
// does, whatever it is called.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	for _, name := range []string{"nngen-scratch-1", "nngen-scratch-2", "nngen-scratch-x", "nngen-4", "other"} {
		disktest.PutText(t, filepath.Join(dir, name, "go.mod"), goMod)
	}
	disktest.Put(t, dir, "nngen-scratch-1/model/model.go", "nngen-scratch-3/main.go", "nngen-scratch-5")
	lock, err := leftover.Lock(filepath.Join(dir, "nngen-scratch-2"))
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	p, err := newProgram()
	if err != nil {
		t.Fatal(err)
	}
	sweep() // the new one is locked
	disktest.Expect(t, dir, "nngen-scratch-2", "nngen-scratch-x", "nngen-scratch-3", "nngen-4", "other", "nngen-scratch-5", filepath.Base(p.Dir))
	p.Close()
	lock.Close()
	sweep()
	disktest.Expect(t, dir, "nngen-scratch-x", "nngen-scratch-3", "nngen-4", "other", "nngen-scratch-5")
}
