package interp

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

// maxChecked bounds how many axes of a tensor may be left: those of space.
const maxChecked = 3

// grid says where the points of a contraction lie in one of its tensors.
type grid struct {
	offset  int
	step    []int // by axis of the contraction: how far apart neighbours are
	uses    []bool
	checked []check
}

// check is an axis of the tensor beyond whose ends points may lie.
type check struct {
	offset, size int
	coef         []int // by axis of the contraction
}

// gridOf places a tensor of a concrete shape; false where too many of its axes
// may be left.
func gridOf(list []op.Index, extents []int, shape ir.Shape) (*grid, bool) {
	g := &grid{step: make([]int, len(extents)), uses: make([]bool, len(extents))}
	strides := shape.Strides()
	for j, x := range list {
		c := check{offset: x.Offset, size: shape[j], coef: make([]int, len(extents))}
		g.offset += x.Offset * strides[j]
		for _, t := range x.Terms {
			c.coef[t.Axis] += t.Coef
			g.step[t.Axis] += t.Coef * strides[j]
			g.uses[t.Axis] = true
		}
		low, high := x.Offset, x.Offset
		for a, coef := range c.coef {
			low, high = low+min(0, coef*(extents[a]-1)), high+max(0, coef*(extents[a]-1))
		}
		if low < 0 || high >= shape[j] {
			g.checked = append(g.checked, c)
		}
	}
	return g, len(g.checked) <= maxChecked
}

// moves reports whether an axis takes part in a check.
func (g *grid) moves(axis int) bool {
	for _, c := range g.checked {
		if c.coef[axis] != 0 {
			return true
		}
	}
	return false
}

// along gives the distance of neighbours where the points of the axes, the last
// running fastest, lie evenly apart and inside the tensor.
func (g *grid) along(axes, extents []int) (step int, ok bool) {
	next := 0 // how far apart the axis before must be
	for i := len(axes) - 1; i >= 0; i-- {
		a := axes[i]
		switch {
		case g.moves(a):
			return 0, false
		case extents[a] == 1:
			continue
		case next == 0:
			step = g.step[a]
		case g.step[a] != next:
			return 0, false
		}
		next = g.step[a] * extents[a]
	}
	return step, true
}

// matrix describes the rows and columns that two lists of axes are, where they
// lie evenly apart.
func (g *grid) matrix(rows, cols, extents []int) (op.Matrix, bool) {
	if len(g.checked) > 0 {
		return op.Matrix{}, false
	}
	r, ok1 := g.along(rows, extents)
	c, ok2 := g.along(cols, extents)
	return op.Matrix{Offset: g.offset, Row: r, Col: c}, ok1 && ok2
}

// spot is a point's distance from where a grid begins, in elements and along
// the checked axes.
type spot struct {
	offset int
	at     [maxChecked]int
}

// spots lists the points of some axes, the last running fastest.
func (g *grid) spots(axes, extents []int) []spot {
	list := []spot{{}}
	for _, a := range axes {
		next := make([]spot, 0, len(list)*extents[a])
		for _, s := range list {
			for range extents[a] {
				next = append(next, s)
				s = g.advance(s, a, 1)
			}
		}
		list = next
	}
	return list
}

// advance moves a point along an axis.
func (g *grid) advance(s spot, axis, steps int) spot {
	s.offset += steps * g.step[axis]
	for i, c := range g.checked {
		s.at[i] += steps * c.coef[axis]
	}
	return s
}

// begin is the point at which all axes are 0.
func (g *grid) begin() spot {
	s := spot{offset: g.offset}
	for i, c := range g.checked {
		s.at[i] = c.offset
	}
	return s
}

// plus adds the distances of two points.
func (s spot) plus(t spot) spot {
	s.offset += t.offset
	for i := range s.at {
		s.at[i] += t.at[i]
	}
	return s
}

// inside reports whether a point and another one's distance from it lie in the
// tensor.
func (g *grid) inside(s, t *spot) bool {
	for i := range g.checked {
		if p := s.at[i] + t.at[i]; uint(p) >= uint(g.checked[i].size) {
			return false
		}
	}
	return true
}

// corners are the lowest and the highest place of points along every checked
// axis: where both are inside, all are.
func (g *grid) corners(list []spot) (low, high spot) {
	low, high = list[0], list[0]
	for _, s := range list {
		for i := range s.at {
			low.at[i], high.at[i] = min(low.at[i], s.at[i]), max(high.at[i], s.at[i])
		}
	}
	return low, high
}
