package optim

import "math"

// Lamb is Adam whose step, tensor by tensor, has the norm of the weights.
//
//	m += (g - m)·(1-beta_1)
//	v += (g² - v)·(1-beta_2)
//	u  = m/(1-beta_1ᵗ) / (√(v/(1-beta_2ᵗ)) + epsilon)
//	w -= lr·u·‖w‖/‖u‖        (lr·u where one of the norms is 0)
//
// Source: Keras 3, optimizers/lamb.py; Y. You et al., "Large batch optimization
// for deep learning: training BERT in 76 minutes", ICLR 2020.
type Lamb struct {
	Settings
	Beta1   float64 `arg:"beta_1,min=0,below=1" doc:"share of the average of gradients that a step keeps"`
	Beta2   float64 `arg:"beta_2,min=0,below=1" doc:"share of the average of squared gradients that a step keeps"`
	Epsilon float64 `arg:"epsilon,above=0" doc:"keeps the division from zero"`
}

// NewLamb returns Lamb with Keras's defaults: beta_1 0.9, beta_2 0.999, epsilon
// 1e-7. Keras's default learning rate is 0.001.
func NewLamb(learningRate float64) *Lamb {
	return &Lamb{Settings: newSettings(learningRate), Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-7}
}

// Name returns "lamb".
func (*Lamb) Name() string { return "lamb" }

// Slots returns "momentum" and "velocity".
func (*Lamb) Slots() []string { return []string{"momentum", "velocity"} }

// InitSlot returns 0.
func (*Lamb) InitSlot(string) float32 { return 0 }

// SlotShape implements [TensorRule]: that of the tensor.
func (*Lamb) SlotShape(_ string, shape []int) ([]int, bool) { return shape, true }

// Validate reports hyperparameters outside their range.
func (o *Lamb) Validate() error { return validate(o).err() }

// Update implements [Rule].
func (o *Lamb) Update(s Step, w, g []float32, slots [][]float32) {
	o.UpdateTensor(s, []int{len(w)}, w, g, slots)
}

// UpdateTensor implements [TensorRule].
func (o *Lamb) UpdateTensor(s Step, _ []int, w, g []float32, slots [][]float32) {
	m, v := slots[0][:len(w)], slots[1][:len(w)]
	g = g[:len(w)]
	rest1, rest2, eps := float32(1-o.Beta1), float32(1-o.Beta2), float32(o.Epsilon)
	divM := 1 - pow(float32(o.Beta1), float32(s.Number))
	divV := 1 - pow(float32(o.Beta2), float32(s.Number))
	// The squares are exact in float64: see sumSquares.
	var squareW, squareU float64
	for i, x := range w {
		m[i] += float32((g[i] - m[i]) * rest1)
		v[i] += float32((float32(g[i]*g[i]) - v[i]) * rest2)
		u := m[i] / divM / (sqrt(v[i]/divV) + eps)
		squareW += float64(float64(x) * float64(x))
		squareU += float64(float64(u) * float64(u))
	}
	ratio := float32(1)
	if normW, normU := float32(math.Sqrt(squareW)), float32(math.Sqrt(squareU)); normW > 0 && normU > 0 {
		ratio = normW / normU
	}
	ratio *= float32(s.LearningRate)
	for i := range w {
		w[i] -= float32(ratio * (m[i] / divM / (sqrt(v[i]/divV) + eps)))
	}
}
