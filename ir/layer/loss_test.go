package layer_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

func lossModel(shape string, loss string, layers ...string) string {
	text := "name: case\ninputs: {x: {shape: " + shape + "}}\nlayers:\n"
	for _, l := range layers {
		text += "  - " + l + "\n"
	}
	return text + "compile: {optimizer: sgd, loss: " + loss + "}\n"
}

func TestLossesAreDifferentiable(t *testing.T) {
	for _, loss := range []string{
		"binary_crossentropy", "{binary_crossentropy: {from_logits: true}}", "{BinaryCrossentropy: {label_smoothing: 0.1}}",
		"categorical_crossentropy", "{categorical_crossentropy: {from_logits: true, label_smoothing: 0.2}}",
		"sparse_categorical_crossentropy", "{sparse_categorical_crossentropy: {from_logits: true}}",
		"mse", "mae", "huber", "{huber: {delta: 0.3}}",
	} {
		for _, activation := range []string{"sigmoid", "softmax", "exponential"} {
			for _, shape := range []string{"[2]", "[3, 2]"} {
				t.Run(fmt.Sprint(loss, activation, shape), func(t *testing.T) {
					differentiable(t, network(t, lossModel(shape, loss, "Dense: {units: 2, activation: "+activation+"}")))
				})
			}
		}
	}
}

// The loss of a call is Σ weight·loss/total over its rows, so that micro-batches
// of one batch add up to the loss of the batch, penalties included.
func TestLossIsAShareOfTheBatch(t *testing.T) {
	n := network(t, lossModel("[2]", "mse", "Dense: {units: 1, kernel_regularizer: {l1_l2: {l1: 0.5, l2: 0.25}}}"))
	w := draw(n)
	const total = 7
	w.Feed["inv_total"].F[0], w.Feed["share"].F[0] = 1./total, rows/7.
	values := w.eval(n.Train)
	sum := 0.0
	for i, y := range values[n.Train.Outputs[0]].F {
		d := y - w.Feed["dense"].F[i]
		sum += w.Feed["weight"].F[i] * d * d
	}
	penalty := 0.0
	for _, k := range w.Params["dense/kernel"].F {
		penalty += 0.5*math.Abs(k) + 0.25*k*k
	}
	near(t, "losses", values[n.Train.Losses[0]].F, []float64{sum / total})
	near(t, "loss", values[n.Train.Loss].F, []float64{sum/total + penalty*rows/total})
}

// Far from 0 the formula on logits keeps its digits, and a layer between hides
// the logits.
func TestLogitsAreFound(t *testing.T) {
	for _, c := range []struct {
		loss   string
		target float64
		layers []string
		want   float64
	}{
		{"bce", 1, []string{"Dense: {name: d, units: 1, activation: sigmoid}"}, 100},
		{"bce", 1, []string{"Dense: {name: d, units: 1}", "Activation: sigmoid"}, 100},
		{"bce", 1, []string{"Dense: {name: d, units: 1}", "Activation: sigmoid", "Activation: linear"}, 100},
		{"bce", 1, []string{"Dense: {name: d, units: 1, activation: sigmoid}", "Reshape: {target_shape: [1]}"}, -math.Log(1e-7)},
		{"bce", 1, []string{"Dense: {name: d, units: 1, activation: sigmoid}", "Flatten"}, -math.Log(1e-7)},
	} {
		n := network(t, lossModel("[1]", c.loss, c.layers...))
		w := draw(n)
		w.Rows = 1
		for _, v := range n.Train.Inputs {
			w.Feed[v.Op.(*op.Input).Port] = &ir.Tensor[float64]{Shape: v.Shape.Concrete(1), F: []float64{1}}
		}
		w.Params["d/kernel"].F[0], w.Params["d/bias"].F[0] = -100, 0
		near(t, fmt.Sprint(c.layers), w.eval(n.Train)[n.Train.Loss].F, []float64{c.want})
	}
}

func TestTargets(t *testing.T) {
	for _, c := range []struct {
		loss, shape string
		units       int
		want        string
	}{
		{"mse", "[2]", 1, "f32 [] 0"},
		{"bce", "[2]", 3, "f32 [3] 0"},
		{"mae", "[4, 2]", 1, "f32 [4] 0"},
		{"huber", "[4, 2]", 3, "f32 [4 3] 0"},
		{"categorical_crossentropy", "[2]", 3, "f32 [3] 0"},
		{"sparse_categorical_crossentropy", "[2]", 3, "i32 [] 3"},
		{"SparseCategoricalCrossentropy", "[4, 2]", 3, "i32 [4] 3"},
	} {
		p := network(t, lossModel(c.shape, c.loss, fmt.Sprintf("Dense: %d", c.units))).Header.Targets[0]
		if got := fmt.Sprint(p.DType, p.Shape, p.Limit); got != c.want {
			t.Errorf("%s of %s: %s, want %s", c.loss, c.shape, got, c.want)
		}
	}
}
