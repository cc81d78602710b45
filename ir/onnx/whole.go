package onnx

import (
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/scalar"
)

var wholeRows = map[string]row{
	"Mul": {
		least: 2, most: 2,
		known: func(n *node) []*tensor.Tensor {
			return folded(n, scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), n.in[0].Type)
		},
		graph: product,
	},
	"Div": {least: 2, most: 2, known: divideKnown, graph: divide},
	"Mod": {least: 2, most: 2, known: moduloKnown, graph: modulo},
	"Pow": {
		least: 2, most: 2,
		known: func(n *node) []*tensor.Tensor {
			return folded(n, scalar.Call("pow", scalar.Arg(0), scalar.Arg(1)), n.in[0].Type)
		},
		graph: power,
	},
	"BitShift":   {least: 2, most: 2, graph: shifted},
	"BitwiseAnd": bitwise(scalar.Call("mul", scalar.Arg(0), scalar.Arg(1))), "BitwiseOr": bitwise(scalar.Call("max", scalar.Arg(0), scalar.Arg(1))),
	"BitwiseXor": bitwise(scalar.Call("sub", scalar.Num(1), scalar.Call("eq", scalar.Arg(0), scalar.Arg(1)))),
	"BitwiseNot": {least: 1, most: 1, graph: complement},
}

// product of 16 bits multiplies halves, whose products are exact.
func product(n *node) []*Value {
	t := n.in[0].Type
	if tensor.IsFloat(t) || tensor.Width(t) != 16 {
		return arithmetic(n, scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), "mul")
	}
	spansOf(n)
	high := n.then(scalar.Call("floor", scalar.Call("mul", scalar.Num(1.0/256), scalar.Arg(0))), "high", t, n.in[0])
	low := n.then(scalar.Call("sub", scalar.Arg(0), scalar.Call("mul", scalar.Num(256), scalar.Arg(1))), "low", t, n.in[0], high)
	round := func(e scalar.Expr) scalar.Expr { return wrapped(e, t) }
	h := n.then(round(scalar.Call("mul", scalar.Arg(0), scalar.Arg(1))), "high product", t, high, n.in[1])
	h = n.then(round(scalar.Call("mul", scalar.Num(256), scalar.Arg(0))), "high product", t, h)
	l := n.then(round(scalar.Call("mul", scalar.Arg(0), scalar.Arg(1))), "low product", t, low, n.in[1])
	y := n.then(round(scalar.Call("add", scalar.Arg(0), scalar.Arg(1))), "mul", t, h, l)
	if n.failed {
		return nil
	}
	return fitted(n, one(y), rangeOf(t))
}

// noZero reports a known divisor that is 0.
func noZero(n *node) bool {
	if tensor.IsInteger(n.in[1].Type) && slices.Contains(n.in[1].Known.I, 0) {
		n.errorf("a division by 0")
	}
	return !n.failed
}

func divideKnown(n *node) []*tensor.Tensor {
	e := scalar.Call("div", scalar.Arg(0), scalar.Arg(1))
	if tensor.IsInteger(n.in[0].Type) {
		e = truncated(e)
	}
	if !noZero(n) {
		return nil
	}
	return folded(n, e, n.in[0].Type)
}

// divide drops what is left of whole numbers. By 0 it gives 0.
func divide(n *node) []*Value {
	if tensor.IsFloat(n.in[0].Type) {
		return arithmetic(n, scalar.Call("div", scalar.Arg(0), scalar.Arg(1)), "div")
	}
	s := spansOf(n)
	y := quotient(n)
	if n.failed {
		return nil
	}
	most := max(-s[0].low, s[0].high)
	return fitted(n, one(y), span{low: max(-most, min(0, rangeOf(y.Type).low)), high: most})
}

// quotient is the whole number of times that the divisor goes into the dividend, toward 0:
// that of the quotient as it is rounded, corrected by what is left.
func quotient(n *node) *Value {
	a, b, t := n.in[0], n.in[1], n.in[0].Type
	x, y := scalar.Call("abs", scalar.Arg(0)), scalar.Call("abs", scalar.Arg(1))
	about := scalar.Call("floor", scalar.Call("div", x, scalar.Call("max", y, scalar.Num(1))))
	q := n.then(about, "quotient", t, a, b)
	over := scalar.Call("gt", scalar.Call("mul", scalar.Arg(2), y), x)
	under := scalar.Call("le", scalar.Call("mul", scalar.Call("add", scalar.Arg(2), scalar.Num(1)), y), x)
	q = n.then(scalar.Call("sub", scalar.Call("add", scalar.Arg(2), under), over), "quotient", t, a, b, q)
	signs := scalar.Call("mul", scalar.Call("sign", scalar.Arg(0)), scalar.Call("sign", scalar.Arg(1)))
	return n.then(scalar.Call("mul", signs, scalar.Arg(2)), "div", t, a, b, q)
}

