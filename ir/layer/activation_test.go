package layer_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

func apply(f func(float64) float64, x []float64) []float64 {
	y := make([]float64, len(x))
	for i := range x {
		y[i] = f(x[i])
	}
	return y
}

var tanh = math.Tanh

func TestActivations(t *testing.T) {
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	piece := func(below func(float64) float64) func(float64) float64 {
		return func(x float64) float64 {
			if x > 0 {
				return x
			}
			return below(x)
		}
	}
	for _, c := range []struct {
		activation string
		f          func(float64) float64
	}{
		{"linear", func(x float64) float64 { return x }},
		{"relu", func(x float64) float64 { return max(x, 0) }},
		{"{relu: {negative_slope: 0.1}}", piece(func(x float64) float64 { return 0.1 * x })},
		{"{relu: {max_value: 1, threshold: 0.25, negative_slope: 0.5}}", func(x float64) float64 {
			if x > 0.25 {
				return min(x, 1)
			}
			return 0.5 * (x - 0.25)
		}},
		{"sigmoid", sigmoid},
		{"tanh", tanh},
		{"elu", piece(math.Expm1)},
		{"{elu: 0.5}", piece(func(x float64) float64 { return 0.5 * math.Expm1(x) })},
		{"leaky_relu", piece(func(x float64) float64 { return 0.2 * x })},
		{"{leaky_relu: {negative_slope: 0.05}}", piece(func(x float64) float64 { return 0.05 * x })},
		{"gelu", func(x float64) float64 { return x * 0.5 * (1 + math.Erf(x/math.Sqrt2)) }},
		{"{gelu: {approximate: true}}", func(x float64) float64 {
			return 0.5 * x * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x)))
		}},
		{"silu", func(x float64) float64 { return x * sigmoid(x) }},
		{"swish", func(x float64) float64 { return x * sigmoid(x) }},
		{"softplus", func(x float64) float64 { return math.Log1p(math.Exp(x)) }},
		{"softsign", func(x float64) float64 { return x / (1 + math.Abs(x)) }},
		{"exponential", math.Exp},
		{"hard_sigmoid", func(x float64) float64 { return min(max(x/6+0.5, 0), 1) }},
		{"mish", func(x float64) float64 { return x * math.Tanh(math.Log1p(math.Exp(x))) }},
		{"hard_swish", func(x float64) float64 { return x * min(max(x/6+0.5, 0), 1) }},
		{"celu", piece(math.Expm1)},
		{"{celu: 0.5}", piece(func(x float64) float64 { return 0.5 * math.Expm1(2*x) })},
		{"hard_shrink", func(x float64) float64 {
			if math.Abs(x) > 0.5 {
				return x
			}
			return 0
		}},
		{"{soft_shrink: 0.25}", func(x float64) float64 { return math.Copysign(max(math.Abs(x)-0.25, 0), x) }},
		{"{threshold: {threshold: 0.25, default_value: -2}}", func(x float64) float64 {
			if x > 0.25 {
				return x
			}
			return -2
		}},
		{"squareplus", func(x float64) float64 { return (x + math.Sqrt(x*x+4)) / 2 }},
		{"{squareplus: {b: 0.5}}", func(x float64) float64 { return (x + math.Sqrt(x*x+0.5)) / 2 }},
	} {
		t.Run(c.activation, func(t *testing.T) {
			n := network(t, model("{shape: [4]}", fmt.Sprintf("Activation: {activation: %s}", c.activation)))
			shaped(t, n, 4)
			w := draw(n)
			near(t, "y", w.predict(n), apply(c.f, w.Feed["x"].F))
			differentiable(t, network(t, model("{shape: [4]}", fmt.Sprintf("Dense: {units: 5, activation: %s}", c.activation), "Dense: 1")))
		})
	}
}

func TestSoftmaxAndItsLogarithm(t *testing.T) {
	for _, name := range []string{"softmax", "log_softmax"} {
		n := network(t, model("{shape: [3]}", "Activation: {activation: "+name+"}"))
		w := draw(n)
		copy(w.Feed["x"].F, []float64{1, 2, 3, 1000, 1000, 1000, -1000, 0, 0})
		z := math.Exp(1) + math.Exp(2) + math.Exp(3)
		want := []float64{math.Exp(1) / z, math.Exp(2) / z, math.Exp(3) / z, 1. / 3, 1. / 3, 1. / 3, 0, 0.5, 0.5}
		got := w.predict(n)
		if name == "log_softmax" {
			got = apply(math.Exp, got)
		}
		near(t, name, got, want)
		differentiable(t, network(t, model("{shape: [4]}", "Dense: {units: 3, activation: "+name+"}", "Dense: 1")))
		fails(t, model("{shape: [3]}", "Dense: {units: 1, activation: "+name+"}"), "over one unit always gives")
	}
}

// TestGLU halves the last axis, wherever it stands.
func TestGLU(t *testing.T) {
	n := network(t, model("{shape: [3, 4]}", "Activation: glu"))
	shaped(t, n, 3, 2)
	w := draw(n)
	x := w.Feed["x"].F
	var want []float64
	for i := 0; i < len(x); i += 4 {
		for j := range 2 {
			want = append(want, x[i+j]/(1+math.Exp(-x[i+2+j])))
		}
	}
	near(t, "glu", w.predict(n), want)
	differentiable(t, network(t, model("{shape: [4]}", "Dense: {units: 6, activation: glu}", "Dense: 1")))
	fails(t, model("{shape: [4]}", "Dense: {units: 5, activation: glu}"), "has no halves")
	fails(t, model("{shape: [3, 4]}", "GRU: {units: 4, activation: glu}"), "keeps its size")
}

// TestSparsemax holds it to the sorted algorithm of its paper.
func TestSparsemax(t *testing.T) {
	for _, k := range []int{2, 3, 10, 33} {
		n := network(t, model(fmt.Sprintf("{shape: [%d]}", k), "Activation: sparsemax"))
		w := draw(n)
		x := w.Feed["x"].F
		copy(x[k:2*k], slices.Repeat([]float64{0.5}, k)) // all alike
		for i := range k {
			x[2*k+i] *= 1e-3 * float64(i) // all in the support
		}
		var want []float64
		for row := range slices.Chunk(x, k) {
			sorted := slices.Clone(row)
			slices.Sort(sorted)
			slices.Reverse(sorted)
			var sum, tau float64
			for i, v := range sorted {
				if sum += v; 1+float64(i+1)*v > sum {
					tau = (sum - 1) / float64(i+1)
				}
			}
			want = append(want, apply(func(v float64) float64 { return max(v-tau, 0) }, row)...)
		}
		near(t, "sparsemax", w.predict(n), want)
	}
	differentiable(t, network(t, model("{shape: [4]}", "Dense: {units: 5, activation: sparsemax}", "Dense: 1")))
	fails(t, model("{shape: [3]}", "Dense: {units: 1, activation: sparsemax}"), "over one unit always gives")
}
