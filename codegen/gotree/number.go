package gotree

import (
	"strconv"
	"strings"
)

// Number is a number that a kernel is made for: a count of turns, a stride, an
// offset. In a kernel of its own it is printed as the literal that it is, in one
// that several layers share as what holds it there: a field of the kernel's
// shape argument.
type Number struct {
	Value int
	Text  string // Go for it: "s.nC"; empty: the literal
}

// Literal is a number that is printed as the number that it is.
func Literal(v int) Number { return Number{Value: v} }

// Known reports a number that is the same in every call.
func (n Number) Known() bool { return n.Text == "" }

// Is reports a number that is v in every call.
func (n Number) Is(v int) bool { return n.Known() && n.Value == v }

func (n Number) String() string {
	if n.Known() {
		return strconv.Itoa(n.Value)
	}
	return n.Text
}

// factor is the number as an operand of a product.
func (n Number) factor() string {
	if strings.ContainsAny(n.Text, "+-/") {
		return "(" + n.Text + ")"
	}
	return n.String()
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
	return Number{v, n.factor() + "*" + m.factor()}
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
	return Number{v, n.String() + "+" + m.String()}
}

// Minus is the difference; of equal numbers it is 0 in every call.
func (n Number) Minus(m Number) Number {
	v := n.Value - m.Value
	switch {
	case n == m:
		return Literal(0)
	case n.Known() && m.Known():
		return Literal(v)
	case m.Is(0):
		return n
	}
	second := m.String()
	if strings.ContainsAny(m.Text, "+-") {
		second = "(" + m.Text + ")"
	}
	return Number{v, n.String() + "-" + second}
}
