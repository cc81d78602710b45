package build

import (
	"os"
	"slices"
	"testing"

	"github.com/nngen-go/nngen/ir/spec"
)

// TestMnistcnn holds shapes and parameters of the convolutional network that
// comes with the repository to what Keras's summary says of it.
func TestMnistcnn(t *testing.T) {
	src, err := os.ReadFile("../../testdata/models/mnistcnn.yaml")
	if err != nil {
		t.Fatal(err)
	}
	m, err := spec.Parse("mnistcnn.yaml", src)
	if err != nil {
		t.Fatal(err)
	}
	n, err := Build(m)
	if err != nil {
		t.Fatal(err)
	}
	h := n.Header
	if h.Batch != 128 || !slices.Equal(h.Inputs[0].Shape, []int{28, 28, 1}) || len(h.Classes) != 10 {
		t.Errorf("batch %d, input %v, classes %v", h.Batch, h.Inputs[0].Shape, h.Classes)
	}
	total := 0
	for i, want := range []struct {
		kind   string
		output []int
		params int
	}{
		{"Rescaling", []int{28, 28, 1}, 0},
		{"Conv2D", []int{26, 26, 32}, 320},
		{"MaxPooling2D", []int{13, 13, 32}, 0},
		{"Conv2D", []int{11, 11, 64}, 18496},
		{"MaxPooling2D", []int{5, 5, 64}, 0},
		{"Flatten", []int{1600}, 0},
		{"Dropout", []int{1600}, 0},
		{"Dense", []int{10}, 16010},
	} {
		l := h.Layers[i]
		if l.Type != want.kind || !slices.Equal(l.Output, want.output) || l.Params != want.params {
			t.Errorf("layer %d: %s %v, %d parameters; want %v", i, l.Type, l.Output, l.Params, want)
		}
		total += l.Params
	}
	if total != 34826 {
		t.Errorf("%d parameters", total)
	}
}
