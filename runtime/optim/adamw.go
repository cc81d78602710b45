package optim

// AdamW is Adam with decoupled weight decay,
//
//	w -= w·weight_decay·lr
//
// before every step of [Adam]. Source: Keras 3, optimizers/adamw.py;
// I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", ICLR 2019.
type AdamW struct{ Adam }

// NewAdamW returns AdamW with Keras's defaults: those of [NewAdam] and weight
// decay 0.004. Keras's default learning rate is 0.001.
func NewAdamW(learningRate float64) *AdamW {
	o := &AdamW{*NewAdam(learningRate)}
	o.WeightDecay = 0.004
	return o
}

// Name returns "adamw".
func (*AdamW) Name() string { return "adamw" }

// Validate reports hyperparameters outside their range.
func (o *AdamW) Validate() error { return validate(o).err() }
