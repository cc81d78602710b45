package optim

// Adadelta scales the gradient by the ratio of two running root mean squares:
// of the updates so far and of the gradients.
//
//	a = rho·a + (1-rho)·g²
//	d = g·√(x + epsilon)/√(a + epsilon)
//	x = rho·x + (1-rho)·d²
//	w -= lr·d
//
// Source: Keras 3, optimizers/adadelta.py; M. D. Zeiler, "Adadelta: an adaptive
// learning rate method", 2012.
type Adadelta struct {
	Settings
	Rho     float64 `arg:"rho,min=0,below=1" doc:"share of the averages of squared gradients and steps that a step keeps"`
	Epsilon float64 `arg:"epsilon,above=0" doc:"keeps the division from zero"`
}

// NewAdadelta returns Adadelta with Keras's defaults: rho 0.95, epsilon 1e-7.
// Keras's default learning rate is 0.001; the paper's is 1.
func NewAdadelta(learningRate float64) *Adadelta {
	return &Adadelta{Settings: newSettings(learningRate), Rho: 0.95, Epsilon: 1e-7}
}

// Name returns "adadelta".
func (*Adadelta) Name() string { return "adadelta" }

// Slots returns "accumulated_grad" and "accumulated_delta_var".
func (*Adadelta) Slots() []string { return []string{"accumulated_grad", "accumulated_delta_var"} }

// InitSlot returns 0.
func (*Adadelta) InitSlot(string) float32 { return 0 }

// Validate reports hyperparameters outside their range.
func (o *Adadelta) Validate() error { return validate(o).err() }

// Update implements [Rule].
func (o *Adadelta) Update(s Step, w, g []float32, slots [][]float32) {
	adadelta(w, g, slots[0], slots[1], float32(s.LearningRate), float32(o.Rho), float32(1-o.Rho), float32(o.Epsilon))
}

func adadeltaGo(w, g, a, x []float32, lr, rho, rest, eps float32) {
	g, a, x = g[:len(w)], a[:len(w)], x[:len(w)]
	for i := range w {
		a[i] = float32(rho*a[i]) + float32(rest*float32(g[i]*g[i]))
		d := sqrt(x[i]+eps) * g[i] / sqrt(a[i]+eps)
		x[i] = float32(rho*x[i]) + float32(rest*float32(d*d))
		w[i] -= float32(lr * d)
	}
}
