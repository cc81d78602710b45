package loop

import (
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/encoding"
)

// Program is one compiled network.
type Program struct {
	Name  string // the model's name, as the user wrote it
	File  string // base name of the description
	Batch int    // the micro-batch: rows that one call takes at most; see Training.BatchStatistics

	Segments []block.Segment // the parameter block: trainable, frozen, state
	Inputs   []Port
	Outputs  []Port
	Targets  []Port // one per output
	Classes  []string
	Answer   Answer             // of the output; of several there is none
	Encoding *encoding.Encoding // nil: the description has no data section
	Layers   []Layer

	Predict  *Plan
	Evaluate *Plan // predict plus losses
	Train    *Plan // forward and backward
	Adapts   []*Adapt

	Training Training
	// ModelID is the hash of architecture, preprocessing and classes; Hash is
	// that of the whole description's meaning.
	ModelID, Hash string
}

// Port is one input, output or target of the model: what the emitted types
// Input, Output and Target are made from.
type Port struct {
	Name   string
	Layer  string
	Shape  []int // of one sample; empty: a scalar. Ragged: nil
	DType  DType
	Ragged bool
	Limit  int      // ids: 0 <= id < Limit; 0: not an id
	Loss   string   // targets: the loss, for comments
	Fields []string // what the values of a sample are called, in order: columns of a table; nil: not known
}

// Layer is one row of the summary table.
type Layer struct {
	Name, Type string
	Output     []int // shape of one sample
	Params     int
	Trainable  bool
	Inputs     []string
	Pos        diag.Pos
}

// Plan is a sequence of steps with the memory that it runs in.
type Plan struct {
	Name     string // "predict", "evaluate", "train"
	Buffers  []*Buffer
	Forward  []Step
	Backward []Step
	// ArenaFloats and ArenaInts are the sizes of the arenas that the Arena
	// buffers of each element type lie in.
	ArenaFloats, ArenaInts int
	// PerRow: the arenas are those of one row. A call for n rows has n times as
	// much, and every buffer lies at n times its Offset. Plans of one worker are
	// so; where a team shares the rows, arenas are those of the micro-batch.
	PerRow bool

	// Outputs are the buffers of Program.Outputs; Losses, one scalar per
	// output, and Loss belong to evaluate and train.
	Outputs []*Buffer
	Losses  []*Buffer
	Loss    *Buffer
	Updates []StateUpdate
}

// StateUpdate copies New into a State segment after a training step.
type StateUpdate struct{ State, New *Buffer }

// Adapt computes what reaches a Normalization layer, so that its statistics can
// be fitted on the training rows.
type Adapt struct {
	Layer                 string
	Plan                  *Plan // its single output is the layer's input
	Width                 int   // elements of a row
	Groups                int   // element i of a row belongs to group i mod Groups
	Mean, Variance, Count int   // indices of the segments
}

// Training is what the description says of training: defaults of FitConfig.
type Training struct {
	Optimizer       Setting
	Losses          []string    // per output
	Metrics         [][]Setting // per output, names resolved as Keras resolves "accuracy"
	WeightedMetrics [][]Setting // per output, or nil; by the weights of the rows
	BatchSize       int
	Epochs          int
	ValidationSplit float64
	Shuffle         bool
	Stratify        bool      // ValidationSplit takes its fraction of every class
	StepsPerEpoch   int       // 0: an epoch is every row once
	ClassWeight     []float64 // per class; nil: all weigh the same
	Callbacks       []Setting
	BatchStatistics bool // BatchNormalization: a batch is taken whole, whatever its size
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

// Step is a node of the program: *Run or *Loop.
type Step interface{ isStep() }

// Run runs one kernel.
type Run struct {
	Layer  string
	Pos    diag.Pos
	Kernel Kernel
}

// Loop runs Body for every value of a time axis. Accesses of its kernels may
// have a stride over Axis, which comes first in Outer positions.
type Loop struct {
	Axis    Axis
	Reverse bool
	Body    []Step
}

func (*Run) isStep()  {}
func (*Loop) isStep() {}

func product(s []int) int {
	n := 1
	for _, d := range s {
		n *= d
	}
	return n
}
