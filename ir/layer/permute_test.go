package layer_test

import "testing"

func TestPermute(t *testing.T) {
	three := "inputs: {x: {shape: [2, 3, 4]}}\nlayers:\n  - "
	n := network(t, three+"Permute: {dims: [3, 1, 2]}\ncompile: {loss: mse}\n")
	shaped(t, n, 4, 2, 3)
	differentiable(t, n)
	fails(t, three+"Permute: {dims: [2, 1]}\n", "dims [2, 1] orders 2 axes")
	fails(t, three+"Permute: {dims: [0, 1, 2]}\n", "is not an order of the axes 1 to 3")
	fails(t, three+"RepeatVector: 2\n", "takes rows of values [n, features]")
	shaped(t, network(t, "inputs: {x: {shape: [3]}}\nlayers:\n  - RepeatVector: 2\n"), 2, 3)
}
