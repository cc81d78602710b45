package layer_test

import "testing"

func TestFlatten(t *testing.T) {
	n := network(t, model("{shape: [2, 3, 4]}", "Flatten"))
	shaped(t, n, 24)
	w := draw(n)
	near(t, "y", w.predict(n), w.Feed["x"].F)
	differentiable(t, network(t, model("{shape: [2, 3]}", "Dense: 2", "Flatten", "Dense: {units: 2, activation: tanh}")))
	fails(t, model("{shape: [null], dtype: int32}", "Flatten"), "rows of one length")
}
