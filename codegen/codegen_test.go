package codegen

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/nngen-go/nngen/codegen/internal/irisprog"
	"github.com/nngen-go/nngen/ir/loop"
)

var update = flag.Bool("update", false, "rewrite the packages under testdata")

func TestProgramIsValid(t *testing.T) {
	if err := loop.Verify(irisprog.Program()); err != nil {
		t.Fatal(err)
	}
}

// The emitted package stands under testdata, where it can be read, built and
// tested like any other.
func TestIris(t *testing.T) {
	files, err := Generate(irisprog.Program(), Config{})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, filepath.Join("testdata", "iris"), files)
	run(t, "go", "vet", "./testdata/iris")
	run(t, "go", "test", "./testdata/iris", "./gosrc/testdata/kernels")
}

func golden(t *testing.T, dir string, files []File) {
	t.Helper()
	if *update {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(dir, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range files {
		path := filepath.Join(dir, f.Name)
		if *update {
			if err := os.WriteFile(path, f.Data, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(f.Data, want) {
			t.Errorf("%s is out of date: go test ./codegen -update", path)
		}
	}
	if have, _ := filepath.Glob(filepath.Join(dir, "*")); len(have) != len(files) {
		t.Errorf("%s holds %d files, want %d", dir, len(have), len(files))
	}
}

// testIn writes packages to a folder of this module and tests them there.
func testIn(t *testing.T, packages ...[]File) {
	t.Helper()
	dir, err := os.MkdirTemp("testdata", "scratch")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	for i, files := range packages {
		sub := filepath.Join(dir, fmt.Sprint("p", i))
		if err := os.Mkdir(sub, 0o777); err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if err := os.WriteFile(filepath.Join(sub, f.Name), f.Data, 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	run(t, "go", "vet", "./"+filepath.ToSlash(dir)+"/...")
	run(t, "go", "test", "./"+filepath.ToSlash(dir)+"/...")
}

func run(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
}
