package onnx

import (
	"encoding/binary"
	"math"
	"math/bits"

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
// without their fraction, at the ends of a type of few bits where they are beyond it.
func cast(n *node) []*Value {
	v := n.in[0]
	from, to := v.Type, castTarget(n)
	switch {
	case from == to, isInteger(from) && isInteger(to) && isIdentifier(n, v) && rangeOf(from).within(rangeOf(to)):
		same := *v
		same.Type, same.Name = to, ""
		return one(&same)
	case to == proto.Bool:
		if n.exact(v); n.failed {
			return nil
		}
		return mapped(n, call("sub", num(1), call("eq", a0, num(0))), "cast", to)
	case isFloat(to):
		if !v.span().rough {
			n.exact(v)
		}
		return narrowed(n, n.then(a0, "cast", to, v))
	case !isInteger(to):
	case isFloat(from):
		return castWhole(n, to)
	default:
		if n.exact(v); n.failed {
			return nil
		}
		return n.fitted(mapped(n, a0, "cast", to), v.span())
	}
	return n.errorf("it casts %v to %v while the model runs, which is not supported", from, to)
}

// castWhole makes whole numbers of numbers. What is beyond the type is not defined: types
// of few bits saturate. Source: ONNX 1.22, Cast.
func castWhole(n *node, to proto.Type) []*Value {
	all := rangeOf(to)
	e := truncated(a0)
	if width(to) <= 16 {
		e = clipped(e, all.low, all.high)
	} else if !signed(to) {
		e = call("max", e, num(0))
	}
	out := mapped(n, e, "cast", to)
	if !n.failed {
		out[0].whole = &all // all of them, as float32 has no fractions there
	}
	return out
}

// isIdentifier reports that a value is whole numbers in the graph too.
func isIdentifier(n *node, v *Value) bool {
	x := n.plain(v)
	return x.Valid() && x.DType == ir.I32
}

// format is a floating-point type: the binary digits of a number, and the exponents of
// the smallest number with all of them and of the largest.
type format struct{ digits, least, most int }

// formats are those that have fewer digits than float32. Source: IEEE 754-2008, 3.4;
// bfloat16 is float32 without its last 16 bits.
var formats = map[proto.Type]format{
	proto.Float16:  {11, -14, 15},
	proto.Bfloat16: {8, -126, 127},
}

// largest is the largest number.
func (f format) largest() float64 { return math.Ldexp(2-math.Ldexp(1, 1-f.digits), f.most) }

// round is v in the format: halves to the even one, and beyond the largest without end.
func (f format) round(v float64) float64 {
	if v == 0 || math.IsInf(v, 0) || math.IsNaN(v) {
		return v
	}
	_, exponent := math.Frexp(v)
	step := math.Ldexp(1, max(exponent-1, f.least)-f.digits+1)
	r := math.RoundToEven(v/step) * step
	if math.Abs(r) > f.largest() {
		return math.Inf(int(math.Copysign(1, v)))
	}
	return r
}

// narrowed rounds a number as a cast to its type does: in the graph too, whose arithmetic
// keeps more digits.
func narrowed(n *node, v *Value) []*Value {
	if n.failed {
		return nil
	}
	f, ok := formats[v.Type]
	if !ok {
		return one(v)
	}
	// The power of two at or below the number, found from the highest bit of its exponent
	// to the lowest. No step leaves what float32 can hold.
	power := n.then(num(math.Ldexp(1, f.least)), "power", v.Type, v)
	for k := bits.Len(uint(f.most-f.least)) - 1; k >= 0; k-- {
		for range max(1, 1<<k/64) {
			up := call("mul", a1, num(math.Ldexp(1, min(64, 1<<k))))
			power = n.then(call("select", call("ge", call("abs", a0), up), up, a1), "power", v.Type, v, power)
		}
	}
	part := math.Ldexp(1, f.digits-1)
	e := call("mul", a1, call("mul", num(1/part), rounded(call("mul", num(part), call("div", a0, a1)))))
	endless := call("gt", call("abs", a0), num(f.largest()))
	y := n.then(e, "rounded", v.Type, v, power)
	infinity := call("mul", call("sign", a0), num(math.Inf(1)))
	y = n.then(call("select", endless, infinity, a0), "rounded", v.Type, y)
	return ifFinite(n, v, y)
}

// ifFinite is y where x is a finite number, and x elsewhere.
func ifFinite(n *node, x, y *Value) []*Value {
	finite := call("le", call("abs", a0), num(math.MaxFloat32))
	out := n.then(call("select", finite, a1, a0), "rounded", y.Type, x, y)
	if n.failed {
		return nil
	}
	return one(out)
}

// bitcastKnown reads known bits as another type of as many. Source: ONNX 1.23, BitCast.
func bitcastKnown(n *node) []*Tensor {
	from, to := n.in[0].Known, proto.Type(n.int("to", 0))
	if to.Size() == 0 || to.Size() != from.Type.Size() || !isFloat(to) && !isInteger(to) {
		n.errorf("it reads %v as %v", from.Type, to)
		return nil
	}
	out := newTensor(to, from.Shape)
	raw := make([]byte, 0, count(from.Shape)*to.Size())
	for i := range count(from.Shape) {
		switch {
		case from.Type == proto.Float64:
			raw = binary.LittleEndian.AppendUint64(raw, math.Float64bits(from.F[i]))
		case from.Type == proto.Float32:
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(float32(from.F[i])))
		case isFloat(from.Type):
			n.errorf("the bits of %v are not supported", from.Type)
			return nil
		default:
			raw = append(raw, binary.LittleEndian.AppendUint64(nil, uint64(from.I[i]))[:to.Size()]...)
		}
	}
	out.fill(raw)
	return []*Tensor{out}
}

// bitcast reads known bits as another type of as many; whole numbers of one type as those
// of another where they are computed. Source: ONNX 1.23, BitCast.
func bitcast(n *node) []*Value {
	v, to := n.in[0], proto.Type(n.int("to", 0))
	if !isInteger(v.Type) || !isInteger(to) || width(v.Type) != width(to) {
		return n.errorf("it reads the bits of %v as %v while the model runs, which holds float32", v.Type, to)
	}
	s := n.exact(v)
	y := n.then(a0, "bits", to, v)
	if n.failed {
		return nil
	}
	return n.fitted(one(y), s)
}
