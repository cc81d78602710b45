package optim

import (
	"fmt"
)

// CosineDecay lets the learning rate fall along half a cosine within DecaySteps
// steps, to the share Alpha of where it began, and keeps it there. With a
// WarmupTarget it first rises to that in a straight line, in WarmupSteps steps,
// and falls from there.
//
//	lr = initial·((1-alpha)·(1 + cos(π·step/decay_steps))/2 + alpha)
//
// Source: I. Loshchilov, F. Hutter, "SGDR: stochastic gradient descent with warm
// restarts", ICLR 2017.
type CosineDecay struct {
	InitialLearningRate float64 `arg:"initial_learning_rate,required,min=0" doc:"the learning rate of the first step"`
	DecaySteps          int     `arg:"decay_steps,required,min=1" doc:"steps of the fall along half a cosine"`
	Alpha               float64 `arg:"alpha,min=0,max=1" doc:"share of the learning rate that is left at the end"`
	WarmupTarget        float64 `arg:"warmup_target,above=0,null=0" doc:"what the learning rate rises to before it falls; null: it does not"` // 0: no warm-up
	WarmupSteps         int     `arg:"warmup_steps,min=0" doc:"steps of the rise"`
}

// Name returns "cosine_decay".
func (CosineDecay) Name() string { return "cosine_decay" }

// Rate implements [Schedule].
func (s CosineDecay) Rate(steps int) float64 {
	step, start := float32(steps), float32(s.InitialLearningRate)
	if s.WarmupTarget > 0 {
		warm, target := float32(s.WarmupSteps), float32(s.WarmupTarget)
		if step < warm {
			return float64(float32((target-start)*(step/warm)) + start)
		}
		step, start = step-warm, target
	}
	fraction := min(step, float32(s.DecaySteps)) / float32(s.DecaySteps)
	wave := 0.5 * (1 + cos(fraction))
	return float64(start * (float32(float32(1-s.Alpha)*wave) + float32(s.Alpha)))
}

// Validate reports settings outside their range.
func (s CosineDecay) Validate() error {
	c := validate(s)
	if s.WarmupSteps > 0 && s.WarmupTarget == 0 {
		c.errs = append(c.errs, fmt.Errorf("optim: %s: warmup_steps is %d and there is no warmup_target to rise to; set it to the learning rate after them", s.Name(), s.WarmupSteps))
	}
	return c.err()
}
