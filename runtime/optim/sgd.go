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
	Settings
	Momentum float64 `arg:"momentum,min=0,max=1" doc:"share of the last step that is repeated"`
	Nesterov bool    `arg:"nesterov" doc:"whether momentum looks ahead"`
}

// NewSGD returns gradient descent without momentum, Keras's default. Keras's
// default learning rate is 0.01.
func NewSGD(learningRate float64) *SGD { return &SGD{Settings: newSettings(learningRate)} }

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
func (o *SGD) Validate() error { return validate(o).err() }

// Update implements [Rule].
func (o *SGD) Update(s Step, w, g []float32, slots [][]float32) {
	lr, mu := float32(s.LearningRate), float32(o.Momentum)
	switch {
	case len(slots) == 0:
		sgd(w, g, lr)
	case o.Nesterov:
		sgdNesterov(w, g, slots[0], lr, mu)
	default:
		sgdMomentum(w, g, slots[0], lr, mu)
	}
}

func sgdGo(w, g []float32, lr float32) {
	g = g[:len(w)]
	for i := range w {
		w[i] -= float32(lr * g[i])
	}
}

func sgdMomentumGo(w, g, m []float32, lr, mu float32) {
	g, m = g[:len(w)], m[:len(w)]
	for i := range w {
		m[i] = float32(mu*m[i]) - float32(lr*g[i])
		w[i] += m[i]
	}
}

func sgdNesterovGo(w, g, m []float32, lr, mu float32) {
	g, m = g[:len(w)], m[:len(w)]
	for i := range w {
		step := float32(lr * g[i])
		m[i] = float32(mu*m[i]) - step
		w[i] += float32(mu*m[i]) - step
	}
}
