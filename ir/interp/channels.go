package interp

import "slices"

// channels evaluates a contraction in which neighbours of the image, its
// channels, have kernels of their own: a depthwise convolution and its
// gradients. It goes over the channels of every point and tap.
func (c *contraction[F]) channels() bool {
	// The tensor without rows is the kernel; its axes are the taps.
	at := slices.IndexFunc(c.b, func(a int) bool {
		return c.extents[a] > 1 && min(c.lhs.step[a], c.rhs.step[a], c.out.step[a]) == 1 && !c.lhs.moves(a) && !c.rhs.moves(a) && !c.out.moves(a)
	})
	if c.batch < 0 || at < 0 {
		return false
	}
	grids := [3]*grid{c.out, c.lhs, c.rhs}
	kernel := slices.IndexFunc(grids[:], func(g *grid) bool { return !g.uses[c.batch] })
	if kernel < 0 {
		return false
	}
	run := c.b[at]
	var points, taps []int
	for a := range c.extents {
		switch {
		case a == c.batch || a == run:
		case grids[kernel].uses[a]:
			taps = append(taps, a)
		default:
			points = append(points, a)
		}
	}
	var p, t [3][]spot
	for i, g := range grids {
		p[i], t[i] = g.spots(points, c.extents), g.spots(taps, c.extents)
	}
	part := func(row, from, to int) { // the taps from up to to of one row
		var begin [3]spot
		for i, g := range grids {
			begin[i] = g.advance(g.begin(), c.batch, row)
		}
		for q := range p[0] {
			o, x, y := begin[0].plus(p[0][q]), begin[1].plus(p[1][q]), begin[2].plus(p[2][q])
			for w := from; w < to; w++ {
				if c.out.inside(&o, &t[0][w]) && c.lhs.inside(&x, &t[1][w]) && c.rhs.inside(&y, &t[2][w]) {
					c.line(run, o.offset+t[0][w].offset, x.offset+t[1][w].offset, y.offset+t[2][w].offset)
				}
			}
		}
	}
	rows := c.extents[c.batch]
	if kernel == 0 { // of a gradient by the kernel every worker sums its own taps
		parallel(len(t[0]), func(from, to int) {
			for row := range rows {
				part(row, from, to)
			}
		})
		return true
	}
	parallel(rows, func(from, to int) {
		for row := from; row < to; row++ {
			part(row, 0, len(t[0]))
		}
	})
	return true
}

// line multiplies and adds along one axis.
func (c *contraction[F]) line(axis, o, x, y int) {
	n, os, xs, ys := c.extents[axis], c.out.step[axis], c.lhs.step[axis], c.rhs.step[axis]
	if os == 1 && xs == 1 && ys == 1 {
		z, a, b := c.z[o:o+n], c.x[x:x+n], c.y[y:y+n]
		for i := range z {
			z[i] += a[i] * b[i]
		}
		return
	}
	for range n {
		c.z[o] += c.x[x] * c.y[y]
		o, x, y = o+os, x+xs, y+ys
	}
}
