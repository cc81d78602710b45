package loop

import (
	"slices"

	"github.com/nngen-go/nngen/ir/diag"
)

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

// InFull is the plan with axes of which the extent is N, see Axis.Upto, and whether that
// is another plan.
func (p *Plan) InFull() (full *Plan, limited bool) {
	q := *p
	q.Forward = slices.Clone(p.Forward)
	for i, s := range q.Forward {
		r, ok := s.(*Run)
		if !ok {
			continue
		}
		c := *r
		if c.Kernel = InFull(r.Kernel); c.Kernel != r.Kernel {
			q.Forward[i], limited = &c, true
		}
	}
	return &q, limited
}

// InFull is a kernel over all points of its axes: itself, if it is one.
func InFull(k Kernel) Kernel {
	nests := AxesOf(k)
	if !slices.ContainsFunc(nests, func(axes []Axis) bool { return slices.ContainsFunc(axes, func(a Axis) bool { return a.Upto != nil }) }) {
		return k
	}
	k = Copy(k)
	for _, axes := range AxesOf(k) {
		for i := range axes {
			axes[i].Upto = nil
		}
	}
	return k
}

// StateUpdate copies New into a segment after a training step: into state, or into
// weights that the optimizer then moves.
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

// Step is a node of the program: *Run or *Loop.
type Step interface{ isStep() }

// Run runs one kernel.
type Run struct {
	Layer  string
	Pos    diag.Pos
	Kernel Kernel
	// Steps, where set, are the steps that a product over those of every row is needed of.
	Steps *Steps
}

// Steps are those of every row, N of them, for which Mask is not 0; its strides are
// over step and row. The result of the others need not be computed, and is 0 then; where
// no row has a step it may be left unwritten, unless All is set. Of a sum over the steps
// the terms of others are 0.
type Steps struct {
	N    int
	Mask Access
	All  bool
}

// Loop runs Body for every value of a time axis. Accesses of its kernels may
// have a stride over Axis, which comes first in Outer positions.
//
// Mask, where there is one, has a number for every turn and row; its strides are in
// this order. A turn for which no row has another number than 0 runs Idle in the
// place of Body. Idle leaves behind what Body would, but for numbers that nobody
// reads then, or that are multiplied by 0.
type Loop struct {
	Axis    Axis
	Reverse bool
	Body    []Step
	Mask    *Access
	Idle    []Step
}

// all are the steps of both kinds of turns.
func (l *Loop) all() []Step { return slices.Concat(l.Idle, l.Body) }

func (*Run) isStep()  {}
func (*Loop) isStep() {}
