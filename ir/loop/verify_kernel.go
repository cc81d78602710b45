package loop

import (
	"slices"

	"github.com/nngen-go/nngen/ir/scalar"
)

// maxLoops is how many loops each of the four nests of a Contract has at most: the
// rows and three axes of space.
const maxLoops = 4

// kernelVerifier checks the kernels of a plan.
type kernelVerifier struct {
	*violations
	p      *Program
	listed map[*Buffer]bool // the buffers of the plan
	// around are the axes of the loops that the kernel is in. An access of it
	// may have a stride over each of them, before those of its own axes.
	around []Axis
}

func newKernelVerifier(p *Program, plan *Plan, found *violations) *kernelVerifier {
	v := &kernelVerifier{violations: found, p: p, listed: map[*Buffer]bool{}}
	for _, b := range plan.Buffers {
		v.listed[b] = true
	}
	return v
}

// steps checks every kernel by itself, knowing the loops around it.
func (v *kernelVerifier) steps(steps []Step) {
	for _, s := range steps {
		switch s := s.(type) {
		case *Run:
			v.run = s
			if v.kernel(s.Kernel) && s.Steps != nil {
				v.stepRows(s)
			}
			v.run = nil
		case *Loop:
			if v.axes([]Axis{s.Axis}) {
				v.around = append(v.around, s.Axis)
				v.mask(s)
				v.steps(s.all())
				v.around = v.around[:len(v.around)-1]
			}
		}
	}
}

// mask checks what tells the turns of a loop that are idle.
func (v *kernelVerifier) mask(l *Loop) {
	if l.Mask == nil {
		if len(l.Idle) > 0 {
			v.fail("a loop without a mask has idle turns")
		}
		return
	}
	m := *l.Mask
	if !slices.ContainsFunc(flatten(l.Body), func(r *Run) bool {
		return slices.ContainsFunc(r.Kernel.Reads(), func(a Access) bool { return a.Buf == m.Buf })
	}) || l.Writes(m.Buf) || len(m.Strides) != len(v.around)+1 || m.Index != nil {
		v.fail("%v is no mask of the loop that it is to be one of", m.Buf)
		return
	}
	for _, w := range flatten(l.Idle) {
		for _, a := range w.Kernel.Writes() {
			if a.Buf.Class != Local && !l.Writes(a.Buf) {
				v.fail("an idle turn writes %v, which others do not", a.Buf)
			}
		}
	}
	v.access(m, []Axis{{Name: "n", N: 1, Rows: true}}, F32)
}

// stepRows checks what tells the steps that a product is needed of.
func (v *kernelVerifier) stepRows(r *Run) {
	s := r.Steps
	k, ok := r.Kernel.(*Contract)
	if !ok || len(v.around) > 0 || !s.Fits(k) {
		v.fail("it does not go over %d steps of every row", s.N)
		return
	}
	if s.Mask.Index != nil || s.Mask.Buf == k.Out.Buf {
		v.fail("%v is no mask", s.Mask.Buf)
		return
	}
	v.access(s.Mask, []Axis{{Name: "t", N: s.N}, {Name: "n", N: 1, Rows: true}}, F32)
}

// kernel checks one kernel by itself: axes, strides, element types, bounds and
// expressions. It reports whether the kernel is well formed.
func (v *kernelVerifier) kernel(k Kernel) bool {
	before := len(v.errs)
	for _, a := range slices.Concat(k.Writes(), k.Reads()) {
		if a.Buf == nil {
			v.fail("an operand has no buffer")
			return false
		}
		if !v.listed[a.Buf] {
			v.fail("buffer %v is not in the plan", a.Buf)
		}
	}
	if len(v.around) > 0 && !v.moves(k) {
		return false
	}
	switch k := k.(type) {
	case *Contract:
		v.contract(k)
	case *Nest:
		v.nest(k)
	case *GatherSum:
		v.gatherSum(k)
	case *ScatterSum:
		v.ids(k.Ids, k.Limit, k.Set)
		v.table(k.Table, k.Limit, k.Width)
		v.access(rows(k.Grad, k.Width), k.axes(), F32)
	case *MultiHot:
		v.ids(k.Ids, k.Limit, false) // writing 1 twice is writing 1
		v.access(rows(k.Out, k.Limit), sparseAxes(k.Limit), F32)
	case *Shuffle:
		shuffleFits(v, k)
	case *Pairs:
		pairsFit(v, k)
	case *PairsGrad:
		pairsGradFits(v, k)
	case *Window:
		v.window(k, k.In, k.Out)
		if len(v.errs) == before && !injective(k.Outer, own(k.Out, k.Axes())[:len(k.Outer)]) {
			v.fail("two of its points store to the same element of %v", k.Out.Buf)
		}
	case *WindowGrad:
		v.window(&k.Window, k.Window.In, k.DOut)
		v.window(&k.Window, k.DIn, k.DOut)
	default:
		v.fail("the family is unknown")
	}
	if len(v.errs) == before {
		v.canonical(k)
	}
	return len(v.errs) == before
}

