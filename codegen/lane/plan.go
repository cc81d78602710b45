package lane

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/loop"
)

// Kind is how a contraction comes about.
type Kind uint8

const (
	// Adds: the innermost loop runs along the result. Products of a block are added
	// to one another, and then to the result in memory.
	Adds Kind = iota
	// Dots: the innermost loop runs along the sum, several of which are kept in
	// variables.
	Dots
	// Single: one element after the other, a loop for each axis.
	Single
)

func (k Kind) String() string { return [...]string{"adds", "dots", "single"}[k] }

// Plan gives every axis of a contraction its role:
//
//	for the axes Outer
//	  for parts of Share             Tile points of it at a time
//	    for the axes Taps            the sum, with the ranges that clips leave
//	      for blocks of Run          Block points of it at a time, written out
//	        for the points of Share  that have the block's right operands in common
//	          for the points of Vec
//
// Run is reduced, or, of Dots, an axis of the result. An axis that is missing is
// -1. The order of every sum depends on the shape alone.
type Plan struct {
	*Form
	Source        *loop.Contract
	Kind          Kind
	Outer, Taps   []int
	Run           []int // several where the whole sum is one block
	Block         int
	Share, Tile   int
	Vec           int
	Unrolled      bool // the points of Vec are written out
	Divide        int  // the axis of the result that workers share
	Rows          bool // rows are reduced: a gradient of parameters
	Chunk, Points int  // the axis of which so many points have sums of their own
	Sums          Sums
}

const (
	blockPoints   = 8   // of a run
	clippedPoints = 4   // where their number depends on the tap: the rest is done one by one
	sharedRows    = 8   // rows of the batch that share a pass over the right operand
	shortSum      = 12  // products of a sum that is one block
	writtenOut    = 128 // products of a row that is written out
	fewColumns    = 4   // fewer are kept in variables
	fewUnits      = 8   // points of an axis that are too few to be shared out evenly
)

// Contract plans a contraction.
func Contract(k *loop.Contract, rows int, sums Sums, numbers Numbers) *Plan {
	axes := k.Axes()
	accs := append([]loop.Access{k.Out, k.Lhs, k.Rhs}, k.Extra...)
	p := &Plan{Form: Read(axes, len(axes)-len(k.K), accs, k.Clip, rows, numbers), Source: k, Share: -1, Vec: -1, Divide: -1, Chunk: -1, Sums: sums}
	p.Rows = slices.ContainsFunc(p.Axes, func(a Axis) bool { return a.Rows && a.Reduced })
	p.chooseKind()
	p.chooseRun()
	p.chooseShare()
	p.writeOut()
	for at, a := range p.Axes {
		switch {
		case at == p.Share || at == p.Vec || slices.Contains(p.Run, at):
		case a.Reduced:
			p.Taps = append(p.Taps, at)
		case a.Rows:
			p.Outer = slices.Insert(p.Outer, 0, at)
		default:
			p.Outer = append(p.Outer, at)
		}
	}
	p.chooseDivide()
	p.chooseChunk()
	if p.Share >= 0 && p.Axes[p.Share].Rows && p.Tile == 0 && p.Kind == Adds && !p.Once() {
		p.Tile = sharedRows
	}
	return p
}

// Order tells sums that are added up in different orders apart; of those with one
// order it is the same text.
func (p *Plan) Order() string {
	switch p.Kind {
	case Adds:
		var points []int
		for _, at := range p.Run {
			points = append(points, p.Axes[at].Most)
		}
		return fmt.Sprint(p.Kind, p.Block, points, p.Points)
	case Dots: // a single one is taken in parts, if it is known to be so long
		return fmt.Sprint(p.Kind, p.Block, len(p.Run), p.Points, p.Axes[p.Vec].Blocks)
	}
	return fmt.Sprint(p.Kind, p.Points)
}

// free reports an axis that neither counts rows nor is clipped.
func (p *Plan) free(at int) bool { return !p.Axes[at].Rows && !p.Tied(at) }

