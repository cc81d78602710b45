package optim

// Ftrl follows the regularized leader: weights are those that would have been
// best so far, less what keeps them small, so that many are exactly 0.
//
//	s  = g + 2·l2_shrinkage·w
//	n' = n + g²;  p = -learning_rate_power
//	z += s - (n'ᵖ - nᵖ)/lr·w
//	w  = (min(max(z, -l1), l1) - z)/(n'ᵖ/lr + 2·(l2 + beta/(2·lr)))
//
// where l1, l2 and l2_shrinkage are the three RegularizationStrengths. Source:
// Keras 3, optimizers/ftrl.py; H. B. McMahan et al., "Ad click prediction: a
// view from the trenches", KDD 2013.
type Ftrl struct {
	Settings
	LearningRatePower                 float64 `arg:"learning_rate_power,max=0" doc:"how the learning rate falls with the sum of squared gradients; 0: not at all"`
	InitialAccumulatorValue           float64 `arg:"initial_accumulator_value,min=0" doc:"what the sum of squared gradients begins with"`
	L1RegularizationStrength          float64 `arg:"l1_regularization_strength,min=0" doc:"takes small weights to 0"`
	L2RegularizationStrength          float64 `arg:"l2_regularization_strength,min=0" doc:"keeps weights small"`
	L2ShrinkageRegularizationStrength float64 `arg:"l2_shrinkage_regularization_strength,min=0" doc:"keeps weights small by a term of the gradient"`
	Beta                              float64 `arg:"beta,min=0" doc:"the beta of the paper, over twice the learning rate a part of the l2 strength"`
}

// NewFtrl returns Ftrl with Keras's defaults: a learning rate power of -0.5,
// accumulators that start from 0.1, no regularization, beta 0. Keras's default
// learning rate is 0.001.
func NewFtrl(learningRate float64) *Ftrl {
	return &Ftrl{Settings: newSettings(learningRate), LearningRatePower: -0.5, InitialAccumulatorValue: 0.1}
}

// Name returns "ftrl".
func (*Ftrl) Name() string { return "ftrl" }

// Slots returns "accumulator" and "linear".
func (*Ftrl) Slots() []string { return []string{"accumulator", "linear"} }

// InitSlot returns InitialAccumulatorValue for "accumulator", 0 for "linear".
func (o *Ftrl) InitSlot(slot string) float32 {
	if slot == "accumulator" {
		return float32(o.InitialAccumulatorValue)
	}
	return 0
}

// Validate reports hyperparameters outside their range.
func (o *Ftrl) Validate() error { return validate(o).err() }

// Update implements [Rule].
func (o *Ftrl) Update(s Step, w, g []float32, slots [][]float32) {
	n, z := slots[0][:len(w)], slots[1][:len(w)]
	g = g[:len(w)]
	lr, p, l1 := float32(s.LearningRate), float32(-o.LearningRatePower), float32(o.L1RegularizationStrength)
	ridge := 2 * (float32(o.L2RegularizationStrength) + float32(o.Beta)/(2*lr))
	shrinkage := float32(2 * o.L2ShrinkageRegularizationStrength)
	for i, x := range w {
		sum := n[i] + float32(g[i]*g[i])
		root := pow(sum, p)
		z[i] += g[i] + float32(shrinkage*x) - float32((root-pow(n[i], p))/lr*x)
		clipped := z[i]
		if clipped < -l1 {
			clipped = -l1
		} else if clipped > l1 {
			clipped = l1
		}
		w[i] = (clipped - z[i]) / (root/lr + ridge)
		n[i] = sum
	}
}