// moduloOf has the sign of the divisor, or with fmod that of the dividend.
func moduloOf(n *node) scalar.Expr {
	q := scalar.Call("div", scalar.Arg(0), scalar.Arg(1))
	if n.int("fmod", 0) != 0 {
		return scalar.Call("sub", scalar.Arg(0), scalar.Call("mul", scalar.Arg(1), truncated(q)))
	}
	return scalar.Call("sub", scalar.Arg(0), scalar.Call("mul", scalar.Arg(1), scalar.Call("floor", q)))
}

func moduloKnown(n *node) []*tensor.Tensor {
	if !noZero(n) {
		return nil
	}
	return folded(n, moduloOf(n), n.in[0].Type)
}

func modulo(n *node) []*Value {
	if tensor.IsFloat(n.in[0].Type) {
		return arithmetic(n, moduloOf(n), "mod")
	}
	s, t := spansOf(n), n.in[0].Type
	q := quotient(n)
	r := n.then(scalar.Call("sub", scalar.Arg(0), scalar.Call("mul", scalar.Arg(1), scalar.Arg(2))), "rest", t, n.in[0], n.in[1], q)
	if n.int("fmod", 0) == 0 { // of the divisor's sign
		r = n.then(scalar.Call("select", scalar.Call("lt", scalar.Call("mul", scalar.Call("sign", scalar.Arg(0)), scalar.Call("sign", scalar.Arg(1))), scalar.Num(0)), scalar.Call("add", scalar.Arg(0), scalar.Arg(1)), scalar.Arg(0)), "mod", t, r, n.in[1])
	}
	if n.failed {
		return nil
	}
	most := max(-s[1].low, s[1].high)
	return fitted(n, one(r), span{low: max(-most, min(0, rangeOf(t).low)), high: most})
}

// power has a result of the type of the base. Exponents that are known, few and small are
// products, exact of whole numbers too.
func power(n *node) []*Value {
	x, y, t := n.in[0], n.in[1], n.in[0].Type
	if y.Known != nil && tensor.Count(y.Shape) == 1 && y.rank() <= x.rank() {
		switch y.Known.At(0) {
		case 0.5:
			return unary(n.with(x), scalar.Call("sqrt", scalar.Arg(0)), "pow")
		case -1:
			return unary(n.with(x), scalar.Call("div", scalar.Num(1), scalar.Arg(0)), "pow")
		}
	}
	list := exponents(y)
	if tensor.IsFloat(t) && len(list) != 1 {
		return mapped(n, scalar.Call("pow", scalar.Arg(0), scalar.Arg(1)), "pow", t)
	}
	if len(list) == 0 {
		return n.errorf("powers of %v are supported where the exponents are known and at most %d, of %d kinds", t, mostExponent, mostExponents)
	}
	of := n
	if len(list) == 1 && y.rank() <= x.rank() && tensor.Count(y.Shape) == 1 {
		of = n.with(x)
	}
	e := powered(list[0])
	for _, k := range list[1:] {
		e = scalar.Call("select", scalar.Call("eq", scalar.Arg(1), scalar.Num(float64(k))), powered(k), e)
	}
	if tensor.IsFloat(t) {
		out := mapped(of, e, "pow", t)
		n.take(of)
		return out
	}
	s := reach(e, []span{n.exact(x), y.span()})
	if n.failed {
		return nil
	}
	out := mapped(of, e, "pow", t)
	if n.take(of) {
		return nil
	}
	return fitted(n, out, s)
}

const mostExponent, mostExponents = 16, 8

// exponents are those of a known operand, ascending; none where they are not small whole
// numbers.
func exponents(y *Value) []int {
	if y.Known == nil {
		return nil
	}
	seen := map[int]bool{}
	for i := range tensor.Count(y.Shape) {
		f := y.Known.At(i)
		if f != math.Trunc(f) || f < 0 || f > mostExponent {
			return nil
		}
		seen[int(f)] = true
	}
	var list []int
	for k := range mostExponent + 1 {
		if seen[k] {
			list = append(list, k)
		}
	}
	if len(list) > mostExponents {
		return nil
	}
	return list
}

// powered is x^k as a product.
func powered(k int) scalar.Expr {
	switch {
	case k == 0:
		return scalar.Num(1)
	case k == 1:
		return scalar.Arg(0)
	case k%2 == 1:
		return scalar.Call("mul", powered(k-1), scalar.Arg(0))
	}
	half := powered(k / 2)
	return scalar.Call("mul", half, half)
}

// digit is bit i of a whole number that is not negative.
func digit(x scalar.Expr, i int) scalar.Expr {
	down := scalar.Call("floor", scalar.Call("mul", scalar.Num(math.Ldexp(1, -i)), x))
	return scalar.Call("sub", down, scalar.Call("mul", scalar.Num(2), scalar.Call("floor", scalar.Call("mul", scalar.Num(0.5), down))))
}

