package arithmetic

import (
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/scalar"
)

var wholeRows = map[string]node.Row{
	"Mul": {
		Least: 2, Most: 2,
		Known: func(n *node.Node) []*tensor.Tensor {
			return node.Folded(n, scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), n.In[0].Type)
		},
		Graph: product,
	},
	"Div": {Least: 2, Most: 2, Known: divideKnown, Graph: divide},
	"Mod": {Least: 2, Most: 2, Known: moduloKnown, Graph: modulo},
	"Pow": {
		Least: 2, Most: 2,
		Known: func(n *node.Node) []*tensor.Tensor {
			return node.Folded(n, scalar.Call("pow", scalar.Arg(0), scalar.Arg(1)), n.In[0].Type)
		},
		Graph: power,
	},
	"BitShift":   {Least: 2, Most: 2, Graph: shifted},
	"BitwiseAnd": bitwise(scalar.Call("mul", scalar.Arg(0), scalar.Arg(1))), "BitwiseOr": bitwise(scalar.Call("max", scalar.Arg(0), scalar.Arg(1))),
	"BitwiseXor": bitwise(scalar.Call("sub", scalar.Num(1), scalar.Call("eq", scalar.Arg(0), scalar.Arg(1)))),
	"BitwiseNot": {Least: 1, Most: 1, Graph: complement},
}

// product of 16 bits multiplies halves, whose products are exact.
func product(n *node.Node) []*node.Value {
	t := n.In[0].Type
	if tensor.IsFloat(t) || tensor.Width(t) != 16 {
		return arithmetic(n, scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), "mul")
	}
	spansOf(n)
	high := n.Then(scalar.Call("floor", scalar.Call("mul", scalar.Num(1.0/256), scalar.Arg(0))), "high", t, n.In[0])
	low := n.Then(scalar.Call("sub", scalar.Arg(0), scalar.Call("mul", scalar.Num(256), scalar.Arg(1))), "low", t, n.In[0], high)
	round := func(e scalar.Expr) scalar.Expr { return node.Wrapped(e, t) }
	h := n.Then(round(scalar.Call("mul", scalar.Arg(0), scalar.Arg(1))), "high product", t, high, n.In[1])
	h = n.Then(round(scalar.Call("mul", scalar.Num(256), scalar.Arg(0))), "high product", t, h)
	l := n.Then(round(scalar.Call("mul", scalar.Arg(0), scalar.Arg(1))), "low product", t, low, n.In[1])
	y := n.Then(round(scalar.Call("add", scalar.Arg(0), scalar.Arg(1))), "mul", t, h, l)
	if n.Failed {
		return nil
	}
	return node.Fitted(n, node.One(y), node.RangeOf(t))
}

// noZero reports a known divisor that is 0.
func noZero(n *node.Node) bool {
	if tensor.IsInteger(n.In[1].Type) && slices.Contains(n.In[1].Known.I, 0) {
		n.Errorf("a division by 0")
	}
	return !n.Failed
}

func divideKnown(n *node.Node) []*tensor.Tensor {
	e := scalar.Call("div", scalar.Arg(0), scalar.Arg(1))
	if tensor.IsInteger(n.In[0].Type) {
		e = Truncated(e)
	}
	if !noZero(n) {
		return nil
	}
	return node.Folded(n, e, n.In[0].Type)
}

// divide drops what is left of whole numbers. By 0 it gives 0.
func divide(n *node.Node) []*node.Value {
	if tensor.IsFloat(n.In[0].Type) {
		return arithmetic(n, scalar.Call("div", scalar.Arg(0), scalar.Arg(1)), "div")
	}
	s := spansOf(n)
	y := quotient(n)
	if n.Failed {
		return nil
	}
	most := max(-s[0].Low, s[0].High)
	return node.Fitted(n, node.One(y), node.Span{Low: max(-most, min(0, node.RangeOf(y.Type).Low)), High: most})
}

// quotient is the whole number of times that the divisor goes into the dividend, toward 0:
// that of the quotient as it is rounded, corrected by what is left.
func quotient(n *node.Node) *node.Value {
	a, b, t := n.In[0], n.In[1], n.In[0].Type
	x, y := scalar.Call("abs", scalar.Arg(0)), scalar.Call("abs", scalar.Arg(1))
	about := scalar.Call("floor", scalar.Call("div", x, scalar.Call("max", y, scalar.Num(1))))
	q := n.Then(about, "quotient", t, a, b)
	over := scalar.Call("gt", scalar.Call("mul", scalar.Arg(2), y), x)
	under := scalar.Call("le", scalar.Call("mul", scalar.Call("add", scalar.Arg(2), scalar.Num(1)), y), x)
	q = n.Then(scalar.Call("sub", scalar.Call("add", scalar.Arg(2), under), over), "quotient", t, a, b, q)
	signs := scalar.Call("mul", scalar.Call("sign", scalar.Arg(0)), scalar.Call("sign", scalar.Arg(1)))
	return n.Then(scalar.Call("mul", signs, scalar.Arg(2)), "div", t, a, b, q)
}

