package exporter

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/keras/container"
	"github.com/nngen-go/nngen/ir/spec"
)

// described builds a description.
func described(t *testing.T, text string) *build.Network {
	t.Helper()
	m, err := spec.Parse("m.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	n, err := build.Build(m)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A model may stand at any place among the layers, and in any place of another model: each
// sequence of layers and models up to a length comes back as it was.
func TestPlacesOfModels(t *testing.T) {
	entries := []string{
		"Dense: {name: %s, units: 4}",
		"Model: {name: %s, layers: [Dense: {name: in_%[1]s, units: 4}]}",
		"Model: {name: %s, layers: [Dense: {name: in_%[1]s, units: 4}, Model: {name: deep_%[1]s, layers: [Dense: {name: core_%[1]s, units: 4}]}]}",
		"Model: {name: %s, layers: [Model: {name: deep_%[1]s, layers: [Dense: {name: core_%[1]s, units: 4}]}, Dense: {name: in_%[1]s, units: 4}]}",
	}
	dir := t.TempDir()
	for code := range len(entries) * len(entries) * len(entries) {
		text, list := "name: m\ninputs: {x: {shape: [4]}}\nlayers:\n", ""
		for i, rest := 0, code; i < 3; i, rest = i+1, rest/len(entries) {
			list += "  - " + fmt.Sprintf(entries[rest%len(entries)], string(rune('a'+i))) + "\n"
		}
		// The last reads two, so that the whole is no Sequential.
		n := described(t, text+list+"  - Add: {name: sum, inputs: [a, c]}\n")
		back := write(t, dir, "m.keras", Source{Network: n, Values: drawn(n)})
		if back == nil {
			t.Fatalf("of\n%s", list)
		}
		for name, want := range drawn(n) {
			if !slices.Equal(back.Weights[name], want) {
				t.Errorf("%s differs in\n%s", name, list)
			}
		}
		if is := write(t, dir, "again.keras", Source{Network: back.Network, Values: back.Weights}); is != nil {
			same(t, back, is)
		}
	}
}

// Keras has an integer where a Normalization counts rows, and counts none; here a layer
// that was adapted has counted one at least.
func TestCount(t *testing.T) {
	n := described(t, "name: m\ninputs: {x: {shape: [2]}}\nlayers:\n  - Normalization: {name: n}\n  - Dense: {name: d, units: 1}\n")
	dir := t.TempDir()
	for rows, want := range map[float32]int64{0: 0, 1: 0, 2: 2, 1e6: 1e6} {
		values := drawn(n)
		values["n/count"][0] = rows
		for _, name := range []string{"m.keras", "m.h5"} {
			back := write(t, dir, name, Source{Network: n, Values: values})
			if back == nil {
				continue
			}
			if got := back.Weights["n/count"][0]; got != max(rows, 1) {
				t.Errorf("%s: %v rows come back as %v", name, rows, got)
			}
			m, err := container.OpenFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range m.Groups[0].Tensors {
				if x.Name != "2" && !strings.HasSuffix(x.Name, "count") {
					continue
				}
				if v, err := x.Int64s(); err != nil || !slices.Equal(v, []int64{want}) {
					t.Errorf("%s: %v rows are %v in the file (%v), want %d", name, rows, v, err, want)
				}
			}
			m.Close()
		}
	}
}
