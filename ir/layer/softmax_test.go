package layer_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// TestSoftmaxLayer sums over every set of axes of an image, by the definition.
func TestSoftmaxLayer(t *testing.T) {
	shape := []int{2, 3, 2}
	at := func(i int) []int { return []int{i / 12, i / 6 % 2, i / 2 % 3, i % 2} } // of three rows
	for axis, axes := range map[string][]int{
		"-1": {3}, "1": {1}, "2": {2}, "[-1]": {3}, "[1, 2]": {1, 2}, "[3, 1]": {1, 3}, "[1, -2, 3]": {1, 2, 3},
	} {
		n := network(t, model("{shape: [2, 3, 2]}", "Softmax: "+axis))
		shaped(t, n, shape...)
		w := draw(n)
		x := w.Feed["x"].F
		want := make([]float64, len(x))
		for i := range x {
			sum := 0.0
			for j := range x {
				same := true
				for k := range at(i) {
					same = same && (at(i)[k] == at(j)[k] || slices.Contains(axes, k))
				}
				if same {
					sum += math.Exp(x[j])
				}
			}
			want[i] = math.Exp(x[i]) / sum
		}
		near(t, axis, w.predict(n), want)
		differentiable(t, network(t, model("{shape: [2, 3, 2]}", "Dense: 2", "Softmax: "+axis, "Flatten", "Dense: 1")))
	}
	n := network(t, model("{shape: [3]}", "Softmax"))
	w := draw(n)
	copy(w.Feed["x"].F, []float64{1000, 1000, 1000, -1000, 0, 0, 0, 0, 3e300})
	near(t, "far", w.predict(n), []float64{1. / 3, 1. / 3, 1. / 3, 0, 0.5, 0.5, 0, 0, 1})
}

// TestSoftmaxOfLogits compares a cross-entropy after a Softmax layer with one
// after the activation: where the axis is the last, both come from the logits.
func TestSoftmaxOfLogits(t *testing.T) {
	loss := func(layers string) float64 {
		n := network(t, fmt.Sprintf("name: case\ninputs: {x: {shape: [3]}}\nlayers: [%s]\ncompile: {loss: categorical_crossentropy, optimizer: sgd}\n", layers))
		w := draw(n)
		for i := range w.Feed["x"].F {
			w.Feed["x"].F[i] *= 1000
		}
		return w.eval(n.Train)[n.Train.Loss].F[0]
	}
	want := loss("Activation: softmax")
	if got := loss("Softmax"); got != want || want < 100 {
		t.Errorf("loss %v after Softmax, %v after Activation: softmax", got, want)
	}
	if got := loss("Softmax, Identity"); got != want {
		t.Errorf("loss %v after Softmax and Identity, %v after Activation: softmax", got, want)
	}
}
