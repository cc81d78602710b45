package plan

import (
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
)

// Form is a contraction as plans take it, made of its canonical form: what a clip
// leaves out is said by the axes of the result.
type Form struct {
	*loop.Contract
	B, M, N, K    []Axis
	Out, Lhs, Rhs Operand
	Extras        []Operand
	Void          bool // every point lies outside: sums of nothing
}

// Operand is a buffer and the element of it that all axes start at.
type Operand struct {
	Buf    *loop.Buffer
	Offset int
}

// Axis is a loop with the steps of all operands along it, in elements.
type Axis struct {
	Name          string
	N             int
	Rows          bool // N points in every row of the batch
	Most          int  // points at most, 0: any number
	Upto          bool // N at most: see loop.Axis
	Out, Lhs, Rhs int
	Extra         []int
	// Parts, of an axis of the result, are runs of points that have the same range
	// of the reduced axis Tied. There are none where nothing is left out.
	Parts []Part
	Tied  int // an id; the axis has no other part in the sum where it is none of them
	ID    int
}

// Part is a run of points along an axis of the result: those of the tied axis
// from Lo to Hi take part there.
type Part struct{ From, N, Lo, Hi int }

// Inside is between which points something takes part in the sum, of an axis that
// is tied to no reduced one.
func (a Axis) Inside() (from, to int) {
	for _, p := range a.Parts {
		if p.Lo < p.Hi {
			return p.From, p.From + p.N
		}
	}
	return 0, a.N
}

// Steps moves the offsets of all operands n steps along the axis.
func (a Axis) Steps(o Offsets, n int) Offsets {
	o.Out, o.Lhs, o.Rhs, o.Extra = o.Out+n*a.Out, o.Lhs+n*a.Lhs, o.Rhs+n*a.Rhs, slices.Clone(o.Extra)
	for e := range a.Extra {
		o.Extra[e] += n * a.Extra[e]
	}
	return o
}

// Offsets is an element of every operand.
type Offsets struct {
	Out, Lhs, Rhs int
	Extra         []int
}

// Read takes a contraction in canonical form apart. It reports whether plans take such kernels.
func Read(k *loop.Contract) (*Form, bool) {
	f := &Form{Contract: k}
	axes := k.Axes()
	of := func(a loop.Access) (Operand, bool) {
		return Operand{a.Buf, a.Offset}, len(a.Strides) == len(axes) && a.Index == nil && a.Buf.DType == loop.F32 && a.Buf.Class != loop.Random
	}
	var ok [3]bool
	f.Out, ok[0] = of(k.Out)
	f.Lhs, ok[1] = of(k.Lhs)
	f.Rhs, ok[2] = of(k.Rhs)
	if slices.Contains(ok[:], false) {
		return nil, false
	}
	for _, a := range k.Extra {
		e, ok := of(a)
		if !ok {
			return nil, false
		}
		f.Extras = append(f.Extras, e)
	}
	all := make([]Axis, len(axes))
	for i, a := range axes {
		all[i] = Axis{Name: a.Name, N: a.N, Rows: a.Rows, Most: a.Most(), Upto: a.Partial(), Out: k.Out.Strides[i], Lhs: k.Lhs.Strides[i], Rhs: k.Rhs.Strides[i], ID: i, Tied: -1}
		for _, e := range k.Extra {
			all[i].Extra = append(all[i].Extra, e.Strides[i])
		}
	}
	for _, c := range k.Clip {
		if !f.clip(all, c) {
			return nil, false
		}
	}
	b, m, n := len(k.B), len(k.M), len(k.N)
	f.B, f.M, f.N, f.K = slices.Clone(all[:b]), slices.Clone(all[b:b+m]), slices.Clone(all[b+m:b+m+n]), slices.Clone(all[b+m+n:])
	f.K = slices.DeleteFunc(f.K, func(a Axis) bool { return a.N == 1 && !a.Rows && !f.isTied(all, a.ID) }) // all that a clip has left
	if f.Void {
		f.K = nil
		for _, g := range [][]Axis{f.B, f.M, f.N} {
			for i := range g {
				g[i].Parts = nil
			}
		}
	}
	return f, true
}

func (f *Form) isTied(all []Axis, id int) bool {
	return slices.ContainsFunc(all, func(a Axis) bool { return a.Parts != nil && a.Tied == id })
}

