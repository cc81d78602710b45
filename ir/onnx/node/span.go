package node

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

// MostExact is up to where every whole number is a float32.
const MostExact = 1 << 24

// Span is what is known of whole numbers: they are from low to high. Rough ones stand
// in the graph as numbers near them.
type Span struct {
	Low, High float64
	Rough     bool
}

// Anywhere is a span of which nothing is known.
var Anywhere = Span{math.Inf(-1), math.Inf(1), true}

// Within reports whether all of s is in t.
func (s Span) Within(t Span) bool { return s.Low >= t.Low && s.High <= t.High }

// Or holds what either may be.
func (s Span) Or(t Span) Span {
	return Span{min(s.Low, t.Low), max(s.High, t.High), s.Rough || t.Rough}
}

// Computed is a span of sums and products, which are rough beyond what is exact.
func (s Span) Computed() Span {
	s.Rough = s.Rough || !s.Within(Span{Low: -MostExact, High: MostExact})
	return s
}

// Times is so many of them added up.
func (s Span) Times(n int) Span {
	return Span{s.Low * float64(n), s.High * float64(n), s.Rough}.Computed()
}

// RangeOf are the numbers of an integer type.
func RangeOf(t proto.Type) Span {
	n := tensor.Width(t)
	if tensor.Signed(t) {
		return Span{Low: -math.Ldexp(1, n-1), High: math.Ldexp(1, n-1) - 1}
	}
	return Span{Low: 0, High: math.Ldexp(1, n) - 1}
}

// Span is what is known of the elements of v: nothing where the operator that made it has
// not said so.
func (v *Value) Span() Span {
	switch {
	case v.Whole != nil:
		return *v.Whole
	case v.Known != nil && tensor.Count(v.Shape) > 0:
		s := Span{math.Inf(1), math.Inf(-1), false}
		for i := range tensor.Count(v.Shape) {
			f := v.Known.At(i)
			s.Low, s.High = min(s.Low, f), max(s.High, f)
			s.Rough = s.Rough || float64(float32(f)) != f
		}
		return s
	case v.Type == proto.Bool:
		return RangeOf(v.Type)
	}
	return Anywhere
}

// Bounded makes the inputs that v comes from check that they are within s.
func Bounded(x *ir.Value, s Span) {
	for stack := []*ir.Value{x}; len(stack) > 0; {
		v := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if !v.Valid() || v.DType != ir.I32 {
			continue
		}
		stack = append(stack, v.Args...)
		in, ok := v.Op.(*op.Input)
		switch {
		case !ok || s.High >= math.MaxInt32:
		case in.Limit == 0:
			in.Limit, in.Least = int(s.High)+1, min(0, int(s.Low))
		default:
			in.Limit, in.Least = min(in.Limit, int(s.High)+1), max(in.Least, min(0, int(s.Low)))
		}
	}
}

// Exact is the span of an operand that has to be exact.
func (n *Node) Exact(v *Value) Span {
	if tensor.IsFloat(v.Type) {
		return Anywhere
	}
	s := v.Span()
	if s.Rough {
		n.Beyond("it computes with %s, which is %v and may be beyond %d, up to where all whole numbers are exact in float32", diag.Quote(v.Name), v.Type, MostExact)
		return s
	}
	if v.Known == nil && v.InOrder != nil {
		Bounded(v.InOrder, s)
	}
	return s
}

// Numbered is v as numbers, which have to be exact.
func Numbered(n *Node, v *Value) *Value {
	if v == nil || v.Known != nil || v.InOrder == nil || !v.InOrder.Valid() || v.InOrder.DType != ir.I32 || !tensor.IsInteger(v.Type) {
		return v
	}
	if v.number == nil {
		s := n.Exact(v)
		if n.Failed {
			return v
		}
		v.number = n.Computed(op.MapOf(n.B, scalar.Arg(0), "number", v.InOrder), v.Type)
		v.number.Name, v.number.Whole = v.Name, &s
	}
	return v.number
}

// Fitted gives results of whole numbers their span; those of few bits go round as two's
// complement.
func Fitted(n *Node, out []*Value, s Span) []*Value {
	if n.Failed || len(out) != 1 {
		return out
	}
	v := out[0]
	if all := RangeOf(v.Type); !s.Within(all) {
		if s.Rough {
			return n.Beyond("its result may be beyond %v", v.Type)
		}
		// What wraps into the largest numbers of many bits has too many digits.
		if tensor.Width(v.Type) == 64 || tensor.Width(v.Type) == 32 && !tensor.Signed(v.Type) && s.Low < 0 {
			return n.Errorf("its result may be beyond %v, from %v to %v", v.Type, s.Low, s.High)
		}
		of := n.With(v)
		out = Mapped(of, Wrapped(scalar.Arg(0), v.Type), "wrapped", v.Type)
		if n.Take(of) {
			return nil
		}
		s = all
	}
	out[0].Whole = &s
	return out
}

// Wrapped is x in an integer type, as two's complement.
func Wrapped(x scalar.Expr, t proto.Type) scalar.Expr {
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

// Reach is the span of an expression of whole numbers.
func Reach(e scalar.Expr, args []Span) Span {
	switch e := e.(type) {
	case scalar.Arg:
		return args[e]
	case scalar.Num:
		return Span{Low: float64(e), High: float64(e)}
	case scalar.Apply:
		var x []Span
		rough := false
		for _, a := range e.Args {
			s := Reach(a, args)
			x, rough = append(x, s), rough || s.Rough
		}
		s := ReachOf(e.Fn, x)
		s.Rough = s.Rough || rough
		return s
	}
	return Anywhere
}

// ReachOf is the span of a function of whole numbers.
func ReachOf(fn string, x []Span) Span {
	switch fn {
	case "add":
		return Span{Low: x[0].Low + x[1].Low, High: x[0].High + x[1].High}.Computed()
	case "sub":
		return Span{Low: x[0].Low - x[1].High, High: x[0].High - x[1].Low}.Computed()
	case "mul":
		p := []float64{x[0].Low * x[1].Low, x[0].Low * x[1].High, x[0].High * x[1].Low, x[0].High * x[1].High}
		return Span{Low: min(p[0], p[1], p[2], p[3]), High: max(p[0], p[1], p[2], p[3])}.Computed()
	case "neg":
		return Span{Low: -x[0].High, High: -x[0].Low}
	case "abs":
		return Span{Low: max(0, x[0].Low, -x[0].High), High: max(-x[0].Low, x[0].High)}
	case "sign":
		return Span{Low: -1, High: 1}
	case "max":
		return Span{Low: max(x[0].Low, x[1].Low), High: max(x[0].High, x[1].High)}
	case "min":
		return Span{Low: min(x[0].Low, x[1].Low), High: min(x[0].High, x[1].High)}
	case "floor":
		return x[0]
	case "select":
		return x[1].Or(x[2])
	case "eq", "lt", "le", "gt", "ge":
		return Span{Low: 0, High: 1}
	}
	return Anywhere
}
