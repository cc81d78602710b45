package onnx

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/layer/operation"
)

var angleRows = map[string]row{
	"Sin": angle("sin"), "Cos": angle("cos"), "Tan": angle("tan"),
	"Asin": angle("arcsin"), "Acos": angle("arccos"), "Atan": angle("arctan"),
	"Asinh": angle("arcsinh"), "Acosh": angle("arccosh"), "Atanh": angle("arctanh"),
}

// angle is an operator that Keras has as a function of the given name.
func angle(name string) row {
	return row{least: 1, most: 1, graph: func(n *node) []*Value {
		return one(n.computed(function(n, name, n.x(0)), n.in[0].Type))
	}}
}

// function is one of Keras's functions of one operand.
func function(n *node, name string, x *ir.Value) *ir.Value {
	row, ok := operation.Find(name)
	if !ok {
		return n.b.Errorf("no function %s", name)
	}
	return row.New().Build(&operation.Site{
		B: n.b, Row: row,
		Fail: func(_, format string, args ...any) *ir.Value { return n.b.Errorf(format, args...) },
		Name: func(v *ir.Value, _ string) *ir.Value { return v },
	}, []*ir.Value{x})
}
