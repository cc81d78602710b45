package optim

import "math"

// PolynomialDecay takes the learning rate from one value to another within
// DecaySteps steps, and keeps it there. With Cycle it begins again instead, each
// time over as many steps more, from wherever that puts it.
//
//	step = min(step, decay_steps)                          (no cycle)
//	decay_steps = decay_steps · ⌈step/decay_steps⌉         (cycle)
//	lr = (initial - end)·(1 - step/decay_steps)^power + end
//
// Keras's defaults are an EndLearningRate of 0.0001 and a Power of 1.
type PolynomialDecay struct {
	InitialLearningRate float64 `arg:"initial_learning_rate,required,min=0" doc:"the learning rate of the first step"`
	DecaySteps          int     `arg:"decay_steps,required,min=1" doc:"steps in which the learning rate comes to its end"`
	EndLearningRate     float64 `arg:"end_learning_rate,min=0" doc:"the learning rate at the end"`
	Power               float64 `arg:"power,above=0" doc:"power of the share of steps that is left; 1: a straight line"`
	Cycle               bool    `arg:"cycle" doc:"whether it begins again after decay_steps"`
}

// Name returns "polynomial_decay".
func (PolynomialDecay) Name() string { return "polynomial_decay" }

// Rate implements [Schedule].
func (s PolynomialDecay) Rate(steps int) float64 {
	step, all := float32(steps), float32(s.DecaySteps)
	switch {
	case !s.Cycle:
		step = min(step, all)
	case step > 0:
		all *= float32(math.Ceil(float64(step / all)))
	}
	start, end := float32(s.InitialLearningRate), float32(s.EndLearningRate)
	return float64(float32((start-end)*pow(1-step/all, float32(s.Power))) + end)
}

// Validate reports settings outside their range.
func (s PolynomialDecay) Validate() error { return validate(s).err() }
