package layer_test

import "testing"

func TestDot(t *testing.T) {
	two := "inputs: {a: {shape: [4, 3]}, b: {shape: [2, 4]}}\nlayers:\n  - Dot: "
	n := network(t, two+"{axes: [1, -1], normalize: true, inputs: [a, b]}\ncompile: {loss: mse}\n")
	shaped(t, n, 3, 2)
	differentiable(t, n)
	shaped(t, network(t, "inputs: {a: {shape: [4]}, b: {shape: [4]}}\nlayers:\n  - Dot: {axes: 1, inputs: [a, b]}\n"), 1)
	for args, want := range map[string]string{
		"axes: 1":         "have one length, but input \"a\" gives [n,4,3] and input \"b\" gives [n,2,4]: 4 against 2",
		"axes: 0":         "axis 0 is the batch",
		"axes: [1, 5]":    "axis 5 does not exist",
		"axes: []":        "axes holds 0 axes",
		"axes: [1, 2, 1]": "axes holds 3 axes",
	} {
		fails(t, two+"{"+args+", inputs: [a, b]}\n", want)
	}
}
