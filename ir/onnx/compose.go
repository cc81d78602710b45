package onnx

import (
	"maps"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// listOf is a list of one value, or nil of none.
func listOf(v *Value) []*Value {
	if v == nil {
		return nil
	}
	return one(v)
}

// number64 is a known scalar of int64.
func number64(n *node, v int64) []*Value {
	return one(&Value{Type: proto.Int64, Known: &tensor.Tensor{Type: proto.Int64, I: []int64{v}}})
}

// reshaped is operand 0 in another shape of as many elements.
func reshaped(n *node, s []int) []*Value {
	v := n.in[0]
	if tensor.Count(s) != tensor.Count(v.Shape) {
		return n.errorf("%v has other elements than %v", s, v.Shape)
	}
	if v.Known != nil {
		t := *v.Known
		t.Shape = s
		// An initializer in another shape is an initializer still.
		if n.weights[v.Name] {
			n.weights[n.label+n.proto.Outputs[0]] = true
		}
		return one(&Value{Type: v.Type, Shape: s, Known: &t})
	}
	x := n.x(0)
	return one(n.computed(op.ReshapeTo(n.b, x, append(append(ir.Shape{}, x.Shape[:front(x)]...), s...)), v.Type))
}

// one is a list of one value.
func one(v *Value) []*Value { return []*Value{v} }

// shapedAs is v in another shape; nil stays nil.
func shapedAs(n *node, v *Value, s []int) *Value {
	if v == nil || n.failed {
		return v
	}
	of := n.with(v)
	out := reshaped(of, s)
	if n.take(of) {
		return nil
	}
	return out[0]
}

// zeros is a known tensor of zeros.
func zeros(t proto.Type, shape ...int) *Value {
	return &Value{Type: t, Shape: shape, Known: tensor.New(t, shape)}
}

// rowed is x with an axis of rows.
func rowed(n *node, x *ir.Value) *ir.Value {
	if !x.Valid() || front(x) == 1 {
		return x
	}
	return op.BroadcastTo(n.b, op.ReshapeTo(n.b, x, append(ir.Shape{1}, x.Shape...)), append(ir.Shape{ir.Batch}, x.Shape...))
}

// attributes are those of an operator within another: whole numbers, or lists of them.
type attributes map[string]any

// operator is the first result of another operator.
func operator(n *node, name string, list attributes, in ...*Value) *Value {
	if n.failed {
		return nil
	}
	of := n.with(in...)
	of.proto = &proto.Node{Op: name, Outputs: []string{""}}
	for _, key := range slices.Sorted(maps.Keys(list)) {
		a := &proto.Attribute{Name: key}
		switch v := list[key].(type) {
		case int:
			a.Kind, a.Int = proto.Int, int64(v)
		case []int:
			a.Kind = proto.Ints
			for _, i := range v {
				a.Ints = append(a.Ints, int64(i))
			}
		}
		of.proto.Attributes = append(of.proto.Attributes, a)
	}
	out := of.build(n.file.operators[""].rows[name])
	if n.take(of) {
		return nil
	}
	return out[0]
}

// list is a known vector of whole numbers.
func list(values ...int) *Value {
	t := tensor.New(proto.Int64, []int{len(values)})
	for i, v := range values {
		t.I[i] = int64(v)
	}
	return &Value{Type: t.Type, Shape: t.Shape, Known: t}
}

// partFrom is a slice of an axis from one place to another, by steps.
func partFrom(n *node, v *Value, axis, from, to, step int) *Value {
	return operator(n, "Slice", nil, v, list(from), list(to), list(axis), list(step))
}

// then is an expression of values that are computed on the way; nil after a mistake.
func (n *node) then(e scalar.Expr, word string, t proto.Type, in ...*Value) *Value {
	if n.failed {
		return nil
	}
	of := n.with(in...)
	out := mapped(of, e, word, t)
	if n.take(of) {
		return nil
	}
	return out[0]
}
