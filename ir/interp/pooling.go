package interp

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/op"
)

// windows lists what every window of an image covers: how far the channels of
// its points are from the beginning of the image, the first point first.
func windows(w *op.Window, in, out ir.Shape) [][]int {
	strides := in.Strides()
	list := [][]int{{0}}
	for i := range w.Sizes {
		next := make([][]int, 0, len(list)*out[1+i])
		for _, before := range list {
			for p := range out[1+i] {
				var points []int
				for _, at := range before {
					for t := range w.Sizes[i] {
						if q := p*w.Strides[i] + t*w.Dilations[i] - w.Before[i]; q >= 0 && q < in[1+i] {
							points = append(points, at+q*strides[1+i])
						}
					}
				}
				next = append(next, points)
			}
		}
		list = next
	}
	return list
}

// pooled is the result of a Window over one operand.
func pooled[F ir.Float](c *ir.Context[F], w *op.Window, v *ir.Value, x *ir.Tensor[F]) *ir.Tensor[F] {
	out := c.New(v.Shape.Concrete(c.Rows))
	list := windows(w, x.Shape, out.Shape)
	channels := x.Shape[len(x.Shape)-1]
	image := x.Shape[1:].Elements()
	parallel(x.Shape[0], func(from, to int) {
		for row := from; row < to; row++ {
			in := x.F[row*image : (row+1)*image]
			for i, points := range list {
				at := (row*len(list) + i) * channels
				z := out.F[at : at+channels]
				switch {
				case w.Reduce == loop.Max:
					copy(z, in[points[0]:])
					for _, p := range points[1:] {
						for ch, e := range in[p : p+len(z)] {
							if e > z[ch] || e != e {
								z[ch] = e
							}
						}
					}
				default:
					for _, p := range points {
						for ch, e := range in[p : p+len(z)] {
							z[ch] += e
						}
					}
				}
				if w.Mean {
					for ch := range z {
						z[ch] /= F(len(points))
					}
				}
			}
		}
	})
	return out
}

// unpooled is the gradient of a Window.
func unpooled[F ir.Float](c *ir.Context[F], g *op.WindowGrad, x, dy *ir.Tensor[F]) *ir.Tensor[F] {
	out := c.New(x.Shape)
	w := &g.Window
	list := windows(w, x.Shape, dy.Shape)
	channels := x.Shape[len(x.Shape)-1]
	image := x.Shape[1:].Elements()
	parallel(x.Shape[0], func(from, to int) {
		best, place := make([]F, channels), make([]int, channels)
		for row := from; row < to; row++ {
			in, dx := x.F[row*image:(row+1)*image], out.F[row*image:(row+1)*image]
			for i, points := range list {
				at := (row*len(list) + i) * channels
				d := dy.F[at : at+channels]
				if w.Reduce != loop.Max {
					for _, p := range points {
						z := dx[p : p+len(d)]
						for ch, e := range d {
							if w.Mean {
								e /= F(len(points))
							}
							z[ch] += e
						}
					}
					continue
				}
				copy(best, in[points[0]:])
				for ch := range place {
					place[ch] = points[0]
				}
				for _, p := range points[1:] {
					for ch, e := range in[p : p+channels] {
						if e > best[ch] || e != e && best[ch] == best[ch] {
							best[ch], place[ch] = e, p
						}
					}
				}
				for ch, e := range d {
					dx[place[ch]+ch] += e
				}
			}
		}
	})
	return out
}
