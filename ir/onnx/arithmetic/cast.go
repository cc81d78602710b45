package arithmetic

import (
	"encoding/binary"
	"math"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
)

// castTarget is the type that the node casts to.
func castTarget(n *node.Node) proto.Type {
	if n.Proto.Op == "CastLike" {
		return n.In[1].Type
	}
	return proto.Type(n.Int("to", 0))
}

func castKnown(n *node.Node) []*tensor.Tensor {
	to, from := castTarget(n), n.In[0].Known
	if !tensor.IsFloat(to) && !tensor.IsInteger(to) && to != proto.Bool {
		n.Errorf("it casts to %v, which is not supported", to)
		return nil
	}
	out := tensor.New(to, from.Shape)
	for i := range tensor.Count(from.Shape) {
		if tensor.IsInteger(from.Type) && tensor.IsInteger(to) {
			out.I[i] = tensor.Wrap(to, from.I[i])
			continue
		}
		out.Set(i, from.At(i))
		if f, ok := tensor.Formats[to]; ok && tensor.IsFloat(to) {
			out.F[i] = f.Round(from.At(i), n.Int("saturate", 1) != 0)
		}
	}
	return []*tensor.Tensor{out}
}

// cast reads whole numbers and truth values as numbers; numbers become whole ones without
// their fraction. What is beyond a type of whole numbers is not defined; it goes round, as
// it does where it is known. Source: ONNX 1.22, Cast.
func cast(n *node.Node) []*node.Value {
	v := n.In[0]
	from, to := v.Type, castTarget(n)
	switch {
	case from == to, tensor.IsInteger(from) && tensor.IsInteger(to) && isIdentifier(n, v) && node.RangeOf(from).Within(node.RangeOf(to)):
		same := *v
		same.Type, same.Name = to, ""
		return node.One(&same)
	case to == proto.Bool:
		n.Exact(v)
		return node.ListOf(n.Then(call("sub", num(1), call("eq", a0, num(0))), "cast", to, v))
	case tensor.IsFloat(to):
		if !v.Span().Rough {
			n.Exact(v)
		}
		return Narrowed(n, n.Then(a0, "cast", to, v), n.Int("saturate", 1) != 0)
	case !tensor.IsInteger(to):
		return n.Errorf("it casts %v to %v while the model runs, which is not supported", from, to)
	case tensor.IsFloat(from):
		e, all := Truncated(a0), node.RangeOf(to)
		if tensor.Width(to) <= 16 {
			e = Clipped(node.Wrapped(e, to), all.Low, all.High)
		} else if !tensor.Signed(to) {
			e = call("max", e, num(0))
		}
		y := n.Then(e, "cast", to, v)
		if y != nil {
			y.Whole = &all // all of them are exact, as float32 has no fractions far out
		}
		return node.ListOf(y)
	}
	n.Exact(v)
	return node.Fitted(n, node.ListOf(n.Then(a0, "cast", to, v)), v.Span())
}

// isIdentifier reports that a value is whole numbers in the graph too.
func isIdentifier(n *node.Node, v *node.Value) bool {
	x := n.Plain(v)
	return x.Valid() && x.DType == ir.I32
}

// bitcastKnown reads known bits as another type of as many. Source: ONNX 1.23, BitCast.
func bitcastKnown(n *node.Node) []*tensor.Tensor {
	from, to := n.In[0].Known, proto.Type(n.Int("to", 0))
	if to.Size() == 0 || to.Size() != from.Type.Size() || !tensor.IsFloat(to) && !tensor.IsInteger(to) {
		n.Errorf("it reads %v as %v", from.Type, to)
		return nil
	}
	out := tensor.New(to, from.Shape)
	raw := make([]byte, 0, tensor.Count(from.Shape)*to.Size())
	for i := range tensor.Count(from.Shape) {
		switch {
		case from.Type == proto.Float64:
			raw = binary.LittleEndian.AppendUint64(raw, math.Float64bits(from.F[i]))
		case from.Type == proto.Float32:
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(float32(from.F[i])))
		case tensor.IsFloat(from.Type):
			n.Errorf("the bits of %v are not supported", from.Type)
			return nil
		default:
			raw = append(raw, binary.LittleEndian.AppendUint64(nil, uint64(from.I[i]))[:to.Size()]...)
		}
	}
	out.Fill(raw)
	return []*tensor.Tensor{out}
}

// bitcast reads known bits as another type of as many; whole numbers of one type as those
// of another where they are computed. Source: ONNX 1.23, BitCast.
func bitcast(n *node.Node) []*node.Value {
	v, to := n.In[0], proto.Type(n.Int("to", 0))
	if !tensor.IsInteger(v.Type) || !tensor.IsInteger(to) || tensor.Width(v.Type) != tensor.Width(to) {
		return n.Errorf("it reads the bits of %v as %v while the model runs, which holds float32", v.Type, to)
	}
	s := n.Exact(v)
	y := n.Then(a0, "bits", to, v)
	if n.Failed {
		return nil
	}
	return node.Fitted(n, node.One(y), s)
}
