package network

import (
	"slices"

	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
)

// nest writes the statements of a nest for one row.
func (n *network) nest(k *loop.Nest) error {
	t, ok := shape.Plain(k)
	if !ok || len(t.Body) == 1 && t.Body[0].Reduce == loop.Sum && len(t.Outer) == 0 {
		return errTooLarge
	}
	var locals []*loop.Buffer
	for _, s := range t.Body {
		run, ok := runOf(t, s)
		if !ok {
			return errTooLarge
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
	if amd64.HasRows(s.Value) || s.Finish != nil && amd64.HasRows(s.Finish) || s.Accumulate {
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
	need := len(r.Srcs) + amd64.RegistersOf(r.Value, n.level) + 1 // what put keeps
	if r.Reduce != loop.Store {
		need += n.width(r.elements) - 1
	}
	if n.Spare() < need {
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
				return errTooLarge
			}
			n.keep(r.Dst.Buf, v)
			continue
		}
		if err := n.put(r.Dst.Buf, r.Dst.Offset, j, r.elements, v); err != nil {
			return err
		}
		n.Release(v)
	}
	return nil
}

// keep makes what is in all lanes of v the value of a scalar.
func (n *network) keep(b *loop.Buffer, v amd64.Vec) {
	if n.LowHalf { // others may want all lanes
		n.LowHalf = false
		n.VBROADCASTSS(n.Quarter(v), n.Full(v))
	}
	n.hold(b, v)
}

// value computes register j of a statement's values.
func (n *network) value(r run, j int) (amd64.Vec, error) {
	args := make([]amd64.Vec, len(r.Srcs))
	for i, a := range r.Srcs {
		var err error
		if r.srcs[i] == 0 {
			args[i], err = n.spread(a.Buf, a.Offset)
		} else {
			args[i], err = n.fetch(a.Buf, a.Offset, j, r.elements)
		}
		if err != nil {
			return amd64.None, err
		}
	}
	v := n.Eval(r.Value, args)
	n.Release(args...)
	return v, nil
}
