package arithmetic

import (
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/scalar"
)

// arithmetic is mapped of numbers, whole ones of which have to be exact.
func arithmetic(n *node.Node, e scalar.Expr, word string) []*node.Value {
	if tensor.IsFloat(n.In[0].Type) {
		return node.Mapped(n, e, word, n.In[0].Type)
	}
	s := node.Reach(e, spansOf(n))
	if n.Failed {
		return nil
	}
	if fractional(e) {
		return n.Errorf("fractions of %v are not supported", n.In[0].Type)
	}
	return node.Fitted(n, node.Mapped(n, e, word, n.In[0].Type), s)
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
func spansOf(n *node.Node) []node.Span {
	var out []node.Span
	for _, v := range n.In {
		if tensor.IsFloat(v.Type) != tensor.IsFloat(n.In[0].Type) {
			n.Errorf("operands of %v and %v", n.In[0].Type, v.Type)
			return make([]node.Span, len(n.In))
		}
		out = append(out, n.Exact(v))
	}
	return out
}

// Unary is an expression of one operand, whole numbers of which have to be exact.
func Unary(n *node.Node, e scalar.Expr, word string) []*node.Value {
	if n.In[0].Type == proto.Bool {
		return node.Mapped(n, e, word, proto.Bool)
	}
	return arithmetic(n, e, word)
}
