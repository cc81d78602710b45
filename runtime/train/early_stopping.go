package train

import "math"

// EarlyStopping ends a training when a figure has stopped improving. Source:
// Keras 3, callbacks/early_stopping.py, with its defaults.
type EarlyStopping struct {
	NopCallback
	Monitor  string  `arg:"monitor,default=val_loss" doc:"the loss or metric that is watched"`
	MinDelta float64 `arg:"min_delta,min=0" doc:"what counts as better by no more is not better"`
	Patience int     `arg:"patience,min=0" doc:"epochs without anything better after which training ends"`
	Mode     string  `arg:"mode,oneof=auto|min|max,default=auto" doc:"whether less or more is better; auto: as the name says"`
	// Baseline is what the figure must get better than for an epoch to count as
	// an improvement; nil: none. [Value] makes one.
	Baseline *float64 `arg:"baseline,by=Value" doc:"what has to be surpassed; null: nothing"`
	// RestoreBestWeights brings back the parameters of the best epoch at the end,
	// whether or not the training was ended here. A training that is cancelled
	// keeps its own.
	RestoreBestWeights bool `arg:"restore_best_weights" doc:"whether the weights of the best epoch are put back"`
	StartFromEpoch     int  `arg:"start_from_epoch,min=0" doc:"epochs before watching begins"`
	Verbose            bool // says so on the call's Progress

	monitor monitor
	now     earlyStoppingState
}

// Value is a number for Baseline.
func Value(x float64) *float64 { return &x }

// earlyStoppingState is what changes from epoch to epoch.
type earlyStoppingState struct {
	Wait, Stopped int
	HasBest       bool
	Best          float64
	BestEpoch     int
	BestWeights   weightBlock
}

// StoppedEpoch is the epoch, counted from 0, after which training was ended; 0:
// it was not.
func (c *EarlyStopping) StoppedEpoch() int { return c.now.Stopped }

// BestEpoch is the epoch, counted from 0, with the best value.
func (c *EarlyStopping) BestEpoch() int { return c.now.BestEpoch }

// Best is the best value; NaN before there is one.
func (c *EarlyStopping) Best() float64 {
	if !c.now.HasBest {
		return math.NaN()
	}
	return c.now.Best
}

// OnTrainBegin forgets an earlier training.
func (c *EarlyStopping) OnTrainBegin(s *State) (err error) {
	c.now = earlyStoppingState{}
	c.monitor, err = newMonitor(s, "EarlyStopping", c.Monitor, c.Mode, c.MinDelta)
	return err
}

// OnEpochEnd looks at the figure.
func (c *EarlyStopping) OnEpochEnd(s *State) error {
	current, ok := s.Value(c.monitor.name)
	if !ok || s.Epoch < c.StartFromEpoch {
		return nil
	}
	if c.RestoreBestWeights && len(c.now.BestWeights) == 0 {
		c.keep(s)
	}
	c.now.Wait++
	if c.monitor.better(current, c.now.HasBest, c.now.Best) {
		c.now.HasBest, c.now.Best = true, current
		c.keep(s)
		if c.Baseline == nil || c.monitor.improves(current, *c.Baseline) {
			c.now.Wait = 0
		}
		return nil
	}
	if c.now.Wait >= c.Patience && s.Epoch > 0 {
		c.now.Stopped = s.Epoch
		return ErrStop
	}
	return nil
}

func (c *EarlyStopping) keep(s *State) {
	c.now.BestEpoch = s.Epoch
	if c.RestoreBestWeights {
		c.now.BestWeights = append(c.now.BestWeights[:0], s.Params...)
	}
}

// OnTrainEnd brings the best parameters back.
func (c *EarlyStopping) OnTrainEnd(s *State) error {
	if c.Verbose && c.now.Stopped > 0 {
		s.Printf("Epoch %d: early stopping", c.now.Stopped+1)
	}
	if len(c.now.BestWeights) == len(s.Params) && s.Err == nil {
		if c.Verbose {
			s.Printf("Restoring model weights from the end of the best epoch: %d.", c.now.BestEpoch+1)
		}
		copy(s.Params, c.now.BestWeights)
	}
	return nil
}

// SaveState implements [StatefulCallback].
func (c *EarlyStopping) SaveState() ([]byte, error) { return encodeState(&c.now) }

// RestoreState implements [StatefulCallback].
func (c *EarlyStopping) RestoreState(state []byte) error {
	return decodeState(state, &c.now)
}
