package optim

// ExponentialDecay multiplies the learning rate by DecayRate every DecaySteps
// steps: little by little, or at once with Staircase.
//
//	lr = initial_learning_rate · decay_rate^(step/decay_steps)
type ExponentialDecay struct {
	InitialLearningRate float64 `arg:"initial_learning_rate,required,min=0" doc:"the learning rate of the first step"`
	DecaySteps          int     `arg:"decay_steps,required,min=1" doc:"steps in which the learning rate is multiplied by decay_rate"`
	DecayRate           float64 `arg:"decay_rate,required,above=0" doc:"what is left of the learning rate"`
	Staircase           bool    `arg:"staircase" doc:"whether it falls at once, not little by little"`
}

// Name returns "exponential_decay".
func (ExponentialDecay) Name() string { return "exponential_decay" }

// Rate implements [Schedule].
func (s ExponentialDecay) Rate(steps int) float64 {
	p := float32(steps) / float32(s.DecaySteps)
	if s.Staircase {
		p = floor(p)
	}
	return float64(float32(s.InitialLearningRate) * pow(float32(s.DecayRate), p))
}

// Validate reports settings outside their range.
func (s ExponentialDecay) Validate() error { return validate(s).err() }
