package codegen

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/nngen-go/nngen/codegen/internal/irisprog"
	"github.com/nngen-go/nngen/ir/loop"
)

func TestProgramIsValid(t *testing.T) {
	if err := loop.Verify(irisprog.Program()); err != nil {
		t.Fatal(err)
	}
}

// The emitted package proves itself.
func TestIris(t *testing.T) {
	files, err := Generate(irisprog.Program(), Config{})
	if err != nil {
		t.Fatal(err)
	}
	testIn(t, files)
	run(t, "go", "test", "./gokernel/testdata/kernels")
}

// scratch writes packages p0, p1, ... to a folder of this module, where SCRATCH
// stands for the folder in import paths. The folder goes when the test ends.
func scratch(t *testing.T, packages ...[]File) (dir string) {
	t.Helper()
	if err := os.MkdirAll("testdata", 0o777); err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("testdata", "scratch")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	dir = filepath.ToSlash(dir)
	for i, files := range packages {
		sub := filepath.Join(dir, fmt.Sprint("p", i))
		if err := os.Mkdir(sub, 0o777); err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			data := bytes.ReplaceAll(f.Data, []byte("SCRATCH"), []byte("github.com/nngen-go/nngen/codegen/"+dir))
			if err := os.WriteFile(filepath.Join(sub, f.Name), data, 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}

// testIn vets and tests packages in a scratch folder.
func testIn(t *testing.T, packages ...[]File) {
	t.Helper()
	dir := scratch(t, packages...)
	run(t, "go", "vet", "./"+dir+"/...")
	run(t, "go", "test", "./"+dir+"/...")
}

func run(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
}
