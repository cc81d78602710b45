package layer_test

import (
	"fmt"
	"testing"
)

// Every parameter that has a regularizer has a constraint, and each gets its own.
func TestConstraints(t *testing.T) {
	for _, c := range []struct{ input, layer, want string }{
		{"[4]", "Dense: {units: 2, kernel_constraint: max_norm, bias_constraint: non_neg}", "kernel max_norm 0 2 1 [0]; bias non_neg 0 0 0 []"},
		{"[4]", "Dense: {units: 2, kernel_constraint: {MinMaxNorm: {min_value: 0.5, rate: 0.25, axis: [-1]}}}", "kernel min_max_norm 0.5 1 0.25 [1]; bias"},
		{"[4]", "Dense: {units: 2, trainable: false, kernel_constraint: NonNeg}", "kernel; bias"},
		{"[5, 5, 2]", "Conv2D: {filters: 3, kernel_size: 2, kernel_constraint: {unit_norm: {axis: [0, 1, 2]}}}", "kernel unit_norm 0 0 0 [0 1 2]; bias"},
		{"[5, 5, 2]", "SeparableConv2D: {filters: 3, kernel_size: 2, depthwise_constraint: non_neg, pointwise_constraint: unit_norm}", "depthwise_kernel non_neg 0 0 0 []; pointwise_kernel unit_norm 0 0 0 [0]; bias"},
		{"[5, 2]", "DepthwiseConv1D: {kernel_size: 2, depthwise_constraint: non_neg}", "kernel; bias"},
		{"[5, 5, 2]", "Conv2DTranspose: {filters: 3, kernel_size: 2, kernel_constraint: non_neg, bias_constraint: max_norm}", "kernel non_neg 0 0 0 []; bias max_norm 0 2 1 [0]"},
		{"[5, 2]", "LSTM: {units: 2, kernel_constraint: non_neg, recurrent_constraint: unit_norm, bias_constraint: max_norm}", "kernel non_neg 0 0 0 []; recurrent_kernel unit_norm 0 0 0 [0]; bias max_norm 0 2 1 [0]"},
		{"[5, 2]", "RNN: {cell: {GRUCell: {units: 2, recurrent_constraint: unit_norm}}}", "kernel; recurrent_kernel unit_norm 0 0 0 [0]; bias"},
		{"[5, 2]", "Bidirectional: {layer: {SimpleRNN: {units: 2, kernel_constraint: non_neg}}}", "forward_kernel non_neg 0 0 0 []; forward_recurrent_kernel; forward_bias; backward_kernel non_neg 0 0 0 []; backward_recurrent_kernel; backward_bias"},
		{"[5, 2]", "TimeDistributed: {layer: {Dense: {units: 2, bias_constraint: non_neg}}}", "kernel; bias non_neg 0 0 0 []"},
		{"[5, 2]", "EinsumDense: {equation: 'abc,cd->abd', output_shape: [null, 3], bias_axes: d, kernel_constraint: non_neg}", "kernel non_neg 0 0 0 []; bias"},
		{"[5, 2]", "MultiHeadAttention: {num_heads: 1, key_dim: 2, kernel_constraint: non_neg, use_bias: false}", "query/kernel non_neg 0 0 0 []; key/kernel non_neg 0 0 0 []; value/kernel non_neg 0 0 0 []; attention_output/kernel non_neg 0 0 0 []"},
		{"[4]", "BatchNormalization: {gamma_constraint: non_neg, beta_constraint: unit_norm}", "gamma non_neg 0 0 0 []; beta unit_norm 0 0 0 [0]; moving_mean; moving_variance"},
		{"[4]", "LayerNormalization: {gamma_constraint: non_neg}", "gamma non_neg 0 0 0 []; beta"},
		{"[4]", "GroupNormalization: {groups: 2, beta_constraint: non_neg}", "gamma; beta non_neg 0 0 0 []"},
		{"[4]", "PReLU: {alpha_constraint: non_neg}", "alpha non_neg 0 0 0 []"},
	} {
		n := network(t, model("{shape: "+c.input+"}", c.layer))
		got := ""
		for i, s := range n.Header.Segments {
			if i > 0 {
				got += "; "
			}
			got += s.Name[len(s.Layer)+1:]
			if k := s.Constraint; k.Kind != "" {
				got += fmt.Sprint(" ", k.Kind, " ", k.Min, " ", k.Max, " ", k.Rate, " ", k.Axes)
			}
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.layer, got, c.want)
		}
	}
	for layer, want := range map[string]string{
		"Dense: {units: 2, kernel_constraint: positive}":                       `unknown constraint "positive"`,
		"Dense: {units: 2, kernel_constraint: {max_norm: {axis: 2}}}":          "kernel [4,2]: max_norm: axis 2 does not exist; it has 2",
		"Dense: {units: 2, bias_constraint: {unit_norm: {axis: [0, -1]}}}":     "axis 0 is in the list twice",
		"Dense: {units: 2, kernel_constraint: {max_norm: {max_value: -1}}}":    "at least 0",
		"Dense: {units: 2, kernel_constraint: {min_max_norm: {min_value: 3}}}": "min_value 3 is above max_value 1",
		"Dense: {units: 2, kernel_constraint: {min_max_norm: {axis: []}}}":     "empty list",
		"BatchNormalization: {kernel_constraint: non_neg}":                     "no argument",
	} {
		fails(t, model("{shape: [4]}", layer), want)
	}
}
