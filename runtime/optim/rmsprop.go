package optim

// RMSprop divides the gradient by a running root mean square of itself.
//
//	v = rho·v + (1-rho)·g²
//	a = rho·a + (1-rho)·g;  d = v - a² + epsilon   (Centered; else d = v + epsilon)
//	w -= lr·g/√d                                   (no momentum)
//	m = momentum·m + lr·g/√d;  w -= m
//
// Keras adds epsilon under the root, where PyTorch adds it after. Source:
// Keras 3, optimizers/rmsprop.py; T. Tieleman, G. Hinton, Lecture 6.5,
// "Neural networks for machine learning", 2012; centered: A. Graves,
// "Generating sequences with recurrent neural networks", 2013, eq. 38-45.
type RMSprop struct {
	Settings
	Rho      float64 `arg:"rho,min=0,below=1" doc:"share of the average of squared gradients that a step keeps"`
	Momentum float64 `arg:"momentum,min=0,max=1" doc:"share of the last step that is repeated"`
	Epsilon  float64 `arg:"epsilon,above=0" doc:"keeps the division from zero"`
	Centered bool    `arg:"centered" doc:"whether the variance of gradients is used, not their mean square"`
}

// NewRMSprop returns RMSprop with Keras's defaults: rho 0.9, no momentum,
// epsilon 1e-7, not centered. Keras's default learning rate is 0.001.
func NewRMSprop(learningRate float64) *RMSprop {
	return &RMSprop{Settings: newSettings(learningRate), Rho: 0.9, Epsilon: 1e-7}
}

// Name returns "rmsprop".
func (*RMSprop) Name() string { return "rmsprop" }

// Slots returns "velocity", then "momentum" and "average_gradient" where the
// hyperparameters ask for them.
func (o *RMSprop) Slots() []string {
	s := []string{"velocity"}
	if o.Momentum > 0 {
		s = append(s, "momentum")
	}
	if o.Centered {
		s = append(s, "average_gradient")
	}
	return s
}

// InitSlot returns 0.
func (*RMSprop) InitSlot(string) float32 { return 0 }

// Validate reports hyperparameters outside their range.
func (o *RMSprop) Validate() error { return validate(o).err() }

// Update implements [Rule].
func (o *RMSprop) Update(s Step, w, g []float32, slots [][]float32) {
	lr, rho, rest := float32(s.LearningRate), float32(o.Rho), float32(1-o.Rho)
	mu, eps := float32(o.Momentum), float32(o.Epsilon)
	switch {
	case o.Centered && o.Momentum > 0:
		rmspropCenteredMomentum(w, g, slots[0], slots[1], slots[2], lr, rho, rest, mu, eps)
	case o.Centered:
		rmspropCentered(w, g, slots[0], slots[1], lr, rho, rest, eps)
	case o.Momentum > 0:
		rmspropMomentum(w, g, slots[0], slots[1], lr, rho, rest, mu, eps)
	default:
		rmsprop(w, g, slots[0], lr, rho, rest, eps)
	}
}

func rmspropGo(w, g, v []float32, lr, rho, rest, eps float32) {
	g, v = g[:len(w)], v[:len(w)]
	for i := range w {
		v[i] = float32(rho*v[i]) + float32(rest*float32(g[i]*g[i]))
		w[i] -= lr * g[i] / sqrt(v[i]+eps)
	}
}

func rmspropMomentumGo(w, g, v, m []float32, lr, rho, rest, mu, eps float32) {
	g, v, m = g[:len(w)], v[:len(w)], m[:len(w)]
	for i := range w {
		v[i] = float32(rho*v[i]) + float32(rest*float32(g[i]*g[i]))
		m[i] = float32(mu*m[i]) + lr*g[i]/sqrt(v[i]+eps)
		w[i] -= m[i]
	}
}

func rmspropCenteredGo(w, g, v, a []float32, lr, rho, rest, eps float32) {
	g, v, a = g[:len(w)], v[:len(w)], a[:len(w)]
	for i := range w {
		v[i] = float32(rho*v[i]) + float32(rest*float32(g[i]*g[i]))
		a[i] = float32(rho*a[i]) + float32(rest*g[i])
		w[i] -= lr * g[i] / sqrt(v[i]-float32(a[i]*a[i])+eps)
	}
}

func rmspropCenteredMomentumGo(w, g, v, m, a []float32, lr, rho, rest, mu, eps float32) {
	g, v, m, a = g[:len(w)], v[:len(w)], m[:len(w)], a[:len(w)]
	for i := range w {
		v[i] = float32(rho*v[i]) + float32(rest*float32(g[i]*g[i]))
		a[i] = float32(rho*a[i]) + float32(rest*g[i])
		m[i] = float32(mu*m[i]) + lr*g[i]/sqrt(v[i]-float32(a[i]*a[i])+eps)
		w[i] -= m[i]
	}
}
