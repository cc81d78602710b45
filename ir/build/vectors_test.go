package build_test

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/spec"
)

// The forms of testdata/keras, see its README.

type tensor struct {
	Shape []int       `json:"shape"`
	Data  []float64   `json:"data"`
	DType string      `json:"dtype"`
	Rows  [][]float64 `json:"rows"`
}

type tensors map[string]tensor

type batch struct {
	Inputs       tensors `json:"inputs"`
	Target       tensor  `json:"target"`
	Targets      tensors `json:"targets"` // of several outputs
	SampleWeight *tensor `json:"sample_weight"`
	Masks        tensors `json:"masks"`
}

type vector struct {
	Name    string          `json:"name"`
	Model   json.RawMessage `json:"model"`
	Weights tensors         `json:"weights"`
	batch

	Training     bool     `json:"training"`
	Outputs      tensors  `json:"outputs"`
	Cotangent    tensors  `json:"cotangent"`
	InputGrads   tensors  `json:"input_grads"`
	WeightGrads  tensors  `json:"weight_grads"`
	Penalty      *float64 `json:"penalty"`
	WeightsAfter tensors  `json:"weights_after"`
	Adapt        tensors  `json:"adapt"`
	Loss         float64  `json:"loss"`
	// Evaluate are figures of all rows in batches; codegen/conformance compares them.
	Evaluate map[string]float64 `json:"evaluate"`

	Metric   string    `json:"metric"`
	Resolved string    `json:"resolved"`
	Batches  []batch   `json:"batches"`
	Running  []float64 `json:"running"`

	Train, Test batch
	Fit         struct {
		BatchSize       int     `json:"batch_size"`
		Epochs          int     `json:"epochs"`
		ValidationSplit float64 `json:"validation_split"`
	} `json:"fit"`
	Float64 struct {
		Steps      []map[string]float64 `json:"steps"`
		Weights1   tensors              `json:"weights_1"`
		Weights10  tensors              `json:"weights_10"`
		History    map[string][]float64 `json:"history"`
		WeightsEnd tensors              `json:"weights_end"`
		Evaluate   map[string]float64   `json:"evaluate"`
		Predict    tensor               `json:"predict"`
	} `json:"float64"`
}

// vectors reads the cases of a file and runs each.
func vectors(t *testing.T, name string, atLeast int, run func(t *testing.T, v *vector, m *spec.Model)) {
	var file struct{ Cases []vector }
	if err := json.Unmarshal(vectorFile(t, name), &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) < atLeast {
		t.Errorf("%d cases in %s, want at least %d", len(file.Cases), name, atLeast)
	}
	for i := range file.Cases {
		v := &file.Cases[i]
		t.Run(v.Name, func(t *testing.T) {
			m, err := spec.Parse(v.Name+".json", v.Model)
			if err != nil {
				t.Fatal(err)
			}
			run(t, v, m)
		})
	}
}

// vectorFile reads a file of vectors, which may be compressed.
func vectorFile(t *testing.T, name string) []byte {
	f, err := os.Open("../../testdata/keras/" + name + ".json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// floats and ints give a tensor for the interpreter the wanted shape.
func (x tensor) floats(shape ir.Shape) *ir.Tensor[float64] {
	return &ir.Tensor[float64]{Shape: shape, F: slices.Clone(x.Data)}
}

func (x tensor) ids(shape ir.Shape) *ir.Tensor[float64] {
	out := &ir.Tensor[float64]{Shape: shape}
	if x.Rows != nil {
		out.Offsets = []int{0}
		for _, row := range x.Rows {
			for _, id := range row {
				out.I = append(out.I, int32(id))
			}
			out.Offsets = append(out.Offsets, len(out.I))
		}
		return out
	}
	for _, id := range x.Data {
		out.I = append(out.I, int32(id))
	}
	return out
}

func (x tensor) rows() int {
	if x.Rows != nil {
		return len(x.Rows)
	}
	return x.Shape[0]
}

// part is rows from up to to.
func (x tensor) part(from, to int) tensor {
	size := len(x.Data) / x.rows()
	return tensor{Shape: append([]int{to - from}, x.Shape[1:]...), Data: x.Data[from*size : to*size], DType: x.DType}
}

func (b batch) part(from, to int) batch {
	out := batch{Inputs: tensors{}, Target: b.Target.part(from, to)}
	for name, x := range b.Inputs {
		out.Inputs[name] = x.part(from, to)
	}
	if b.SampleWeight != nil {
		w := b.SampleWeight.part(from, to)
		out.SampleWeight = &w
	}
	return out
}

// agree compares with what Keras gives in double precision.
func agree(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s has %d elements, Keras's %d", what, len(got), len(want))
		return
	}
	worst, at := 0.0, -1
	for i := range got {
		d := math.Abs(got[i]-want[i]) / (1 + math.Abs(want[i]))
		if d > worst || math.IsNaN(d) {
			worst, at = d, i
		}
		if math.IsNaN(d) {
			break
		}
	}
	if at >= 0 && !(worst <= 1e-9) {
		t.Errorf("%s[%d] is %v, Keras's %v: off by %.2g", what, at, got[at], want[at], worst)
	}
}

// names lists the keys of maps in one order.
func names(m tensors) string {
	var list []string
	for n := range m {
		list = append(list, n)
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}
