package optim

// Lion moves every weight by the learning rate, in the direction of a running
// mean of the gradient.
//
//	w -= lr·sign(beta_1·m + (1-beta_1)·g)
//	m  = beta_2·m + (1-beta_2)·g
//
// Source: Keras 3, optimizers/lion.py; X. Chen et al., "Symbolic discovery of
// optimization algorithms", NeurIPS 2023.
type Lion struct {
	Settings
	Beta1 float64 `arg:"beta_1,above=0,max=1" doc:"share of the average of gradients in a step"`
	Beta2 float64 `arg:"beta_2,min=0,max=1" doc:"share of the average of gradients that a step keeps"`
}

// NewLion returns Lion with Keras's defaults: beta_1 0.9, beta_2 0.99. Keras's
// default learning rate is 0.001.
func NewLion(learningRate float64) *Lion {
	return &Lion{Settings: newSettings(learningRate), Beta1: 0.9, Beta2: 0.99}
}

// Name returns "lion".
func (*Lion) Name() string { return "lion" }

// Slots returns "momentum".
func (*Lion) Slots() []string { return []string{"momentum"} }

// InitSlot returns 0.
func (*Lion) InitSlot(string) float32 { return 0 }

// Validate reports hyperparameters outside their range.
func (o *Lion) Validate() error { return validate(o).err() }

// Update implements [Rule].
func (o *Lion) Update(s Step, w, g []float32, slots [][]float32) {
	beta1, beta2 := float32(o.Beta1), float32(o.Beta2)
	lion(w, g, slots[0], float32(s.LearningRate), beta1, 1-beta1, beta2, 1-beta2)
}

func lionGo(w, g, m []float32, lr, beta1, rest1, beta2, rest2 float32) {
	g, m = g[:len(w)], m[:len(w)]
	for i := range w {
		d := float32(m[i]*beta1) + float32(g[i]*rest1)
		switch {
		case d > 0:
			w[i] -= lr
		case d < 0:
			w[i] += lr
		case d != 0: // not a number, which is passed on
			w[i] = d
		}
		m[i] = float32(m[i]*beta2) + float32(g[i]*rest2)
	}
}
