package loop

import "slices"

// EachAccess calls f with every access of a kernel that has strides, those of
// indices included. Families over lists of ids take whole buffers, and have none but
// their extras.
func EachAccess(k Kernel, f func(a *Access)) {
	var visit func(list ...*Access)
	visit = func(list ...*Access) {
		for _, a := range list {
			if f(a); a.Index != nil {
				visit(a.Index)
			}
		}
	}
	each := func(list []Access) {
		for i := range list {
			visit(&list[i])
		}
	}
	switch k := k.(type) {
	case *Contract:
		visit(&k.Out, &k.Lhs, &k.Rhs)
		each(k.Extra)
	case *Nest:
		for i := range k.Body {
			visit(&k.Body[i].Dst)
			each(k.Body[i].Srcs)
		}
	case *GatherSum:
		each(k.Extra)
	case *Window:
		visit(&k.In, &k.Out)
	case *WindowGrad:
		visit(&k.Window.In, &k.Window.Out, &k.DOut, &k.DIn)
	}
}

// Copy is a kernel whose accesses may be changed.
func Copy(k Kernel) Kernel {
	switch o := k.(type) {
	case *Contract:
		c := *o
		c.B, c.M, c.N, c.K = slices.Clone(o.B), slices.Clone(o.M), slices.Clone(o.N), slices.Clone(o.K)
		c.Extra = slices.Clone(o.Extra)
		k = &c
	case *Nest:
		c := *o
		c.Outer, c.Body = slices.Clone(o.Outer), slices.Clone(o.Body)
		for i, s := range c.Body {
			c.Body[i].Inner, c.Body[i].Srcs = slices.Clone(s.Inner), slices.Clone(s.Srcs)
		}
		k = &c
	case *GatherSum:
		c := *o
		c.Extra = slices.Clone(o.Extra)
		k = &c
	case *ScatterSum:
		c := *o
		k = &c
	case *MultiHot:
		c := *o
		k = &c
	case *Shuffle:
		c := *o
		k = &c
	case *Pairs:
		c := *o
		k = &c
	case *PairsGrad:
		c := *o
		k = &c
	case *Window:
		c := *o
		k = &c
	case *WindowGrad:
		c := *o
		k = &c
	}
	EachAccess(k, func(a *Access) {
		a.Strides = slices.Clone(a.Strides)
		if a.Index != nil {
			index := *a.Index
			a.Index = &index
		}
	})
	return k
}

// Around is how many loops around a kernel its accesses have strides over, before
// those over its own axes.
func Around(k Kernel) int {
	switch k := k.(type) {
	case *Contract:
		return len(k.Out.Strides) - len(k.Axes())
	case *Nest:
		if len(k.Body) > 0 {
			s := k.Body[0]
			return len(s.Dst.Strides) - len(k.Outer) - len(s.Inner)
		}
	case *GatherSum:
		if len(k.Extra) > 0 {
			return len(k.Extra[0].Strides) - len(k.Axes())
		}
	case *Window:
		return len(k.Out.Strides) - len(k.Axes())
	case *WindowGrad:
		return len(k.DIn.Strides) - len(k.Window.Axes())
	}
	return 0
}

// Turn is a kernel as one turn of the loop around it runs it: its accesses have
// strides over its own axes alone. How far the elements of a buffer lie from those
// of the next turn is the same for all accesses of a kernel; moves has it.
func Turn(k Kernel) (turn Kernel, moves map[*Buffer]int) {
	n := Around(k)
	if n == 0 {
		return k, nil
	}
	k, moves = Copy(k), map[*Buffer]int{}
	EachAccess(k, func(a *Access) {
		moves[a.Buf] = a.Strides[n-1]
		a.Strides = a.Strides[n:]
	})
	return k, moves
}

// Turned is the inverse of Turn. A buffer that does not move is read and written in
// the same place in every turn.
func Turned(k Kernel, moves map[*Buffer]int) Kernel {
	k = Copy(k)
	EachAccess(k, func(a *Access) { a.Strides = slices.Insert(a.Strides, 0, moves[a.Buf]) })
	return k
}

