package loop

import "slices"

// own are the strides of an access over the axes of its kernel, without those
// over the loops around it.
func own(a Access, axes []Axis) []int { return a.Strides[len(a.Strides)-len(axes):] }

// moves checks that all accesses of a kernel in a loop have strides over it, or none
// has, and that those to one buffer have the same: a turn is passed a part of it.
func (v *kernelVerifier) moves(k Kernel) bool {
	n := Around(k)
	if n == 0 {
		return true
	}
	strides := map[*Buffer][]int{}
	right := n == len(v.around)
	EachAccess(k, func(a *Access) {
		if right = right && len(a.Strides) >= n; !right {
			return
		}
		if s, ok := strides[a.Buf]; ok && !slices.Equal(s, a.Strides[:n]) {
			right = false
		}
		strides[a.Buf] = a.Strides[:n]
	})
	if !right {
		v.fail("its accesses do not move as one in the loop around it")
	}
	return right
}

// axes checks extents; an extent below one makes bounds meaningless.
func (v *kernelVerifier) axes(axes []Axis) bool {
	for _, a := range axes {
		if a.N < 1 {
			v.fail("axis %s has extent %d", a.Name, a.N)
			return false
		}
		if a.Max != 0 && (!a.Rows || a.Max != a.Extent(v.p.Batch)) {
			v.fail("axis %s has at most %d points of %d", a.Name, a.Max, a.Extent(v.p.Batch))
			return false
		}
		if a.Upto != nil && !numbersSteps(v, a) {
			v.fail("axis %s goes over %d steps up to %v, which does not number so many", a.Name, a.N, a.Upto)
			return false
		}
		if a.Turn != 0 && !followsTurns(v, a) {
			v.fail("axis %s of %d points takes %d with every turn, which the loop around it does not come to", a.Name, a.N, a.Turn)
			return false
		}
	}
	return true
}

// followsTurns reports that the loop around the kernel has as many turns as the extent
// of the axis has parts.
func followsTurns(v *kernelVerifier, a Axis) bool {
	return len(v.around) > 0 && !a.Rows && a.Upto == nil && abs(a.Turn)*v.around[len(v.around)-1].N == a.N
}

// numbersSteps reports that the axis goes over as many steps as the state has that says
// up to which.
func numbersSteps(v *kernelVerifier, a Axis) bool {
	s := v.p.Stream
	if s == nil || v.plan != s.Plan || a.Rows || a.Upto.Class != State || a.Upto.DType != I32 || !v.listed[a.Upto] {
		return false
	}
	return a.Upto.Port < len(s.States) && s.States[a.Upto.Port].Limit == a.N
}

// access checks an operand and its bounds.
func (v *kernelVerifier) access(a Access, axes []Axis, want DType) bool {
	if !v.operand(a, axes, want) {
		return false
	}
	if a.Index == nil {
		return v.bounds(a, axes)
	}
	if !v.access(*a.Index, axes, I32) {
		return false
	}
	limit, ok := v.limit(a.Index.Buf)
	if !ok {
		v.fail("%v indexes %v and its values are not known to be bounded", a.Index.Buf, a.Buf)
		return false
	}
	if a.IndexStride < 1 {
		v.fail("%v is indexed with stride %d", a.Buf, a.IndexStride)
		return false
	}
	far := a
	far.Index, far.Offset = nil, a.Offset+(limit-1)*a.IndexStride
	near := a
	near.Index = nil
	return v.bounds(near, axes) && v.bounds(far, axes)
}

func (v *kernelVerifier) operand(a Access, axes []Axis, want DType) bool {
	switch {
	case a.Buf.Ragged:
		v.fail("%v is ragged and cannot be addressed by an affine access", a.Buf)
	case len(a.Strides) != len(axes) && len(a.Strides) != len(v.around)+len(axes):
		v.fail("%v has %d strides for %d axes", a.Buf, len(a.Strides), len(axes))
	case a.Buf.DType != want:
		v.fail("%v holds %s where %s is needed", a.Buf, a.Buf.DType, want)
	default:
		return true
	}
	return false
}

// bounds checks that an access stays inside its buffer. The last element that
// it reaches and the length of the buffer are both linear in the row count, so
// one row and a full batch speak for everything between.
func (v *kernelVerifier) bounds(a Access, axes []Axis) bool { return v.between(a, 0, 0, axes) }

// between is bounds where the access moves from low to high besides.
func (v *kernelVerifier) between(a Access, low, high int, axes []Axis) bool {
	around := v.around[:len(a.Strides)-len(axes)]
	if !slices.ContainsFunc(axes, func(x Axis) bool { return x.Turn != 0 }) {
		return inside(v, a, low, high, slices.Concat(around, axes))
	}
	// Every extent grows or shrinks alike from turn to turn: the first and the last speak
	// for all.
	for _, turn := range []int{0, v.around[len(v.around)-1].N - 1} {
		b := a
		b.Strides = slices.Clone(a.Strides)
		now := slices.Concat(around, axes)
		for i := range now {
			now[i] = now[i].InTurn(turn)
		}
		if last := len(around) - 1; last >= 0 {
			b.Offset += turn * a.Strides[last]
			b.Strides[last] = 0
		}
		if !inside(v, b, low, high, now) {
			return false
		}
	}
	return true
}

// inside is between where axes have one extent.
func inside(v *kernelVerifier, a Access, low, high int, axes []Axis) bool {
	for _, n := range []int{1, v.p.Batch} {
		low, high := a.Offset+low, a.Offset+high
		for i, x := range axes {
			far := a.Strides[i] * (x.Extent(n) - 1)
			low, high = low+min(far, 0), high+max(far, 0)
		}
		if low < 0 || high >= a.Buf.Len(n) {
			v.fail("%v has %d elements for %d rows and is accessed from %d to %d", a.Buf, a.Buf.Len(n), n, low, high)
			return false
		}
	}
	return true
}

// limit is the bound below which the values of an i32 buffer lie.
func (v *kernelVerifier) limit(b *Buffer) (int, bool) {
	switch b.Class {
	case Input:
		in := v.p.Inputs[b.Port]
		return in.Limit, in.Limit > 0 && in.Least == 0
	case Target:
		return v.p.Targets[b.Port].Limit, v.p.Targets[b.Port].Limit > 0
	case State:
		return v.p.Stream.States[b.Port].Limit, v.p.Stream.States[b.Port].Limit > 0
	}
	if b.Class == Const {
		low, high := slices.Min(b.Data), slices.Max(b.Data)
		return int(high) + 1, low >= 0
	}
	limit := 0
	runs, _ := v.plan.Flat()
	for _, r := range runs {
		nest, ok := r.Kernel.(*Nest)
		if !ok {
			continue
		}
		for _, s := range nest.Body {
			if s.Dst.Buf == b {
				n, _ := s.ids(v.p.Batch)
				limit = max(limit, n)
			}
		}
	}
	return limit, limit > 0
}
