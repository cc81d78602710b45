package node

import (
	"maps"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
)

// mostFolded is how many elements an operand has at most whose operator is computed now.
const mostFolded = 1 << 16

// folds reports whether the results of known operands are to be known: weights that
// training may change stay in the graph.
func folds(n *Node) bool {
	if slices.ContainsFunc(n.Proto.Attributes, func(a *proto.Attribute) bool { return a.Graph != nil }) {
		return false // reads what is around it
	}
	return !slices.ContainsFunc(n.In, func(v *Value) bool {
		if v == nil {
			return false
		}
		size := tensor.Count(v.Shape)
		return size > mostFolded || size > Constants && tensor.IsFloat(v.Type) && n.initializers[v.Name]
	})
}

// foldedBy computes an operator of known operands in a graph of its own; nil where that
// cannot be.
func foldedBy(n *Node, r Row) []*Value {
	s := *n.Scope
	s.B, s.params, s.Errs, s.folding = ir.NewBuilder("known"), map[string]placed{}, nil, true
	s.initializers = maps.Clone(n.initializers)
	of := *n
	of.Scope, of.In = &s, slices.Clone(n.In)
	out := r.Graph(&of)
	if of.Failed || len(s.B.Errors) > 0 {
		return nil
	}
	for _, v := range out {
		if v.Known == nil {
			s.Plain(v) // in ONNX's order
		}
	}
	known := map[*ir.Value]*ir.Tensor[float64]{}
	c := &ir.Context[float64]{Rows: 1}
	for _, v := range s.B.Graph.Values {
		args := make([]*ir.Tensor[float64], len(v.Args))
		for i, a := range v.Args {
			args[i] = known[a]
		}
		known[v] = op.Eval(c, v, args)
	}
	for i, v := range out {
		if v.Known != nil {
			continue
		}
		x := known[v.InOrder]
		t := tensor.New(v.Type, v.Shape)
		for j := range tensor.Count(v.Shape) {
			if x.I != nil {
				t.Set(j, float64(x.I[j]))
			} else {
				t.Set(j, x.F[j])
			}
		}
		out[i] = &Value{Type: v.Type, Shape: v.Shape, Known: t}
	}
	return out
}
