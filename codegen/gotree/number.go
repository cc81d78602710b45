package gotree

import "strconv"

// Number is a number that a kernel is made for: a count of turns, a stride, an
// offset. In a kernel of its own it is printed as the literal that it is, in one
// that several layers share as what holds it there: a field of the kernel's
// shape argument.
type Number struct {
	Value int
	As    Expr // what holds it: s.nC; nil: the literal
}

// Literal is a number that is printed as the number that it is.
func Literal(v int) Number { return Number{Value: v} }

// Known reports a number that is the same in every call.
func (n Number) Known() bool { return n.As == nil }

// Is reports a number that is v in every call.
func (n Number) Is(v int) bool { return n.Known() && n.Value == v }

func (n Number) String() string {
	if n.Known() {
		return strconv.Itoa(n.Value)
	}
	return n.As.String()
}

func (n Number) bind() int {
	switch {
	case !n.Known():
		return n.As.bind()
	case n.Value < 0:
		return bindSum
	}
	return bindTight
}

// Times is the product.
func (n Number) Times(m Number) Number {
	v := n.Value * m.Value
	switch {
	case n.Known() && m.Known(), n.Is(0), m.Is(0):
		return Literal(v)
	case n.Is(1):
		return m
	case m.Is(1):
		return n
	}
	return Number{v, Binary{n, "*", m}}
}

// Plus is the sum.
func (n Number) Plus(m Number) Number {
	v := n.Value + m.Value
	switch {
	case n.Known() && m.Known():
		return Literal(v)
	case n.Is(0):
		return m
	case m.Is(0):
		return n
	}
	return Number{v, added(n, "+", m)}
}

// Minus is the difference; of equal numbers it is 0 in every call.
func (n Number) Minus(m Number) Number {
	v := n.Value - m.Value
	switch {
	case v == 0 && Equal(n, m):
		return Literal(0)
	case n.Known() && m.Known():
		return Literal(v)
	case m.Is(0):
		return n
	}
	return Number{v, Binary{n, "-", m}}
}
