package loop

import "slices"

// numbersSteps reports that the axis goes over as many steps as the state has that says
// up to which.
func (v *kernelVerifier) numbersSteps(a Axis) bool {
	s := v.p.Stream
	if s == nil || v.plan != s.Plan || a.Rows || a.Upto.Class != State || a.Upto.DType != I32 || !v.listed[a.Upto] {
		return false
	}
	return a.Upto.Port < len(s.States) && s.States[a.Upto.Port].Limit == a.N
}

// soFar follows what is written of the steps so far alone: whatever reads it must go
// over these as well.
func (f *flow) soFar(k Kernel) {
	along := func(a Access, axes []Axis) int {
		i := slices.IndexFunc(axes, Axis.partial)
		if i < 0 || a.Buf.Class != Arena {
			return 0
		}
		return a.Strides[len(a.Strides)-len(axes)+i]
	}
	read := func(axes []Axis, list ...Access) {
		for _, a := range list {
			if far := f.apart[a.Buf]; far != 0 && (a.Index != nil || along(a, axes) != far) {
				f.fail("%v is read in full, of which only the steps so far are written", a.Buf)
			}
		}
	}
	write := func(axes []Axis, a Access) {
		if far := along(a, axes); far != 0 {
			f.apart[a.Buf] = far
		} else if !slices.ContainsFunc(axes, Axis.partial) {
			delete(f.apart, a.Buf)
		}
	}
	switch k := k.(type) {
	case *Nest:
		for _, s := range k.Body {
			read(k.Axes(s), s.Srcs...)
			write(k.Axes(s), s.Dst)
		}
	case *Contract:
		read(k.Axes(), slices.Concat([]Access{k.Lhs, k.Rhs}, k.Extra)...)
		write(k.Axes(), k.Out)
	default:
		read(nil, k.Reads()...)
	}
}
