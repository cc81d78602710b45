package codegen

import (
	"fmt"
	"testing"
)

// Packages with any number of inputs and outputs, of shapes that differ, pass
// their own tests: among these, that Predict allocates nothing.
func TestManyOutputs(t *testing.T) {
	var packages [][]File
	for _, n := range []int{1, 2, 5, 6, 7, 12} {
		p := compiled(t, side(n))
		packages = append(packages, generated(t, p, Config{Package: fmt.Sprint("full", n)}), generated(t, p, Config{Package: fmt.Sprint("predict", n), PredictOnly: true}))
	}
	dir := scratch(t, packages...)
	run(t, "go", "vet", "./"+dir+"/...")
	run(t, "go", "test", "./"+dir+"/...")
	run(t, "go", "test", "-tags", "purego", "-run", "Allocations", "./"+dir+"/...")
}
