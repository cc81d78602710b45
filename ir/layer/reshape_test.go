package layer_test

import "testing"

func TestReshape(t *testing.T) {
	n := network(t, model("{shape: [2, 6]}", "Reshape: {target_shape: [3, -1, 2]}"))
	shaped(t, n, 3, 2, 2)
	w := draw(n)
	near(t, "y", w.predict(n), w.Feed["x"].F)
	differentiable(t, network(t, model("{shape: [2, 3]}", "Dense: 2", "Reshape: {target_shape: [4]}", "Dense: {units: 2, activation: tanh}")))
	fails(t, model("{shape: [4]}", "Reshape: {target_shape: [3]}"), "holds 3 values a row")
}
