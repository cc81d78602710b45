package pass

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// beforeRounding are the values from which only maps and moves lead to a floor. There
// the last bit decides on a whole unit: quantized numbers that are scaled anew lie halfway
// between two others every so often, or next to it as float32 has it. So these are
// computed step by step as they are written.
func beforeRounding(g *ir.Graph) map[*ir.Value]bool {
	before := map[*ir.Value]bool{}
	for _, v := range slices.Backward(g.Values) {
		reaches := before[v]
		switch o := v.Op.(type) {
		case *op.Map:
			reaches = reaches || floors(o.Expr)
		case *op.Reshape, *op.Transpose, *op.Broadcast:
		default:
			continue
		}
		for _, a := range v.Args {
			before[a] = before[a] || reaches
		}
	}
	return before
}

// floors reports an expression that takes the whole part of something.
func floors(e scalar.Expr) bool {
	a, ok := e.(scalar.Apply)
	return ok && (a.Fn == "floor" || slices.ContainsFunc(a.Args, floors))
}
