package gosrc

import (
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
)

// fewChannels is how many channels are too few for a loop of their own: they
// stay joined with the taps of a row.
const fewChannels = 8

// unjoined takes loops apart that run through several dimensions of a kernel of
// a convolution at once: taps and channels. Of an inner dimension that is
// smaller than least the loop stays as it is.
func unjoined(c *loop.Contract, least int) *loop.Contract {
	w := c.Rhs
	if slices.ContainsFunc(c.K, isRows) {
		w = c.Out
	}
	shape := w.Buf.Shape
	if w.Buf.Rows || len(shape) < 3 {
		return c
	}
	strides := shapeStrides(shape)
	t := cloneContract(c)
	for again := true; again; {
		again = false
		w = t.Rhs
		if slices.ContainsFunc(t.K, isRows) {
			w = t.Out
		}
		for at, a := range t.Axes() {
			d := slices.IndexFunc(strides, func(u int) bool { return u == w.Strides[at] })
			for d >= 0 && d+1 < len(shape) && shape[d] == 1 && strides[d+1] == strides[d] {
				d++
			}
			if d < 0 || a.Rows || shape[d] == 1 || shape[d] < least || a.N <= shape[d] || a.N%shape[d] != 0 || t.ties(at) {
				continue
			}
			t.part(at, shape[d])
			again = true
			break
		}
	}
	for _, g := range [][]loop.Axis{t.B, t.M, t.N, t.K} {
		if len(g) > 3 {
			return c
		}
	}
	return t.Contract
}

// contraction is a contraction that is being turned over.
type contraction struct{ *loop.Contract }

// cloneContract copies what the printer changes.
func cloneContract(c *loop.Contract) contraction {
	t := *c
	t.Extra = slices.Clone(c.Extra)
	t.Clip = slices.Clone(c.Clip)
	for i, l := range t.Clip {
		t.Clip[i].Terms = slices.Clone(l.Terms)
	}
	k := contraction{&t}
	for _, g := range k.groups() {
		*g = slices.Clone(*g)
	}
	for _, a := range k.accesses() {
		a.Strides = slices.Clone(a.Strides)
	}
	return k
}

func (t contraction) groups() [4]*[]loop.Axis { return [...]*[]loop.Axis{&t.B, &t.M, &t.N, &t.K} }

func (t contraction) accesses() []*loop.Access {
	all := []*loop.Access{&t.Out, &t.Lhs, &t.Rhs}
	for i := range t.Extra {
		all = append(all, &t.Extra[i])
	}
	return all
}

// ties reports an axis that a clip names.
func (t contraction) ties(at int) bool {
	return slices.ContainsFunc(t.Clip, func(l loop.Clip) bool {
		return slices.ContainsFunc(l.Terms, func(x loop.ClipTerm) bool { return x.Axis == at })
	})
}

// part makes two loops of one: the inner has n points.
func (t contraction) part(at, n int) {
	pos := at
	for _, g := range t.groups() {
		if pos < len(*g) {
			a := (*g)[pos]
			outer := a
			outer.N, a.N = a.N/n, n
			*g = slices.Replace(*g, pos, pos+1, outer, a)
			break
		}
		pos -= len(*g)
	}
	for _, a := range t.accesses() {
		a.Strides = slices.Insert(a.Strides, at, a.Strides[at]*n)
	}
	t.shift(at)
}

// shift makes room for an axis after the given one in the clips.
func (t contraction) shift(at int) {
	for _, l := range t.Clip {
		for i := range l.Terms {
			if l.Terms[i].Axis > at {
				l.Terms[i].Axis++
			}
		}
	}
}

// reverse lets a loop run the other way.
func (t contraction) reverse(at int) {
	n := t.Axes()[at].N
	for _, a := range t.accesses() {
		a.Offset += a.Strides[at] * (n - 1)
		a.Strides[at] = -a.Strides[at]
	}
	for i, l := range t.Clip {
		for j, x := range l.Terms {
			if x.Axis == at {
				t.Clip[i].Offset += x.Coef * (n - 1)
				l.Terms[j].Coef = -x.Coef
			}
		}
	}
}
