// Package past limits a step of a sequence to the steps so far. What attends to a cache
// of all steps goes over those after its own as well, where scores are masked, so that
// their exponentials, shares and products are 0: they need not be computed.
//
// It is found in the kernels. A buffer has steps where it is a cache that rows are put
// into, or is computed from one step by step. Of the elements after the step that is
// computed, the kernels tell what they are: so low that a maximum does not see them, 0, or
// anything. Kernels that go over the steps of such buffers are limited if their sums and
// maxima lose nothing; if all that read a buffer are, what writes it may be.
//
// A score counts as low where the mask has replaced it by -1e8 or less, or taken so much
// off it: scores that count are taken to be larger, as the mask itself takes them to be.
package past

import (
	"maps"
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
)

// Limit sets Upto of the axes of a plan's kernels that run over the steps of a
// sequence, which are so many.
func Limit(p *loop.Plan, steps int) {
	f := &finder{plan: p, steps: steps, whole: map[*loop.Buffer]bool{}}
	for !f.follow() { // until nothing is read in full that would not be computed
	}
	for _, l := range f.limited {
		l.run.Kernel = l.over(f.position)
	}
}

// finder looks for kernels that go over the steps of a plan.
type finder struct {
	plan     *loop.Plan
	steps    int
	position *loop.Buffer
	whole    map[*loop.Buffer]bool // read otherwise than step by step
	known    map[*loop.Buffer]sequence
	limited  []limited
}

// sequence is a buffer with steps: how far they lie apart, and what those after the
// present one hold.
type sequence struct {
	stride int
	after  content
}

// limited is a kernel that can be limited, and the number of the axis for each of its
// statements, or for its only one; -1: it has none.
type limited struct {
	run  *loop.Run
	axes []int
}

// follow goes through the plan. It reports whether no buffer has turned out to be read
// in full of which the steps so far would be all that is computed.
func (f *finder) follow() bool {
	f.known, f.limited = map[*loop.Buffer]sequence{}, nil
	fine := true
	for _, s := range slices.Concat(f.plan.Forward, f.plan.Backward) {
		r, ok := s.(*loop.Run)
		var axes []int
		if ok {
			switch k := r.Kernel.(type) {
			case *loop.Nest:
				axes = f.nest(k)
			case *loop.Contract:
				axes = f.contract(k)
			}
		}
		if axes != nil {
			f.limited = append(f.limited, limited{r, axes})
			continue
		}
		runs, _ := (&loop.Plan{Forward: []loop.Step{s}}).Flat()
		for _, r := range runs {
			for _, a := range r.Kernel.Reads() {
				if _, has := f.known[a.Buf]; has && a.Buf.Class == loop.Arena && !f.whole[a.Buf] {
					f.whole[a.Buf], fine = true, false
				}
			}
		}
	}
	return fine
}

// over is the kernel with its axes limited by the number of the step.
func (l limited) over(position *loop.Buffer) loop.Kernel {
	kernel := loop.Copy(l.run.Kernel)
	switch k := kernel.(type) {
	case *loop.Nest:
		for i := range k.Body {
			switch x := l.axes[i] - len(k.Outer); {
			case l.axes[i] < 0:
			case x < 0:
				k.Outer[l.axes[i]].Upto = position
			default:
				k.Body[i].Inner[x].Upto = position
			}
		}
	case *loop.Contract:
		x := l.axes[0] - len(k.B) - len(k.M)
		if x < len(k.N) {
			k.N[x].Upto = position
		} else {
			k.K[x-len(k.N)].Upto = position
		}
	}
	return kernel
}

// nest gives the axis of every statement, or nil where a nest does not go over steps.
func (f *finder) nest(k *loop.Nest) []int {
	f.put(k)
	axes := f.statements(k, -1)
	if i := slices.IndexFunc(axes, func(x int) bool { return x >= 0 && x < len(k.Outer) }); i >= 0 {
		return f.statements(k, axes[i]) // all of them are in that loop
	}
	return axes
}

