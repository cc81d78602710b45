package layer_test

import (
	"testing"

	"github.com/nngen-go/nngen/ir/layer"
)

// An output with a mask is the share of a mean over the steps that count; one
// without, beside it, is the mean over the rows.
func TestMaskedLossBesideAnother(t *testing.T) {
	n := network(t, `
inputs: {x: {shape: [3, 2]}}
layers:
  - Masking: {name: m}
  - Dense: {name: a, units: 1}
  - GlobalAveragePooling1D: {name: b, inputs: [m]}
outputs: [a, b]
compile: {optimizer: sgd, loss: mean_squared_error}
`)
	if !n.Header.Training.BatchStatistics {
		t.Error("a batch may be taken in parts")
	}
	w := draw(n)
	counted := []bool{true, false, true, true, true, true, false, false, true}
	for i, c := range counted {
		if !c {
			clear(w.Feed["x"].F[2*i : 2*i+2])
		}
	}
	values := w.eval(n.Train)
	a, b := values[n.Train.Outputs[0]].F, values[n.Train.Outputs[1]].F
	var masked, plain float64
	for r := range rows {
		weight := w.Feed["weight"].F[r]
		for s := 3 * r; s < 3*r+3; s++ {
			if d := a[s] - w.Feed["a"].F[s]; counted[s] {
				masked += weight * d * d / 6
			}
		}
		for i := 2 * r; i < 2*r+2; i++ {
			d := b[i] - w.Feed["b"].F[i]
			plain += weight * d * d / 2
		}
	}
	masked *= w.Feed["share"].F[0]
	plain *= w.Feed["inv_total"].F[0]
	near(t, "losses", []float64{values[n.Train.Losses[0]].F[0], values[n.Train.Losses[1]].F[0]}, []float64{masked, plain})
	near(t, "loss", values[n.Train.Loss].F, []float64{masked + plain})
	differentiable(t, n)
}

// Without mask_zero nothing changes: neither the graph nor what identifies a model.
func TestMaskZeroIsSilent(t *testing.T) {
	plain := network(t, model("{shape: [3], dtype: int32}", "Embedding: {input_dim: 4, output_dim: 2}", "Flatten"))
	said := network(t, model("{shape: [3], dtype: int32}", "Embedding: {input_dim: 4, output_dim: 2, mask_zero: false}", "Flatten"))
	masked := network(t, model("{shape: [3], dtype: int32}", "Embedding: {input_dim: 4, output_dim: 2, mask_zero: true}", "Flatten"))
	if plain.Header.Hash != said.Header.Hash || plain.Header.ModelID == masked.Header.ModelID {
		t.Error("mask_zero: false is not the same as nothing, or true is")
	}
	if _, ok := layer.Canonical(&layer.Embedding{}, true)["mask_zero"]; ok {
		t.Error("mask_zero: false identifies a model")
	}
}
