package exporting

import (
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/nngen-go/nngen/cmd/nngen/internal/network"
)

// wide has weights of every kind of place: one tensor stays in the file, the others begin at pages.
const wide = `name: wide
inputs: {x: {shape: [20]}}
layers:
  - Dense: {name: a, units: 30, activation: relu}
  - Dense: {name: b, units: 2000}
`

// TestWeightsBeside: weights that an ONNX file cannot hold are in another beside it, and both
// read as one file does.
func TestWeightsBeside(t *testing.T) {
	defer func(most int) { mostWeights = most }(mostWeights)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "wide.yaml"), []byte(wide), 0o666); err != nil {
		t.Fatal(err)
	}
	net, err := network.Compile(t.Context(), filepath.Join(dir, "wide.yaml"), network.Settings{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	segs, floats := network.Segments(net.Program)
	params := make([]float32, floats)
	for i := range params {
		params[i] = float32(i)
	}
	read := map[string]map[string][]float32{}
	for name, most := range map[string]int{"one.onnx": 4 * floats, "two.onnx": 4*floats - 1} {
		mostWeights = most
		files, err := ONNX(net, name, params, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, f := range files {
			names = append(names, f.Name)
			if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want := []string{"one.onnx"}
		if name == "two.onnx" {
			want = []string{"two.onnx.data", "two.onnx"}
		}
		if !slices.Equal(names, want) {
			t.Errorf("%s is written as %v", name, names)
		}
		again, err := network.Compile(t.Context(), filepath.Join(dir, name), network.Settings{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		read[name] = again.Built.Weights
	}
	count := 0
	for _, list := range read["two.onnx"] {
		count += len(list)
	}
	if !reflect.DeepEqual(read["one.onnx"], read["two.onnx"]) || count != floats || len(segs) != 4 {
		t.Errorf("%d of %d weights in %v", count, floats, slices.Sorted(maps.Keys(read["two.onnx"])))
	}
}
