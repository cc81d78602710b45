package layer_test

import "testing"

const joined = `
inputs: {x: {shape: [2]}}
layers:
  - Dense: {name: a, units: 3, activation: tanh, inputs: [x]}
  - Dense: {name: b, units: 3, inputs: [x]}
  - `

func TestAdd(t *testing.T) {
	n := network(t, joined+"Add: {name: sum, inputs: [a, b, a]}\ncompile: {loss: mse}\n")
	shaped(t, n, 3)
	differentiable(t, n)
	w := draw(n)
	values := w.eval(n.Predict)
	named := map[string][]float64{}
	for v, x := range values {
		named[v.Name] = x.F
	}
	var want []float64
	for i, a := range named["a"] {
		want = append(want, 2*a+named["b"][i])
	}
	near(t, "sum", named["sum"], want)
}

// As in Keras, an axis of one unit is stretched, and axes that are missing are put
// after the batch.
func TestMergeStretches(t *testing.T) {
	for _, kind := range []string{"Add", "Multiply", "Average", "Maximum", "Minimum", "Subtract"} {
		n := network(t, "inputs: {a: {shape: [2, 1]}, b: {shape: [2, 3]}}\nlayers:\n  - "+kind+": {inputs: [a, b]}\ncompile: {loss: mse}\n")
		shaped(t, n, 2, 3)
		differentiable(t, n)
		shaped(t, network(t, "inputs: {a: {shape: [3]}, b: {shape: [2, 3]}}\nlayers:\n  - "+kind+": {inputs: [a, b]}\n"), 2, 3)
		fails(t, "inputs: {a: {shape: [2]}, b: {shape: [2, 3]}}\nlayers:\n  - "+kind+": {inputs: [a, b]}\n", kind+" takes inputs of one shape")
	}
	fails(t, "inputs: {a: {shape: [2]}}\nlayers:\n  - Subtract: {inputs: [a, a, a]}\n", "takes two inputs, but has 3")
}
