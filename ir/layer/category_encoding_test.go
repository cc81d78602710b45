package layer_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
)

func ids(shape ir.Shape, values ...int32) *ir.Tensor[float64] {
	return &ir.Tensor[float64]{Shape: shape, I: values}
}

func TestCategoryEncoding(t *testing.T) {
	for _, c := range []struct {
		input, mode string
		x           *ir.Tensor[float64]
		shape       []int
		want        []float64
	}{
		{"[2]", "multi_hot", ids(ir.Shape{3, 2}, 0, 0, 1, 2, 2, 0), []int{3}, []float64{1, 0, 0, 0, 1, 1, 1, 0, 1}},
		{"[2]", "count", ids(ir.Shape{3, 2}, 0, 0, 1, 2, 2, 0), []int{3}, []float64{2, 0, 0, 0, 1, 1, 1, 0, 1}},
		{"[1]", "one_hot", ids(ir.Shape{3, 1}, 2, 0, 1), []int{3}, []float64{0, 0, 1, 1, 0, 0, 0, 1, 0}},
		{"[2]", "one_hot", ids(ir.Shape{3, 2}, 0, 1, 2, 2, 1, 0), []int{2, 3}, []float64{1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0, 0}},
		{"[2, 1]", "one_hot", ids(ir.Shape{3, 2, 1}, 0, 1, 2, 2, 1, 0), []int{2, 3}, []float64{1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0, 0}},
		{"[null]", "count", &ir.Tensor[float64]{Shape: ir.Shape{3, ir.Ragged}, I: []int32{1, 1, 2}, Offsets: []int{0, 2, 2, 3}}, []int{3}, []float64{0, 2, 0, 0, 0, 0, 0, 0, 1}},
		{"[null]", "multi_hot", &ir.Tensor[float64]{Shape: ir.Shape{3, ir.Ragged}, I: []int32{1, 1, 2}, Offsets: []int{0, 2, 2, 3}}, []int{3}, []float64{0, 1, 0, 0, 0, 0, 0, 0, 1}},
	} {
		n := network(t, model("{shape: "+c.input+", dtype: int32}", "CategoryEncoding: {num_tokens: 3, output_mode: "+c.mode+"}"))
		shaped(t, n, c.shape...)
		if n.Header.Inputs[0].Limit != 3 {
			t.Errorf("ids are checked against %d", n.Header.Inputs[0].Limit)
		}
		w := draw(n)
		w.Feed["x"] = c.x
		near(t, c.input+" "+c.mode, w.predict(n), c.want)
		differentiable(t, network(t, model("{shape: "+c.input+", dtype: int32}", "CategoryEncoding: {num_tokens: 3, output_mode: "+c.mode+"}", "Dense: {units: 2, activation: tanh}")))
	}
}

// A second input says what each id counts. Source: Keras 3, the example in
// layers/preprocessing/category_encoding.py.
func TestCategoryEncodingWeights(t *testing.T) {
	const text = "name: case\ninputs: {x: {shape: [2], dtype: int32}, w: {shape: [2]}}\nlayers:\n  - Rescaling: {name: v, scale: 2, inputs: w}\n  - CategoryEncoding: {num_tokens: 4, output_mode: %s, inputs: [x, v]}\ncompile: {loss: mean_squared_error}\n"
	n := network(t, fmt.Sprintf(text, "count"))
	shaped(t, n, 4)
	w := draw(n)
	w.Feed["x"] = ids(ir.Shape{4, 2}, 0, 1, 0, 0, 1, 2, 3, 1)
	w.Feed["w"] = &ir.Tensor[float64]{Shape: ir.Shape{4, 2}, F: []float64{.05, .1, .05, .05, .1, .15, .2, .1}}
	w.Rows = 4
	near(t, "weights", w.predict(n), []float64{.1, .2, 0, 0, .2, 0, 0, 0, 0, .2, .3, 0, 0, .2, 0, .4})
	fails(t, fmt.Sprintf(text, "multi_hot"), "count_weights, the second input, belongs to output_mode: count")
	fails(t, strings.Replace(fmt.Sprintf(text, "count"), "w: {shape: [2]}", "w: {shape: [3]}", 1), "count_weights takes a weight for every id")
	fails(t, strings.Replace(fmt.Sprintf(text, "count"), "shape: [2], dtype", "shape: [null], dtype", 1), "count_weights takes rows of one length")
}
