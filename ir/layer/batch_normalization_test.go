package layer_test

import (
	"math"
	"testing"
)

func TestBatchNormalization(t *testing.T) {
	for _, arguments := range []string{"", ", axis: 1", ", scale: false", ", center: false", ", trainable: false", ", gamma_regularizer: l2"} {
		n := network(t, model("{shape: [3, 2]}", "Dense: 2", "BatchNormalization: {momentum: 0.8"+arguments+"}", "Dense: {units: 2, activation: tanh}"))
		shaped(t, n, 3, 2)
		differentiable(t, n)
		if frozen := arguments == ", trainable: false"; (len(n.Train.Updates) == 0) != frozen || n.Header.Training.BatchStatistics == frozen {
			t.Errorf("%s: %d updates, batch statistics %v", arguments, len(n.Train.Updates), n.Header.Training.BatchStatistics)
		}
	}
}

func TestBatchNormalizationStatistics(t *testing.T) {
	n := network(t, model("{shape: [1]}", "BatchNormalization: {name: bn, momentum: 0.75, epsilon: 0.5}"))
	w := draw(n)
	copy(w.Feed["x"].F, []float64{1, 2, 6})
	copy(w.Params["bn/gamma"].F, []float64{2})
	copy(w.Params["bn/beta"].F, []float64{-1})
	copy(w.Params["bn/moving_mean"].F, []float64{10})
	copy(w.Params["bn/moving_variance"].F, []float64{3.5})
	near(t, "predicted", w.predict(n), apply(func(x float64) float64 { return 2*(x-10)/2 - 1 }, w.Feed["x"].F))
	const mean, variance = 3, 14. / 3 // biased: (4+1+9)/3
	values := w.eval(n.Train)
	near(t, "trained", values[n.Train.Outputs[0]].F, apply(func(x float64) float64 { return 2*(x-mean)/math.Sqrt(variance+0.5) - 1 }, w.Feed["x"].F))
	for i, want := range []float64{0.75*10 + 0.25*mean, 0.75*3.5 + 0.25*variance} {
		u := n.Train.Updates[i]
		near(t, u.State.Name, values[u.New].F, []float64{want})
	}
}
