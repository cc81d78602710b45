package optim

// decayWeights applies decoupled weight decay, as every optimizer of Keras does before
// its own update (optimizers/base_optimizer.py, _apply_weight_decay):
//
//	w -= w · weight_decay · learning_rate
//
// Source: I. Loshchilov, F. Hutter, "Decoupled weight decay regularization",
// ICLR 2019.
func decayWeights(w []float32, weightDecay, learningRate float64) {
	if weightDecay == 0 {
		return
	}
	decay(w, float32(weightDecay), float32(learningRate))
}

func decayGo(w []float32, wd, lr float32) {
	for i, x := range w {
		w[i] = x - float32(x*wd*lr)
	}
}
