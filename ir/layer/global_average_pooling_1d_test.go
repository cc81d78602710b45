package layer_test

import "testing"

func TestGlobalAveragePooling1D(t *testing.T) {
	n := network(t, model("{shape: [2, 3]}", "GlobalAveragePooling1D"))
	shaped(t, n, 3)
	w := draw(n)
	x := w.Feed["x"].F
	var want []float64
	for r := range rows {
		for i := range 3 {
			want = append(want, (x[r*6+i]+x[r*6+3+i])/2)
		}
	}
	near(t, "y", w.predict(n), want)
	shaped(t, network(t, model("{shape: [2, 3]}", "GlobalAveragePooling1D: {keepdims: true}")), 1, 3)
	differentiable(t, network(t, model("{shape: [2, 3]}", "Dense: {units: 2, activation: tanh}", "GlobalAveragePooling1D", "Dense: 1")))
}
