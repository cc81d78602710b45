package arithmetic

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/layer/operation"
	"github.com/nngen-go/nngen/ir/onnx/node"
)

var angleRows = map[string]node.Row{
	"Sin": angle("sin"), "Cos": angle("cos"), "Tan": angle("tan"),
	"Asin": angle("arcsin"), "Acos": angle("arccos"), "Atan": angle("arctan"),
	"Asinh": angle("arcsinh"), "Acosh": angle("arccosh"), "Atanh": angle("arctanh"),
}

// angle is an operator that Keras has as a function of the given name.
func angle(name string) node.Row {
	return node.Row{Least: 1, Most: 1, Graph: func(n *node.Node) []*node.Value {
		return node.One(n.Computed(function(n, name, n.X(0)), n.In[0].Type))
	}}
}

// function is one of Keras's functions of one operand.
func function(n *node.Node, name string, x *ir.Value) *ir.Value {
	row, ok := operation.Find(name)
	if !ok {
		return n.B.Errorf("no function %s", name)
	}
	return row.New().Build(&operation.Site{
		B: n.B, Row: row,
		Fail: func(_, format string, args ...any) *ir.Value { return n.B.Errorf(format, args...) },
		Name: func(v *ir.Value, _ string) *ir.Value { return v },
	}, []*ir.Value{x})
}
