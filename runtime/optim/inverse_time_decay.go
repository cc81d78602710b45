package optim

// InverseTimeDecay divides the learning rate by a number that grows by DecayRate
// every DecaySteps steps: little by little, or at once with Staircase.
//
//	lr = initial_learning_rate / (1 + decay_rate·step/decay_steps)
type InverseTimeDecay struct {
	InitialLearningRate float64 `arg:"initial_learning_rate,required,min=0" doc:"the learning rate of the first step"`
	DecaySteps          int     `arg:"decay_steps,required,min=1" doc:"steps in which the divisor of the learning rate grows by decay_rate"`
	DecayRate           float64 `arg:"decay_rate,required,min=0" doc:"growth of the divisor"`
	Staircase           bool    `arg:"staircase" doc:"whether it grows at once, not little by little"`
}

// Name returns "inverse_time_decay".
func (InverseTimeDecay) Name() string { return "inverse_time_decay" }

// Rate implements [Schedule].
func (s InverseTimeDecay) Rate(steps int) float64 {
	p := float32(steps) / float32(s.DecaySteps)
	if s.Staircase {
		p = floor(p)
	}
	return float64(float32(s.InitialLearningRate) / (1 + float32(float32(s.DecayRate)*p)))
}

// Validate reports settings outside their range.
func (s InverseTimeDecay) Validate() error { return validate(s).err() }
