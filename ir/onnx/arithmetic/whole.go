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
			return node.Folded(n, call("mul", a0, a1), n.In[0].Type)
		},
		Graph: product,
	},
	"Div": {Least: 2, Most: 2, Known: divideKnown, Graph: divide},
	"Mod": {Least: 2, Most: 2, Known: moduloKnown, Graph: modulo},
	"Pow": {
		Least: 2, Most: 2,
		Known: func(n *node.Node) []*tensor.Tensor {
			return node.Folded(n, call("pow", a0, a1), n.In[0].Type)
		},
		Graph: power,
	},
	"BitShift":   {Least: 2, Most: 2, Graph: shifted},
	"BitwiseAnd": bitwise(call("mul", a0, a1)), "BitwiseOr": bitwise(call("max", a0, a1)),
	"BitwiseXor": bitwise(call("sub", num(1), call("eq", a0, a1))),
	"BitwiseNot": {Least: 1, Most: 1, Graph: complement},
}

// product of 16 bits multiplies halves, whose products are exact.
func product(n *node.Node) []*node.Value {
	t := n.In[0].Type
	if tensor.IsFloat(t) || tensor.Width(t) != 16 {
		return arithmetic(n, call("mul", a0, a1), "mul")
	}
	spansOf(n)
	high := n.Then(call("floor", call("mul", num(1.0/256), a0)), "high", t, n.In[0])
	low := n.Then(call("sub", a0, call("mul", num(256), a1)), "low", t, n.In[0], high)
	round := func(e scalar.Expr) scalar.Expr { return node.Wrapped(e, t) }
	h := n.Then(round(call("mul", a0, a1)), "high product", t, high, n.In[1])
	h = n.Then(round(call("mul", num(256), a0)), "high product", t, h)
	l := n.Then(round(call("mul", a0, a1)), "low product", t, low, n.In[1])
	y := n.Then(round(call("add", a0, a1)), "mul", t, h, l)
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
	e := call("div", a0, a1)
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
		return arithmetic(n, call("div", a0, a1), "div")
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
	x, y := call("abs", a0), call("abs", a1)
	about := call("floor", call("div", x, call("max", y, num(1))))
	q := n.Then(about, "quotient", t, a, b)
	over := call("gt", call("mul", a2, y), x)
	under := call("le", call("mul", call("add", a2, num(1)), y), x)
	q = n.Then(call("sub", call("add", a2, under), over), "quotient", t, a, b, q)
	signs := call("mul", call("sign", a0), call("sign", a1))
	return n.Then(call("mul", signs, a2), "div", t, a, b, q)
}

// moduloOf has the sign of the divisor, or with fmod that of the dividend.
func moduloOf(n *node.Node) scalar.Expr {
	q := call("div", a0, a1)
	if n.Int("fmod", 0) != 0 {
		return call("sub", a0, call("mul", a1, Truncated(q)))
	}
	return call("sub", a0, call("mul", a1, call("floor", q)))
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
	r := n.Then(call("sub", a0, call("mul", a1, a2)), "rest", t, n.In[0], n.In[1], q)
	if n.Int("fmod", 0) == 0 { // of the divisor's sign
		r = n.Then(call("select", call("lt", call("mul", call("sign", a0), call("sign", a1)), num(0)), call("add", a0, a1), a0), "mod", t, r, n.In[1])
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
			return Unary(n.With(x), call("sqrt", a0), "pow")
		case -1:
			return Unary(n.With(x), call("div", num(1), a0), "pow")
		}
	}
	list := exponents(y)
	if tensor.IsFloat(t) && len(list) != 1 {
		return node.Mapped(n, call("pow", a0, a1), "pow", t)
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
		e = call("select", call("eq", a1, num(float64(k))), powered(k), e)
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
		return num(1)
	case k == 1:
		return a0
	case k%2 == 1:
		return call("mul", powered(k-1), a0)
	}
	half := powered(k / 2)
	return call("mul", half, half)
}

// digit is bit i of a whole number that is not negative.
func digit(x scalar.Expr, i int) scalar.Expr {
	down := call("floor", call("mul", num(math.Ldexp(1, -i)), x))
	return call("sub", down, call("mul", num(2), call("floor", call("mul", num(0.5), down))))
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
		x, y := a0, a1
		if all.Low < 0 {
			wide++
			up := num(math.Ldexp(1, wide))
			x = call("add", a0, call("select", call("lt", a0, num(0)), up, num(0)))
			y = call("add", a1, call("select", call("lt", a1, num(0)), up, num(0)))
		}
		if wide > 24 {
			return n.Beyond("whole numbers of more than 24 bits")
		}
		out := n.Then(num(0), "bits", t, n.In[0])
		// A few bits at a time: what grows with all of them would be one long expression.
		for i := 0; i < wide; i += 4 {
			part := a2
			for k := i; k < min(wide, i+4); k++ {
				part = call("add", part, call("mul", num(math.Ldexp(1, k)), both(k, x, y)))
			}
			out = n.Then(part, "bits", t, n.In[0], n.In[1], out)
		}
		if all.Low < 0 {
			top := math.Ldexp(1, wide-1)
			out = n.Then(call("sub", a0, call("select", call("ge", a0, num(top)), num(2*top), num(0))), "signed", t, out)
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
	return arithmetic(n, call("sub", num(from), a0), "bitwise_not")
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
	power := n.Then(num(1), "power", t, n.In[1])
	for i := 0; 1<<i < tensor.Width(t); i++ {
		power = n.Then(call("mul", a1, call("select", digit(a0, i), num(math.Pow(step, math.Ldexp(1, i))), num(1))), "power", t, n.In[1], power)
	}
	power = n.Then(call("select", call("ge", a0, num(float64(tensor.Width(t)))), num(0), a1), "power", t, n.In[1], power)
	if n.Failed {
		return nil
	}
	if !left {
		return node.Fitted(n, node.One(n.Then(call("floor", call("mul", a0, a1)), "shift", t, n.In[0], power)), s[0])
	}
	// A product with a power of two keeps its digits, and so does what is left of it.
	y := n.Then(node.Wrapped(call("mul", a0, a1), t), "shift", t, n.In[0], power)
	if n.Failed {
		return nil
	}
	all := node.RangeOf(t)
	y.Whole = &all
	return node.One(y)
}
