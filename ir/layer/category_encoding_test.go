package layer_test

import (
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
