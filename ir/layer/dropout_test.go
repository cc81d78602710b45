package layer_test

import (
	"testing"

	"github.com/nngen-go/nngen/ir"
)

func TestDropout(t *testing.T) {
	n := network(t, model("{shape: [2]}", "Dropout: {name: drop, rate: 0.25}"))
	w := draw(n)
	x := w.Feed["x"].F
	near(t, "predicted", w.predict(n), x)
	// Values at the rate and above are kept, and scaled by 1/(1-rate).
	w.Uniform = func(stream string, shape ir.Shape) []float64 {
		if stream != "drop" {
			t.Errorf("stream %q, want the layer's name", stream)
		}
		return []float64{0, 0.2499, 0.25, 0.5, 0.75, 0.9999}
	}
	got := w.eval(n.Train)[n.Train.Outputs[0]].F
	near(t, "trained", got, []float64{0, 0, x[2] / 0.75, x[3] / 0.75, x[4] / 0.75, x[5] / 0.75})
	differentiable(t, network(t, model("{shape: [2]}", "Dense: 4", "Dropout: 0.5", "Dense: 1")))
}

func TestDropoutSeedChangesTheMask(t *testing.T) {
	masks := map[string]bool{}
	for _, arguments := range []string{"{rate: 0.5}", "{rate: 0.5, seed: 1}", "{rate: 0.5, seed: 2}"} {
		n := network(t, model("{shape: [20]}", "Dropout: "+arguments))
		w := draw(n)
		mask := ""
		for _, y := range w.eval(n.Train)[n.Train.Outputs[0]].F {
			if y == 0 {
				mask += "0"
			} else {
				mask += "1"
			}
		}
		masks[mask] = true
	}
	if len(masks) != 3 {
		t.Errorf("%d different masks of 3", len(masks))
	}
}

func TestDropoutRateZeroDoesNothing(t *testing.T) {
	n := network(t, model("{shape: [2]}", "Dropout: 0"))
	if len(n.Train.Outputs[0].Args) != 0 {
		t.Error("something is computed")
	}
	fails(t, model("{shape: [2]}", "Dropout: 1"), "below 1")
	fails(t, model("{shape: [2]}", "Dropout"), "needs the argument rate")
}
