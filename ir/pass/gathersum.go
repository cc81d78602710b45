package pass

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

// gatherSum turns the product of a multi-hot encoding and a matrix into a sum of
// the matrix rows that the ids name: what a sample costs is then the number of
// its ids and not that of all possible ones. The encoding itself stays where it
// has other uses.
func gatherSum(g *ir.Graph) error {
	counted := map[*ir.Value]bool{} // ids that somebody counts: repetitions matter
	for _, v := range g.Values {
		if hot, ok := v.Op.(*op.MultiHot); ok && !hot.Set {
			counted[v.Args[0]] = true
		}
	}
	for _, v := range g.Values {
		c, ok := v.Op.(*op.Contract)
		if !ok || len(v.Args) < 2 {
			continue
		}
		hot, ok := v.Args[0].Op.(*op.MultiHot)
		// Set mode has its ids made distinct as they are loaded, for all readers.
		if !ok || hot.Set && counted[v.Args[0].Args[0]] || !isMatMul(c, v.Args[0].Shape, v.Args[1].Shape) {
			continue
		}
		sum := &op.GatherSum{Set: hot.Set, Epilogue: c.Epilogue, Word: c.Word}
		args := append([]*ir.Value{v.Args[0].Args[0], v.Args[1]}, v.Args[2:]...)
		if t, err := infer(sum, args); err == nil && t.Shape.Equal(v.Shape) {
			v.Op, v.Args = sum, args
		}
	}
	return nil
}

// isMatMul reports whether c is x[n,k]·w[k,o] in full.
func isMatMul(c *op.Contract, x, w ir.Shape) bool {
	if len(c.Axes) != 3 || len(x) != 2 || len(w) != 2 || len(c.Shape) != 2 {
		return false
	}
	axis := func(x op.Index) int {
		if len(x.Terms) != 1 || x.Terms[0].Coef != 1 || x.Offset != 0 {
			return -1
		}
		return x.Terms[0].Axis
	}
	n, k, o := axis(c.Lhs[0]), axis(c.Lhs[1]), axis(c.Rhs[1])
	return n >= 0 && k >= 0 && o >= 0 && n != k && k != o && n != o &&
		axis(c.Rhs[0]) == k && axis(c.Out[0]) == n && axis(c.Out[1]) == o &&
		c.Axes[n].Extent == x[0] && c.Axes[k].Extent == x[1] && x[1] == w[0] && c.Axes[o].Extent == w[1]
}

// infer is the type of the application of o to args.
func infer(o ir.Op, args []*ir.Value) (ir.Type, error) {
	types := make([]ir.Type, len(args))
	for i, a := range args {
		types[i] = a.Type
	}
	return o.Infer(types)
}
