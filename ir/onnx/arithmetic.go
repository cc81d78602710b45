package onnx

import (
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/scalar"
)

// arithmetic is mapped of numbers, whole ones of which have to be exact.
func arithmetic(n *node, e scalar.Expr, word string) []*Value {
	if tensor.IsFloat(n.in[0].Type) {
		return mapped(n, e, word, n.in[0].Type)
	}
	s := reach(e, spansOf(n))
	if n.failed {
		return nil
	}
	if fractional(e) {
		return n.errorf("fractions of %v are not supported", n.in[0].Type)
	}
	return fitted(n, mapped(n, e, word, n.in[0].Type), s)
}

// fractional reports an expression with a number that is not whole.
func fractional(e scalar.Expr) bool {
	switch e := e.(type) {
	case scalar.Num:
		return float64(e) != math.Trunc(float64(e))
	case scalar.Apply:
		return slices.ContainsFunc(e.Args, fractional)
	}
	return false
}

// spansOf are those of the operands, which have to be exact.
func spansOf(n *node) []span {
	var out []span
	for _, v := range n.in {
		if tensor.IsFloat(v.Type) != tensor.IsFloat(n.in[0].Type) {
			n.errorf("operands of %v and %v", n.in[0].Type, v.Type)
			return make([]span, len(n.in))
		}
		out = append(out, n.exact(v))
	}
	return out
}

func unary(n *node, e scalar.Expr, word string) []*Value {
	if n.in[0].Type == proto.Bool {
		return mapped(n, e, word, proto.Bool)
	}
	return arithmetic(n, e, word)
}