// moduloOf has the sign of the divisor, or with fmod that of the dividend.
func moduloOf(n *node.Node) scalar.Expr {
	q := scalar.Call("div", scalar.Arg(0), scalar.Arg(1))
	if n.Int("fmod", 0) != 0 {
		return scalar.Call("sub", scalar.Arg(0), scalar.Call("mul", scalar.Arg(1), Truncated(q)))
	}
	return scalar.Call("sub", scalar.Arg(0), scalar.Call("mul", scalar.Arg(1), scalar.Call("floor", q)))
}

func moduloKnown(n *node.Node) []*tensor.Tensor {
	if !noZero(n) {
		return nil
	}
	return node.Folded(n, moduloOf(n), n.In[0].Type)
}

func modulo(n *node.Node) []*node.Value {
	if tensor.IsFloat(n.In[0].Type) {
		return arithmetic(n, moduloOf(n), "mod")
	}
	s, t := spansOf(n), n.In[0].Type
	q := quotient(n)
	r := n.Then(scalar.Call("sub", scalar.Arg(0), scalar.Call("mul", scalar.Arg(1), scalar.Arg(2))), "rest", t, n.In[0], n.In[1], q)
	if n.Int("fmod", 0) == 0 { // of the divisor's sign
		r = n.Then(scalar.Call("select", scalar.Call("lt", scalar.Call("mul", scalar.Call("sign", scalar.Arg(0)), scalar.Call("sign", scalar.Arg(1))), scalar.Num(0)), scalar.Call("add", scalar.Arg(0), scalar.Arg(1)), scalar.Arg(0)), "mod", t, r, n.In[1])
	}
	if n.Failed {
		return nil
	}
	most := max(-s[1].Low, s[1].High)
	return node.Fitted(n, node.One(r), node.Span{Low: max(-most, min(0, node.RangeOf(t).Low)), High: most})
}

// power has a result of the type of the base. Exponents that are known, few and small are
// products, exact of whole numbers too.
func power(n *node.Node) []*node.Value {
	x, y, t := n.In[0], n.In[1], n.In[0].Type
	if y.Known != nil && tensor.Count(y.Shape) == 1 && y.Rank() <= x.Rank() {
		switch y.Known.At(0) {
		case 0.5:
			return Unary(n.With(x), scalar.Call("sqrt", scalar.Arg(0)), "pow")
		case -1:
			return Unary(n.With(x), scalar.Call("div", scalar.Num(1), scalar.Arg(0)), "pow")
		}
	}
	list := exponents(y)
	if tensor.IsFloat(t) && len(list) != 1 {
		return node.Mapped(n, scalar.Call("pow", scalar.Arg(0), scalar.Arg(1)), "pow", t)
	}
	if len(list) == 0 {
		return n.Errorf("powers of %v are supported where the exponents are known and at most %d, of %d kinds", t, mostExponent, mostExponents)
	}
	of := n
	if len(list) == 1 && y.Rank() <= x.Rank() && tensor.Count(y.Shape) == 1 {
		of = n.With(x)
	}
	e := powered(list[0])
	for _, k := range list[1:] {
		e = scalar.Call("select", scalar.Call("eq", scalar.Arg(1), scalar.Num(float64(k))), powered(k), e)
	}
	if tensor.IsFloat(t) {
		out := node.Mapped(of, e, "pow", t)
		n.Take(of)
		return out
	}
	s := node.Reach(e, []node.Span{n.Exact(x), y.Span()})
	if n.Failed {
		return nil
	}
	out := node.Mapped(of, e, "pow", t)
	if n.Take(of) {
		return nil
	}
	return node.Fitted(n, out, s)
}

const mostExponent, mostExponents = 16, 8

