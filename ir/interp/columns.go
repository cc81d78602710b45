package interp

import "github.com/nngen-go/nngen/ir"

// columns is how a matrix is read out of a tensor, or added into it, that is no
// matrix itself: im2col and col2im. A row is the points of some axes at one
// point of the others; of a row, run neighbours are one piece.
type columns struct {
	grid      *grid
	outer     int    // the first axis of the rows, or -1
	rows      []spot // of the other axes of the rows
	taps      []spot // the pieces of a row
	run       int
	low, high spot // corners of the taps
}

// columnsOf describes a matrix by the axes of its rows and of its columns.
func columnsOf(g *grid, rows, cols, extents []int) *columns {
	c := &columns{grid: g, outer: -1, run: 1}
	if len(rows) > 0 {
		c.outer, rows = rows[0], rows[1:]
	}
	for len(cols) > 0 {
		a := cols[len(cols)-1]
		if g.moves(a) || extents[a] > 1 && g.step[a] != c.run {
			break
		}
		c.run *= extents[a]
		cols = cols[:len(cols)-1]
	}
	c.rows, c.taps = g.spots(rows, extents), g.spots(cols, extents)
	c.low, c.high = g.corners(c.taps)
	return c
}

// width is the length of a row.
func (c *columns) width() int { return c.run * len(c.taps) }

// row is where a row lies, the outer axis running slowest.
func (c *columns) row(offset, i int) spot {
	s := c.grid.begin().plus(c.rows[i%len(c.rows)])
	s.offset += offset
	if c.outer >= 0 {
		s = c.grid.advance(s, c.outer, i/len(c.rows))
	}
	return s
}

// gather copies rows; what lies outside is 0.
func gather[F ir.Float](c *columns, offset, from, to int, src, dst []F) {
	for i := from; i < to; i++ {
		row := c.row(offset, i)
		whole := c.grid.inside(&row, &c.low) && c.grid.inside(&row, &c.high)
		for j := range c.taps {
			t := &c.taps[j]
			piece := dst[:c.run]
			dst = dst[c.run:]
			if !whole && !c.grid.inside(&row, t) {
				clear(piece)
				continue
			}
			at := row.offset + t.offset
			if c.run >= 16 {
				copy(piece, src[at:at+c.run])
				continue
			}
			for k, x := range src[at : at+len(piece)] {
				piece[k] = x
			}
		}
	}
}

// scatter adds rows to where they belong.
func scatter[F ir.Float](c *columns, offset, from, to int, src, dst []F) {
	for i := from; i < to; i++ {
		row := c.row(offset, i)
		whole := c.grid.inside(&row, &c.low) && c.grid.inside(&row, &c.high)
		for j := range c.taps {
			t := &c.taps[j]
			x := src[:c.run]
			src = src[c.run:]
			if !whole && !c.grid.inside(&row, t) {
				continue
			}
			at := row.offset + t.offset
			piece := dst[at : at+len(x)]
			for k, v := range x {
				piece[k] += v
			}
		}
	}
}
