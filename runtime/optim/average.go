package optim

// beginAverage says what this step does to the moving average of the weights,
//
//	average = momentum·average + (1-momentum)·w
//
// The first update begins it with the weights themselves; so do, with gradient
// accumulation, the steps before the second one. A frozen tensor takes part in
// that alone: its average is there when it thaws. Source: Keras 3,
// optimizers/base_optimizer.py, _update_model_variables_moving_average.
func (u *update) beginAverage(updates int) {
	s, o := u.settings, u.optimizer
	u.keep = float32(s.EMAMomentum)
	if updates == 0 {
		u.keep = 0
		for _, t := range o.tensors {
			if t.frozen {
				copy(t.Of(o.average), t.Of(u.w))
			}
		}
	}
	n := s.EMAOverwriteFrequency
	u.replace = n > 0 && (updates+1)%n == 0
}

// finish is what comes after the update of the elements [from, to) of a tensor.
func (u *update) finish(t *active, from, to int) {
	if u.moves && u.settings.GradientAccumulationSteps > 0 {
		clear(t.Of(u.g)[from:to])
	}
	if u.blends {
		w, a := t.Of(u.w)[from:to], t.Of(u.optimizer.average)[from:to]
		average(a, w, u.keep, 1-u.keep)
		if u.replace {
			copy(w, a)
		}
	}
}

func averageGo(a, w []float32, keep, rest float32) {
	w = w[:len(a)]
	for i := range a {
		a[i] = float32(keep*a[i]) + float32(rest*w[i])
	}
}
