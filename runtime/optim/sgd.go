package optim

// SGD is gradient descent, with momentum if Momentum is not 0.
//
//	w += -lr·g                          (no momentum)
//	m  = momentum·m - lr·g;  w += m
//	                         w += momentum·m - lr·g   (Nesterov)
//
// Source: Keras 3, optimizers/sgd.py; I. Sutskever, J. Martens, G. Dahl,
// G. Hinton, "On the importance of initialization and momentum in deep
// learning", ICML 2013.
type SGD struct {
	LearningRate float64
	Momentum     float64
	Nesterov     bool
	WeightDecay  float64 // see [AdamW]; 0: none
}

// NewSGD returns gradient descent without momentum, Keras's default. Keras's
// default learning rate is 0.01.
func NewSGD(learningRate float64) *SGD { return &SGD{LearningRate: learningRate} }

// Name returns "sgd".
func (*SGD) Name() string { return "sgd" }

// Slots returns "momentum", or nothing without momentum.
func (o *SGD) Slots() []string {
	if o.Momentum == 0 {
		return nil
	}
	return []string{"momentum"}
}

// InitSlot returns 0.
func (*SGD) InitSlot(string) float32 { return 0 }

// Validate reports hyperparameters outside their range.
func (o *SGD) Validate() error {
	c := checks{rule: o.Name()}
	c.atLeast0("learning_rate", o.LearningRate)
	c.upTo1("momentum", o.Momentum)
	c.atLeast0("weight_decay", o.WeightDecay)
	return c.err()
}

// Update implements [Rule].
func (o *SGD) Update(_ int, w, g []float32, slots [][]float32) {
	decay(w, o.WeightDecay, o.LearningRate)
	lr, mu := float32(o.LearningRate), float32(o.Momentum)
	g = g[:len(w)]
	if len(slots) == 0 {
		for i := range w {
			w[i] -= lr * g[i]
		}
		return
	}
	m := slots[0][:len(w)]
	if o.Nesterov {
		for i := range w {
			step := lr * g[i]
			m[i] = mu*m[i] - step
			w[i] += mu*m[i] - step
		}
		return
	}
	for i := range w {
		m[i] = mu*m[i] - lr*g[i]
		w[i] += m[i]
	}
}
