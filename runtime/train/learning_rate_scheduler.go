package train

import (
	"errors"
	"fmt"
)

// LearningRateScheduler sets the learning rate before every epoch and records
// it as learning_rate. Source: Keras 3, callbacks/learning_rate_scheduler.py.
type LearningRateScheduler struct {
	NopCallback
	// Schedule gets the epoch, counted from 0, and the learning rate in use, and
	// returns the one to use.
	Schedule func(epoch int, learningRate float64) float64
	Verbose  bool // says so on the call's Progress
}

// OnTrainBegin checks that the learning rate can be set.
func (c *LearningRateScheduler) OnTrainBegin(s *State) error {
	if c.Schedule == nil {
		return errors.New("train: LearningRateScheduler has no Schedule")
	}
	s.Log("learning_rate", s.Optimizer.LearningRate())
	return settable(s, "LearningRateScheduler")
}

// OnEpochBegin sets the learning rate.
func (c *LearningRateScheduler) OnEpochBegin(s *State) error {
	rate := c.Schedule(s.Epoch, s.Optimizer.LearningRate())
	if err := s.Optimizer.SetLearningRate(rate); err != nil {
		return fmt.Errorf("train: LearningRateScheduler in epoch %d: %w", s.Epoch, err)
	}
	if c.Verbose {
		s.Printf("Epoch %d: LearningRateScheduler setting learning rate to %v.", s.Epoch+1, float32(rate))
	}
	return nil
}

// OnEpochEnd records the learning rate.
func (c *LearningRateScheduler) OnEpochEnd(s *State) error {
	s.Log("learning_rate", s.Optimizer.LearningRate())
	return nil
}
