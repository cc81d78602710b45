package product

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var productRows = map[string]node.Row{
	"MatMul": {Least: 2, Most: 2, Graph: Matmul},
	"Gemm":   {Least: 2, Most: 3, Graph: gemm},
}

// Multiplied is the batched product of a [..., m, k] and b [..., k, o], whose leading
// axes broadcast.
func Multiplied(n *node.Node, a, b *ir.Value) *ir.Value {
	if !a.Valid() || !b.Valid() {
		return a
	}
	c := &op.Contract{}
	axis := func(name string, d int) int {
		c.Axes = append(c.Axes, op.Axis{Name: name, Extent: d})
		return len(c.Axes) - 1
	}
	fa, fb := node.Front(a), node.Front(b)
	ra, rb := len(a.Shape)-fa, len(b.Shape)-fb
	k := a.Shape[len(a.Shape)-1]
	if ra < 2 || rb < 2 || b.Shape[len(b.Shape)-2] != k {
		return n.B.Errorf("a product of %v and %v", a.Shape[fa:], b.Shape[fb:])
	}
	if fa+fb > 0 {
		r := axis("n", ir.Batch)
		c.Out, c.Shape = append(c.Out, op.At(r)), append(c.Shape, ir.Batch)
		if fa == 1 {
			c.Lhs = append(c.Lhs, op.At(r))
		}
		if fb == 1 {
			c.Rhs = append(c.Rhs, op.At(r))
		}
	}
	lead := max(ra, rb) - 2
	for i := range lead {
		da, db := 1, 1
		ia, ib := i-(lead-(ra-2)), i-(lead-(rb-2))
		if ia >= 0 {
			da = a.Shape[fa+ia]
		}
		if ib >= 0 {
			db = b.Shape[fb+ib]
		}
		if da != db && da != 1 && db != 1 {
			return n.B.Errorf("a product of %v and %v", a.Shape[fa:], b.Shape[fb:])
		}
		at := op.Index{}
		if d := max(da, db); d > 1 {
			at = op.At(axis(string(rune('p'+i%8))+string(rune('a'+i/8)), d))
		}
		read := func(list []op.Index, own, d int) []op.Index {
			switch {
			case own < 0:
				return list
			case d == 1:
				return append(list, op.Index{})
			}
			return append(list, at)
		}
		c.Lhs, c.Rhs = read(c.Lhs, ia, da), read(c.Rhs, ib, db)
		c.Out, c.Shape = append(c.Out, at), append(c.Shape, max(da, db))
	}
	m, o := axis("m", a.Shape[len(a.Shape)-2]), axis("o", b.Shape[len(b.Shape)-1])
	i := axis("i", k)
	c.Lhs, c.Rhs = append(c.Lhs, op.At(m), op.At(i)), append(c.Rhs, op.At(i), op.At(o))
	c.Out, c.Shape = append(c.Out, op.At(m), op.At(o)), append(c.Shape, c.Axes[m].Extent, c.Axes[o].Extent)
	return n.B.Apply(c, a, b)
}

// Matmul is NumPy's: vectors are rows on the left and columns on the right.
func Matmul(n *node.Node) []*node.Value {
	a, b := n.X(0), n.X(1)
	if !a.Valid() || !b.Valid() || n.In[0].Rank() == 0 || n.In[1].Rank() == 0 {
		return n.Errorf("a product of %v", n.Shapes())
	}
	va, vb := n.In[0].Rank() == 1, n.In[1].Rank() == 1
	if va {
		a = op.ReshapeTo(n.B, a, slices.Insert(slices.Clone(a.Shape), node.Front(a), 1))
	}
	if vb {
		b = op.ReshapeTo(n.B, b, append(slices.Clone(b.Shape), 1))
	}
	y := Multiplied(n, a, b)
	if y.Valid() && (va || vb) {
		s := slices.Clone(y.Shape)
		if vb {
			s = s[:len(s)-1]
		}
		if va {
			at := len(s) - 2
			if vb {
				at = len(s) - 1
			}
			s = slices.Delete(s, at, at+1)
		}
		y = op.ReshapeTo(n.B, y, s)
	}
	return node.One(n.Computed(y, n.In[0].Type))
}

// gemm is alpha·A'·B' + beta·C.
func gemm(n *node.Node) []*node.Value {
	if n.In[0].Rank() != 2 || n.In[1].Rank() != 2 {
		return n.Errorf("a product of %v", n.Shapes())
	}
	side := func(i int, name string) *ir.Value {
		v := n.In[i]
		if n.Int(name, 0) == 0 {
			return n.Plain(v)
		}
		if v.Known != nil {
			return n.Constant(v, []int{1, 0})
		}
		return n.Turned(n.Plain(v), []int{1, 0})
	}
	y := Multiplied(n, side(0, "transA"), side(1, "transB"))
	e := scalar.Expr(scalar.Arg(0))
	if alpha := n.Float("alpha", 1); alpha != 1 {
		e = scalar.Call("mul", scalar.Num(alpha), e)
	}
	of := n.With(n.Computed(y, n.In[0].Type))
	if c := n.Operand(2); c != nil && n.Float("beta", 1) != 0 {
		scaled := scalar.Expr(scalar.Arg(1))
		if beta := n.Float("beta", 1); beta != 1 {
			scaled = scalar.Call("mul", scalar.Num(beta), scaled)
		}
		of, e = n.With(of.In[0], c), scalar.Call("add", e, scaled)
	}
	if n.Failed {
		return nil
	}
	if e == scalar.Arg(0) {
		return of.In[:1]
	}
	out := node.Mapped(of, e, "gemm", n.In[0].Type)
	n.Take(of)
	return out
}

// Along multiplies one axis of x with a matrix [in, out].
func Along(n *node.Node, x *ir.Value, axis int, m *ir.Value) *ir.Value {
	if !x.Valid() || !m.Valid() {
		return x
	}
	c := &op.Contract{}
	for i, d := range x.Shape {
		c.Axes = append(c.Axes, op.Axis{Name: string(rune('a' + i)), Extent: d})
		c.Lhs, c.Out, c.Shape = append(c.Lhs, op.At(i)), append(c.Out, op.At(i)), append(c.Shape, d)
	}
	at, out := node.Front(x)+axis, len(x.Shape)
	c.Axes = append(c.Axes, op.Axis{Name: "o", Extent: m.Shape[1]})
	c.Out[at], c.Shape[at] = op.At(out), m.Shape[1]
	c.Rhs = []op.Index{op.At(at), op.At(out)}
	return n.B.Apply(c, x, m)
}
