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
	// Carried are states that rows of one batch of training or evaluation leave for
	// those of the next, which begin with them; before the first they are 0. In the
	// results of both plans they come last.
	Carried []Port
	// Stream is there if the network can be given sequences step by step. Of other
	// recurrent networks NoStream is the reason: "layer pool needs all steps".
	Stream   *Stream
	NoStream string

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
	Limit  int      // ids and whole numbers are below it; 0: any
	Least  int      // and at least this, which is 0 for ids
	Loss   string   // targets: the loss, for comments
	Fields []string // what the values of a sample are called, in order: columns of a table; nil: not known
}

// Stream is a network that is given sequences step by step.
type Stream struct {
	Inputs, Outputs []Port // of one step
	// States are what a step leaves for the next; before the first they are 0. One of
	// integers, of which there is one at most, is the number of steps so far, which
	// whoever runs the plan counts.
	States []Port
	// Plan computes a step. Its results are the outputs, and after them what the
	// states become: a state itself where the plan writes a row of it, or it is counted.
	Plan *Plan
}

// Limit is how many steps a sequence has at most; 0: any number.
func (s *Stream) Limit() int {
	for _, p := range s.States {
		if p.DType == I32 {
			return p.Limit
		}
	}
	return 0
}

// Len is the number of values of one sample; of ragged ones, any, it is 1.
func (p Port) Len() int { return product(p.Shape) }

// Layer is one row of the summary table.
type Layer struct {
	Name, Type string
	Output     []int // shape of one sample
	Params     int
	Trainable  bool
	Inputs     []string
	Shared     string // the layer whose weights it uses once more; "" in most cases
	Pos        diag.Pos
}

func product(s []int) int {
	n := 1
	for _, d := range s {
		n *= d
	}
	return n
}
