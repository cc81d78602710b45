package optim

// Rule is the update rule of one optimizer together with its hyperparameters:
// a plain struct whose exported fields bear Keras's names. A field such as
// LearningRate may be changed between steps.
type Rule interface {
	// Name is Keras's name of the optimizer in lower case: "rmsprop".
	Name() string
	// Slots names the accumulators kept for every parameter, in Keras's order:
	// "momentum", "velocity". It depends on the hyperparameters alone.
	Slots() []string
	// InitSlot is the value that every element of an accumulator starts from.
	InitSlot(slot string) float32
	// Update moves w one step against the gradient g and brings the
	// accumulators up to date, all in place. The step counts from 1; w, g and
	// each of slots (in the order of Slots) have the same length. Elements do
	// not influence each other: a block is updated in parts, several of them at
	// the same time, so Update leaves the rule itself alone.
	Update(step int, w, g []float32, slots [][]float32)
	// Validate reports hyperparameters outside their range.
	Validate() error
}