// exponents are those of a known operand, ascending; none where they are not small whole
// numbers.
func exponents(y *node.Value) []int {
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
func bitwise(e scalar.Expr) node.Row {
	both := func(i int, x, y scalar.Expr) scalar.Expr {
		return scalar.Substitute(e, []scalar.Expr{digit(x, i), digit(y, i)})
	}
	return node.Row{Least: 2, Most: 2, Graph: func(n *node.Node) []*node.Value {
		s := spansOf(n)
		if n.Failed {
			return nil
		}
		if !tensor.IsInteger(n.In[0].Type) {
			return n.Errorf("its operands are %v, not whole numbers", n.In[0].Type)
		}
		all, t, wide := s[0].Or(s[1]), n.In[0].Type, 0
		for ; math.Ldexp(1, wide) <= max(all.High, -all.Low-1); wide++ {
		}
		x, y := scalar.Expr(scalar.Arg(0)), scalar.Expr(scalar.Arg(1))
		if all.Low < 0 {
			wide++
			up := scalar.Num(math.Ldexp(1, wide))
			x = scalar.Call("add", scalar.Arg(0), scalar.Call("select", scalar.Call("lt", scalar.Arg(0), scalar.Num(0)), up, scalar.Num(0)))
			y = scalar.Call("add", scalar.Arg(1), scalar.Call("select", scalar.Call("lt", scalar.Arg(1), scalar.Num(0)), up, scalar.Num(0)))
		}
		if wide > 24 {
			return n.Beyond("whole numbers of more than 24 bits")
		}
		out := n.Then(scalar.Num(0), "bits", t, n.In[0])
		// A few bits at a time: what grows with all of them would be one long expression.
		for i := 0; i < wide; i += 4 {
			part := scalar.Expr(scalar.Arg(2))
			for k := i; k < min(wide, i+4); k++ {
				part = scalar.Call("add", part, scalar.Call("mul", scalar.Num(math.Ldexp(1, k)), both(k, x, y)))
			}
			out = n.Then(part, "bits", t, n.In[0], n.In[1], out)
		}
		if all.Low < 0 {
			top := math.Ldexp(1, wide-1)
			out = n.Then(scalar.Call("sub", scalar.Arg(0), scalar.Call("select", scalar.Call("ge", scalar.Arg(0), scalar.Num(top)), scalar.Num(2*top), scalar.Num(0))), "signed", t, out)
		}
		if n.Failed {
			return nil
		}
		low := 0.0
		if all.Low < 0 {
			low = -math.Ldexp(1, wide-1)
		}
		return node.Fitted(n, node.One(out), node.Span{Low: low, High: math.Ldexp(1, wide) - 1})
	}}
}

// complement is -1-x, or what is left of the largest number of a type without signs.
func complement(n *node.Node) []*node.Value {
	from := -1.0
	if t := n.In[0].Type; !tensor.IsInteger(t) {
		return n.Errorf("its operand is %v, not whole numbers", t)
	} else if !tensor.Signed(t) {
		if from = node.RangeOf(t).High; from > node.MostExact {
			return n.Errorf("bits of %v, whose largest number is not exact in float32, cannot be turned around", t)
		}
	}
	return arithmetic(n, scalar.Call("sub", scalar.Num(from), scalar.Arg(0)), "bitwise_not")
}

// shifted multiplies with a power of two, or divides by it. What leaves the type is lost.
func shifted(n *node.Node) []*node.Value {
	s, t := spansOf(n), n.In[0].Type
	if n.Failed {
		return nil
	}
	if !tensor.IsInteger(t) {
		return n.Errorf("its operands are %v, not whole numbers", t)
	}
	left := n.Text("direction", "") == "LEFT"
	step := 2.0
	if !left {
		step = 0.5
	}
	power := n.Then(scalar.Num(1), "power", t, n.In[1])
	for i := 0; 1<<i < tensor.Width(t); i++ {
		power = n.Then(scalar.Call("mul", scalar.Arg(1), scalar.Call("select", digit(scalar.Arg(0), i), scalar.Num(math.Pow(step, math.Ldexp(1, i))), scalar.Num(1))), "power", t, n.In[1], power)
	}
	power = n.Then(scalar.Call("select", scalar.Call("ge", scalar.Arg(0), scalar.Num(float64(tensor.Width(t)))), scalar.Num(0), scalar.Arg(1)), "power", t, n.In[1], power)
	if n.Failed {
		return nil
	}
	if !left {
		return node.Fitted(n, node.One(n.Then(scalar.Call("floor", scalar.Call("mul", scalar.Arg(0), scalar.Arg(1))), "shift", t, n.In[0], power)), s[0])
	}
	// A product with a power of two keeps its digits, and so does what is left of it.
	y := n.Then(node.Wrapped(scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), t), "shift", t, n.In[0], power)
	if n.Failed {
		return nil
	}
	all := node.RangeOf(t)
	y.Whole = &all
	return node.One(y)
}
