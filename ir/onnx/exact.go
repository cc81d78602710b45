package onnx

import (
	"math"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// The graph computes in float32, which holds every whole number up to 2^24, and no
// longer every one beyond. So whole numbers are followed with the least and the largest
// that they can be, and what may leave the exact ones is refused, or read as a number
// near it where it becomes a floating-point number anyway.

// mostExact is up to where every whole number is a float32.
const mostExact = 1 << 24

// span is what is known of whole numbers: they are from low to high. Rough ones stand
// in the graph as numbers near them.
type span struct {
	low, high float64
	rough     bool
}

// anywhere is a span of which nothing is known.
var anywhere = span{math.Inf(-1), math.Inf(1), true}

// within reports whether all of s is in t.
func (s span) within(t span) bool { return s.low >= t.low && s.high <= t.high }

// or holds what either may be.
func (s span) or(t span) span {
	return span{min(s.low, t.low), max(s.high, t.high), s.rough || t.rough}
}

// computed is a span of sums and products, which are rough beyond what is exact.
func (s span) computed() span {
	s.rough = s.rough || !s.within(span{low: -mostExact, high: mostExact})
	return s
}

// times is so many of them added up.
func (s span) times(n int) span {
	return span{s.low * float64(n), s.high * float64(n), s.rough}.computed()
}

// rangeOf are the numbers of an integer type.
func rangeOf(t proto.Type) span {
	n := tensor.Width(t)
	if tensor.Signed(t) {
		return span{low: -math.Ldexp(1, n-1), high: math.Ldexp(1, n-1) - 1}
	}
	return span{low: 0, high: math.Ldexp(1, n) - 1}
}

// span is what is known of the elements of v: nothing where the operator that made it has
// not said so.
func (v *Value) span() span {
	switch {
	case v.whole != nil:
		return *v.whole
	case v.Known != nil && tensor.Count(v.Shape) > 0:
		s := span{math.Inf(1), math.Inf(-1), false}
		for i := range tensor.Count(v.Shape) {
			f := v.Known.At(i)
			s.low, s.high = min(s.low, f), max(s.high, f)
			s.rough = s.rough || float64(float32(f)) != f
		}
		return s
	case v.Type == proto.Bool:
		return rangeOf(v.Type)
	}
	return anywhere
}

// bounded makes the inputs that v comes from check that they are within s.
func bounded(x *ir.Value, s span) {
	for stack := []*ir.Value{x}; len(stack) > 0; {
		v := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if !v.Valid() || v.DType != ir.I32 {
			continue
		}
		stack = append(stack, v.Args...)
		in, ok := v.Op.(*op.Input)
		switch {
		case !ok || s.high >= math.MaxInt32:
		case in.Limit == 0:
			in.Limit, in.Least = int(s.high)+1, min(0, int(s.low))
		default:
			in.Limit, in.Least = min(in.Limit, int(s.high)+1), max(in.Least, min(0, int(s.low)))
		}
	}
}

// exact is the span of an operand that has to be exact.
func (n *node) exact(v *Value) span {
	if tensor.IsFloat(v.Type) {
		return anywhere
	}
	s := v.span()
	if s.rough {
		n.beyond("it computes with %s, which is %v and may be beyond %d, up to where all whole numbers are exact in float32", diag.Quote(v.Name), v.Type, mostExact)
		return s
	}
	if v.Known == nil && v.inOrder != nil {
		bounded(v.inOrder, s)
	}
	return s
}

// numbered is v as numbers, which have to be exact.
func numbered(n *node, v *Value) *Value {
	if v == nil || v.Known != nil || v.inOrder == nil || !v.inOrder.Valid() || v.inOrder.DType != ir.I32 || !tensor.IsInteger(v.Type) {
		return v
	}
	if v.number == nil {
		s := n.exact(v)
		if n.failed {
			return v
		}
		v.number = n.computed(op.MapOf(n.b, scalar.Arg(0), "number", v.inOrder), v.Type)
		v.number.Name, v.number.whole = v.Name, &s
	}
	return v.number
}

// fitted gives results of whole numbers their span; those of few bits go round as two's
// complement.
func fitted(n *node, out []*Value, s span) []*Value {
	if n.failed || len(out) != 1 {
		return out
	}
	v := out[0]
	if all := rangeOf(v.Type); !s.within(all) {
		if s.rough {
			return n.beyond("its result may be beyond %v", v.Type)
		}
		// What wraps into the largest numbers of many bits has too many digits.
		if tensor.Width(v.Type) == 64 || tensor.Width(v.Type) == 32 && !tensor.Signed(v.Type) && s.low < 0 {
			return n.errorf("its result may be beyond %v, from %v to %v", v.Type, s.low, s.high)
		}
		of := n.with(v)
		out = mapped(of, wrapped(scalar.Arg(0), v.Type), "wrapped", v.Type)
		if n.take(of) {
			return nil
		}
		s = all
	}
	out[0].whole = &s
	return out
}

// wrapped is x in an integer type, as two's complement.
func wrapped(x scalar.Expr, t proto.Type) scalar.Expr {
	size, half := math.Ldexp(1, tensor.Width(t)), 0.0
	if tensor.Signed(t) {
		half = size / 2
	}
	up := x
	if half > 0 {
		up = scalar.Call("add", x, scalar.Num(half))
	}
	turns := scalar.Call("mul", scalar.Num(size), scalar.Call("floor", scalar.Call("mul", scalar.Num(1/size), up)))
	return scalar.Call("sub", x, turns)
}

// reach is the span of an expression of whole numbers.
func reach(e scalar.Expr, args []span) span {
	switch e := e.(type) {
	case scalar.Arg:
		return args[e]
	case scalar.Num:
		return span{low: float64(e), high: float64(e)}
	case scalar.Apply:
		var x []span
		rough := false
		for _, a := range e.Args {
			s := reach(a, args)
			x, rough = append(x, s), rough || s.rough
		}
		s := reachOf(e.Fn, x)
		s.rough = s.rough || rough
		return s
	}
	return anywhere
}

func reachOf(fn string, x []span) span {
	switch fn {
	case "add":
		return span{low: x[0].low + x[1].low, high: x[0].high + x[1].high}.computed()
	case "sub":
		return span{low: x[0].low - x[1].high, high: x[0].high - x[1].low}.computed()
	case "mul":
		p := []float64{x[0].low * x[1].low, x[0].low * x[1].high, x[0].high * x[1].low, x[0].high * x[1].high}
		return span{low: min(p[0], p[1], p[2], p[3]), high: max(p[0], p[1], p[2], p[3])}.computed()
	case "neg":
		return span{low: -x[0].high, high: -x[0].low}
	case "abs":
		return span{low: max(0, x[0].low, -x[0].high), high: max(-x[0].low, x[0].high)}
	case "sign":
		return span{low: -1, high: 1}
	case "max":
		return span{low: max(x[0].low, x[1].low), high: max(x[0].high, x[1].high)}
	case "min":
		return span{low: min(x[0].low, x[1].low), high: min(x[0].high, x[1].high)}
	case "floor":
		return x[0]
	case "select":
		return x[1].or(x[2])
	case "eq", "lt", "le", "gt", "ge":
		return span{low: 0, high: 1}
	}
	return anywhere
}