// best is the axis that a weight is largest of, the last of several; -1 where
// none is positive.
func (p *Plan) best(weight func(at int, a Axis) int) int {
	best, most := -1, 1
	for at, a := range p.Axes {
		if w := weight(at, a); w >= most {
			best, most = at, w
		}
	}
	return best
}

// swap exchanges the factors.
func (p *Plan) swap() {
	p.Operands[Lhs], p.Operands[Rhs] = p.Operands[Rhs], p.Operands[Lhs]
	for _, a := range p.Axes {
		a.Steps[Lhs], a.Steps[Rhs] = a.Steps[Rhs], a.Steps[Lhs]
	}
}

// near reports points that lie close to one another in every factor and in the
// result.
func (a Axis) near() bool {
	return !slices.ContainsFunc(a.Steps[:Extra], func(s gotree.Number) bool { return !s.Known() || s.Value < 1 || s.Value > blockPoints })
}

// chooseKind finds the innermost loop. What is moved along it is the right factor,
// and the left one where both are.
func (p *Plan) chooseKind() {
	p.Kind = Single
	if p.Void || p.Source.Accumulate && p.Source.Epilogue != nil {
		return
	}
	along := p.best(func(at int, a Axis) int {
		unit, still := a.Steps[Lhs].Is(1) || a.Steps[Rhs].Is(1), a.Steps[Lhs].Is(0) || a.Steps[Rhs].Is(0)
		switch {
		case a.Reduced || !p.free(at):
			return 0
		case a.Steps[Out].Is(1) && unit && (still || a.Steps[Lhs].Is(1) && a.Steps[Rhs].Is(1)):
			return 2 * a.N.Value
		case !still && a.near(): // channels with several results each
			return a.N.Value / 2
		}
		return 0
	})
	summed := p.best(func(at int, a Axis) int {
		switch {
		case !a.Reduced || p.Rows || !p.free(at) || !a.Steps[Lhs].Is(1) && !a.Steps[Rhs].Is(1):
			return 0
		case a.Steps[Lhs].Is(1) && a.Steps[Rhs].Is(1):
			return 2 * a.N.Value
		case along >= 0 && p.Axes[along].N.Value < fewColumns && p.Axes[along].N.Known() && a.Steps[Lhs].Value > 0 && a.Steps[Rhs].Value > 0:
			return a.N.Value
		}
		return 0
	})
	few := along >= 0 && p.Axes[along].N.Known() && p.Axes[along].N.Value < fewColumns
	switch {
	case along >= 0 && (summed < 0 || !few):
		p.Kind, p.Vec = Adds, along
		if p.Axes[along].Steps[Rhs].Is(0) {
			p.swap()
		}
	case summed >= 0:
		p.Kind, p.Vec = Dots, summed
		if !p.Axes[summed].Steps[Lhs].Is(1) {
			p.swap()
		}
	}
}

// chooseRun finds the axis of which a block takes several points at once.
func (p *Plan) chooseRun() {
	p.Block = blockPoints
	run := -1
	switch p.Kind {
	case Adds:
		both := !p.step(p.Vec, Lhs).Is(0)
		run = p.best(func(at int, a Axis) int {
			switch {
			case !a.Reduced || !p.Rows && !p.free(at):
				return 0
			case a.Rows: // outermost, unless there is nothing else
				return 1
			case a.Steps[Lhs].Is(1) && !both:
				return 4
			case a.Steps[Lhs].Value > 0 || both:
				return 2
			}
			return 0
		})
	case Dots:
		run = p.best(func(at int, a Axis) int {
			switch {
			case a.Reduced || !p.free(at) || !a.Steps[Out].Is(1):
				return 0
			case a.Steps[Lhs].Is(0):
				return 1
			}
			return 0
		})
	}
	if run < 0 {
		return
	}
	p.Run = []int{run}
	if p.Tied(run) {
		p.Block = clippedPoints
	}
}

