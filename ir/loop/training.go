package loop

// Training is what the description says of training: defaults of FitConfig.
type Training struct {
	Optimizer       Setting
	Losses          []string    // per output
	LossWeights     []float64   // per output; nil: every loss counts once
	Metrics         [][]Setting // per output, names resolved as Keras resolves "accuracy"
	WeightedMetrics [][]Setting // per output, or nil; by the weights of the rows
	Counted         []Counted   // per output, or nil: metrics look at rows as wholes
	BatchSize       int
	Epochs          int
	ValidationSplit float64
	Shuffle         bool
	Stratify        bool      // ValidationSplit takes its fraction of every class
	StepsPerEpoch   int       // 0: an epoch is every row once
	ClassWeight     []float64 // per class; nil: all weigh the same
	Callbacks       []Setting
	// WholeLoss says that a loss is one of all rows of a batch, which then is
	// evaluated at once, too. BatchStatistics is set with it.
	WholeLoss       bool
	BatchStatistics bool // BatchNormalization, or the loss of an output with a mask: a batch is taken whole, whatever its size
	// Mixed says that layers mix the rows of a training batch, and their targets: as the
	// loss is given these they are the last results of the plan for training.
	Mixed bool
}

// Counted says of an output whose metrics look at steps how many there are, and which
// of them count.
type Counted struct {
	Steps int // of a row; 0: metrics look at rows as wholes
	// Mask is where in the results of the plans for evaluation and training, after the
	// outputs, there is a number for each step, 0 where it does not count; -1: all count.
	Mask int
}

// Masks is how many results of the plans for evaluation and training are masks.
func (t *Training) Masks() int {
	n := 0
	for _, c := range t.Counted {
		if c.Steps > 0 && c.Mask >= 0 {
			n++
		}
	}
	return n
}

// Setting is a named thing of the runtime with its arguments in a fixed order.
type Setting struct {
	Name string // Keras's name: "rmsprop", "binary_accuracy"
	As   string // metrics: the name in the history
	Args []SettingArg
}

// SettingArg is one argument, named as in Keras.
type SettingArg struct {
	Name  string
	Value any // float64, bool, string, int, []int, []float64, or the Setting of a learning-rate schedule
}

// OneHotLoss reports whether a loss of this name compares outputs with one-hot
// targets, so that the number of a class becomes one.
func OneHotLoss(name string) bool {
	return name == "categorical_crossentropy" || name == "categorical_focal_crossentropy" || name == "categorical_hinge"
}
