package build_test

import (
	"testing"

	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/pass"
	"github.com/nngen-go/nngen/ir/spec"
)

// An output that weighs nothing is measured, and its layers have gradients of 0, as
// in Keras: an optimizer's momentum and decay go on.
func TestLossWeightOfNothing(t *testing.T) {
	m, err := spec.Parse("m.yaml", []byte(`
inputs: {x: {shape: [2]}}
layers:
  - Dense: {name: h, units: 2}
  - Dense: {name: a, units: 1, inputs: h}
  - Dense: {name: b, units: 1, inputs: h}
outputs: [a, b]
compile: {loss: mse, loss_weights: {a: 2, b: 0}}
`))
	if err != nil {
		t.Fatal(err)
	}
	n, err := build.Build(m)
	if err != nil {
		t.Fatal(err)
	}
	g := pass.Clone(n.Train)
	if err := pass.Autodiff(g); err != nil {
		t.Fatal(err)
	}
	row := func(x ...float64) tensor { return tensor{Shape: []int{1, len(x)}, Data: x} }
	e := newEngine(t, tensors{
		"h/kernel": {Shape: []int{2, 2}, Data: []float64{1, 2, 3, 4}}, "h/bias": {Shape: []int{2}, Data: []float64{0, 1}},
		"a/kernel": {Shape: []int{2, 1}, Data: []float64{1, 1}}, "a/bias": {Shape: []int{1}, Data: []float64{0}},
		"b/kernel": {Shape: []int{2, 1}, Data: []float64{1, -1}}, "b/bias": {Shape: []int{1}, Data: []float64{0}},
	}, n.Header.Segments)
	r := e.run(g, batch{Inputs: tensors{"x": row(1, 1)}, Targets: tensors{"a": row(10), "b": row(0)}})
	// h = (4, 7), a = 11, b = -3.
	if r.Losses[0].F[0] != 1 || r.Losses[1].F[0] != 9 || r.Loss != 2 {
		t.Errorf("losses %v and %v, the sum %v", r.Losses[0].F, r.Losses[1].F, r.Loss)
	}
	got := grads(r)
	agree(t, "the gradient of a", got["a/kernel"], []float64{2 * 2 * 4, 2 * 2 * 7})
	agree(t, "the gradient of b", got["b/kernel"], []float64{0, 0})
	agree(t, "the gradient of h", got["h/bias"], []float64{4, 4})
}