// bitwise puts two whole numbers together bit by bit. Negative ones are read as two's
// complement of as many bits as the operands need.
func bitwise(e scalar.Expr) row {
	both := func(i int, x, y scalar.Expr) scalar.Expr {
		return scalar.Substitute(e, []scalar.Expr{digit(x, i), digit(y, i)})
	}
	return row{least: 2, most: 2, graph: func(n *node) []*Value {
		s := spansOf(n)
		if n.failed {
			return nil
		}
		if !tensor.IsInteger(n.in[0].Type) {
			return n.errorf("its operands are %v, not whole numbers", n.in[0].Type)
		}
		all, t, wide := s[0].or(s[1]), n.in[0].Type, 0
		for ; math.Ldexp(1, wide) <= max(all.high, -all.low-1); wide++ {
		}
		x, y := scalar.Expr(scalar.Arg(0)), scalar.Expr(scalar.Arg(1))
		if all.low < 0 {
			wide++
			up := scalar.Num(math.Ldexp(1, wide))
			x = scalar.Call("add", scalar.Arg(0), scalar.Call("select", scalar.Call("lt", scalar.Arg(0), scalar.Num(0)), up, scalar.Num(0)))
			y = scalar.Call("add", scalar.Arg(1), scalar.Call("select", scalar.Call("lt", scalar.Arg(1), scalar.Num(0)), up, scalar.Num(0)))
		}
		if wide > 24 {
			return n.beyond("whole numbers of more than 24 bits")
		}
		out := n.then(scalar.Num(0), "bits", t, n.in[0])
		// A few bits at a time: what grows with all of them would be one long expression.
		for i := 0; i < wide; i += 4 {
			part := scalar.Expr(scalar.Arg(2))
			for k := i; k < min(wide, i+4); k++ {
				part = scalar.Call("add", part, scalar.Call("mul", scalar.Num(math.Ldexp(1, k)), both(k, x, y)))
			}
			out = n.then(part, "bits", t, n.in[0], n.in[1], out)
		}
		if all.low < 0 {
			top := math.Ldexp(1, wide-1)
			out = n.then(scalar.Call("sub", scalar.Arg(0), scalar.Call("select", scalar.Call("ge", scalar.Arg(0), scalar.Num(top)), scalar.Num(2*top), scalar.Num(0))), "signed", t, out)
		}
		if n.failed {
			return nil
		}
		low := 0.0
		if all.low < 0 {
			low = -math.Ldexp(1, wide-1)
		}
		return fitted(n, one(out), span{low: low, high: math.Ldexp(1, wide) - 1})
	}}
}

// complement is -1-x, or what is left of the largest number of a type without signs.
func complement(n *node) []*Value {
	from := -1.0
	if t := n.in[0].Type; !tensor.IsInteger(t) {
		return n.errorf("its operand is %v, not whole numbers", t)
	} else if !tensor.Signed(t) {
		if from = rangeOf(t).high; from > mostExact {
			return n.errorf("bits of %v, whose largest number is not exact in float32, cannot be turned around", t)
		}
	}
	return arithmetic(n, scalar.Call("sub", scalar.Num(from), scalar.Arg(0)), "bitwise_not")
}

// shifted multiplies with a power of two, or divides by it. What leaves the type is lost.
func shifted(n *node) []*Value {
	s, t := spansOf(n), n.in[0].Type
	if n.failed {
		return nil
	}
	if !tensor.IsInteger(t) {
		return n.errorf("its operands are %v, not whole numbers", t)
	}
	left := n.string("direction", "") == "LEFT"
	step := 2.0
	if !left {
		step = 0.5
	}
	power := n.then(scalar.Num(1), "power", t, n.in[1])
	for i := 0; 1<<i < tensor.Width(t); i++ {
		power = n.then(scalar.Call("mul", scalar.Arg(1), scalar.Call("select", digit(scalar.Arg(0), i), scalar.Num(math.Pow(step, math.Ldexp(1, i))), scalar.Num(1))), "power", t, n.in[1], power)
	}
	power = n.then(scalar.Call("select", scalar.Call("ge", scalar.Arg(0), scalar.Num(float64(tensor.Width(t)))), scalar.Num(0), scalar.Arg(1)), "power", t, n.in[1], power)
	if n.failed {
		return nil
	}
	if !left {
		return fitted(n, one(n.then(scalar.Call("floor", scalar.Call("mul", scalar.Arg(0), scalar.Arg(1))), "shift", t, n.in[0], power)), s[0])
	}
	// A product with a power of two keeps its digits, and so does what is left of it.
	y := n.then(wrapped(scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), t), "shift", t, n.in[0], power)
	if n.failed {
		return nil
	}
	all := rangeOf(t)
	y.whole = &all
	return one(y)
}
