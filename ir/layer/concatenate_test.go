package layer_test

import "testing"

func TestConcatenate(t *testing.T) {
	n := network(t, joined+"Concatenate: {name: all, inputs: [a, x, b]}\n  - Dense: 1\ncompile: {loss: mse}\n")
	differentiable(t, n)
	n = network(t, "inputs: {a: {shape: [1, 2]}, b: {shape: [2, 2]}}\nlayers:\n  - Concatenate: {axis: 1, inputs: [a, b]}\n")
	shaped(t, n, 3, 2)
	w := draw(n)
	a, b := w.Feed["a"].F, w.Feed["b"].F
	var want []float64
	for r := range rows {
		want = append(append(want, a[2*r:2*r+2]...), b[4*r:4*r+4]...)
	}
	near(t, "y", w.predict(n), want)
}
