package loop

import "slices"

// Span is the part of a plan during which the content of a buffer matters:
// from the step that first touches it to the one that last does. Steps are
// numbered through Forward and then Backward.
type Span struct{ First, Last int }

// Flat lists the steps of the plan that run kernels, each with the number that
// spans count by. The kernels of a Loop, those of idle turns first, share one number,
// for a buffer that one of them touches must survive all turns.
func (p *Plan) Flat() (runs []*Run, at []int) {
	n := 0
	var walk func(steps []Step, inLoop bool)
	walk = func(steps []Step, inLoop bool) {
		for _, s := range steps {
			switch s := s.(type) {
			case *Run:
				runs, at = append(runs, s), append(at, n)
			case *Loop:
				walk(s.all(), true)
			}
			if !inLoop {
				n++
			}
		}
	}
	walk(p.Forward, false)
	walk(p.Backward, false)
	return runs, at
}

// Turns is how often each of the kernels of Flat runs, where every turn of a loop
// has a row to work on.
func (p *Plan) Turns() []int {
	var list []int
	var walk func(steps []Step, times int)
	walk = func(steps []Step, times int) {
		for _, s := range steps {
			switch s := s.(type) {
			case *Run:
				list = append(list, times)
			case *Loop:
				walk(s.Idle, 0)
				walk(s.Body, times*s.Axis.N)
			}
		}
	}
	walk(p.Forward, 1)
	walk(p.Backward, 1)
	return list
}

// Flops counts the operations of a plan on so many rows; a multiply-add is two, and
// of a list of ids of any length one id is counted.
func (p *Plan) Flops(rows int) int {
	runs, _ := p.Flat()
	n := 0
	for i, turns := range p.Turns() {
		n += turns * runs[i].Kernel.Flops(rows)
	}
	return n
}

// Spans gives the span of every buffer that a kernel touches. Results (outputs,
// losses, updates and gradients) last to the end of the plan.
func (p *Plan) Spans() map[*Buffer]Span {
	spans := map[*Buffer]Span{}
	touch := func(b *Buffer, n int) {
		s, ok := spans[b]
		if !ok {
			s.First = n
		}
		s.Last = max(n, s.Last)
		spans[b] = s
	}
	runs, at := p.Flat()
	for i, r := range runs {
		for _, a := range slices.Concat(r.Kernel.Reads(), r.Kernel.Writes()) {
			touch(a.Buf, at[i])
		}
		if r.Steps != nil {
			touch(r.Steps.Mask.Buf, at[i])
		}
	}
	end := len(p.Forward) + len(p.Backward)
	for _, b := range p.Results() {
		touch(b, end)
	}
	return spans
}

// Results are the buffers that must hold their values when the plan has run.
func (p *Plan) Results() []*Buffer {
	r := slices.Concat(p.Outputs, p.Losses)
	if p.Loss != nil {
		r = append(r, p.Loss)
	}
	for _, u := range p.Updates {
		r = append(r, u.New)
	}
	return r
}

// CanOverlay reports whether kernel k, which computes dst and is the last to
// read src, may have dst in the very place of src: every element of src must
// have been read for the last time when its place is written. So dst is stored
// point by point by one statement, which reads src at the same places;
// statements before it stay within the part of src that the current turn of
// the outer loops overwrites, and none after it reads src.
func CanOverlay(k Kernel, dst, src *Buffer) bool {
	nest, ok := k.(*Nest)
	if !ok || dst.DType != src.DType || dst.Rows != src.Rows || dst.Row() != src.Row() {
		return false
	}
	writer := -1
	for i, s := range nest.Body {
		if s.Dst.Buf == src {
			return false
		}
		if s.Dst.Buf == dst && writer < 0 {
			writer = i // what follows changes dst in place
		}
	}
	if writer < 0 {
		return false
	}
	w := nest.Body[writer]
	if w.Reduce != Store || w.Accumulate || w.Dst.Index != nil || !injective(nest.Axes(w), w.Dst.Strides) {
		return false
	}
	outer := len(nest.Outer)
	low, high := reach(w.Inner, w.Dst.Strides[outer:])
	block := high-low+1 == Points(w.Inner, 1) && !hasRows(w.Inner)
	for i, s := range nest.Body {
		for _, a := range withIndices(s.Srcs, []Access{s.Dst}) {
			if a.Buf != src {
				continue
			}
			switch {
			case i > writer || a.Index != nil:
				return false
			case i == writer:
				if a.Offset != w.Dst.Offset || !slices.Equal(a.Strides, w.Dst.Strides) {
					return false
				}
			default:
				l, h := reach(s.Inner, a.Strides[outer:])
				inside := a.Offset+l >= w.Dst.Offset+low && a.Offset+h <= w.Dst.Offset+high
				if !block || hasRows(s.Inner) || !inside || !slices.Equal(a.Strides[:outer], w.Dst.Strides[:outer]) {
					return false
				}
			}
		}
	}
	return true
}

func hasRows(axes []Axis) bool {
	return slices.ContainsFunc(axes, func(a Axis) bool { return a.Rows })
}

// reach is the least and the greatest sum of point times stride, for one row.
func reach(axes []Axis, strides []int) (low, high int) {
	for i, a := range axes {
		far := strides[i] * (a.N - 1)
		low, high = low+min(far, 0), high+max(far, 0)
	}
	return low, high
}

// injective reports whether no two points of the axes share an element: sorted
// by stride, every axis steps over all that the smaller ones reach. Only the
// axis of the largest stride may count rows, since its extent is open.
func injective(axes []Axis, strides []int) bool {
	order := make([]int, 0, len(axes))
	for i, a := range axes {
		if a.N > 1 || a.Rows {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int { return abs(strides[i]) - abs(strides[j]) })
	span := 1
	for n, i := range order {
		if abs(strides[i]) < span || (axes[i].Rows && n != len(order)-1) {
			return false
		}
		span += abs(strides[i]) * (axes[i].N - 1)
	}
	return true
}

func abs(x int) int { return max(x, -x) }