func (k *ScatterSum) axes() []Axis { return sparseAxes(k.Width) }

func (v *kernelVerifier) contract(k *Contract) {
	axes := k.Axes()
	if !v.axes(axes) {
		return
	}
	for _, nest := range []struct {
		name string
		axes []Axis
	}{{"b", k.B}, {"m", k.M}, {"n", k.N}, {"k", k.K}} {
		if len(nest.axes) > maxLoops {
			v.fail("nest %s has %d loops, at most %d are allowed", nest.name, len(nest.axes), maxLoops)
		}
	}
	reduced := len(axes) - len(k.K)
	for i, a := range append([]Access{k.Out}, k.Extra...) {
		if !v.access(a, axes, F32) {
			return
		}
		if slices.ContainsFunc(own(a, axes)[reduced:], func(s int) bool { return s != 0 }) {
			v.fail("%v, extra %d (0: the result), has a stride over k", a.Buf, i)
		}
	}
	if !v.clips(k) {
		return
	}
	v.unclipped(k, k.Lhs)
	v.unclipped(k, k.Rhs)
	if k.Out.Index != nil || k.Lhs.Index != nil || k.Rhs.Index != nil {
		v.fail("a contraction has no indexed operands")
	}
	if !injective(axes[:reduced], own(k.Out, axes)[:reduced]) {
		v.fail("two of its points store to the same element of %v", k.Out.Buf)
	}
	if k.Epilogue != nil {
		v.expr(k.Epilogue, 1+len(k.Extra))
	} else if len(k.Extra) > 0 {
		v.fail("it has extra operands and no epilogue")
	}
}

func (v *kernelVerifier) nest(k *Nest) {
	if len(k.Body) == 0 {
		v.fail("it has no statement")
	}
	for _, s := range k.Body {
		axes := k.Axes(s)
		if !v.axes(axes) {
			return
		}
		want := F32
		if _, ids := s.ids(v.p.Batch); s.Reduce == ArgMax || s.Dst.Buf.DType == I32 && ids {
			want = I32
		}
		if !v.access(s.Dst, axes, want) {
			return
		}
		inner := own(s.Dst, axes)[len(k.Outer):]
		switch {
		case s.Reduce != Store && slices.ContainsFunc(inner, func(n int) bool { return n != 0 }):
			v.fail("the reduction into %v has a stride over its inner axes", s.Dst.Buf)
		case s.Reduce != Store && s.Accumulate, s.Reduce == Store && s.Finish != nil:
			v.fail("the statement of %v mixes a store and a reduction", s.Dst.Buf)
		case s.Dst.Index != nil && !s.Accumulate && s.Dst.Buf.Class != State:
			v.fail("the scatter into %v does not accumulate", s.Dst.Buf)
		}
		stored := axes
		if s.Reduce != Store {
			stored = k.Outer
		}
		if !s.Accumulate && s.Dst.Buf.Class != Local && !injective(stored, own(s.Dst, axes)[:len(stored)]) {
			v.fail("two of its points store to the same element of %v", s.Dst.Buf)
		}
		if s.Value == nil {
			v.fail("the statement of %v has no value", s.Dst.Buf)
			continue
		}
		v.expr(s.Value, len(s.Srcs))
		if s.Finish != nil {
			v.expr(s.Finish, 1)
		}
		for _, a := range s.Srcs {
			v.access(a, axes, a.Buf.DType)
		}
	}
}

func (v *kernelVerifier) gatherSum(k *GatherSum) {
	v.ids(k.Ids, k.Limit, k.Set)
	v.table(k.Table, k.Limit, k.Width)
	v.access(rows(k.Out, k.Width), k.Axes(), F32)
	for _, a := range k.Extra {
		v.access(a, k.Axes(), F32)
	}
	if k.Epilogue != nil {
		v.expr(k.Epilogue, 1+len(k.Extra))
	}
}

