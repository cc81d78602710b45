package optim

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Settings are what every optimizer of Keras takes. Their zero value switches
// everything off; the constructors of this package set Keras's EMAMomentum.
//
// A step clips the gradient, decays the weights, updates them and then brings
// the moving average up to date. Source: Keras 3, optimizers/base_optimizer.py.
//
// Keras's loss_scale_factor is missing: it keeps gradients in float16 from
// vanishing, and everything here is float32.
type Settings struct {
	// LearningRate is the size of a step, unless there is a Schedule.
	LearningRate float64 `arg:"learning_rate,min=0,of=schedule" doc:"size of a step"`
	// Schedule gives the learning rate of every step; nil: LearningRate.
	Schedule Schedule
	// WeightDecay is the share of a weight, times the learning rate, that every
	// step takes away before the update: w -= w·weight_decay·lr.
	WeightDecay float64 `arg:"weight_decay,min=0,null=0,late" doc:"share of a weight, times the learning rate, that every step takes away; null: none"`
	// ClipNorm is the largest norm that the gradient of a tensor may have: one
	// above it is scaled down to it. 0: none. One of ClipNorm, ClipValue and
	// GlobalClipNorm may be set.
	ClipNorm float64 `arg:"clipnorm,above=0,null=0,common" doc:"the largest norm of a tensor's gradient; null: any"`
	// ClipValue is the largest absolute value that an element of the gradient
	// may have; 0: none.
	ClipValue float64 `arg:"clipvalue,above=0,null=0,common" doc:"the largest absolute value in a gradient; null: any"`
	// GlobalClipNorm is the largest norm that the gradient of all tensors
	// together may have; 0: none.
	GlobalClipNorm float64 `arg:"global_clipnorm,above=0,null=0,common" doc:"the largest norm of all gradients together; null: any"`
	// UseEMA keeps an exponential moving average of the weights, which takes
	// their place when training ends, and at every EMAOverwriteFrequency-th
	// update.
	UseEMA bool `arg:"use_ema,common" doc:"whether a moving average of the weights takes their place when training ends"`
	// EMAMomentum is the share of the average that an update keeps; Keras's
	// default is 0.99.
	EMAMomentum float64 `arg:"ema_momentum,min=0,max=1,common" doc:"share of the moving average that a step keeps"`
	// EMAOverwriteFrequency is the number of updates after which the average
	// replaces the weights during training; 0: never.
	EMAOverwriteFrequency int `arg:"ema_overwrite_frequency,min=1,null=0,common" doc:"updates after which the moving average replaces the weights during training; null: never"`
	// GradientAccumulationSteps is the number of steps, 2 or more, whose mean
	// gradient makes one update; 0: every step is one. As in Keras, a schedule
	// counts steps, everything else counts updates.
	GradientAccumulationSteps int `arg:"gradient_accumulation_steps,min=2,null=0,common" doc:"steps whose mean gradient makes one update; null: every step is one"`

	undecayed []string
}

// newSettings has Keras's defaults.
func newSettings(learningRate float64) Settings {
	return Settings{LearningRate: learningRate, EMAMomentum: 0.99}
}

// Common returns s.
func (s *Settings) Common() *Settings { return s }

// ExcludeFromWeightDecay keeps weight decay from every tensor whose name
// contains one of words: "bias" stands for all biases. A word with a slash in it
// is looked for in the whole path: "hidden/" stands for the tensors of the layer
// hidden. To be called before the first step. Source: Keras 3,
// exclude_from_weight_decay of optimizers/base_optimizer.py.
func (s *Settings) ExcludeFromWeightDecay(words ...string) {
	s.undecayed = append(s.undecayed, words...)
}

// decays reports whether weight decay is applied to the tensor at path.
func (s *Settings) decays(path string) bool {
	name := path[strings.LastIndexByte(path, '/')+1:]
	return !slices.ContainsFunc(s.undecayed, func(word string) bool {
		if strings.Contains(word, "/") {
			return strings.Contains(path, word)
		}
		return strings.Contains(name, word)
	})
}

// check reports settings of a rule that contradict each other. It is not given the
// checks of the rule: what is said of them takes package reflect, and with a type in
// the method of an exported type every generated package would compile reflect's.
func (s *Settings) check(rule string) (errs []error) {
	if s.Schedule != nil {
		if err := s.Schedule.Validate(); err != nil {
			errs = append(errs, err)
		}
	}
	var clips []string
	for _, clip := range []struct {
		name  string
		value float64
	}{{"clipnorm", s.ClipNorm}, {"clipvalue", s.ClipValue}, {"global_clipnorm", s.GlobalClipNorm}} {
		if clip.value > 0 {
			clips = append(clips, clip.name)
		}
	}
	if len(clips) > 1 {
		errs = append(errs, fmt.Errorf("optim: %s: %s are set, only one of them may be", rule, strings.Join(clips, " and ")))
	}
	return errs
}

// rate is the learning rate after a number of steps.
func (s *Settings) rate(steps int) float64 {
	if s.Schedule != nil {
		return s.Schedule.Rate(steps)
	}
	return s.LearningRate
}

// LearningRate returns the learning rate of the next step.
func (o *Optimizer) LearningRate() float64 { return o.Rule.Common().rate(o.Step) }

// SetLearningRate changes the learning rate of the steps to come. With a
// schedule it is an error, as in Keras.
func (o *Optimizer) SetLearningRate(rate float64) error {
	s := o.Rule.Common()
	if s.Schedule != nil {
		return fmt.Errorf("optim: %s: the learning rate follows the schedule %s and cannot be set to %v", o.Rule.Name(), s.Schedule.Name(), rate)
	}
	if err := checkRate(o.Rule.Name(), rate); err != nil {
		return err
	}
	s.LearningRate = rate
	return nil
}

// checkRate checks a learning rate by itself.
func checkRate(rule string, rate float64) error {
	c := checks{rule: rule}
	c.number("learning_rate", reflect.ValueOf(rate), "min=0")
	return c.err()
}
