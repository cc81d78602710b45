package optim

// Adam divides a running mean of the gradient by the root of a running mean of
// its square.
//
//	α  = lr·√(1-beta_2ᵗ)/(1-beta_1ᵗ)
//	m += (g - m)·(1-beta_1)
//	v += (g² - v)·(1-beta_2)
//	w -= α·m/(√v + epsilon)        (AMSGrad: the largest v so far)
//
// Epsilon stands outside the root and is not corrected for bias: it is the
// "epsilon hat" before section 2.1 of the paper. Source: Keras 3,
// optimizers/adam.py; D. P. Kingma, J. Ba, "Adam: a method for stochastic
// optimization", ICLR 2015; S. J. Reddi, S. Kale, S. Kumar, "On the convergence
// of Adam and beyond", ICLR 2018.
type Adam struct {
	Settings
	Beta1   float64 `arg:"beta_1,min=0,below=1" doc:"share of the average of gradients that a step keeps"`
	Beta2   float64 `arg:"beta_2,min=0,below=1" doc:"share of the average of squared gradients that a step keeps"`
	Epsilon float64 `arg:"epsilon,above=0" doc:"keeps the division from zero"`
	AMSGrad bool    `arg:"amsgrad" doc:"whether the largest average of squared gradients is used"`
}

// NewAdam returns Adam with Keras's defaults: beta_1 0.9, beta_2 0.999, epsilon
// 1e-7, no AMSGrad. Keras's default learning rate is 0.001.
func NewAdam(learningRate float64) *Adam {
	return &Adam{Settings: newSettings(learningRate), Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-7}
}

// Name returns "adam".
func (*Adam) Name() string { return "adam" }

// Slots returns "momentum" and "velocity", with AMSGrad also "velocity_hat".
func (o *Adam) Slots() []string {
	if o.AMSGrad {
		return []string{"momentum", "velocity", "velocity_hat"}
	}
	return []string{"momentum", "velocity"}
}

// InitSlot returns 0.
func (*Adam) InitSlot(string) float32 { return 0 }

// Validate reports hyperparameters outside their range.
func (o *Adam) Validate() error { return validate(o).err() }

// Update implements [Rule].
func (o *Adam) Update(s Step, w, g []float32, slots [][]float32) {
	// The powers are rounded to float32 as Keras rounds them: with beta_2 near
	// 1 the rounding of 1-beta_2ᵗ shows in the first steps.
	power1 := pow(float32(o.Beta1), float32(s.Number))
	power2 := pow(float32(o.Beta2), float32(s.Number))
	alpha := float32(s.LearningRate) * sqrt(1-power2) / (1 - power1)
	rest1, rest2, eps := float32(1-o.Beta1), float32(1-o.Beta2), float32(o.Epsilon)
	if o.AMSGrad {
		adamAMSGrad(w, g, slots[0], slots[1], slots[2], alpha, rest1, rest2, eps)
	} else {
		adam(w, g, slots[0], slots[1], alpha, rest1, rest2, eps)
	}
}

func adamGo(w, g, m, v []float32, alpha, rest1, rest2, eps float32) {
	g, m, v = g[:len(w)], m[:len(w)], v[:len(w)]
	for i := range w {
		m[i] += float32((g[i] - m[i]) * rest1)
		v[i] += float32((float32(g[i]*g[i]) - v[i]) * rest2)
		w[i] -= m[i] * alpha / (sqrt(v[i]) + eps)
	}
}

func adamAMSGradGo(w, g, m, v, hat []float32, alpha, rest1, rest2, eps float32) {
	g, m, v, hat = g[:len(w)], m[:len(w)], v[:len(w)], hat[:len(w)]
	for i := range w {
		m[i] += float32((g[i] - m[i]) * rest1)
		v[i] += float32((float32(g[i]*g[i]) - v[i]) * rest2)
		if !(hat[i] > v[i]) { // a v that is not a number is passed on
			hat[i] = v[i]
		}
		w[i] -= m[i] * alpha / (sqrt(hat[i]) + eps)
	}
}
