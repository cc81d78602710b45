package asm

import (
	"slices"

	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
)

// nest writes the statements of a nest for one row.
func (n *network) nest(k *loop.Nest) error {
	t, ok := shape.Plain(k)
	if !ok || len(t.Body) == 1 && t.Body[0].Reduce == loop.Sum && len(t.Outer) == 0 {
		return errNetwork
	}
	var locals []*loop.Buffer
	for _, s := range t.Body {
		run, ok := runOf(t, s)
		if !ok {
			return errNetwork
		}
		if err := n.statement(run); err != nil {
			return err
		}
		if s.Dst.Buf.Class == loop.Local {
			locals = append(locals, s.Dst.Buf)
		}
	}
	for _, b := range locals {
		n.forget(b)
	}
	return nil
}

// run is a statement over one run of elements of a single row.
type run struct {
	loop.Stmt
	elements int
	dst      int   // how far apart its elements are: 0 or 1
	srcs     []int // as well
}

// runOf reads a statement, if all but one of its loops have one turn for a
// single row.
func runOf(k *loop.Nest, s loop.Stmt) (run, bool) {
	r := run{Stmt: s, elements: 1, srcs: make([]int, len(s.Srcs))}
	if hasRows(s.Value) || s.Finish != nil && hasRows(s.Finish) || s.Accumulate {
		return r, false
	}
	for i, a := range k.Axes(s) {
		if a.N == 1 {
			continue
		}
		if r.elements > 1 || s.Reduce != loop.Store && i < len(k.Outer) {
			return r, false
		}
		r.elements, r.dst = a.N, s.Dst.Strides[i]
		for j, src := range s.Srcs {
			r.srcs[j] = src.Strides[i]
		}
	}
	far := func(step int) bool { return step != 0 && step != 1 }
	if r.elements > 1 && r.dst != 1 && s.Reduce == loop.Store {
		return r, false
	}
	return r, !far(r.dst) && !slices.ContainsFunc(r.srcs, far)
}

// statement writes one of them.
func (n *network) statement(r run) error {
	need := len(r.Srcs) + exprRegisters(r.Value, n.level) + 1 // what put keeps
	if r.Reduce != loop.Store {
		need += n.width(r.elements) - 1
	}
	if n.spare() < need {
		n.forgetRows()
	}
	return n.narrowed(r.elements, r.Value, func() error {
		if r.Reduce != loop.Store {
			return n.reduction(r)
		}
		return n.each(r)
	})
}

// each writes a statement that stores every value.
func (n *network) each(r run) error {
	for j := range n.width(r.elements) {
		v, err := n.value(r, j)
		if err != nil {
			return err
		}
		if r.Dst.Buf.Class == loop.Local {
			if r.elements > 1 {
				return errNetwork
			}
			n.keep(r.Dst.Buf, v)
			continue
		}
		if err := n.put(r.Dst.Buf, r.Dst.Offset, j, r.elements, v); err != nil {
			return err
		}
		n.release(v)
	}
	return nil
}

// keep makes what is in all lanes of v the value of a scalar.
func (n *network) keep(b *loop.Buffer, v vec) {
	if n.lowHalf { // others may want all lanes
		n.lowHalf = false
		n.VBROADCASTSS(n.quarter(v), n.full(v))
	}
	n.hold(b, v)
}

// value computes register j of a statement's values.
func (n *network) value(r run, j int) (vec, error) {
	args := make([]vec, len(r.Srcs))
	for i, a := range r.Srcs {
		var err error
		if r.srcs[i] == 0 {
			args[i], err = n.spread(a.Buf, a.Offset)
		} else {
			args[i], err = n.fetch(a.Buf, a.Offset, j, r.elements)
		}
		if err != nil {
			return none, err
		}
	}
	v := n.eval(r.Value, args)
	n.release(args...)
	return v, nil
}
