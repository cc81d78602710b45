package onnx

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/proto"
)

// castTarget is the type that the node casts to.
func castTarget(n *node) proto.Type {
	if n.proto.Op == "CastLike" {
		return n.in[1].Type
	}
	return proto.Type(n.int("to", 0))
}

func castKnown(n *node) []*Tensor {
	to, from := castTarget(n), n.in[0].Known
	if !isFloat(to) && !isInteger(to) && to != proto.Bool {
		n.errorf("it casts to %v, which is not supported", to)
		return nil
	}
	out := newTensor(to, from.Shape)
	for i := range count(from.Shape) {
		if isInteger(from.Type) && isInteger(to) {
			out.I[i] = wrap(to, from.I[i])
			continue
		}
		out.set(i, from.at(i))
	}
	return []*Tensor{out}
}

// cast reads whole numbers and truth values as numbers; numbers become whole ones
// without their fraction.
func cast(n *node) []*Value {
	v := n.in[0]
	from, to := v.Type, castTarget(n)
	switch {
	case from == to, isInteger(from) && isInteger(to) && isIdentifier(n, v):
		same := *v
		same.Type, same.Name = to, ""
		return one(&same)
	case to == proto.Bool:
		return mapped(n, call("sub", num(1), call("eq", a0, num(0))), "cast", to)
	case to == proto.Float32 && (isInteger(from) || from == proto.Bool):
		return mapped(n, a0, "cast", to)
	case (to == proto.Int64 || to == proto.Int32) && from == proto.Float32:
		return mapped(n, truncated(a0), "cast", to)
	case (to == proto.Int64 || to == proto.Int32) && from == proto.Bool:
		return mapped(n, a0, "cast", to)
	}
	return n.errorf("it casts %v to %v while the model runs; only float32 is computed", from, to)
}

// isIdentifier reports that a value is whole numbers in the graph too.
func isIdentifier(n *node, v *Value) bool {
	x := n.plain(v)
	return x.Valid() && x.DType == ir.I32
}
