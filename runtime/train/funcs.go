package train

// Funcs makes a callback of functions, as Keras's LambdaCallback does; those
// that are nil do nothing.
type Funcs struct {
	TrainBegin, EpochBegin, BatchBegin, BatchEnd       func(s *State) error
	ValidationBegin, ValidationEnd, EpochEnd, TrainEnd func(s *State) error
}

func call(f func(*State) error, s *State) error {
	if f == nil {
		return nil
	}
	return f(s)
}

// OnTrainBegin calls TrainBegin.
func (c *Funcs) OnTrainBegin(s *State) error { return call(c.TrainBegin, s) }

// OnEpochBegin calls EpochBegin.
func (c *Funcs) OnEpochBegin(s *State) error { return call(c.EpochBegin, s) }

// OnBatchBegin calls BatchBegin.
func (c *Funcs) OnBatchBegin(s *State) error { return call(c.BatchBegin, s) }

// OnBatchEnd calls BatchEnd.
func (c *Funcs) OnBatchEnd(s *State) error { return call(c.BatchEnd, s) }

// OnValidationBegin calls ValidationBegin.
func (c *Funcs) OnValidationBegin(s *State) error { return call(c.ValidationBegin, s) }

// OnValidationEnd calls ValidationEnd.
func (c *Funcs) OnValidationEnd(s *State) error { return call(c.ValidationEnd, s) }

// OnEpochEnd calls EpochEnd.
func (c *Funcs) OnEpochEnd(s *State) error { return call(c.EpochEnd, s) }

// OnTrainEnd calls TrainEnd.
func (c *Funcs) OnTrainEnd(s *State) error { return call(c.TrainEnd, s) }
