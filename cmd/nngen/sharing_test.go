package main

import (
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/codegen"
)

// TestLargeNetworksShareKernels makes a block of a network of another size: its
// elementwise loops and its sums run in the functions that are there, and its
// contractions, where there are twice as many, in theirs.
func TestLargeNetworksShareKernels(t *testing.T) {
	two, three := functionsOf(t, 24, 40), functionsOf(t, 24, 40, 72)
	if len(two) < 40 {
		t.Errorf("functions %v", two)
	}
	if !slices.Equal(two, three) {
		t.Errorf("functions %v, and with blocks of another size %v", two, three)
	}
	two, three = contractionsOf(t, 64, 128), contractionsOf(t, 64, 128, 64, 128)
	if len(two) < 10 || !slices.Equal(two, three) {
		t.Errorf("contractions %v, and with twice as many blocks %v", two, three)
	}
}

var (
	kernelFunction = regexp.MustCompile(`(?m)^(?:TEXT ·|func )(\w+)[\[(]`)
	contraction    = regexp.MustCompile(`^(tile|pack|conv|contract|dense)`)
)

// functionsOf lists the functions of a network of blocks of so many filters each, but
// for contractions, and contractionsOf these.
func functionsOf(t *testing.T, filters ...int) []string {
	return slices.DeleteFunc(blocksOf(t, filters), contraction.MatchString)
}

func contractionsOf(t *testing.T, filters ...int) []string {
	return slices.DeleteFunc(blocksOf(t, filters), func(name string) bool { return !contraction.MatchString(name) })
}

func blocksOf(t *testing.T, filters []int) []string {
	t.Helper()
	var layers strings.Builder
	layers.WriteString("  - Reshape: [8, 8, 2]\n  - Conv2D: {filters: 16, kernel_size: 3, padding: same}\n")
	for range 8 {
		for _, n := range filters {
			fmt.Fprintf(&layers, "  - BatchNormalization\n  - Activation: relu\n  - Conv2D: {filters: %d, kernel_size: 1, use_bias: false}\n", n)
		}
	}
	file := filepath.Join(t.TempDir(), "blocks.yaml")
	writeTestFile(t, file, "name: blocks\ninputs: {x: {shape: [128]}}\nlayers:\n"+layers.String()+"  - GlobalAveragePooling2D\n  - Dense: {units: 1}\ncompile: {optimizer: sgd, loss: mean_squared_error}\n")
	net, err := compile(t.Context(), file, nil)
	if err != nil {
		t.Fatal(err)
	}
	files, err := net.Emit(t.Context(), codegen.Config{Package: "blocks"})
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, file := range []string{"kernels_amd64.s", "kernels_generic.go"} {
		for _, m := range kernelFunction.FindAllSubmatch(files[file], -1) {
			names[string(m[1])] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}
