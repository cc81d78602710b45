package layer_test

import "testing"

func TestRescaling(t *testing.T) {
	n := network(t, model("{shape: [2]}", "Rescaling: {scale: 0.5, offset: -1}"))
	shaped(t, n, 2)
	w := draw(n)
	near(t, "y", w.predict(n), apply(func(x float64) float64 { return 0.5*x - 1 }, w.Feed["x"].F))
	n = network(t, model("{shape: [2]}", "Rescaling: {scale: [1, 2], offset: [3, 4]}"))
	w = draw(n)
	x := w.Feed["x"].F
	near(t, "y", w.predict(n), []float64{x[0] + 3, 2*x[1] + 4, x[2] + 3, 2*x[3] + 4, x[4] + 3, 2*x[5] + 4})
	differentiable(t, network(t, model("{shape: [2]}", "Dense: 3", "Rescaling: {scale: [1, 2, 3], offset: 1}", "Dense: {units: 2, activation: tanh}")))
	fails(t, model("{shape: [2]}", "Rescaling: {scale: [1, 2, 3]}"), "scale has 3 numbers")
}
