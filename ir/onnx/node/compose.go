package node

import (
	"maps"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// ListOf is a list of one value, or nil of none.
func ListOf(v *Value) []*Value {
	if v == nil {
		return nil
	}
	return One(v)
}

// Number64 is a known scalar of int64.
func Number64(n *Node, v int64) []*Value {
	return One(&Value{Type: proto.Int64, Known: &tensor.Tensor{Type: proto.Int64, I: []int64{v}}})
}

// Reshaped is operand 0 in another shape of as many elements.
func Reshaped(n *Node, s []int) []*Value {
	v := n.In[0]
	if tensor.Count(s) != tensor.Count(v.Shape) {
		return n.Errorf("%v has other elements than %v", s, v.Shape)
	}
	if v.Known != nil {
		t := *v.Known
		t.Shape = s
		// An initializer in another shape is an initializer still.
		if n.initializers[v.Name] {
			n.initializers[n.label+n.Proto.Outputs[0]] = true
		}
		return One(&Value{Type: v.Type, Shape: s, Known: &t})
	}
	x := n.X(0)
	return One(n.Computed(op.ReshapeTo(n.B, x, append(append(ir.Shape{}, x.Shape[:Front(x)]...), s...)), v.Type))
}

// One is a list of one value.
func One(v *Value) []*Value { return []*Value{v} }

// ShapedAs is v in another shape; nil stays nil.
func ShapedAs(n *Node, v *Value, s []int) *Value {
	if v == nil || n.Failed {
		return v
	}
	of := n.With(v)
	out := Reshaped(of, s)
	if n.Take(of) {
		return nil
	}
	return out[0]
}

// Zeros is a known tensor of zeros.
func Zeros(t proto.Type, shape ...int) *Value {
	return &Value{Type: t, Shape: shape, Known: tensor.New(t, shape)}
}

// Rowed is x with an axis of rows.
func Rowed(n *Node, x *ir.Value) *ir.Value {
	if !x.Valid() || Front(x) == 1 {
		return x
	}
	return op.BroadcastTo(n.B, op.ReshapeTo(n.B, x, append(ir.Shape{1}, x.Shape...)), append(ir.Shape{ir.Batch}, x.Shape...))
}

// Attributes are those of an operator within another: whole numbers, or lists of them.
type Attributes map[string]any

// Operator is the first result of another operator.
func Operator(n *Node, name string, list Attributes, in ...*Value) *Value {
	if n.Failed {
		return nil
	}
	of := n.With(in...)
	of.Proto = &proto.Node{Op: name, Outputs: []string{""}}
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
		of.Proto.Attributes = append(of.Proto.Attributes, a)
	}
	out := of.build(n.file.Operators[""].Rows[name])
	if n.Take(of) {
		return nil
	}
	return out[0]
}

// List is a known vector of whole numbers.
func List(values ...int) *Value {
	t := tensor.New(proto.Int64, []int{len(values)})
	for i, v := range values {
		t.I[i] = int64(v)
	}
	return &Value{Type: t.Type, Shape: t.Shape, Known: t}
}

// PartFrom is a slice of an axis from one place to another, by steps.
func PartFrom(n *Node, v *Value, axis, from, to, step int) *Value {
	return Operator(n, "Slice", nil, v, List(from), List(to), List(axis), List(step))
}

// Then is an expression of values that are computed on the way; nil after a mistake.
func (n *Node) Then(e scalar.Expr, word string, t proto.Type, in ...*Value) *Value {
	if n.Failed {
		return nil
	}
	of := n.With(in...)
	out := Mapped(of, e, word, t)
	if n.Take(of) {
		return nil
	}
	return out[0]
}
