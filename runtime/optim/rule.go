package optim

// Rule is the update rule of one optimizer together with its hyperparameters:
// a plain struct whose exported fields bear Keras's names, with [Settings]
// embedded. A field such as LearningRate may be changed between steps.
type Rule interface {
	// Name is Keras's name of the optimizer in lower case: "rmsprop".
	Name() string
	// Common returns the settings that every optimizer has: embed [Settings].
	Common() *Settings
	// Slots names the accumulators kept for every parameter, in Keras's order:
	// "momentum", "velocity". It depends on the hyperparameters alone.
	Slots() []string
	// InitSlot is the value that every element of an accumulator starts from.
	InitSlot(slot string) float32
	// Update moves w one step against the gradient g and brings the
	// accumulators up to date, all in place. w, g and each of slots (in the
	// order of Slots) have the same length. Elements do not influence each
	// other, unless the rule is a [TensorRule]: a block is updated in parts,
	// several of them at the same time, so Update leaves the rule itself alone.
	// What [Settings] asks for is not its concern, the learning rate excepted.
	Update(s Step, w, g []float32, slots [][]float32)
	// Validate reports hyperparameters outside their range.
	Validate() error
}

// Step is what a rule is told of the step that it takes.
type Step struct {
	Number       int       // of the update, counted from 1
	LearningRate float64   // that of the schedule where there is one
	Globals      []float32 // in the order of [GlobalRule]
}

// TensorRule is a rule in which the elements of a tensor do influence each
// other: by a norm, or by accumulators of another shape. It is given whole
// tensors; Update takes w as a tensor of one axis.
type TensorRule interface {
	Rule
	// SlotShape is the shape of an accumulator of a tensor of that shape, and
	// whether such a tensor has it at all.
	SlotShape(slot string, shape []int) ([]int, bool)
	// UpdateTensor is Update for a tensor of that shape. Accumulators that the
	// tensor does not have are nil.
	UpdateTensor(s Step, shape []int, w, g []float32, slots [][]float32)
}

// GlobalRule is a rule that remembers numbers which belong to no parameter.
type GlobalRule interface {
	Rule
	// Globals names them: "u_product". They start from 1.
	Globals() []string
	// Advance brings them up to date for a step, before its first Update.
	Advance(s Step)
}
