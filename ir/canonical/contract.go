package canonical

import (
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
)

// contraction is a contraction that is being changed.
type contraction struct{ *loop.Contract }

// contract is the canonical form of a contraction.
func contract(k *loop.Contract) *loop.Contract {
	c := copyOf(k)
	c.Epilogue, c.Extra = used(c.Epilogue, 1, c.Extra)
	c.Clip = slices.DeleteFunc(c.Clip, c.idle)
	for at := 0; at < len(c.Axes()); {
		if turns(c.Axes()[at]) || !c.drop(at) {
			at++
		}
	}
	c.orient()
	c.join()
	return c.Contract
}

// copyOf copies what is changed.
func copyOf(k *loop.Contract) contraction {
	t := *k
	t.Extra = slices.Clone(k.Extra)
	t.Clip = slices.Clone(k.Clip)
	for i, l := range t.Clip {
		t.Clip[i].Terms = slices.Clone(l.Terms)
	}
	c := contraction{&t}
	for _, g := range c.groups() {
		*g = slices.Clone(*g)
	}
	for _, a := range c.accesses() {
		a.Strides = slices.Clone(a.Strides)
	}
	return c
}

func (c contraction) groups() [4]*[]loop.Axis { return [...]*[]loop.Axis{&c.B, &c.M, &c.N, &c.K} }

func (c contraction) accesses() []*loop.Access {
	all := []*loop.Access{&c.Out, &c.Lhs, &c.Rhs}
	for i := range c.Extra {
		all = append(all, &c.Extra[i])
	}
	return all
}

// around is how many strides of an access belong to loops that the kernel is in.
func (c contraction) around() int { return len(c.Out.Strides) - len(c.Axes()) }

// idle reports a clip that leaves no point out.
func (c contraction) idle(l loop.Clip) bool {
	low, high := l.Offset, l.Offset
	for _, t := range l.Terms {
		far := t.Coef * (c.Axes()[t.Axis].N - 1)
		low, high = low+min(far, 0), high+max(far, 0)
	}
	return low >= 0 && high < l.Size
}

// clips reports an axis that a clip names.
func (c contraction) clips(at int) bool {
	return slices.ContainsFunc(c.Clip, func(l loop.Clip) bool {
		return slices.ContainsFunc(l.Terms, func(x loop.ClipTerm) bool { return x.Axis == at })
	})
}

// remove takes a loop out of its nest and out of every access.
func (c contraction) remove(at int) {
	pos := at
	for _, g := range c.groups() {
		if pos < len(*g) {
			*g = slices.Delete(*g, pos, pos+1)
			break
		}
		pos -= len(*g)
	}
	for _, a := range c.accesses() {
		i := at + len(a.Strides) - len(c.Axes()) - 1
		a.Strides = slices.Delete(a.Strides, i, i+1)
	}
	for _, l := range c.Clip {
		for i := range l.Terms {
			if l.Terms[i].Axis > at {
				l.Terms[i].Axis--
			}
		}
	}
}

// drop takes a loop of one turn out. Where a clip goes by it alone, and leaves
// its only point out, it stays.
func (c contraction) drop(at int) bool {
	for _, l := range c.Clip {
		if len(l.Terms) == 1 && l.Terms[0].Axis == at {
			return false // else it would be idle
		}
	}
	for i := range c.Clip {
		c.Clip[i].Terms = slices.DeleteFunc(c.Clip[i].Terms, func(x loop.ClipTerm) bool { return x.Axis == at })
	}
	c.remove(at)
	return true
}

// orient makes M and N change places, and with them the operands, where rows
// are in N or the axis along which results are contiguous is in M.
func (c contraction) orient() {
	b, m, n := len(c.B), len(c.M), len(c.N)
	o := c.around()
	rows := func(g []loop.Axis) bool { return slices.ContainsFunc(g, func(a loop.Axis) bool { return a.Rows }) }
	unit := func(from, n int) bool { return slices.Contains(c.Out.Strides[o+from:o+from+n], 1) }
	if !rows(c.N) && (rows(c.M) || !unit(b, m) || unit(b+m, n)) {
		return
	}
	c.M, c.N = c.N, c.M
	c.Lhs, c.Rhs = c.Rhs, c.Lhs
	for _, a := range c.accesses() {
		s := a.Strides
		a.Strides = slices.Concat(s[:o+b], s[o+b+m:o+b+m+n], s[o+b:o+b+m], s[o+b+m+n:])
	}
	for _, l := range c.Clip {
		for i, x := range l.Terms {
			switch {
			case x.Axis >= b && x.Axis < b+m:
				l.Terms[i].Axis += n
			case x.Axis >= b+m && x.Axis < b+m+n:
				l.Terms[i].Axis -= m
			}
		}
	}
}

// join makes one loop of neighbours in a nest that every access runs through as
// one. Those that a clip names stay: it goes by their points.
func (c contraction) join() {
	first := 0
	for _, g := range c.groups() {
		for i := len(*g) - 2; i >= 0; i-- {
			at := first + i
			outer, inner := &(*g)[i], (*g)[i+1]
			if inner.Rows || c.clips(at) || c.clips(at+1) || !c.one(at, inner.N) {
				continue
			}
			outer.N *= inner.N
			outer.Max *= inner.N
			if !outer.Rows {
				outer.Name = inner.Name
			}
			for _, a := range c.accesses() {
				a.Strides[c.around()+at] = a.Strides[c.around()+at+1]
			}
			c.remove(at + 1)
		}
		first += len(*g)
	}
}

// one reports that the loop after the given one, of n turns, takes up where it
// left off whenever that one moves.
func (c contraction) one(at, n int) bool {
	i := c.around() + at
	return !slices.ContainsFunc(c.accesses(), func(a *loop.Access) bool { return a.Strides[i] != a.Strides[i+1]*n })
}