// Part is a buffer as one turn of a loop sees it.
type Part struct {
	Of   *Buffer
	Base int // the first element that is reached in turn 0
	Move int // how much further it lies in the next
}

// InTurn is a kernel as one turn of the loop around it runs it on the parts of its
// buffers: those that move are others, which begin at the first element that the turn
// reaches. The kernels of all turns are one then.
func InTurn(k Kernel) (step Kernel, parts map[*Buffer]Part) {
	k, moves := Turn(k)
	parts = map[*Buffer]Part{}
	if moves == nil {
		return k, parts
	}
	type span struct{ low, high int }
	reached := map[*Buffer]*span{}
	c, ok := k.(*Contract)
	clipped := ok && len(c.Clip) > 0
	eachReach(k, func(a *Access, low, high int) {
		if m := moves[a.Buf]; m > 0 && a.Index != nil && a.Index.Buf.Class != Const {
			high = max(high, (low/m+1)*m-1) // ids may name all of what is there
		}
		if m := moves[a.Buf]; m > 0 && a.Buf.Rows && clipped && (low < 0 || low%m == 0) {
			low = max(low, 0) // what lies outside of a step is clipped away
			high = min(high, (low/m+1)*m-1)
		}
		s := reached[a.Buf]
		if s == nil {
			s = &span{low, high}
			reached[a.Buf] = s
		}
		s.low, s.high = min(s.low, low), max(s.high, high)
	})
	stand := map[*Buffer]*Buffer{}
	EachAccess(k, func(a *Access) {
		move := moves[a.Buf]
		if move == 0 {
			return
		}
		b := stand[a.Buf]
		if b == nil {
			c := *a.Buf
			c.Reach = reached[a.Buf].high - reached[a.Buf].low + 1
			if c.Class == Const { // an array of what is reached
				c.Shape = []int{c.Reach}
			}
			b = &c
			stand[a.Buf], parts[b] = b, Part{a.Buf, reached[a.Buf].low, move}
		}
		a.Offset -= parts[b].Base
		a.Buf = b
	})
	return k, parts
}

// eachReach calls f with the accesses of a kernel and the elements between which they
// move within a row. What padding leaves out is not reached.
func eachReach(k Kernel, f func(a *Access, low, high int)) {
	var clips []Clip
	reach := func(axes []Axis) func(list ...*Access) {
		return func(list ...*Access) {
			for _, a := range list {
				for ; a != nil; a = a.Index {
					low, high := a.Offset, a.Offset
					rest := slices.Clone(a.Strides)
					for _, c := range clips {
						least, most := c.reach(axes, rest)
						low, high = low+least, high+most
					}
					for i, x := range axes {
						if x.Turn < 0 { // in the last turn, where it reaches least
							x.N = -x.Turn
						}
						if !x.Rows || x.N > 1 {
							far := rest[i] * (x.N - 1)
							low, high = low+min(far, 0), high+max(far, 0)
						}
					}
					if a.Index != nil && a.Index.Buf.Class == Const {
						high += int(slices.Max(a.Index.Buf.Data)) * a.IndexStride
					}
					f(a, low, high)
				}
			}
		}
	}
	switch k := k.(type) {
	case *Contract:
		clips = k.Clip
		each := reach(k.Axes())
		each(&k.Out, &k.Lhs, &k.Rhs)
		for i := range k.Extra {
			each(&k.Extra[i])
		}
	case *Nest:
		for i := range k.Body {
			s := &k.Body[i]
			each := reach(k.Axes(*s))
			each(&s.Dst)
			for j := range s.Srcs {
				each(&s.Srcs[j])
			}
		}
	case *Window:
		reach(k.Axes())(&k.In, &k.Out)
	case *WindowGrad:
		reach(k.Window.Axes())(&k.Window.In, &k.Window.Out, &k.DOut, &k.DIn)
	}
}

