package asm

import (
	"fmt"
	"strings"
)

// script is Go text in the making, with the variables of the loops around.
type script struct {
	lines []string
	names map[string]bool
}

// newScript knows the names that a kernel function's parameters have.
func newScript(r Request) script {
	s := script{names: map[string]bool{}}
	for _, n := range []string{"n", "t", "work", "part", "step", "w", "p", tableMark} {
		s.names[n] = true
	}
	for _, o := range r.Operands {
		s.names[o.Name] = true
		if o.Buf.Ragged {
			s.names["offsets"] = true
		}
	}
	return s
}

func (s *script) line(format string, args ...any) {
	s.lines = append(s.lines, fmt.Sprintf(format, args...))
}

// name picks a variable's name that nothing has.
func (s *script) name(wishes ...string) string {
	for _, w := range append(wishes, "i", "j", "q", "u", "v", "h", "d", "e") {
		if w != "" && !s.names[w] {
			s.names[w] = true
			return w
		}
	}
	for i := 0; ; i++ {
		if w := fmt.Sprint("i", i); !s.names[w] {
			s.names[w] = true
			return w
		}
	}
}

// letter is an axis's name as a variable: one small letter, or nothing.
func letter(name string) string {
	if len(name) == 1 && name[0] >= 'a' && name[0] <= 'z' && name != "n" && name != "t" {
		return name
	}
	return ""
}

// factor is a variable times a stride; the variable is at most most, -1: unknown.
type factor struct {
	name   string
	stride int
	most   int
}

// sum is an index: a number and variables times strides.
type sum struct {
	offset int
	terms  []factor
}

func (s sum) plus(name string, stride, most int) sum {
	if stride == 0 {
		return s
	}
	return sum{s.offset, append(s.terms[:len(s.terms):len(s.terms)], factor{name, stride, most})}
}

// String prints "r*784+y*28+3", and "2-r" where the first term is taken away.
func (s sum) String() string {
	var b strings.Builder
	if s.offset > 0 && len(s.terms) > 0 && s.terms[0].stride < 0 {
		fmt.Fprint(&b, s.offset)
		s.offset = 0
	}
	for _, t := range s.terms {
		switch {
		case t.stride < 0:
			b.WriteByte('-')
		case b.Len() > 0:
			b.WriteByte('+')
		}
		b.WriteString(t.name)
		if n := max(t.stride, -t.stride); n != 1 {
			fmt.Fprintf(&b, "*%d", n)
		}
	}
	switch {
	case b.Len() == 0:
		return fmt.Sprint(s.offset)
	case s.offset > 0:
		fmt.Fprintf(&b, "+%d", s.offset)
	case s.offset < 0:
		fmt.Fprint(&b, s.offset)
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

// address is Go for a pointer to an element of an operand.
func (o Operand) address(at sum) string {
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
func (o Operand) split(at sum, strides []int) ([]string, bool) {
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
func (o Operand) spread(at sum, strides []int) (sums []sum, least, most []int, ok bool) {
	sums, least, most = make([]sum, len(strides)), make([]int, len(strides)), make([]int, len(strides))
	rest := at.offset
	if rest < 0 {
		return nil, nil, nil, false
	}
	for i, s := range strides {
		sums[i].offset, least[i], most[i] = rest/s, rest/s, rest/s
		rest %= s
	}
	for _, t := range at.terms {
		i := 0
		for i < len(strides)-1 && t.stride%strides[i] != 0 {
			i++
		}
		if t.stride%strides[i] != 0 || t.most < 0 {
			return nil, nil, nil, false
		}
		sums[i] = sums[i].plus(t.name, t.stride/strides[i], t.most)
		if far := t.stride / strides[i] * t.most; far < 0 {
			least[i] += far
		} else {
			most[i] += far
		}
	}
	return sums, least, most, true
}
