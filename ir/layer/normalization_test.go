package layer_test

import (
	"math"
	"testing"
)

func TestNormalization(t *testing.T) {
	n := network(t, model("{shape: [2]}", "Normalization: {name: z}", "Dense: 1"))
	differentiable(t, n)
	n = network(t, model("{shape: [2]}", "Normalization: {name: z}"))
	shaped(t, n, 2)
	w := draw(n)
	copy(w.Params["z/mean"].F, []float64{1, -1})
	copy(w.Params["z/variance"].F, []float64{4, 0})
	x := w.Feed["x"].F
	near(t, "y", w.predict(n), []float64{(x[0] - 1) / 2, (x[1] + 1) / 1e-7, (x[2] - 1) / 2, (x[3] + 1) / 1e-7, (x[4] - 1) / 2, (x[5] + 1) / 1e-7})
	a := n.Adapts[0]
	names := []string{n.Header.Segments[a.Mean].Name, n.Header.Segments[a.Variance].Name, n.Header.Segments[a.Count].Name}
	if a.Layer != "z" || a.Width != 2 || a.Groups != 2 || names[0] != "z/mean" || names[1] != "z/variance" || names[2] != "z/count" {
		t.Errorf("%+v, %v", a, names)
	}
}

func TestNormalizationByGivenNumbers(t *testing.T) {
	n := network(t, model("{shape: [2]}", "Normalization: {mean: [1, 2], variance: [4, 9]}"))
	if len(n.Adapts) != 0 || len(n.Header.Segments) != 0 {
		t.Error("given statistics are fitted")
	}
	w := draw(n)
	x := w.Feed["x"].F
	near(t, "y", w.predict(n), []float64{(x[0] - 1) / 2, (x[1] - 2) / 3, (x[2] - 1) / 2, (x[3] - 2) / 3, (x[4] - 1) / 2, (x[5] - 2) / 3})
	n = network(t, model("{shape: [2]}", "Normalization: {axis: null, mean: 1, variance: 4, invert: true}"))
	near(t, "inverse", w.predict(n), apply(func(x float64) float64 { return 2*x + 1 }, x))
	fails(t, model("{shape: [2]}", "Normalization: {mean: 1}"), "without variance")
}

// An axis that is kept before others has its rows transposed for fitting, so
// that index i belongs to group i mod Groups.
func TestNormalizationOfAnInnerAxis(t *testing.T) {
	n := network(t, model("{shape: [2, 3]}", "Normalization: {name: z, axis: 1}"))
	a := n.Adapts[0]
	if a.Groups != 2 || a.Width != 6 {
		t.Fatalf("%+v", a)
	}
	w := draw(n)
	x := w.Feed["x"].F
	got := w.eval(a.Graph)[a.Graph.Outputs[0]].F
	for r := range rows {
		for i := range 6 {
			if want := x[r*6+i%2*3+i/2]; got[r*6+i] != want {
				t.Errorf("row %d, element %d is %v, want %v", r, i, got[r*6+i], want)
			}
		}
	}
	mean, variance := w.Params["z/mean"].F, w.Params["z/variance"].F
	for i, y := range w.predict(n) {
		k := i / 3 % 2
		near(t, "y", []float64{y}, []float64{(x[i] - mean[k]) / math.Sqrt(variance[k])})
	}
}

func TestNormalizationComesBeforeWeights(t *testing.T) {
	two := network(t, model("{shape: [2]}", "Normalization: {name: a}", "Rescaling: 2", "Normalization: {name: b, axis: null}"))
	if len(two.Adapts) != 2 || two.Adapts[1].Layer != "b" || two.Adapts[1].Groups != 1 {
		t.Errorf("%+v", two.Adapts)
	}
	for _, before := range []string{"Dense: {name: d, units: 2}", "Dense: {name: d, units: 2, trainable: false}", "BatchNormalization: {name: d, scale: false, center: false}"} {
		fails(t, model("{shape: [2]}", before, "Rescaling: 2", "Normalization"), `layer "d" has some`)
	}
}
