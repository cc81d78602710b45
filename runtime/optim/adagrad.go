package optim

// Adagrad divides the gradient by the root of the sum of its squares so far.
//
//	a += g²
//	w -= lr·g/√(a + epsilon)
//
// Keras adds epsilon under the root and starts a from
// InitialAccumulatorValue, where PyTorch adds it after and starts from 0.
// Source: Keras 3, optimizers/adagrad.py; J. Duchi, E. Hazan, Y. Singer,
// "Adaptive subgradient methods for online learning and stochastic
// optimization", JMLR 12, 2011.
type Adagrad struct {
	Settings
	InitialAccumulatorValue float64 `arg:"initial_accumulator_value,min=0" doc:"what the sum of squared gradients begins with"`
	Epsilon                 float64 `arg:"epsilon,above=0" doc:"keeps the division from zero"`
}

// NewAdagrad returns Adagrad with Keras's defaults: accumulators that start
// from 0.1, epsilon 1e-7. Keras's default learning rate is 0.001.
func NewAdagrad(learningRate float64) *Adagrad {
	return &Adagrad{Settings: newSettings(learningRate), InitialAccumulatorValue: 0.1, Epsilon: 1e-7}
}

// Name returns "adagrad".
func (*Adagrad) Name() string { return "adagrad" }

// Slots returns "accumulator".
func (*Adagrad) Slots() []string { return []string{"accumulator"} }

// InitSlot returns InitialAccumulatorValue.
func (o *Adagrad) InitSlot(string) float32 { return float32(o.InitialAccumulatorValue) }

// Validate reports hyperparameters outside their range.
func (o *Adagrad) Validate() error { return validate(o).err() }

// Update implements [Rule].
func (o *Adagrad) Update(s Step, w, g []float32, slots [][]float32) {
	lr, eps := float32(s.LearningRate), float32(o.Epsilon)
	adagrad(w, g, slots[0], lr, eps)
}

func adagradGo(w, g, a []float32, lr, eps float32) {
	g, a = g[:len(w)], a[:len(w)]
	for i := range w {
		a[i] += float32(g[i] * g[i])
		w[i] -= lr * g[i] / sqrt(a[i]+eps)
	}
}
