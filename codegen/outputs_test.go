package codegen

import (
	"fmt"
	"strings"
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
	testIn(t, packages...)
	dir := scratch(t, bundled(packages)...)
	writeScratch(t, dir, "tests", []File{bundle(t, nil, packages)})
	out := run(t, "go", "test", "-vet=off", compilerFlags(dir), linkerFlags, "-tags", "purego", "-v", "-run", "TestPackages/p/TestModel/Allocations", "./"+dir+"/tests")
	if n := strings.Count(out, "--- PASS: TestPackages/p"); n < len(packages) {
		t.Errorf("%d tests have run:\n%s", n, out)
	}
}
