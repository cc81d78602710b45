package train

import (
	"io"

	"github.com/nngen-go/nngen/runtime/data"
	"github.com/nngen-go/nngen/runtime/metric"
	"github.com/nngen-go/nngen/runtime/optim"
)

// Compiled holds the compile and fit sections of a network's description.
type Compiled struct {
	Loss      string                   // name of the loss
	Optimizer func() optim.Rule        // a fresh rule with the description's hyperparameters
	Metrics   func() [][]metric.Metric // fresh metrics, per output; as in Keras they ignore sample weights; may be nil
	// WeightedMetrics are metrics that follow sample weights, per output; may be nil.
	WeightedMetrics func() [][]metric.Metric
	BatchSize       int     // 0: 32
	Epochs          int     // 0: 1
	ValidationSplit float64 // 0: none
	Shuffle         bool
	StepsPerEpoch   int               // 0: an epoch is a pass over all rows
	ClassWeight     map[int]float64   // see Config; may be nil
	Callbacks       func() []Callback // fresh ones; may be nil
	WeightColumn    string            // the column of tables that weights come from, for messages; "": none
}

// Config changes how one call of [Fit] goes. Its zero value means: as the
// description says.
type Config[X, Y any] struct {
	// Epochs is the epoch to end before, counted from 0: without InitialEpoch
	// the number of epochs. 0: the description's.
	Epochs int
	// InitialEpoch is the epoch to begin with, counted from 0, where an earlier
	// training is continued.
	InitialEpoch int
	// BatchSize is the number of rows per optimizer step; 0: the description's.
	// A batch above the compiled one is computed in parts whose gradients are
	// summed.
	BatchSize int
	// StepsPerEpoch ends an epoch after that many batches; the next one goes on
	// where it stopped. Where the data runs out before, the epoch is cut short
	// and the next one begins from the start, as in Keras. 0: the description's;
	// negative: an epoch is a pass over all rows.
	StepsPerEpoch int
	// ClassWeight multiplies the weight of every training row by that of its
	// class; a class that is not named has weight 1. The class is the target
	// itself where it is one number, rounded, else the place of its largest
	// element. The network must have a single output. nil: the description's.
	ClassWeight map[int]float64
	// ValidationSplit is the fraction of the rows, cut off the end before any
	// shuffling, that is kept for validation. 0: the description's; negative:
	// none.
	ValidationSplit float64
	// Stratify takes that fraction of the rows of every class, found as for
	// ClassWeight.
	Stratify bool
	// ValidationData is evaluated after an epoch. No rows are split off then.
	ValidationData data.Dataset[X, Y]
	// ValidationBatchSize is the number of rows that are evaluated at once; 0:
	// BatchSize.
	ValidationBatchSize int
	// ValidationSteps evaluates that many batches, always from the first; 0: all.
	ValidationSteps int
	// ValidationFreq evaluates after every so many epochs: 2 means after epochs
	// 1, 3, 5, counted from 0. The figures of the others are NaN in the history.
	// 0: after every epoch.
	ValidationFreq int
	// NoShuffle keeps the rows in their order.
	NoShuffle bool
	// Optimizer replaces the optimizer in use; its accumulators start afresh
	// unless it is the rule of the previous call. nil: the one of the previous
	// call, at first the description's.
	Optimizer optim.Rule
	// Callbacks are called in order, after those of the description.
	Callbacks []Callback
	// OwnCallbacks leaves out those of the description.
	OwnCallbacks bool
	// Progress receives Keras's progress lines, redrawn in place if it is a
	// terminal; nil: silent.
	Progress io.Writer
}

// Session is what a model keeps between calls of [Fit] and [Evaluate], as a
// Keras model keeps its optimizer: training goes on where it stopped.
type Session struct {
	Optimizer *optim.Optimizer // nil before the first Fit
	Step      uint64           // optimizer steps taken
	Seed      uint64           // of shuffling and dropout
	Workers   int              // cores that a call uses; 0: GOMAXPROCS
	// Metadata is what the weights files of callbacks say of their model; nil:
	// nothing.
	Metadata func() map[string]string

	frozen map[string]bool // tensors
}