// AllWrites are those of the kernels of the loop.
func (l *Loop) AllWrites() (list []Access) {
	for _, r := range flatten(l.Body) {
		list = append(list, r.Kernel.Writes()...)
	}
	return list
}

// Writes reports that a kernel of the loop writes a buffer.
func (l *Loop) Writes(b *Buffer) bool {
	return slices.ContainsFunc(l.AllWrites(), func(a Access) bool { return a.Buf == b })
}

// Fits reports a product over all steps of every row, or a sum of products over them:
// among its axes are rows of N steps each, or rows and steps, and what it reads and
// writes for one step lies apart from what belongs to the next.
func (s *Steps) Fits(k *Contract) bool {
	first, axes := rowAxes(k)
	merged := len(axes) == 1 && axes[0].N == s.N
	if len(k.B) > 0 || first < 0 || !merged && (len(axes) != 2 || axes[0].N != 1 || axes[1].N != s.N) || Around(k) > 0 {
		return false
	}
	if sharing := SharingOf(k); first == 0 && sharing != ByRows || first > 0 && (sharing != ByUnits || k.Epilogue != nil) {
		return false
	}
	_, parts := s.StepRows(k)
	for _, p := range parts {
		if p.Move < 1 || p.Of.Row() < s.N*p.Move {
			return false
		}
	}
	right := true
	last := first + len(axes)
	rest := slices.Delete(k.Axes(), first, last)
	EachAccess(k, func(a *Access) {
		if !a.Buf.Rows {
			return
		}
		low, high := reach(rest, slices.Delete(slices.Clone(a.Strides), first, last))
		for _, p := range parts {
			if p.Of == a.Buf {
				right = right && a.Index == nil && a.Offset+low >= p.Base && a.Offset+high < p.Base+p.Move && a.Strides[last-1] == p.Move
			}
		}
	})
	return right
}

// Sums reports that it is sums over the steps that a product is limited in: terms that
// are 0 are left out.
func (s *Steps) Sums(k *Contract) bool {
	first, _ := rowAxes(k)
	return first > 0
}

// rowAxes are the nest of a product's axes that the rows are in, which they begin, and
// its place among all; first is -1 where they are in none, or not its first.
func rowAxes(k *Contract) (first int, axes []Axis) {
	switch {
	case len(k.M) > 0 && k.M[0].Rows && !hasRows(k.N) && !hasRows(k.K):
		return 0, k.M
	case len(k.K) > 0 && k.K[0].Rows && !hasRows(k.M) && !hasRows(k.N):
		return len(k.M) + len(k.N), k.K
	}
	return -1, nil
}

// StepRows is a product that Fits as one over so many rows, which are the steps that a
// call is for; a sum of products is added to what is there. Its buffers are others, of
// which a row is what belongs to a step: parts says of which, and where the first step of
// a row lies.
func (s *Steps) StepRows(k *Contract) (step *Contract, parts map[*Buffer]Part) {
	step, parts = Copy(k).(*Contract), map[*Buffer]Part{}
	first, axes := rowAxes(k)
	last := len(axes) - 1
	rows := []Axis{{Name: axes[0].Name, N: 1, Rows: true, Max: axes[0].Max * axes[last].N / axes[0].N}}
	if first == 0 {
		step.M = rows
	} else {
		step.K, step.Accumulate = rows, true
	}
	by := map[*Buffer]*Buffer{}
	base := map[*Buffer]int{}
	EachAccess(step, func(a *Access) {
		at, known := base[a.Buf]
		if !known || a.Offset < at {
			base[a.Buf] = a.Offset
		}
	})
	EachAccess(step, func(a *Access) {
		a.Strides = slices.Delete(a.Strides, first, first+last)
		if !a.Buf.Rows {
			return
		}
		if by[a.Buf] == nil {
			b := *a.Buf
			b.Shape = []int{a.Strides[first]}
			by[a.Buf], parts[&b] = &b, Part{Of: a.Buf, Base: base[a.Buf], Move: a.Strides[first]}
		}
		a.Offset -= base[a.Buf]
		a.Buf = by[a.Buf]
	})
	return step, parts
}
