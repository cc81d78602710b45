package gotree

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// Ports are the inputs, outputs or targets of a network as a Go type: that of
// the one port, or a struct with a field for each.
type Ports struct {
	Type   string // Input, Output or Target
	List   []loop.Port
	Fields []string
}

// Operand is port i of the sample that the pointer v points to: x.Image, or *x.
func (p Ports) Operand(v string, i int) string {
	if len(p.List) > 1 {
		return v + "." + p.Fields[i]
	}
	return "*" + v
}

// Flat is port i of the sample that the pointer v points to as a slice of its
// elements. A single value has none: see Scalar.
func (p Ports) Flat(v string, i int) string {
	at := p.Operand(v, i)
	switch {
	case p.List[i].Ragged:
		return at
	case len(p.List[i].Shape) == 1:
		return strings.TrimPrefix(at, "*") + "[:]"
	case len(p.List) == 1:
		return v + ".flat()"
	}
	return v + ".flat" + p.Fields[i] + "()"
}

// Scalar is port i of the sample that the pointer v points to, which is a single
// value.
func (p Ports) Scalar(v string, i int) string {
	if len(p.List) == 1 {
		return Elem(p.List[i]) + "(*" + v + ")"
	}
	return v + "." + p.Fields[i]
}

// Single reports ports whose Go type is that of one number.
func (p Ports) Single() bool {
	return len(p.List) == 1 && len(p.List[0].Shape) == 0 && !p.List[0].Ragged
}

// SetOne is the statement that stores the one value of port i of the sample that
// the pointer v points to.
func (p Ports) SetOne(v string, i int, value string) string {
	if p.Single() {
		return fmt.Sprintf("*%s = %s(%s)", v, p.Type, value)
	}
	return fmt.Sprintf("%s%s = %s(%s)", strings.TrimPrefix(p.Operand(v, i), "*"), strings.Repeat("[0]", len(p.List[i].Shape)), Elem(p.List[i]), value)
}

// SetAt is the statement that stores one of the values of port i.
func (p Ports) SetAt(v string, i int, at, value string) string {
	return fmt.Sprintf("%s[%s] = %s", Indexable(p.Flat(v, i)), at, value)
}

// Indexable is a slice without the needless [:] before an index.
func Indexable(slice string) string { return strings.TrimSuffix(slice, "[:]") }

// Elem is the Go type of a port's elements.
func Elem(p loop.Port) string {
	if p.DType == loop.I32 {
		return "int32"
	}
	return "float32"
}

// Size is the number of elements of a shape.
func Size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// Tuple is a shape as Keras prints it: (784, 512).
func Tuple(shape []int) string {
	return "(" + strings.TrimSuffix(strings.ReplaceAll(strings.Trim(fmt.Sprint(shape), "[]"), " ", ", "), ", ") + ")"
}