// chooseShare finds the axis of the result whose points share a block.
func (p *Plan) chooseShare() {
	if p.Kind == Single {
		return
	}
	p.Share = p.best(func(at int, a Axis) int {
		switch {
		case a.Reduced || at == p.Vec || slices.Contains(p.Run, at) || !a.Steps[Rhs].Is(0):
			return 0
		case p.Rows:
			if p.free(at) && a.Steps[Lhs].Is(1) && p.step(p.Vec, Lhs).Is(0) {
				return 1
			}
			return 0
		case a.Rows:
			return 1
		}
		return 2
	})
}

// writeOut makes one block of a short sum, and an expression for each element of a
// short row.
func (p *Plan) writeOut() {
	var reduced []int
	n, known := 1, true
	for at, a := range p.Axes {
		if a.Reduced {
			reduced, n, known = append(reduced, at), n*a.N.Value, known && a.N.Known()
		}
	}
	if p.Rows || p.Source.Accumulate || len(p.Clips) > 0 || !known || p.Kind == Single || n > writtenOut {
		return
	}
	row := p.Vec
	if p.Kind == Dots {
		row = p.columns()
	}
	all := 1
	if row >= 0 {
		all = p.Axes[row].N.Value
		known = known && p.Axes[row].N.Known() && p.step(row, Lhs).Is(0) && p.step(row, Rhs).Value >= 0
	}
	switch {
	case known && n*all <= writtenOut && (row >= 0 || n <= shortSum):
		p.Kind, p.Vec, p.Run, p.Block, p.Unrolled = Adds, row, reduced, n, p.inline()
	case p.Kind == Adds && n <= shortSum:
		p.Run, p.Block = reduced, n
	}
}

// Once reports that every element of the result is stored by one block: it need
// not be zero before.
func (p *Plan) Once() bool {
	if p.Source.Accumulate || len(p.Clips) > 0 || len(p.Taps) > 0 || p.Chunk >= 0 {
		return false
	}
	return p.Kind == Dots || len(p.Run) != 1 || !p.Axes[p.Run[0]].Rows && p.Axes[p.Run[0]].N.Known() && p.Axes[p.Run[0]].N.Value <= p.Block
}

// chooseDivide finds the axis of a gradient of parameters that workers share. Every
// element is computed by one of them, over all rows.
func (p *Plan) chooseDivide() {
	switch {
	case p.Operands[Out].Buf.Rows || loop.SharingOf(p.Source) != loop.ByUnits:
	case p.Share >= 0 && (p.Axes[p.Share].N.Value >= fewUnits || len(p.Outer) == 0):
		p.Divide = p.Share
	case len(p.Outer) > 0: // what lies furthest apart
		p.Divide = slices.MaxFunc(p.Outer, func(a, b int) int {
			return cmp.Compare(p.step(a, Out).Value, p.step(b, Out).Value)
		})
	}
	if p.Divide >= 0 && p.Axes[p.Divide].Rows {
		p.Divide = -1
	}
}

// String is the text form.
func (p *Plan) String() string {
	var b strings.Builder
	b.WriteString(p.Kind.String())
	role := func(name string, axes ...int) {
		for i, at := range axes {
			if at < 0 {
				return
			}
			if i == 0 {
				b.WriteString(" " + name + "=")
			} else {
				b.WriteString(",")
			}
			b.WriteString(p.Axes[at].Name + ":" + p.Axes[at].N.String())
			if p.Axes[at].Rows {
				b.WriteString("n")
			}
		}
	}
	role("outer", p.Outer...)
	role("taps", p.Taps...)
	role("run", p.Run...)
	if len(p.Run) > 0 {
		fmt.Fprintf(&b, "/%d", p.Block)
	}
	role("share", p.Share)
	if p.Tile > 0 {
		fmt.Fprintf(&b, "/%d", p.Tile)
	}
	role("vec", p.Vec)
	if p.Unrolled {
		b.WriteString(" unrolled")
	}
	role("divide", p.Divide)
	if p.Chunk >= 0 {
		role("chunk", p.Chunk)
		fmt.Fprintf(&b, "/%d", p.Points)
	}
	return b.String()
}