// ids checks a list of ids that address limit rows.
func (v *kernelVerifier) ids(b *Buffer, limit int, set bool) {
	if b.DType != I32 || !b.Rows && !b.Ragged {
		v.fail("%v is no list of ids", b)
	} else if have, ok := v.limit(b); !ok || have > limit {
		v.fail("the ids of %v are not known to be below %d", b, limit)
	}
	if set && b.Ragged && !b.Unique {
		v.fail("%v may hold an id twice in a row", b)
	}
}

func (v *kernelVerifier) table(b *Buffer, limit, width int) {
	if b.DType != F32 || b.Rows || limit < 1 || width < 1 || b.Row() != limit*width {
		v.fail("%v%v is no table of %d rows of %d", b, b.Shape, limit, width)
	}
}

// window checks the image and the result of a window, or the gradients of both.
func (v *kernelVerifier) window(k *Window, in, out Access) {
	axes := k.Axes()
	if !v.axes(axes) {
		return
	}
	if !v.access(out, axes, F32) {
		return
	}
	if slices.ContainsFunc(own(out, axes)[len(k.Outer):], func(s int) bool { return s != 0 }) {
		v.fail("%v has a stride over the taps", out.Buf)
	}
	if !v.operand(in, axes, F32) {
		return
	}
	// Along a space axis the index is clipped to the image; the rest is affine.
	first := Access{Buf: in.Buf, Offset: in.Offset, Strides: slices.Clone(in.Strides)}
	strides := own(first, axes)
	image := 0
	for _, s := range k.Space {
		if s.Outer < 0 || s.Outer >= len(k.Outer) || s.Tap < 0 || s.Tap >= len(k.Taps) || s.Size < 1 || s.InStride < 1 {
			v.fail("a window axis names a loop or an extent that is not there")
			return
		}
		o, t := s.Outer, len(k.Outer)+s.Tap
		if strides[o] != s.Stride*s.InStride || strides[t] != s.Dilation*s.InStride {
			v.fail("%v does not move as its window does", in.Buf)
			return
		}
		strides[o], strides[t] = 0, 0
		first.Offset += s.Pad * s.InStride
		image += (s.Size - 1) * s.InStride
	}
	last := first
	last.Offset += image
	if v.bounds(first, axes) {
		v.bounds(last, axes)
	}
}

// expr checks that an expression is made of base functions and of the operands
// that there are.
func (v *kernelVerifier) expr(e scalar.Expr, args int) {
	switch e := e.(type) {
	case nil:
		v.fail("an expression has a hole")
	case scalar.Arg:
		if e < 0 || int(e) >= args {
			v.fail("an expression reads operand %d of %d", e, args)
		}
	case scalar.Apply:
		if f, ok := scalar.Funcs[e.Fn]; !ok {
			v.fail("there is no base function %q", e.Fn)
		} else if f.Arity != len(e.Args) {
			v.fail("%s takes %d arguments, not %d", e.Fn, f.Arity, len(e.Args))
		}
		for _, a := range e.Args {
			v.expr(a, args)
		}
	}
}

func shuffleFits(v *kernelVerifier, k *Shuffle) {
	axes := sparseAxes(k.Width)
	v.access(each(k.Keys), axes[:1], F32)
	v.access(rows(k.In, k.Width), axes, F32)
	v.access(rows(k.Out, k.Width), axes, F32)
	rowsMeet(v, k)
}

func pairsFit(v *kernelVerifier, k *Pairs) {
	v.access(rows(k.X, k.Width), sparseAxes(k.Width), F32)
	v.access(each(k.Labels), sparseAxes(1)[:1], I32)
	v.access(rows(k.Out, 2), sparseAxes(2), F32)
	for _, e := range k.Terms {
		v.expr(e, 1)
	}
	rowsMeet(v, k)
}

func pairsGradFits(v *kernelVerifier, k *PairsGrad) {
	pairsFit(v, &k.Pairs)
	v.access(rows(k.DOut, 2), sparseAxes(2), F32)
	v.access(rows(k.DX, k.Pairs.Width), sparseAxes(k.Pairs.Width), F32)
	for _, e := range k.Slopes {
		v.expr(e, 1)
	}
	rowsMeet(v, k)
}

// rowsMeet checks that a kernel of which a row reads others is in no loop, whose turns
// workers would run apart, and writes nothing that it reads.
func rowsMeet(v *kernelVerifier, k Kernel) {
	if len(v.around) > 0 {
		v.fail("rows of a batch do not meet in a loop")
	}
	for _, w := range k.Writes() {
		if slices.ContainsFunc(k.Reads(), func(a Access) bool { return a.Buf == w.Buf }) {
			v.fail("%v is written while other rows read it", w.Buf)
		}
	}
}
