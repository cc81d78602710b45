package optim

import "github.com/nngen-go/nngen/runtime/nn"

// accumulate adds the gradient to those of the steps before. On the step that
// moves the weights it makes their mean, which is the gradient of that step;
// finish clears it. Source: Keras 3, optimizers/base_optimizer.py,
// _backend_apply_gradients.
func (u *update) accumulate(w *nn.Worker) {
	from, to := w.ShareRuns(u.length, Run)
	steps := float32(u.settings.GradientAccumulationSteps)
	for i := range u.active {
		t := &u.active[i]
		first, end := max(from-t.from, 0), min(to-t.from, t.Len())
		if first >= end {
			continue
		}
		sum := t.Of(u.optimizer.accumulated)[first:end]
		add(sum, t.Of(u.g)[first:end])
		if u.moves {
			divide(sum, steps)
		}
	}
}

func divideGo(x []float32, by float32) {
	for i := range x {
		x[i] /= by
	}
}
