package interp

import (
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

// product evaluates a contraction that is a batch of matrix products; nil where
// it is something else, or laid out as no BLAS reads it.
func product[F ir.Float](c *ir.Context[F], k *op.Contract, v *ir.Value, args []*ir.Tensor[F]) *ir.Tensor[F] {
	m, ok := k.Matrices(c.Rows, v.Args[0].Shape, v.Args[1].Shape)
	if !ok {
		return nil
	}
	if !rowMajor(m.Out, m.M, m.N) { // outᵀ = rhsᵀ·lhsᵀ
		flip := func(x op.Matrix) op.Matrix { x.Row, x.Col = x.Col, x.Row; return x }
		m.M, m.N = m.N, m.M
		m.Out, m.Lhs, m.Rhs = flip(m.Out), flip(m.Rhs), flip(m.Lhs)
		args = append([]*ir.Tensor[F]{args[1], args[0]}, args[2:]...)
		m.Batch = slices.Clone(m.Batch)
		for i, b := range m.Batch {
			m.Batch[i].Lhs, m.Batch[i].Rhs = b.Rhs, b.Lhs
		}
	}
	lhs, ok1 := layoutOf(m.Lhs, m.M, m.K)
	rhs, ok2 := layoutOf(m.Rhs, m.K, m.N)
	if !ok1 || !ok2 || !rowMajor(m.Out, m.M, m.N) {
		return nil
	}
	out := c.New(v.Shape.Concrete(c.Rows))
	var each func(batch []op.BatchLoop, o, x, y int)
	each = func(batch []op.BatchLoop, o, x, y int) {
		if len(batch) == 0 {
			gemm(lhs, rhs, extents{m.M, m.N, m.K, m.Out.Row}, args[0].F[x:], args[1].F[y:], out.F[o:], 0)
			return
		}
		for i := range batch[0].N {
			each(batch[1:], o+i*batch[0].Out, x+i*batch[0].Lhs, y+i*batch[0].Rhs)
		}
	}
	each(m.Batch, m.Out.Offset, m.Lhs.Offset, m.Rhs.Offset)
	return finish(c, k, v, out, args)
}

// finish applies the epilogue to the sums.
func finish[F ir.Float](c *ir.Context[F], k *op.Contract, v *ir.Value, sums *ir.Tensor[F], args []*ir.Tensor[F]) *ir.Tensor[F] {
	if k.Epilogue == nil {
		return sums
	}
	extras := append([]*ir.Tensor[F]{sums}, args[2:]...)
	return op.Eval(c, &ir.Value{Op: &op.Map{Expr: k.Epilogue}, Type: v.Type}, extras)
}

// rowMajor reports whether the elements of a row are neighbours and rows do not
// overlap.
func rowMajor(x op.Matrix, rows, cols int) bool {
	return (x.Col == 1 || cols == 1) && (x.Row >= cols || rows == 1)
}

// layout is how a BLAS is told of a matrix.
type layout struct {
	trans  blas.Transpose
	stride int
}

// layoutOf describes an r×c matrix that is stored by rows or by columns.
func layoutOf(x op.Matrix, r, c int) (layout, bool) {
	if r == 1 {
		x.Row = max(x.Row, c)
	}
	if c == 1 {
		x.Col = max(x.Col, r)
	}
	switch {
	case (x.Col == 1 || c == 1) && x.Row >= c:
		return layout{noTrans, x.Row}, true
	case (x.Row == 1 || r == 1) && x.Col >= r:
		return layout{trans, x.Col}, true
	}
	return layout{}, false
}

// extents are the extents of a product, and how far apart the rows of the result
// are.
type extents struct{ m, n, k, stride int }

const (
	noTrans = blas.NoTrans
	trans   = blas.Trans
)

// gemm is out = lhs·rhs + beta·out.
func gemm[F ir.Float](l, r layout, s extents, lhs, rhs, out []F, beta F) {
	stored := func(x layout, rows, cols int) (int, int) {
		if x.trans == trans {
			return cols, rows
		}
		return rows, cols
	}
	lr, lc := stored(l, s.m, s.k)
	rr, rc := stored(r, s.k, s.n)
	stride := max(s.stride, s.n)
	switch out := any(out).(type) {
	case []float32:
		blas32.Gemm(l.trans, r.trans, 1,
			blas32.General{Rows: lr, Cols: lc, Stride: l.stride, Data: any(lhs).([]float32)},
			blas32.General{Rows: rr, Cols: rc, Stride: r.stride, Data: any(rhs).([]float32)},
			float32(beta), blas32.General{Rows: s.m, Cols: s.n, Stride: stride, Data: out})
	case []float64:
		blas64.Gemm(l.trans, r.trans, 1,
			blas64.General{Rows: lr, Cols: lc, Stride: l.stride, Data: any(lhs).([]float64)},
			blas64.General{Rows: rr, Cols: rc, Stride: r.stride, Data: any(rhs).([]float64)},
			float64(beta), blas64.General{Rows: s.m, Cols: s.n, Stride: stride, Data: out})
	}
}
