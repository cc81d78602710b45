package layer_test

import (
	"math"
	"testing"
)

// Normalized rows have mean 0 and variance 1, and every kind has a gradient.
func TestNormalizationsOfRows(t *testing.T) {
	for _, layer := range []string{
		"LayerNormalization", "LayerNormalization: {axis: [1, 2]}", "LayerNormalization: {axis: 1, center: false}",
		"GroupNormalization: 2", "GroupNormalization: {groups: -1, axis: 1}", "RMSNormalization", "RMSNormalization: {axis: [1, 2]}",
		"UnitNormalization", "UnitNormalization: {axis: [1, 2]}", "PReLU", "PReLU: {shared_axes: [1]}",
	} {
		n := network(t, "inputs: {x: {shape: [3, 4]}}\nlayers:\n  - "+layer+"\ncompile: {loss: mse}\n")
		shaped(t, n, 3, 4)
		differentiable(t, n)
	}
	n := network(t, "inputs: {x: {shape: [50]}}\nlayers:\n  - LayerNormalization: {epsilon: 1e-9, center: false, scale: false}\n")
	y := draw(n).eval(n.Predict)[n.Predict.Outputs[0]].F
	for r := range rows {
		var sum, squares float64
		for _, v := range y[50*r:][:50] {
			sum += v
			squares += v * v
		}
		if math.Abs(sum) > 1e-9 || math.Abs(squares-50) > 1e-6 {
			t.Errorf("row %d: sum %v, squares %v", r, sum, squares)
		}
	}
	for text, want := range map[string]string{
		"GroupNormalization":                 "32 groups do not divide the 4 channels",
		"GroupNormalization: 0":              "0 groups do not divide",
		"LayerNormalization: {axis: []}":     "axis is an empty list",
		"LayerNormalization: {axis: [1, 1]}": "axis 1 is in the list twice",
		"LayerNormalization: {axis: 0}":      "axis 0 is the batch",
		"RMSNormalization: {axis: 1}":        "takes the last axes",
		"PReLU: {shared_axes: [3]}":          "axis 3 does not exist",
		"layer_normalization":                "did you mean LayerNormalization or, as R has it, Normalization?",
	} {
		fails(t, "inputs: {x: {shape: [3, 4]}}\nlayers:\n  - "+text+"\n", want)
	}
}
