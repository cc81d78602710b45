package interp

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

// blockElements bounds the matrix that im2col makes at a time, so that it is
// still in the cache when BLAS reads it.
const blockElements = 1 << 18

// contraction is a contraction over concrete extents whose axes are sorted by
// who is indexed by them.
type contraction[F ir.Float] struct {
	pool          *pool[F]
	extents       []int
	batch         int // the axis that counts rows, or -1
	b, m, n, k    []int
	lhs, rhs, out *grid
	x, y, z       []F
}

// contractionOf sorts the axes of k.
func contractionOf[F ir.Float](p *pool[F], k *op.Contract, rows int, lhs, rhs, out *ir.Tensor[F]) (*contraction[F], bool) {
	c := &contraction[F]{pool: p, batch: -1, x: lhs.F, y: rhs.F, z: out.F}
	for i, a := range k.Axes {
		if a.Extent == ir.Batch {
			c.batch = i
			c.extents = append(c.extents, rows)
		} else {
			c.extents = append(c.extents, a.Extent)
		}
	}
	var ok1, ok2, ok3 bool
	c.lhs, ok1 = gridOf(k.Lhs, c.extents, lhs.Shape)
	c.rhs, ok2 = gridOf(k.Rhs, c.extents, rhs.Shape)
	c.out, ok3 = gridOf(k.Out, c.extents, out.Shape)
	for a := range c.extents {
		switch inOut, inLhs, inRhs := c.out.uses[a], c.lhs.uses[a], c.rhs.uses[a]; {
		case inOut && inLhs && inRhs:
			c.b = append(c.b, a)
		case inOut && !inRhs:
			c.m = append(c.m, a)
		case inOut:
			c.n = append(c.n, a)
		default:
			c.k = append(c.k, a)
		}
	}
	return c, ok1 && ok2 && ok3
}

// transposed computes outᵀ = rhsᵀ·lhsᵀ.
func (c *contraction[F]) transposed() {
	c.lhs, c.rhs, c.x, c.y, c.m, c.n = c.rhs, c.lhs, c.y, c.x, c.n, c.m
}

// size is the number of points of some axes.
func (c *contraction[F]) size(axes []int) int {
	n := 1
	for _, a := range axes {
		n *= c.extents[a]
	}
	return n
}

// neighbours reports whether neighbours in a tensor are neighbours on one of
// some axes.
func (c *contraction[F]) neighbours(g *grid, axes []int) bool {
	return slices.ContainsFunc(axes, func(a int) bool { return g.step[a] == 1 && c.extents[a] > 1 })
}

// convolution evaluates a contraction of which one tensor is an image that a
// kernel slides over, as a matrix product over blocks of rows: a convolution and
// its gradients by the kernel (im2col, then a product) and by the image (a
// product, then col2im). It is nil where the contraction is something else.
func convolution[F ir.Float](ctx *ir.Context[F], p *pool[F], k *op.Contract, v *ir.Value, args []*ir.Tensor[F]) *ir.Tensor[F] {
	out := ctx.New(v.Shape.Concrete(ctx.Rows))
	c, ok := contractionOf(p, k, ctx.Rows, args[0], args[1], out)
	if ok {
		_, plain := c.rhs.matrix(c.k, c.n, c.extents)
		if !plain {
			c.transposed()
		}
		ok = c.channels() || c.columns() || c.image()
	}
	if !ok {
		p.release(out.F)
		return nil
	}
	return finish(ctx, k, v, out, args)
}

// steps lists the starting points of the batch loops in the three tensors.
func (c *contraction[F]) steps() ([][3]int, bool) {
	for _, a := range c.b {
		if c.lhs.moves(a) || c.rhs.moves(a) || c.out.moves(a) {
			return nil, false
		}
	}
	x, y, z := c.lhs.spots(c.b, c.extents), c.rhs.spots(c.b, c.extents), c.out.spots(c.b, c.extents)
	list := make([][3]int, len(x))
	for i := range list {
		list[i] = [3]int{x[i].offset, y[i].offset, z[i].offset}
	}
	return list, true
}

// columns is im2col: the left operand becomes a matrix whose columns are the
// axes of its neighbours.
func (c *contraction[F]) columns() bool {
	rhs, ok1 := c.rhs.matrix(c.k, c.n, c.extents)
	out, ok2 := c.out.matrix(c.m, c.n, c.extents)
	steps, ok3 := c.steps()
	M, N, K := c.size(c.m), c.size(c.n), c.size(c.k)
	right, ok4 := layoutOf(rhs, K, N)
	if !ok1 || !ok2 || !ok3 || !ok4 || !rowMajor(out, M, N) {
		return false
	}
	summed := !c.neighbours(c.lhs, c.k) // whether the rows are those of the sum
	im, rows := columnsOf(c.lhs, c.m, c.k, c.extents), M
	if summed {
		im, rows = columnsOf(c.lhs, c.k, c.m, c.extents), K
	}
	width := im.width()
	block := max(64, blockElements/width)
	buffer := c.pool.alloc(min(block, rows) * width)
	defer c.pool.release(buffer)
	for _, s := range steps {
		for from := 0; from < rows; from += block {
			count := min(block, rows-from)
			parallel(count, func(i, j int) {
				gather(im, s[0], from+i, from+j, c.x, buffer[i*width:j*width])
			})
			y, z := c.y[rhs.Offset+s[1]:], c.z[out.Offset+s[2]:]
			if summed {
				gemm(layout{trans, width}, right, extents{M, N, count, out.Row}, buffer, y[from*rhs.Row:], z, 1)
			} else {
				gemm(layout{noTrans, width}, right, extents{count, N, K, out.Row}, buffer, y, z[from*out.Row:], 0)
			}
		}
	}
	return true
}

// image is a product and then col2im: the columns of the product are added to
// where they belong in the image.
func (c *contraction[F]) image() bool {
	if c.neighbours(c.out, c.m) {
		c.transposed()
	}
	lhs, ok1 := c.lhs.matrix(c.m, c.k, c.extents)
	rhs, ok2 := c.rhs.matrix(c.k, c.n, c.extents)
	steps, ok3 := c.steps()
	rows, N, K := c.size(c.m), c.size(c.n), c.size(c.k)
	left, ok4 := layoutOf(lhs, rows, K)
	right, ok5 := layoutOf(rhs, K, N)
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 {
		return false
	}
	im := columnsOf(c.out, c.m, c.n, c.extents)
	width, unit := im.width(), rows
	if im.outer == c.batch && c.batch >= 0 {
		unit = len(im.rows) // one image: rows of others are added to other places
	}
	block := max(64, blockElements/width)
	if block > unit {
		block -= block % unit
	}
	buffer := c.pool.alloc(min(block, rows) * width)
	defer c.pool.release(buffer)
	for _, s := range steps {
		for from := 0; from < rows; from += block {
			count := min(block, rows-from)
			gemm(left, right, extents{count, N, K, width}, c.x[lhs.Offset+s[0]+from*lhs.Row:], c.y[rhs.Offset+s[1]:], buffer, 0)
			if block < unit {
				scatter(im, s[2], from, from+count, buffer, c.z)
				continue
			}
			parallel(count/unit, func(i, j int) {
				scatter(im, s[2], from+i*unit, from+j*unit, buffer[i*unit*width:j*unit*width], c.z)
			})
		}
	}
	return true
}
