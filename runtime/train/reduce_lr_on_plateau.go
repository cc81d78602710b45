package train

import (
	"fmt"
	"math"
)

// ReduceLROnPlateau lowers the learning rate when a figure has stopped
// improving, and records it as learning_rate. Source: Keras 3,
// callbacks/reduce_lr_on_plateau.py, with its defaults.
type ReduceLROnPlateau struct {
	NopCallback
	Monitor  string  `arg:"monitor,default=val_loss" doc:"the loss or metric that is watched"`
	Factor   float64 `arg:"factor,above=0,below=1,default=0.1" doc:"what the learning rate is multiplied by"`               // 0: 0.1
	Patience int     `arg:"patience,min=0,default=10,zero=1" doc:"epochs without anything better after which that is done"` // 0: 10; 1 is as none, for a reduction needs an epoch that is no better
	Mode     string  `arg:"mode,oneof=auto|min|max,default=auto" doc:"whether less or more is better; auto: as the name says"`
	MinDelta float64 `arg:"min_delta,min=0,default=0.0001,zero=-1" doc:"what counts as better by no more is not better"` // 0: 0.0001; below 0: any counts
	Cooldown int     `arg:"cooldown,min=0" doc:"epochs after a reduction in which nothing is watched"`
	MinLR    float64 `arg:"min_lr,min=0" doc:"the least learning rate"`
	Verbose  bool    // tells of it on the call's Progress

	monitor monitor
	now     reduceLRState
}

// reduceLRState is what changes from epoch to epoch.
type reduceLRState struct {
	Wait, Cooldown int
	HasBest        bool
	Best           float64
}

// OnTrainBegin forgets an earlier training.
func (c *ReduceLROnPlateau) OnTrainBegin(s *State) (err error) {
	c.now = reduceLRState{}
	if !(c.factor() > 0 && c.factor() < 1) {
		return fmt.Errorf("train: ReduceLROnPlateau: the factor is %v, must lie between 0 and 1", c.Factor)
	}
	if !(c.MinLR >= 0) || math.IsInf(c.MinLR, 1) {
		return fmt.Errorf("train: ReduceLROnPlateau: the least learning rate is %v", c.MinLR)
	}
	if err := settable(s, "ReduceLROnPlateau"); err != nil {
		return err
	}
	delta := max(c.MinDelta, 0)
	if c.MinDelta == 0 {
		delta = 1e-4
	}
	s.Log("learning_rate", s.Optimizer.LearningRate())
	c.monitor, err = newMonitor(s, "ReduceLROnPlateau", c.Monitor, c.Mode, delta)
	return err
}

func (c *ReduceLROnPlateau) factor() float64 {
	if c.Factor == 0 {
		return 0.1
	}
	return c.Factor
}

func (c *ReduceLROnPlateau) patience() int {
	if c.Patience == 0 {
		return 10
	}
	return c.Patience
}

// OnEpochEnd looks at the figure.
func (c *ReduceLROnPlateau) OnEpochEnd(s *State) error {
	rate := s.Optimizer.LearningRate()
	s.Log("learning_rate", rate)
	current, ok := s.Value(c.monitor.name)
	if !ok {
		return nil
	}
	if c.now.Cooldown > 0 {
		c.now.Cooldown--
		c.now.Wait = 0
	}
	if c.monitor.better(current, c.now.HasBest, c.now.Best) {
		c.now.HasBest, c.now.Best, c.now.Wait = true, current, 0
		return nil
	}
	if c.now.Cooldown > 0 {
		return nil
	}
	c.now.Wait++
	if c.now.Wait < c.patience() || float32(rate) <= float32(c.MinLR) {
		return nil
	}
	rate = max(rate*c.factor(), c.MinLR)
	if err := s.Optimizer.SetLearningRate(rate); err != nil {
		return err
	}
	if c.Verbose {
		s.Printf("Epoch %d: ReduceLROnPlateau reducing learning rate to %v.", s.Epoch+1, float32(rate))
	}
	c.now.Cooldown, c.now.Wait = c.Cooldown, 0
	return nil
}

// SaveState implements [StatefulCallback].
func (c *ReduceLROnPlateau) SaveState() ([]byte, error) { return encodeState(&c.now) }

// RestoreState implements [StatefulCallback].
func (c *ReduceLROnPlateau) RestoreState(state []byte) error { return decodeState(state, &c.now) }

// settable reports a learning rate that follows a schedule.
func settable(s *State, callback string) error {
	if schedule := s.Optimizer.Rule.Common().Schedule; schedule != nil {
		return fmt.Errorf("train: %s: the learning rate of the optimizer %s follows the schedule %s and cannot be set", callback, s.Optimizer.Rule.Name(), schedule.Name())
	}
	return nil
}
