package gosrc

import (
	"fmt"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
)

// blocked is a program of which a step of a sequence goes over the steps so far, if
// there can be fewer of them than all.
func blocked(p *loop.Program) *loop.Program {
	if p.Stream == nil || p.Stream.Limit() > shape.Block {
		return p
	}
	return inFull(p)
}

// inFull is a program of which a step goes over all steps of a sequence, or the
// program itself if it is.
func inFull(p *loop.Program) *loop.Program {
	if p.Stream == nil {
		return p
	}
	plan, limited := p.Stream.Plan.InFull()
	if !limited {
		return p
	}
	whole, stream := *p, *p.Stream
	stream.Plan, whole.Stream = plan, &stream
	return &whole
}

// entire is the call in the place of one that goes over the steps so far, once these
// are all but a part of a block. Of calls that a whole number of blocks is all there is
// to, it is nil.
func (e *phases) entire(plan *loop.Plan, r *loop.Run) (*kernelCall, error) {
	all := loop.InFull(r.Kernel)
	if all == r.Kernel || e.p.Stream.Limit()%shape.Block == 0 {
		return nil, nil
	}
	whole := *r
	whole.Kernel = all
	c, err := e.callOf(plan, &whole, nil)
	return &c, err
}

// soFar prints a call that goes over the steps so far. Those that follow one another
// share a choice.
func (w *phaseWriter) soFar(c kernelCall) {
	limit := w.em.p.Stream.Limit()
	w.declare(shape.Upto, fmt.Sprintf("%s := min((int(s.position[0])+%d)/%[2]d*%[2]d, %d) // steps so far, in blocks", shape.Upto, shape.Block, limit))
	if c.entire != nil && w.entire == nil {
		w.line("if %s < %d {", shape.Upto, limit)
	}
	w.line("%s", gotree.Call(c.fn.Name, w.operands(c)))
	if c.entire != nil {
		w.entire = append(w.entire, gotree.Call(c.entire.fn.Name, w.operands(*c.entire)))
	}
}

// endSoFar ends such a choice.
func (w *phaseWriter) endSoFar() {
	if w.entire == nil {
		return
	}
	w.line("} else {")
	w.lines = append(w.lines, w.entire...)
	w.line("}")
	w.entire = nil
}
