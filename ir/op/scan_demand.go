package op

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
)

// demand is what of a scan is asked for.
type demand struct {
	scan   *Scan
	layout layout
	used   map[int]bool       // pieces of the result that are read, by offset
	shaped map[int]bool       // those of them that are read in their own shape alone
	packed bool               // the result is needed in one piece, too
	need   map[*ir.Value]bool // values of the body that are computed
	fixed  map[*ir.Value]bool // those that are the same in every step
}

// use finds out which pieces of the result are read, and what they depend on.
func (l *demand) use(of Lowering, v *ir.Value) {
	s := l.scan
	l.used, l.shaped = map[int]bool{}, map[int]bool{}
	readers, root := of.Readers(v)
	l.packed = root
	parts := l.pieces()
	for _, r := range readers {
		at := -1
		if o, ok := r.Op.(*Slice); ok {
			w := View{}
			for i, p := range parts {
				w.Parts = append(w.Parts, Part{Offset: p.offset, Size: p.size(), View: View{Buf: &loop.Buffer{Port: i}, Strides: []int{0, 0}}})
			}
			if len(r.Args[0].Shape) == 1 {
				for i := range w.Parts {
					w.Parts[i].View.Strides = []int{0}
				}
			}
			if q := o.part(w); q.Buf != nil {
				at = q.Buf.Port
			}
		}
		if at < 0 {
			l.packed = true
			continue
		}
		p := parts[at]
		first := !l.used[p.offset]
		l.used[p.offset] = true
		again, root := of.Readers(r)
		own := !root && !slices.ContainsFunc(again, func(v *ir.Value) bool {
			_, ok := v.Op.(*Reshape)
			return !ok
		})
		l.shaped[p.offset] = own && r.Shape.Elements() == p.size() && (first || l.shaped[p.offset])
	}
	if l.packed {
		for _, p := range parts {
			l.used[p.offset] = true
		}
	}
	l.need = map[*ir.Value]bool{}
	var mark func(w *ir.Value)
	mark = func(w *ir.Value) {
		if l.need[w] {
			return
		}
		l.need[w] = true
		for _, a := range w.Args {
			mark(a)
		}
		if i := slices.Index(s.Body.Inputs, w); i >= 0 && i < s.Carried {
			mark(s.Body.Outputs[i])
		}
	}
	for i, o := range s.Body.Outputs {
		switch k := i - s.Carried; {
		case k < 0:
			if l.reads(l.layout.finals, i) || l.reads(l.layout.kept, i) {
				mark(s.Body.Inputs[i])
			}
		case k < s.outputs():
			if l.reads(l.layout.stacked, k) {
				mark(o)
			}
		default:
			if l.reads(l.layout.sums, k-s.outputs()) {
				mark(o)
			}
		}
	}
}

// pieces are those of the value that is lowered.
func (l *demand) pieces() []piece {
	sums := slices.DeleteFunc(slices.Clone(l.layout.sums), func(p piece) bool { return p.shape.Batched() == l.scan.Shared })
	if l.scan.Shared {
		return sums
	}
	return slices.Concat(l.layout.finals, l.layout.stacked, sums, l.layout.kept)
}

// reads reports that a piece is read.
func (l *demand) reads(list []piece, i int) bool {
	if i >= len(list) || list != nil && l.scan.Shared == list[i].shape.Batched() {
		return false
	}
	return l.used[list[i].offset]
}

// fix finds the values that are the same in every step.
func (l *demand) fix() {
	s := l.scan
	l.fixed = map[*ir.Value]bool{}
	for _, c := range s.Body.Inputs[s.Carried+s.Steps:] {
		l.fixed[c] = true
	}
	for _, w := range s.Body.Values {
		if _, input := w.Op.(*Input); !input {
			l.fixed[w] = !slices.ContainsFunc(w.Args, func(a *ir.Value) bool { return !l.fixed[a] })
		}
	}
}

// isRead reports that the step reads an input, or hands it on.
func (l *demand) isRead(x *ir.Value) bool {
	return slices.Contains(l.scan.Body.Outputs, x) ||
		slices.ContainsFunc(l.scan.Body.Values, func(v *ir.Value) bool { return l.need[v] && slices.Contains(v.Args, x) })
}
