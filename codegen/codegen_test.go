package codegen

import (
	"testing"

	"github.com/nngen-go/nngen/codegen/internal/irisprog"
	"github.com/nngen-go/nngen/ir/loop"
)

func TestProgramIsValid(t *testing.T) {
	if err := loop.Verify(irisprog.Program()); err != nil {
		t.Fatal(err)
	}
}

// The emitted package proves itself, by go test as users run it.
func TestIris(t *testing.T) {
	files, err := Generate(irisprog.Program(), Config{})
	if err != nil {
		t.Fatal(err)
	}
	dir := scratch(t, files)
	run(t, "go", "test", "-vet=all", "./"+dir+"/...", "./gokernel/testdata/kernels")
}
