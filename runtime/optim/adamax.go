package optim

import "math"

// Adamax is Adam with the largest gradient, which fades, in place of the root
// mean square.
//
//	m += (g - m)·(1-beta_1)
//	u  = max(beta_2·u, |g|)
//	w -= lr·m/((1-beta_1ᵗ)·(u + epsilon))
//
// Source: Keras 3, optimizers/adamax.py; D. P. Kingma, J. Ba, "Adam: a method
// for stochastic optimization", ICLR 2015, section 7.1.
type Adamax struct {
	Settings
	Beta1   float64 `arg:"beta_1,min=0,below=1" doc:"share of the average of gradients that a step keeps"`
	Beta2   float64 `arg:"beta_2,min=0,below=1" doc:"share of the average of squared gradients that a step keeps"`
	Epsilon float64 `arg:"epsilon,above=0" doc:"keeps the division from zero"`
}

// NewAdamax returns Adamax with Keras's defaults: beta_1 0.9, beta_2 0.999,
// epsilon 1e-7. Keras's default learning rate is 0.001.
func NewAdamax(learningRate float64) *Adamax {
	return &Adamax{Settings: newSettings(learningRate), Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-7}
}

// Name returns "adamax".
func (*Adamax) Name() string { return "adamax" }

// Slots returns "momentum" and "norm".
func (*Adamax) Slots() []string { return []string{"momentum", "norm"} }

// InitSlot returns 0.
func (*Adamax) InitSlot(string) float32 { return 0 }

// Validate reports hyperparameters outside their range.
func (o *Adamax) Validate() error { return validate(o).err() }

// Update implements [Rule].
func (o *Adamax) Update(s Step, w, g []float32, slots [][]float32) {
	rest := 1 - pow(float32(o.Beta1), float32(s.Number))
	adamax(w, g, slots[0], slots[1], float32(s.LearningRate), float32(1-o.Beta1), float32(o.Beta2), rest, float32(o.Epsilon))
}

func adamaxGo(w, g, m, u []float32, lr, rest1, beta2, rest, eps float32) {
	g, m, u = g[:len(w)], m[:len(w)], u[:len(w)]
	for i := range w {
		m[i] += float32((g[i] - m[i]) * rest1)
		u[i] = float32(beta2 * u[i])
		if size := float32(math.Abs(float64(g[i]))); !(u[i] > size) {
			u[i] = size
		}
		w[i] -= lr * m[i] / (rest * float32(u[i]+eps))
	}
}
