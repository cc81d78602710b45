package optim

import (
	"math"
	"strconv"
	"testing"
)

// The trajectories of PyTorch's tests over 1001 steps of a network with two
// inputs, three hidden units and one output, all sigmoid. PyTorch's weight
// decay is a term of the gradient; where it adds epsilon after the root and
// Keras under it, the square of epsilon comes nearest.
func TestTrajectoriesOfPyTorch(t *testing.T) {
	type setting struct {
		Kind        string
		LR          float64
		WeightDecay float64 `json:"weight_decay"`
		LRDecay     float64 `json:"lr_decay"`
		Momentum    float64
		Nesterov    bool
		Centered    bool
		AMSGrad     bool
	}
	var file struct {
		Order      []string `json:"parameter_order"`
		Input      [][2]float64
		Initial    map[string][]float32
		Optimizers map[string]setting
		Expected   map[string]map[string][][]float64
	}
	load(t, "pytorch_baseline.json", &file)
	if len(file.Optimizers) != 14 {
		t.Fatalf("%d settings", len(file.Optimizers))
	}
	for name, s := range file.Optimizers {
		var rule Rule
		var rate *float64
		switch s.Kind {
		case "sgd":
			o := &SGD{Settings: Settings{LearningRate: s.LR}, Momentum: s.Momentum, Nesterov: s.Nesterov}
			rule, rate = o, &o.LearningRate
		case "adam":
			o := &Adam{Settings: Settings{LearningRate: s.LR}, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, AMSGrad: s.AMSGrad}
			rule, rate = o, &o.LearningRate
		case "rmsprop":
			o := &RMSprop{Settings: Settings{LearningRate: s.LR}, Rho: 0.99, Momentum: s.Momentum, Epsilon: 1e-16, Centered: s.Centered}
			rule, rate = o, &o.LearningRate
		case "adagrad":
			o := &Adagrad{Settings: Settings{LearningRate: s.LR}, Epsilon: 1e-20}
			rule, rate = o, &o.LearningRate
		default:
			t.Fatalf("kind %q", s.Kind)
		}
		var w []float32
		for _, p := range file.Order {
			w = append(w, file.Initial[p]...)
		}
		g := make([]float32, len(w))
		o, err := New(rule, vector(len(w)))
		if err != nil {
			t.Fatal(err)
		}
		for step := range 1001 {
			gradient(w, g, file.Input)
			for i := range g {
				g[i] += float32(s.WeightDecay) * w[i]
			}
			*rate = s.LR / (1 + float64(step)*s.LRDecay)
			apply(t, o, w, g)
			want, ok := file.Expected[name][strconv.Itoa(step)]
			if !ok {
				continue
			}
			i := 0
			for _, tensor := range want {
				for _, v := range tensor {
					// The tolerance of the PyTorch tests.
					if math.Abs(float64(w[i])-v) > 5e-4+1e-3*math.Abs(v) {
						t.Errorf("%s: after %d steps w[%d] = %v, want %v", name, step+1, i, w[i], v)
					}
					i++
				}
			}
			if i != len(w) {
				t.Errorf("%s: %d of %d values compared", name, i, len(w))
			}
		}
	}
}

// gradient is that of the sum of the network's outputs over the rows. w holds
// the hidden weights [3][2], the hidden biases, the output weights, the bias.
func gradient(w, g []float32, input [][2]float64) {
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	var sum [13]float64
	for _, x := range input {
		var h [3]float64
		z := float64(w[12])
		for j := range h {
			h[j] = sigmoid(float64(w[2*j])*x[0] + float64(w[2*j+1])*x[1] + float64(w[6+j]))
			z += float64(w[9+j]) * h[j]
		}
		y := sigmoid(z)
		dz := y * (1 - y)
		sum[12] += dz
		for j := range h {
			sum[9+j] += dz * h[j]
			dh := dz * float64(w[9+j]) * h[j] * (1 - h[j])
			sum[2*j] += dh * x[0]
			sum[2*j+1] += dh * x[1]
			sum[6+j] += dh
		}
	}
	for i, v := range sum {
		g[i] = float32(v)
	}
}
