package loop

import "slices"

// Fits reports a product over all steps of every row: its first axes are rows of N
// steps each, or rows and steps, and what it reads and writes for one step lies apart
// from what belongs to the next.
func (s *Steps) Fits(k *Contract) bool {
	merged := len(k.M) == 1 && k.M[0].Rows && k.M[0].N == s.N
	if len(k.B) > 0 || !merged && (len(k.M) != 2 || !k.M[0].Rows || k.M[0].N != 1 || k.M[1].N != s.N) || hasRows(k.N) || hasRows(k.K) || SharingOf(k) != ByRows || Around(k) > 0 {
		return false
	}
	_, parts := s.StepRows(k)
	for _, p := range parts {
		if p.Move < 1 || p.Of.Row() < s.N*p.Move {
			return false
		}
	}
	right := true
	rest := slices.Concat(k.N, k.K)
	EachAccess(k, func(a *Access) {
		if !a.Buf.Rows {
			return
		}
		low, high := reach(rest, a.Strides[len(k.M):])
		for _, p := range parts {
			if p.Of == a.Buf {
				right = right && a.Index == nil && a.Offset+low >= p.Base && a.Offset+high < p.Base+p.Move && a.Strides[len(k.M)-1] == p.Move
			}
		}
	})
	return right
}

// StepRows is a product that Fits as one over so many rows, which are the steps that a
// call is for. Its buffers are others, of which a row is what belongs to a step: parts
// says of which, and where the first step of a row lies.
func (s *Steps) StepRows(k *Contract) (step *Contract, parts map[*Buffer]Part) {
	step, parts = Copy(k).(*Contract), map[*Buffer]Part{}
	last := len(k.M) - 1
	step.M = []Axis{{Name: k.M[0].Name, N: 1, Rows: true, Max: k.M[0].Max * k.M[last].N / k.M[0].N}}
	by := map[*Buffer]*Buffer{}
	base := map[*Buffer]int{}
	EachAccess(step, func(a *Access) {
		at, known := base[a.Buf]
		if !known || a.Offset < at {
			base[a.Buf] = a.Offset
		}
	})
	EachAccess(step, func(a *Access) {
		a.Strides = slices.Delete(a.Strides, 0, last)
		if !a.Buf.Rows {
			return
		}
		if by[a.Buf] == nil {
			b := *a.Buf
			b.Shape = []int{a.Strides[0]}
			by[a.Buf], parts[&b] = &b, Part{Of: a.Buf, Base: base[a.Buf], Move: a.Strides[0]}
		}
		a.Offset -= base[a.Buf]
		a.Buf = by[a.Buf]
	})
	return step, parts
}
