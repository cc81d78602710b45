package canonical

import (
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
)

// group is a list of loops with the accesses whose strides follow them, from
// the stride numbered first on.
type group struct {
	axes     *[]loop.Axis
	first    int
	accesses []*loop.Access
}

// simplify leaves the fewest loops.
func (g group) simplify() {
	if slices.ContainsFunc(g.accesses, random) {
		g.splitRows()
	}
	for i := len(*g.axes) - 1; i >= 0; i-- {
		if !turns((*g.axes)[i]) {
			g.drop(i)
		}
	}
	for i := len(*g.axes) - 2; i >= 0; i-- {
		outer, inner := &(*g.axes)[i], (*g.axes)[i+1]
		if !g.one(i) {
			continue
		}
		outer.N *= inner.N
		outer.Max *= inner.N
		if !outer.Rows {
			outer.Name = inner.Name
		}
		for _, a := range g.accesses {
			a.Strides[g.first+i] = a.Strides[g.first+i+1]
		}
		g.drop(i + 1)
	}
}

func (g group) drop(i int) {
	*g.axes = slices.Delete(*g.axes, i, i+1)
	for _, a := range g.accesses {
		a.Strides = slices.Delete(a.Strides, g.first+i, g.first+i+1)
	}
}

func random(a *loop.Access) bool { return a.Buf.Class == loop.Random }

// splitRows takes the rows apart from what is in them.
func (g group) splitRows() {
	for i := len(*g.axes) - 1; i >= 0; i-- {
		a := (*g.axes)[i]
		if !a.Rows || a.N == 1 {
			continue
		}
		rows := loop.Axis{Name: "n", N: 1, Rows: true, Max: a.Max / a.N}
		*g.axes = slices.Replace(*g.axes, i, i+1, rows, loop.Axis{Name: "i", N: a.N})
		for _, acc := range g.accesses {
			s := acc.Strides[g.first+i]
			acc.Strides = slices.Insert(acc.Strides, g.first+i, s*a.N)
		}
	}
}

// one reports that loop i+1 takes up where it left off whenever loop i moves.
func (g group) one(i int) bool {
	outer, inner := (*g.axes)[i], (*g.axes)[i+1]
	return !inner.Rows && !outer.Partial() && !inner.Partial() && !slices.ContainsFunc(g.accesses, func(a *loop.Access) bool {
		return a.Strides[g.first+i] != a.Strides[g.first+i+1]*inner.N || outer.Rows && random(a)
	})
}
