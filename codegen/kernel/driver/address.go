package driver

import (
	"fmt"
	"slices"
	"strings"
)

// Places distributes offsets over the dimensions of an array.
func (o Operand) Places(name string, at Sum, offsets []int, f func(name string, values []int) (int, string)) (string, bool) {
	strides := o.strides()
	sums, _, far, ok := o.spread(Sum{Terms: at.Terms}, strides)
	if !ok {
		return "", false
	}
	rest := slices.Clone(offsets)
	places := make([][]int, len(strides))
	for j := range rest {
		rest[j] += at.Offset
		for i, s := range strides {
			n := rest[j] / s
			places[i] = append(places[i], n)
			if rest[j] %= s; n < 0 || n+far[i] >= o.Dims[i] {
				return "", false
			}
		}
	}
	var text []string
	for i, s := range sums {
		n, term := f(fmt.Sprint(name, i), places[i])
		s.Offset += n
		if term != "" {
			s.Terms = append([]Factor{{term, 1, -1}}, s.Terms...)
		}
		text = append(text, s.String())
	}
	return fmt.Sprintf("&%s[%s]", o.Name, strings.Join(text, "][")), true
}

// Pointer is Go for the address of element index of a slice, or of the first
// element of an array: "&y[r*512]", "&w[0][0]".
func (o Operand) Pointer(index string) string {
	if o.Buf.Rows || len(o.Dims) == 0 {
		if index == "" {
			index = "0"
		}
		return fmt.Sprintf("&%s[%s]", o.Name, index)
	}
	return "&" + o.Name + strings.Repeat("[0]", max(1, len(o.Dims)))
}

// Factor is a variable times a stride; the variable is at most most, -1: unknown.
type Factor struct {
	Name   string
	Stride int
	Most   int
}

// Sum is an index: a number and variables times strides.
type Sum struct {
	Offset int
	Terms  []Factor
}

func (s Sum) Plus(name string, stride, most int) Sum {
	if stride == 0 {
		return s
	}
	return Sum{s.Offset, append(s.Terms[:len(s.Terms):len(s.Terms)], Factor{name, stride, most})}
}

// String prints "r*784+y*28+3", and "2-r" where the first term is taken away.
func (s Sum) String() string {
	var b strings.Builder
	if s.Offset > 0 && len(s.Terms) > 0 && s.Terms[0].Stride < 0 {
		fmt.Fprint(&b, s.Offset)
		s.Offset = 0
	}
	for _, t := range s.Terms {
		switch {
		case t.Stride < 0:
			b.WriteByte('-')
		case b.Len() > 0:
			b.WriteByte('+')
		}
		b.WriteString(t.Name)
		if n := max(t.Stride, -t.Stride); n != 1 {
			fmt.Fprintf(&b, "*%d", n)
		}
	}
	switch {
	case b.Len() == 0:
		return fmt.Sprint(s.Offset)
	case s.Offset > 0:
		fmt.Fprintf(&b, "+%d", s.Offset)
	case s.Offset < 0:
		fmt.Fprint(&b, s.Offset)
	}
	return b.String()
}

// strides are how far apart the elements of an array's dimensions lie.
func (o Operand) strides() []int {
	strides := make([]int, len(o.Dims))
	n := 1
	for i := len(o.Dims) - 1; i >= 0; i-- {
		strides[i] = n
		n *= o.Dims[i]
	}
	return strides
}

// Address is Go for a pointer to an element of an operand.
func (o Operand) Address(at Sum) string {
	if o.Buf.Rows || len(o.Dims) == 0 {
		return fmt.Sprintf("&%s[%v]", o.Name, at)
	}
	strides := o.strides()
	if parts, ok := o.split(at, strides); ok {
		return fmt.Sprintf("&%s[%s]", o.Name, strings.Join(parts, "]["))
	}
	parts := make([]string, len(o.Dims))
	for i, s := range strides {
		parts[i] = "(" + at.String() + ")"
		if s > 1 {
			parts[i] += fmt.Sprintf("/%d", s)
		}
		if i > 0 {
			parts[i] += fmt.Sprintf("%%%d", o.Dims[i])
		}
	}
	return fmt.Sprintf("&%s[%s]", o.Name, strings.Join(parts, "]["))
}

// split distributes an index over the dimensions of an array, where every
// variable moves along one of them and none leaves it.
func (o Operand) split(at Sum, strides []int) ([]string, bool) {
	sums, least, most, ok := o.spread(at, strides)
	if !ok {
		return nil, false
	}
	parts := make([]string, len(strides))
	for i, s := range sums {
		if least[i] < 0 || most[i] >= o.Dims[i] {
			return nil, false
		}
		parts[i] = s.String()
	}
	return parts, true
}

// spread gives every dimension the terms of an index that move along it, and says
// between which elements they move.
func (o Operand) spread(at Sum, strides []int) (sums []Sum, least, most []int, ok bool) {
	sums, least, most = make([]Sum, len(strides)), make([]int, len(strides)), make([]int, len(strides))
	rest := at.Offset
	if rest < 0 {
		return nil, nil, nil, false
	}
	for i, s := range strides {
		sums[i].Offset, least[i], most[i] = rest/s, rest/s, rest/s
		rest %= s
	}
	for _, t := range at.Terms {
		i := 0
		for i < len(strides)-1 && t.Stride%strides[i] != 0 {
			i++
		}
		if t.Stride%strides[i] != 0 || t.Most < 0 {
			return nil, nil, nil, false
		}
		sums[i] = sums[i].Plus(t.Name, t.Stride/strides[i], t.Most)
		if far := t.Stride / strides[i] * t.Most; far < 0 {
			least[i] += far
		} else {
			most[i] += far
		}
	}
	return sums, least, most, true
}
