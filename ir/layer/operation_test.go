package layer_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/layer/operation"
	"github.com/nngen-go/nngen/ir/spec"
)

// TestOperationForms writes the same function in every way that is understood.
func TestOperationForms(t *testing.T) {
	const head = "inputs: {x: {shape: [4, 3]}}\nlayers:\n  - Operation: "
	same := [][]string{
		{"exp", "Exp", "{op: exp}", "{op: Exp}", "{op: exp, inputs: [x]}"},
		{"{op: multiply, x2: 2}", "{op: Multiply, x2: 2.0}", "{op: multiply, inputs: x, x2: 2}"},
		{"{op: mean, axis: 1}", "{op: mean, axis: [1], keepdims: false}"},
	}
	for _, forms := range same {
		var hash string
		for _, f := range forms {
			text := head + f + "\n"
			if strings.Contains(f, "mean") {
				text += "  - Dense: 2\n"
			}
			if h := network(t, text).Header.Hash; hash != "" && h != hash {
				t.Errorf("%s means something else than %s", f, forms[0])
			} else {
				hash = h
			}
		}
	}
	differ := []string{"{op: multiply, x2: 2}", "{op: multiply, x2: 3}", "{op: add, x2: 2}", "{op: multiply, x2: [2, 2, 2]}"}
	seen := map[string]string{}
	for _, f := range differ {
		n := network(t, head+f+"\n")
		if other, ok := seen[n.Header.ModelID]; ok {
			t.Errorf("%s and %s are one model", f, other)
		}
		seen[n.Header.ModelID] = f
	}
}

// TestOperationShapes gives every operation rows of several ranks, ids among them: there
// is a network or an answer that has a place, and never a panic.
func TestOperationShapes(t *testing.T) {
	built := 0
	inputs := []string{"shape: [3]", "shape: [2, 3]", "shape: [1, 2, 4]", "shape: [2, 3], dtype: int32"}
	for _, r := range operation.Table {
		for _, in := range inputs {
			for _, more := range []string{"", ", axis: -1", ", axis: [1, 2]", ", axis: 9, k: 5, offset: -9"} {
				text := "inputs: {x: {" + in + "}}\nlayers:\n  - Operation: {op: " + r.Name + ", inputs: [" + strings.Join(slices.Repeat([]string{"x"}, len(r.Operands)), ", ") + "]" + more + "}\n"
				m, err := spec.Parse("m.yaml", []byte(text))
				if err != nil {
					t.Fatal(err)
				}
				if _, err = build.Build(m); err == nil {
					built++
				} else if strings.Contains(err.Error(), "is not lowered") || !strings.HasPrefix(err.Error(), "m.yaml:3:") {
					t.Errorf("%s\n%v", text, err)
				}
			}
		}
	}
	if built < 400 {
		t.Errorf("only %d networks were built", built)
	}
}

// TestAngles holds sines, arcs and their derivatives to package math, far out too.
func TestAngles(t *testing.T) {
	functions := map[string]struct {
		f, slope func(x float64) float64
		points   []float64
	}{
		"sin":     {math.Sin, math.Cos, []float64{0, 1e-9, 0.5, -2, math.Pi, 22, -355, 4e4}},
		"cos":     {math.Cos, func(x float64) float64 { return -math.Sin(x) }, []float64{0, 1e-9, 0.5, -2, math.Pi / 2, 22, -355, 4e4}},
		"arctan":  {math.Atan, func(x float64) float64 { return 1 / (1 + x*x) }, []float64{0, 1e-9, 0.3, -0.99, 1, -1, 1.01, 40, -1e6}},
		"arcsin":  {math.Asin, func(x float64) float64 { return 1 / math.Sqrt(1-x*x) }, []float64{0, 1e-9, 0.3, -0.7, 0.999}},
		"arcsinh": {math.Asinh, func(x float64) float64 { return 1 / math.Sqrt(1+x*x) }, []float64{0, 1e-9, -0.3, 2, -40, 1e6}},
		"sinh":    {math.Sinh, math.Cosh, []float64{0, 1e-9, -0.3, 2, -10}},
	}
	for name, c := range functions {
		n := network(t, "inputs: {x: {shape: [1]}}\nlayers:\n  - Operation: "+name+"\ncompile: {loss: mean_absolute_error}\n")
		w := draw(n)
		w.Rows = len(c.points)
		x := ir.NewTensor[float64](ir.Shape{len(c.points), 1})
		copy(x.F, c.points)
		w.Feed["x"] = x
		got := w.predict(n)
		for i, p := range c.points {
			if want := c.f(p); math.Abs(got[i]-want) > 1e-10*(1+math.Abs(want)) {
				t.Errorf("%s(%v) is %v, want %v", name, p, got[i], want)
			}
			const h = 1e-5 // by differences of the composed function, against the true derivative
			if math.Abs(p) < 1e3 && math.Abs(p) != 1 {
				copy(x.F, []float64{p - h, p + h})
				y := w.predict(n)
				if d, want := (y[1]-y[0])/(2*h), c.slope(p); math.Abs(d-want) > 1e-4*(1+math.Abs(want)) {
					t.Errorf("the slope of %s at %v is %v, want %v", name, p, d, want)
				}
			}
		}
	}
}

// TestOperationSteps says which operations compute every step of a sequence by itself.
func TestOperationSteps(t *testing.T) {
	for args, want := range map[string]bool{
		"tanh": true, "{op: multiply, x2: 2}": true, "{op: add, x2: [1, 2, 3]}": true, "{op: add, inputs: [lstm, lstm]}": true,
		"{op: add, x2: [[1], [2], [3], [4]]}": false, "{op: cumsum, axis: 1}": false, "{op: mean, axis: -1, keepdims: true}": false,
	} {
		n := network(t, "inputs: {x: {shape: [4, 2]}}\nlayers:\n  - LSTM: {units: 3, return_sequences: true, name: lstm}\n  - Operation: "+args+"\n")
		if got := n.Step != nil; got != want {
			t.Errorf("%s: a step of its own: %v", args, got)
		}
	}
}
