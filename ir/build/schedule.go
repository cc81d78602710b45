package build

import (
	"fmt"

	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/spec"
)

// Settings of the learning-rate schedules, with Keras's names. Defaults: Keras
// 3, optimizers/schedules/learning_rate_schedule.py.
type (
	exponentialDecay struct {
		InitialLearningRate float64 `arg:"initial_learning_rate,required,min=0" doc:"the learning rate of the first step"`
		DecaySteps          int     `arg:"decay_steps,required,min=1" doc:"steps in which the learning rate is multiplied by decay_rate"`
		DecayRate           float64 `arg:"decay_rate,required,above=0" doc:"what is left of the learning rate"`
		Staircase           bool    `arg:"staircase" doc:"whether it falls at once, not little by little"`
	}
	inverseTimeDecay struct {
		InitialLearningRate float64 `arg:"initial_learning_rate,required,min=0" doc:"the learning rate of the first step"`
		DecaySteps          int     `arg:"decay_steps,required,min=1" doc:"steps in which the divisor of the learning rate grows by decay_rate"`
		DecayRate           float64 `arg:"decay_rate,required,min=0" doc:"growth of the divisor"`
		Staircase           bool    `arg:"staircase" doc:"whether it grows at once, not little by little"`
	}
	polynomialDecay struct {
		InitialLearningRate float64 `arg:"initial_learning_rate,required,min=0" doc:"the learning rate of the first step"`
		DecaySteps          int     `arg:"decay_steps,required,min=1" doc:"steps in which the learning rate comes to its end"`
		EndLearningRate     float64 `arg:"end_learning_rate,min=0" doc:"the learning rate at the end"`
		Power               float64 `arg:"power,above=0" doc:"power of the share of steps that is left; 1: a straight line"`
		Cycle               bool    `arg:"cycle" doc:"whether it begins again after decay_steps"`
	}
	piecewiseConstantDecay struct {
		Boundaries []int     `arg:"boundaries,required,min=0" doc:"the last step, counted from 0, of each value but the last"`
		Values     []float64 `arg:"values,required,min=0" doc:"the learning rates, one more than boundaries"`
	}
	cosineDecay struct {
		InitialLearningRate float64  `arg:"initial_learning_rate,required,min=0" doc:"the learning rate of the first step"`
		DecaySteps          int      `arg:"decay_steps,required,min=1" doc:"steps of the fall along half a cosine"`
		Alpha               float64  `arg:"alpha,min=0,max=1" doc:"share of the learning rate that is left at the end"`
		WarmupTarget        *float64 `arg:"warmup_target,above=0" doc:"what the learning rate rises to before it falls; null: it does not"`
		WarmupSteps         int      `arg:"warmup_steps,min=0" doc:"steps of the rise"`
	}
	cosineDecayRestarts struct {
		InitialLearningRate float64 `arg:"initial_learning_rate,required,min=0" doc:"the learning rate of the first step"`
		FirstDecaySteps     int     `arg:"first_decay_steps,required,min=1" doc:"steps of the first fall"`
		TMul                float64 `arg:"t_mul,min=1" doc:"how many times longer each fall is than the one before"`
		MMul                float64 `arg:"m_mul,above=0" doc:"how many times higher each fall begins than the one before"`
		Alpha               float64 `arg:"alpha,min=0,max=1" doc:"share of the learning rate that is left at the end"`
	}
)

var schedules = layer.Table[any]{
	Kind: "learning rate schedule",
	Entries: []layer.Entry[any]{
		{Name: "exponential_decay", Aliases: []string{"ExponentialDecay"}, Doc: "multiplied by decay_rate every decay_steps", New: func() any { return &exponentialDecay{} }},
		{Name: "inverse_time_decay", Aliases: []string{"InverseTimeDecay"}, Doc: "divided by a number that grows with the steps", New: func() any { return &inverseTimeDecay{} }},
		{Name: "polynomial_decay", Aliases: []string{"PolynomialDecay"}, Doc: "from one value to another along a power of the steps", New: func() any {
			return &polynomialDecay{EndLearningRate: 0.0001, Power: 1}
		}},
		{Name: "piecewise_constant_decay", Aliases: []string{"PiecewiseConstantDecay"}, Doc: "one value after another", New: func() any { return &piecewiseConstantDecay{} }},
		{Name: "cosine_decay", Aliases: []string{"CosineDecay"}, Doc: "down along half a cosine, after a rise where asked for (Loshchilov and Hutter, 2017)", New: func() any { return &cosineDecay{} }},
		{Name: "cosine_decay_restarts", Aliases: []string{"CosineDecayRestarts"}, Doc: "down along half a cosine, again and again (Loshchilov and Hutter, 2017)", New: func() any {
			return &cosineDecayRestarts{TMul: 2, MMul: 1}
		}},
	},
	Later: []string{"LearningRateSchedule"},
}

// checked is a schedule that has something wrong beyond one argument.
type checked interface{ check() error }

func (s *piecewiseConstantDecay) check() error {
	if len(s.Boundaries) == 0 || len(s.Values) != len(s.Boundaries)+1 {
		return fmt.Errorf("piecewise_constant_decay has %d boundaries and %d values; there must be boundaries, and one value more than those", len(s.Boundaries), len(s.Values))
	}
	for i, b := range s.Boundaries[1:] {
		if b <= s.Boundaries[i] {
			return fmt.Errorf("piecewise_constant_decay has the boundary %d behind %d; they must ascend", b, s.Boundaries[i])
		}
	}
	return nil
}

func (s *cosineDecay) check() error {
	if s.WarmupSteps > 0 && s.WarmupTarget == nil {
		return fmt.Errorf("cosine_decay has %d warmup_steps and no warmup_target to rise to; write warmup_target: with the learning rate after them", s.WarmupSteps)
	}
	return nil
}

// resolveSchedule gives a schedule as a loop.Setting.
func (p *plan) resolveSchedule(call spec.Call) any {
	e, settings, errs := schedules.Resolve(call)
	p.errs = append(p.errs, errs...)
	if len(errs) > 0 {
		return nil
	}
	if c, ok := settings.(checked); ok {
		if err := c.check(); err != nil {
			p.errs.Add(call.Pos, "compile: %v", err)
			return nil
		}
	}
	return loop.Setting{Name: e.Name, Args: arguments(settings)}
}
