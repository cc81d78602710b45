package optim

// CosineDecayRestarts is a [CosineDecay] that begins again whenever it is over:
// each time over TMul times as many steps as before, from MMul times the
// learning rate that it began with before.
//
// Keras's defaults are a TMul of 2 and an MMul of 1. Source: I. Loshchilov,
// F. Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017.
type CosineDecayRestarts struct {
	InitialLearningRate float64 `arg:"initial_learning_rate,required,min=0" doc:"the learning rate of the first step"`
	FirstDecaySteps     int     `arg:"first_decay_steps,required,min=1" doc:"steps of the first fall"`
	TMul                float64 `arg:"t_mul,min=1" doc:"how many times longer each fall is than the one before"`
	MMul                float64 `arg:"m_mul,above=0" doc:"how many times higher each fall begins than the one before"`
	Alpha               float64 `arg:"alpha,min=0,max=1" doc:"share of the learning rate that is left at the end"`
}

// Name returns "cosine_decay_restarts".
func (CosineDecayRestarts) Name() string { return "cosine_decay_restarts" }

// Rate implements [Schedule].
func (s CosineDecayRestarts) Rate(steps int) float64 {
	fraction := float32(steps) / float32(s.FirstDecaySteps)
	grow := float32(s.TMul)
	var restart float32
	if grow == 1 {
		restart = floor(fraction)
		fraction -= restart
	} else {
		restart = floor(log(1-float32(fraction*(1-grow))) / log(grow))
		before := (1 - pow(grow, restart)) / (1 - grow)
		fraction = (fraction - before) / pow(grow, restart)
	}
	wave := 0.5 * pow(float32(s.MMul), restart) * (1 + cos(fraction))
	alpha := float32(s.Alpha)
	return float64(float32(s.InitialLearningRate) * (float32((1-alpha)*wave) + alpha))
}

// Validate reports settings outside their range.
func (s CosineDecayRestarts) Validate() error { return validate(s).err() }
