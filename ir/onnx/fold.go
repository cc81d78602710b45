package onnx

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
func folds(n *node) bool {
	if slices.ContainsFunc(n.proto.Attributes, func(a *proto.Attribute) bool { return a.Graph != nil }) {
		return false // reads what is around it
	}
	return !slices.ContainsFunc(n.in, func(v *Value) bool {
		if v == nil {
			return false
		}
		size := tensor.Count(v.Shape)
		return size > mostFolded || size > constants && tensor.IsFloat(v.Type) && n.weights[v.Name]
	})
}

// foldedBy computes an operator of known operands in a graph of its own; nil where that
// cannot be.
func foldedBy(n *node, r row) []*Value {
	s := *n.scope
	s.b, s.params, s.Errs, s.folding = ir.NewBuilder("known"), map[string]placed{}, nil, true
	s.weights = maps.Clone(n.weights)
	of := *n
	of.scope, of.in = &s, slices.Clone(n.in)
	out := r.graph(&of)
	if of.failed || len(s.b.Errors) > 0 {
		return nil
	}
	for _, v := range out {
		if v.Known == nil {
			s.plain(v) // in ONNX's order
		}
	}
	known := map[*ir.Value]*ir.Tensor[float64]{}
	c := &ir.Context[float64]{Rows: 1}
	for _, v := range s.b.Graph.Values {
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
		x := known[v.inOrder]
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
