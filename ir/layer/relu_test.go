package layer_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// TestReLU draws its three arguments, each of which may be left out.
func TestReLU(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 24 {
		limit, slope, threshold := math.Inf(1), 0.0, 0.0
		args := "name: l"
		if r.IntN(2) == 0 {
			limit = 1.5 * r.Float64()
			args += fmt.Sprintf(", max_value: %v", limit)
		}
		if r.IntN(2) == 0 {
			slope = r.Float64()
			args += fmt.Sprintf(", negative_slope: %v", slope)
		}
		if r.IntN(2) == 0 {
			threshold = r.Float64()
			args += fmt.Sprintf(", threshold: %v", threshold)
		}
		n := network(t, model("{shape: [5, 2]}", "ReLU: {"+args+"}"))
		shaped(t, n, 5, 2)
		w := draw(n)
		near(t, args, w.predict(n), apply(func(x float64) float64 {
			if x > threshold {
				return min(x, limit)
			}
			return slope * (x - threshold)
		}, w.Feed["x"].F))
		differentiable(t, network(t, model("{shape: [4]}", "Dense: 3", "ReLU: {"+args+"}", "Dense: 1")))
	}
	n := network(t, model("{shape: [2]}", "ReLU: 0.5"))
	w := draw(n)
	copy(w.Feed["x"].F, []float64{-1, 0, 0.25, 0.5, 0.75, math.Inf(1)})
	near(t, "max_value alone", w.predict(n), []float64{0, 0, 0.25, 0.5, 0.5, 0.5})
}

func TestLeakyReLU(t *testing.T) {
	for args, slope := range map[string]float64{"LeakyReLU": 0.3, "LeakyReLU: 0.05": 0.05, "LeakyReLU: {negative_slope: 0}": 0, "LeakyReLU: {negative_slope: 0.2}": 0.2} {
		n := network(t, model("{shape: [5]}", args))
		w := draw(n)
		near(t, args, w.predict(n), apply(func(x float64) float64 { return max(x, 0) + slope*min(x, 0) }, w.Feed["x"].F))
		differentiable(t, network(t, model("{shape: [4]}", "Dense: 3", args, "Dense: 1")))
	}
}

func TestELU(t *testing.T) {
	for args, alpha := range map[string]float64{"ELU": 1, "ELU: 0.4": 0.4, "ELU: {alpha: 0}": 0, "ELU: -0.5": -0.5} {
		n := network(t, model("{shape: [5]}", args))
		w := draw(n)
		near(t, args, w.predict(n), apply(func(x float64) float64 { return max(x, 0) + alpha*(math.Exp(min(x, 0))-1) }, w.Feed["x"].F))
		differentiable(t, network(t, model("{shape: [4]}", "Dense: 3", args, "Dense: 1")))
	}
}

// TestIdentity passes numbers and ids on, also where nothing else is there.
func TestIdentity(t *testing.T) {
	n := network(t, model("{shape: [5]}", "Identity"))
	w := draw(n)
	near(t, "identity", w.predict(n), w.Feed["x"].F)
	differentiable(t, network(t, model("{shape: [4]}", "Dense: 3", "Identity", "Dense: 1", "Identity: {name: end}")))
	shaped(t, network(t, model("{shape: [5], dtype: int32}", "Identity", "Embedding: {input_dim: 4, output_dim: 3}")), 5, 3)
}
