package gotree

import (
	"strconv"
	"strings"
)

// Size is a number that a kernel is made for: a count of turns, a stride, an
// offset. In a kernel of its own it is printed as the literal that it is, in one
// that several layers share as what holds it there: a field of the kernel's
// shape argument.
type Size struct {
	Value int
	Text  string // Go for it: "s.nC"; empty: the literal
}

// Literal is a size that is printed as the number that it is.
func Literal(v int) Size { return Size{Value: v} }

// Known reports a size that is the same in every call.
func (s Size) Known() bool { return s.Text == "" }

// Is reports a size that is v in every call.
func (s Size) Is(v int) bool { return s.Known() && s.Value == v }

func (s Size) String() string {
	if s.Known() {
		return strconv.Itoa(s.Value)
	}
	return s.Text
}

// factor is the size as an operand of a product.
func (s Size) factor() string {
	if strings.ContainsAny(s.Text, "+-/") {
		return "(" + s.Text + ")"
	}
	return s.String()
}

// Times is the product.
func (s Size) Times(t Size) Size {
	v := s.Value * t.Value
	switch {
	case s.Known() && t.Known(), s.Is(0), t.Is(0):
		return Literal(v)
	case s.Is(1):
		return t
	case t.Is(1):
		return s
	}
	return Size{v, s.factor() + "*" + t.factor()}
}

// Plus is the sum.
func (s Size) Plus(t Size) Size {
	v := s.Value + t.Value
	switch {
	case s.Known() && t.Known():
		return Literal(v)
	case s.Is(0):
		return t
	case t.Is(0):
		return s
	}
	return Size{v, s.String() + "+" + t.String()}
}

// Minus is the difference; of equal sizes it is 0 in every call.
func (s Size) Minus(t Size) Size {
	v := s.Value - t.Value
	switch {
	case s == t:
		return Literal(0)
	case s.Known() && t.Known():
		return Literal(v)
	case t.Is(0):
		return s
	}
	second := t.String()
	if strings.ContainsAny(t.Text, "+-") {
		second = "(" + t.Text + ")"
	}
	return Size{v, s.String() + "-" + second}
}
