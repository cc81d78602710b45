package train

import "github.com/nngen-go/nngen/runtime/nn"

// Engine is what a generated package hands to [Fit]: one compiled network with
// its parameter block and its training workspace. X and Y are the package's
// Input and Target. An engine is used by one goroutine at a time.
type Engine[X, Y any] interface {
	Network
	// Load copies one example into row row of the workspace,
	// 0 <= row < MicroBatch(). It reports ids that are out of range. Rows come
	// in order from 0, unless the engine is a [ParallelLoader].
	Load(row int, x *X, y *Y, weight float32) error
}

// Network is what an [Engine] does with the rows that are loaded, of whatever
// types these are.
type Network interface {
	// MicroBatch is the largest number of rows that one call of Train or
	// Evaluate takes.
	MicroBatch() int
	// Segments describes Params.
	Segments() []nn.Segment
	// Params is the whole master block: trainable, frozen, state.
	Params() []float32
	// Gradients is the gradient of the batch loss for the trainable part, which
	// is a prefix of Params. Each Train overwrites it.
	Gradients() []float32
	// Train runs forward and backward over the first n loaded rows, updates
	// state and returns the rows' share of the batch loss, Σ wᵢ·lossᵢ / s.Total
	// plus their share n/s.Total of the regularisation.
	Train(n int, s Step) float64
	// Evaluate runs the forward pass of inference over the first n loaded rows
	// and returns the same share of the loss.
	Evaluate(n int, s Step) float64
	// Outputs is the k-th output of a row last trained on or evaluated.
	Outputs(k, row int) []float32
	// Targets is the k-th target of a row last trained on or evaluated; of a
	// sparse class, one element that holds the class number.
	Targets(k, row int) []float32
	// Weight is the weight of a loaded row.
	Weight(row int) float32
	// Reweight changes it. Targets are there as soon as a row is loaded.
	Reweight(row int, weight float32)
	// Losses is the share of each output in the last loss, without
	// regularisation and loss weights.
	Losses() []float64
	// OutputNames names the outputs, in order.
	OutputNames() []string
	// Share gives the engine the workers of one Fit or Evaluate, which call it
	// before anything else, and nil at their end: then it works alone.
	Share(t *nn.Team)
	// BatchStatistics reports whether a layer takes statistics over the batch
	// (BatchNormalization), so that a training batch cannot be cut into
	// micro-batches: see [Grower].
	BatchStatistics() bool
	// Adapt returns the layers whose state is fitted to the training rows
	// before the first epoch, in the order of the forward pass, and only those
	// that have not been fitted yet.
	Adapt() []Adapter
}

// Grower is implemented by an [Engine] with BatchStatistics: it takes a training
// batch of any size at once. (Packages of early versions do not, and take at most
// MicroBatch rows.)
type Grower interface {
	// Grow makes room for n rows, so that Load and Train take as many. What was
	// loaded is lost, unless there was room enough.
	Grow(n int) error
}

// Step tells an engine where the loaded rows stand.
type Step struct {
	Seed  uint64 // of the session
	Index uint64 // optimizer steps taken before this one; with Seed it selects the dropout masks
	First int    // index of the first loaded row within its batch
	Total int    // rows of that batch
}

// WholeLoss is implemented by a [Grower] whose loss is one of all rows of a batch, so
// that its Evaluate, too, takes the batch at once that Grow has made room for.
type WholeLoss interface {
	WholeLoss() bool
}

// Counter is implemented by a [Network] with outputs whose metrics look at steps, the
// vectors along the last axis of the output, those that do not count left out.
type Counter interface {
	// Counts has a number for every step of the k-th output of a row last trained on
	// or evaluated, 0 where the step does not count; nil: metrics look at the row as a
	// whole.
	Counts(k, row int) []float32
}

// Carrier is implemented by a [Network] with stateful layers: row i of a batch that is
// trained on or evaluated begins where row i of the batch before has ended, so that all
// batches have as many rows. Source: Keras 3, layers/rnn/rnn.py.
type Carrier interface {
	// CarriedRows is how many.
	CarriedRows() int
	// Carried is what the rows have left for the next batch; all 0: it begins anew.
	Carried() []float32
}

// Adapter is a layer that is fitted to its inputs over the training rows:
// Normalization. Element i of a row belongs to group i mod Groups().
type Adapter interface {
	// Name is the layer's path.
	Name() string
	// Width is the number of elements in a row of the layer's input.
	Width() int
	// Groups is the number of means and of variances; it divides Width.
	Groups() int
	// Rows computes the layer's input for the first n loaded rows: n·Width()
	// values, row after row.
	Rows(n int) []float32
	// Set stores the mean and the (population) variance of each group over
	// count rows.
	Set(mean, variance []float32, count int)
}