// statements is nest for statements that are all in a loop over steps, or, with an
// outer of -1, are not known to be.
func (f *finder) statements(k *loop.Nest, outer int) []int {
	list := make([]int, len(k.Body))
	stored := map[*loop.Buffer]sequence{}
	all := len(k.Body) > 1 && outer >= 0 // steps are computed, whichever count
	look := func(b *loop.Buffer) (sequence, bool) {
		if s, ok := stored[b]; ok {
			return s, true
		}
		s, ok := f.known[b]
		return s, ok
	}
	for i, s := range k.Body {
		x, ok := f.along(k.Axes(s), s.Srcs, look)
		if outer >= 0 && x < 0 {
			x = outer
		}
		if list[i] = x; x < 0 && ok {
			continue
		}
		if !ok || outer >= 0 && x != outer || s.Accumulate || s.Dst.Index != nil {
			return nil
		}
		v := f.contents(s.Srcs, k.Axes(s), x, look).of(s.Value)
		inside := x >= len(k.Outer)
		switch {
		case inside && s.Reduce != loop.Store:
			if !(s.Reduce == loop.Sum && v == zero || s.Reduce == loop.Max && v == low) {
				return nil
			}
		case s.Dst.Buf.Class == loop.Local: // of one step
		case s.Dst.Strides[x] <= 0:
			return nil
		default:
			all = all || s.Reduce != loop.Store || !f.may(s.Dst.Buf) || inside && len(s.Inner) > 1 && len(k.Body) > 1
			if s.Reduce != loop.Store {
				v = anything
			}
			stored[s.Dst.Buf] = sequence{s.Dst.Strides[x], v}
		}
	}
	if all {
		maps.Copy(f.known, stored)
		return nil
	}
	if !slices.ContainsFunc(list, func(x int) bool { return x >= 0 }) {
		return nil
	}
	maps.Copy(f.known, stored)
	return list
}

// put notes a cache that a nest puts a row into.
func (f *finder) put(k *loop.Nest) {
	for _, s := range k.Body {
		at := s.Dst.Index
		if b := s.Dst.Buf; b.Class == loop.State && at != nil && at.Buf.Class == loop.State && s.Dst.IndexStride*f.steps == b.Row() {
			f.position, f.known[b] = at.Buf, sequence{s.Dst.IndexStride, anything}
		}
	}
}

// may reports that a result need not be stored for later steps: nothing reads all of it.
func (f *finder) may(b *loop.Buffer) bool {
	return b.Class == loop.Arena && !f.whole[b] && !slices.Contains(f.plan.Results(), b)
}

// along is the axis that what is read has its steps along, -1 if nothing has any. It is
// false where operands differ in that.
func (f *finder) along(axes []loop.Axis, srcs []loop.Access, look func(b *loop.Buffer) (sequence, bool)) (int, bool) {
	x := -1
	for _, a := range srcs {
		s, has := look(a.Buf)
		if !has {
			continue
		}
		at := -1
		for i, axis := range axes {
			if a.Index == nil && !axis.Rows && axis.N == f.steps && a.Strides[i] == s.stride {
				at = i
			}
		}
		if at < 0 || x >= 0 && x != at {
			return -1, false
		}
		x = at
	}
	return x, true
}

// contract gives the axis of a product, or nil where it does not go over steps.
func (f *finder) contract(k *loop.Contract) []int {
	axes := k.Axes()
	srcs := slices.Concat([]loop.Access{k.Lhs, k.Rhs}, k.Extra)
	look := func(b *loop.Buffer) (sequence, bool) {
		s, ok := f.known[b]
		return s, ok
	}
	x, ok := f.along(axes, srcs, look)
	if !ok || x < 0 || len(k.Clip) > 0 || k.Accumulate {
		return nil
	}
	c := f.contents(srcs, axes, x, look)
	sum := anything
	if c.args[0] == zero || c.args[1] == zero {
		sum = zero
	}
	n := len(k.B) + len(k.M)
	switch {
	case x >= n+len(k.N):
		if sum != zero {
			return nil
		}
	case x < n || k.Out.Strides[x] != 1 || !f.may(k.Out.Buf):
		return nil
	default:
		c.args = append([]content{sum}, c.args[2:]...)
		c.positions, c.numbers = shifted(c.positions), shifted(c.numbers)
		v := sum
		if k.Epilogue != nil {
			v = c.of(k.Epilogue)
		}
		f.known[k.Out.Buf] = sequence{1, v}
	}
	return []int{x}
}

// shifted are the marks of the operands of an epilogue, the sum being the first.
func shifted(marks []bool) []bool { return append([]bool{false}, marks[2:]...) }
