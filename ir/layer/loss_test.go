package layer_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/pass"
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
		"mse", "mae", "huber", "{huber: {delta: 0.3}}", "mape", "msle", "log_cosh", "cosine_similarity", "{cosine_similarity: {axis: 1}}",
		"hinge", "squared_hinge", "categorical_hinge", "kld", "poisson", "binary_focal_crossentropy",
		"{binary_focal_crossentropy: {gamma: 1.5, apply_class_balancing: true, from_logits: true}}", "{categorical_focal_crossentropy: {alpha: [0.2, 0.7]}}",
		"{categorical_focal_crossentropy: {from_logits: true, gamma: 0.5, axis: 1}}", "{categorical_generalized_cross_entropy: {q: 0.3}}",
		"dice", "{dice: {axis: 1}}", "{tversky: {axis: [0], alpha: 0.3}}", "{sparse_categorical_crossentropy: {ignore_class: 1}}",
		"{mse: {reduction: sum}}", "{mse: {reduction: mean_with_sample_weight}}", "{sparse_categorical_crossentropy: {ignore_class: 0, reduction: sum}}",
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
		{"CategoricalGeneralizedCrossEntropy", "[4, 2]", 3, "i32 [4] 3"},
		{"cosine_similarity", "[4, 2]", 1, "f32 [4 1] 0"}, {"dice", "[2]", 1, "f32 [] 0"}, {"categorical_hinge", "[2]", 3, "f32 [3] 0"},
	} {
		p := network(t, lossModel(c.shape, c.loss, fmt.Sprintf("Dense: %d", c.units))).Header.Targets[0]
		if got := fmt.Sprint(p.DType, p.Shape, p.Limit); got != c.want {
			t.Errorf("%s of %s: %s, want %s", c.loss, c.shape, got, c.want)
		}
	}
}

// A batch is taken at once where the loss of a row depends on other rows.
func TestLossesOfWholeBatches(t *testing.T) {
	for loss, whole := range map[string]bool{
		"mse": false, "{mse: {reduction: sum}}": false, "{mse: {reduction: none}}": false, "{mse: {reduction: mean_with_sample_weight}}": true,
		"hinge": true, "squared_hinge": true, "categorical_hinge": false, "dice": true, "{dice: {axis: 1}}": false, "{tversky: {axis: [-2]}}": true,
		"sparse_categorical_crossentropy": false, "{sparse_categorical_crossentropy: {ignore_class: 0}}": true,
		"{sparse_categorical_crossentropy: {ignore_class: 0, reduction: sum}}": false,
	} {
		if got := network(t, lossModel("[2]", loss, "Dense: {units: 2, activation: sigmoid}")).Header.Training.BatchStatistics; got != whole {
			t.Errorf("%s: %v", loss, got)
		}
	}
}

// The loss of a batch without a reduction is reported as the mean, and trained as
// the sum, whether a batch is whole or a part of one.
func TestNoReduction(t *testing.T) {
	for _, shape := range []string{"[2]", "[3, 2]"} {
		mean := network(t, lossModel(shape, "mse", "Dense: 2"))
		none := network(t, lossModel(shape, "{mse: {reduction: none}}", "Dense: 2"))
		w := draw(mean)
		const total = 7
		w.Feed["inv_total"].F[0] = 1. / total
		losses := total * 1.
		if shape == "[3, 2]" {
			losses *= 3
		}
		want, got := pass.Clone(mean.Train), pass.Clone(none.Train)
		for _, g := range []*ir.Graph{want, got} {
			if err := pass.Autodiff(g); err != nil {
				t.Fatal(err)
			}
		}
		means, sums := w.eval(want), w.eval(got)
		near(t, "loss", sums[got.Loss].F, means[want.Loss].F)
		for i, g := range want.Grads {
			scaled := make([]float64, len(means[g.Value].F))
			for j, x := range means[g.Value].F {
				scaled[j] = losses * x
			}
			near(t, "gradient", sums[got.Grads[i].Value].F, scaled)
		}
	}
}

// What means the same has one hash.
func TestLossesWithDefaults(t *testing.T) {
	hash := func(loss string) string {
		return network(t, lossModel("[2]", loss, "Dense: {units: 2, activation: softmax}")).Header.Hash
	}
	plain := hash("categorical_crossentropy")
	for _, args := range []string{"reduction: mean", "reduction: sum_over_batch_size", "axis: -1", "from_logits: false"} {
		if hash("{categorical_crossentropy: {"+args+"}}") != plain {
			t.Errorf("%s changes the hash", args)
		}
	}
	if hash("{categorical_crossentropy: {reduction: none}}") != hash("{categorical_crossentropy: {reduction: null}}") {
		t.Error("null is not none")
	}
}

func TestLossErrors(t *testing.T) {
	for _, c := range [][3]string{
		{"[4, 2]", "{categorical_crossentropy: {axis: 0}}", "axis 0, which is the batch"},
		{"[4, 2]", "{binary_crossentropy: {axis: 3}}", "axis 3, which [n,4,3] has not; its axes after the batch are 1 to 2"},
		{"[4, 2]", "{sparse_categorical_crossentropy: {axis: 1}}", "not axis 1; leave axis out"},
		{"[4, 2]", "{sparse_categorical_crossentropy: {ignore_class: -1}}", "class numbers from 0 to 2"},
		{"[4, 2]", "{categorical_focal_crossentropy: {alpha: [1, 2]}}", "2 values of alpha, but the output has 3 units"},
		{"[4, 2]", "{dice: {reduction: sum}}", "no reduction sum; take reduction out"},
		{"[4, 2]", "{dice: {axis: [1, -2]}}", "axis 1 twice"},
		{"[4, 2]", "{tversky: {axis: 3}}", "axis 3, which [n,4,3] has not"},
		{"[4, 2]", "{tversky: {axis: []}}", "empty list of axes"},
		{"[4, 2]", "{mse: {reduction: average}}", `reduction is "average"; it must be sum_over_batch_size, mean, sum, mean_with_sample_weight or none`},
		{"[2]", "{categorical_generalized_cross_entropy: {q: 1}}", "q is 1"},
	} {
		fails(t, lossModel(c[0], c[1], "Dense: 3"), c[2])
	}
	fails(t, lossModel("[2]", "{mse: {reduction: none}}", "Dense: {units: 3, kernel_regularizer: l2}"), "write reduction: sum")
	masked := func(loss string) string { return lossModel("[4, 2]", loss, "Masking", "Dense: 3") }
	fails(t, masked("{cosine_similarity: {axis: 1}}"), "let classes be the last axis")
	fails(t, masked("{binary_crossentropy: {axis: 1}}"), "leave axis out")
	fails(t, masked("{dice: {axis: 1}}"), "leave axis out")
}
