package layer_test

import "testing"

func TestDense(t *testing.T) {
	n := network(t, model("{shape: [2]}", "Dense: {name: d, units: 3, activation: tanh, kernel_initializer: he_normal, kernel_regularizer: {l2: 0.1}}"))
	shaped(t, n, 3)
	differentiable(t, n)
	w := draw(n)
	copy(w.Feed["x"].F, []float64{1, 2, 3, 4, 5, 6})
	copy(w.Params["d/kernel"].F, []float64{1, 0, -1, 0.5, 2, 0})
	copy(w.Params["d/bias"].F, []float64{0.5, -0.5, 0})
	pre := []float64{2.5, 3.5, -1, 5.5, 7.5, -3, 8.5, 11.5, -5}
	near(t, "d", w.predict(n), apply(tanh, pre))
}

func TestDenseKeepsInnerAxes(t *testing.T) {
	n := network(t, model("{shape: [4, 2]}", "Dense: {units: 3, use_bias: false}", "Dense: 5"))
	shaped(t, n, 4, 5)
	differentiable(t, n)
	if len(n.Header.Segments) != 3 {
		t.Errorf("%d segments, want two kernels and a bias", len(n.Header.Segments))
	}
}

func TestFrozenDenseHasNoGradientAndNoPenalty(t *testing.T) {
	n := network(t, model("{shape: [2]}", "Dense: 3", "Dense: {name: still, units: 2, trainable: false, kernel_regularizer: l2}", "Dense: 1"))
	differentiable(t, n)
	for _, v := range n.Train.Values {
		if v.Name == "still.kernel.penalty" {
			t.Error("a frozen layer is penalised")
		}
	}
}
