package optim

// Nadam is Adam with Nesterov momentum, the share of which grows with the steps.
//
//	µₜ = beta_1·(1 - 0.96ᵗ/2);  Πₜ = µ₁·µ₂·…·µₜ
//	m += (g - m)·(1-beta_1)
//	v += (g² - v)·(1-beta_2)
//	h  = µₜ₊₁·m/(1 - Πₜ₊₁) + (1-µₜ)·g/(1 - Πₜ)
//	w -= lr·h/(√(v/(1-beta_2ᵗ)) + epsilon)
//
// Source: Keras 3, optimizers/nadam.py; T. Dozat, "Incorporating Nesterov
// momentum into Adam", ICLR 2016 workshop.
type Nadam struct {
	Settings
	Beta1   float64 `arg:"beta_1,min=0,below=1" doc:"share of the average of gradients that a step keeps"`
	Beta2   float64 `arg:"beta_2,min=0,below=1" doc:"share of the average of squared gradients that a step keeps"`
	Epsilon float64 `arg:"epsilon,above=0" doc:"keeps the division from zero"`
}

// NewNadam returns Nadam with Keras's defaults: beta_1 0.9, beta_2 0.999,
// epsilon 1e-7. Keras's default learning rate is 0.001.
func NewNadam(learningRate float64) *Nadam {
	return &Nadam{Settings: newSettings(learningRate), Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-7}
}

// Name returns "nadam".
func (*Nadam) Name() string { return "nadam" }

// Slots returns "momentum" and "velocity".
func (*Nadam) Slots() []string { return []string{"momentum", "velocity"} }

// InitSlot returns 0.
func (*Nadam) InitSlot(string) float32 { return 0 }

// Globals returns "u_product", which is Πₜ.
func (*Nadam) Globals() []string { return []string{"u_product"} }

// Validate reports hyperparameters outside their range.
func (o *Nadam) Validate() error { return validate(o).err() }

// momentum is µ of a step.
func (o *Nadam) momentum(step int) float32 {
	return float32(float32(o.Beta1) * (1 - float32(0.5*pow(0.96, float32(step)))))
}

// Advance implements [GlobalRule].
func (o *Nadam) Advance(s Step) {
	s.Globals[0] = s.Globals[0] * float32(o.Beta1) * (1 - float32(0.5*pow(0.96, float32(s.Number))))
}

// Update implements [Rule].
func (o *Nadam) Update(s Step, w, g []float32, slots [][]float32) {
	now, next, product := o.momentum(s.Number), o.momentum(s.Number+1), s.Globals[0]
	beta1, beta2 := float32(o.Beta1), float32(o.Beta2)
	nadam(w, g, slots[0], slots[1], float32(s.LearningRate), 1-beta1, 1-beta2, next, 1-float32(product*next),
		1-now, 1-product, 1-pow(beta2, float32(s.Number)), float32(o.Epsilon))
}

func nadamGo(w, g, m, v []float32, lr, rest1, rest2, shareM, divM, shareG, divG, divV, eps float32) {
	g, m, v = g[:len(w)], m[:len(w)], v[:len(w)]
	for i := range w {
		m[i] += float32((g[i] - m[i]) * rest1)
		v[i] += float32((float32(g[i]*g[i]) - v[i]) * rest2)
		h := shareM*m[i]/divM + shareG*g[i]/divG
		w[i] -= h * lr / (sqrt(v[i]/divV) + eps)
	}
}