// clip turns a clip into the parts of an axis of the result, or shortens the
// reduced axis that it is about alone.
func (f *Form) clip(all []Axis, c loop.Clip) bool {
	reduced := len(all) - len(f.Contract.K)
	out, in := -1, -1
	var outCoef, inCoef int
	low, high := c.Offset, c.Offset
	for _, t := range c.Terms {
		far := t.Coef * (all[t.Axis].N - 1)
		low, high = low+min(far, 0), high+max(far, 0)
		to, coef := &out, &outCoef
		if t.Axis >= reduced {
			to, coef = &in, &inCoef
		}
		if *to >= 0 {
			return false // two positions, or two taps
		}
		*to, *coef = t.Axis, t.Coef
	}
	if low >= 0 && high < c.Size {
		return true
	}
	taps := 1
	if in >= 0 {
		taps = all[in].N
	}
	// inside is the range of taps that lie inside at position i.
	inside := func(i int) (lo, hi int) {
		at := c.Offset + i*outCoef
		for lo < taps && (at+lo*inCoef < 0 || at+lo*inCoef >= c.Size) {
			lo++
		}
		for hi = lo; hi < taps && at+hi*inCoef >= 0 && at+hi*inCoef < c.Size; {
			hi++
		}
		return lo, hi
	}
	if out < 0 {
		lo, hi := inside(0)
		if in < 0 || lo >= hi {
			f.Void = true
			return true
		}
		f.Lhs.Offset += lo * all[in].Lhs
		f.Rhs.Offset += lo * all[in].Rhs
		all[in].N = hi - lo
		return true
	}
	a := &all[out]
	if a.Parts != nil || a.Rows || in >= 0 && (all[in].Rows || f.isTied(all, in)) {
		return false
	}
	any := false
	for i := range a.N {
		lo, hi := inside(i)
		if lo >= hi {
			lo, hi = 0, 0
		}
		any = any || lo < hi
		if n := len(a.Parts); n > 0 && a.Parts[n-1].Lo == lo && a.Parts[n-1].Hi == hi {
			a.Parts[n-1].N++
		} else {
			a.Parts = append(a.Parts, Part{i, 1, lo, hi})
		}
	}
	a.Tied = in
	f.Void = f.Void || !any
	return true
}

// takeLanes takes the axis out along which the result is contiguous: one of the right
// operand, as the canonical form has it, or a batch axis that both operands have.
func (f *Form) takeLanes() (lanes Axis, vectors, ok bool) {
	unit := func(g []Axis) int {
		return slices.IndexFunc(g, func(a Axis) bool { return a.Out == 1 && !a.Rows && a.Parts == nil })
	}
	group := &f.N
	i := unit(f.N)
	if i < 0 {
		if i = unit(f.B); i < 0 || f.B[i].Lhs != 1 || f.B[i].Rhs != 1 {
			return lanes, false, false
		}
		group, vectors = &f.B, true
	}
	lanes = (*group)[i]
	*group = slices.Delete(slices.Clone(*group), i, i+1)
	gaps := slices.ContainsFunc(lanes.Extra, func(s int) bool { return s != 0 && s != 1 })
	rows := func(a Axis) bool { return a.Rows }
	partial := func(a Axis) bool { return a.Parts != nil && a.Tied >= 0 }
	return lanes, vectors, !gaps && !slices.ContainsFunc(f.N, rows) && !slices.ContainsFunc(slices.Concat(f.B, f.N), partial)
}

// fuse makes one loop of neighbours in the sum of which the outer continues the
// inner. The canonical form has none but where a clip goes by the points of the
// outer, which are now parts of an axis of the result.
func (f *Form) fuse() {
	for i := 0; i+1 < len(f.K); {
		o, in := f.K[i], f.K[i+1]
		if in.Rows || o.Upto || in.Upto || f.tied(in.ID) != nil || !continues(o, in) {
			i++
			continue
		}
		if a := f.tied(o.ID); a != nil {
			for j := range a.Parts {
				a.Parts[j].Lo *= in.N
				a.Parts[j].Hi *= in.N
			}
		}
		in.Name, in.N, in.Rows, in.Most, in.ID = o.Name+"·"+in.Name, o.N*in.N, o.Rows, o.Most*in.N, o.ID
		f.K = slices.Replace(f.K, i, i+2, in)
		i = max(i-1, 0)
	}
}

// tied is the axis of the result whose parts are ranges of a reduced axis.
func (f *Form) tied(id int) *Axis {
	for _, g := range [][]Axis{f.B, f.M, f.N} {
		for i := range g {
			if g[i].Parts != nil && g[i].Tied == id {
				return &g[i]
			}
		}
	}
	return nil
}

func continues(o, in Axis) bool {
	for e := range o.Extra {
		if o.Extra[e] != in.Extra[e]*in.N {
			return false
		}
	}
	return o.Out == in.Out*in.N && o.Lhs == in.Lhs*in.N && o.Rhs == in.Rhs*in.N
}
