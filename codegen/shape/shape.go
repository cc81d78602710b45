// Package shape decides which kernels of a program are shared between layers of
// different sizes, and names the sizes that such a kernel is given with every
// call. It is free of Go files and of machine code.
package shape

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/loop"
)

// Shape holds the sizes of a kernel that layers share. Two kernels that differ in
// them alone have the same text: whatever holds for one of them only because of
// its numbers must not be printed. The exceptions are strides of 0 and of 1, and
// operands without gaps, which are told apart from others.
//
// The sizes of a kernel of its own are those of a nil Shape: literals.
type Shape struct {
	Fields []Field
	counts map[axisKey]gotree.Number
	steps  map[stepKey]gotree.Number
	names  map[string]bool
	own    bool          // it is that of one kernel: see SoFar
	rows   gotree.Number // scalar.Rows stands for so many of every row
}

// Field is one size: a field of the shape argument.
type Field struct {
	Name  string
	Value int
}

type axisKey struct {
	name string
	n    int
	upto bool
}

func keyOf(a loop.Axis) axisKey { return axisKey{a.Name, a.N, a.Partial()} }

type stepKey struct {
	buf    *loop.Buffer
	axis   string // "" for the offset
	stride int
}

// Argument is what the shape argument is called.
const Argument = "s"

// New returns the shape of a kernel that scalar.Rows stands for so many of every
// row in.
func New(rows int) *Shape {
	return &Shape{rows: gotree.Literal(rows), counts: map[axisKey]gotree.Number{}, steps: map[stepKey]gotree.Number{}, names: map[string]bool{}}
}

// field adds a size under a name like the one wished for.
func (s *Shape) field(wish string, v int) gotree.Number {
	name := wish
	for i := 2; s.names[name]; i++ {
		name = fmt.Sprint(wish, i)
	}
	s.names[name] = true
	s.Fields = append(s.Fields, Field{name, v})
	return gotree.Number{Value: v, As: member(name)}
}

// member is a size in the shape argument.
func member(name string) gotree.Expr { return gotree.Member{X: gotree.Word(Argument), Name: name} }

// axis adds the number of turns of a loop: "nC".
func (s *Shape) axis(a loop.Axis) {
	key := keyOf(a)
	if _, ok := s.counts[key]; ok || a.Rows && a.N == 1 {
		return
	}
	s.counts[key] = s.field("n"+strings.ToUpper(a.Name), a.N)
	if a.Rows && a.N == s.rows.Value {
		s.rows = s.counts[key]
	}
}

// access adds the strides and the offset of an operand: "xC", and "x0" where it
// begins. What has no gaps needs no strides of its own.
func (s *Shape) access(name string, a loop.Access, axes []loop.Axis) {
	inward := make([]int, len(axes)) // the loops, the one of the shortest steps first
	for i := range axes {
		inward[i] = len(axes) - 1 - i
	}
	slices.SortStableFunc(inward, func(i, j int) int { return cmp.Compare(a.Strides[i], a.Strides[j]) })
	dense := gotree.Literal(1) // how far apart the turns of a loop are without gaps
	for _, i := range inward {
		v := a.Strides[i]
		key := stepKey{a.Buf, axes[i].Name, v}
		if _, ok := s.steps[key]; !ok && v != 0 && v != 1 {
			if !dense.Is(0) && dense.Value == v {
				s.steps[key] = dense
			} else {
				s.steps[key] = s.field(name+strings.ToUpper(axes[i].Name), v)
			}
		}
		switch {
		case v == 0:
		case v == dense.Value && !axes[i].Rows:
			dense = dense.Times(s.Count(axes[i]))
		default:
			dense = gotree.Literal(0)
		}
	}
	key := stepKey{buf: a.Buf, stride: a.Offset}
	if _, ok := s.steps[key]; !ok && a.Offset != 0 {
		s.steps[key] = s.field(name+"0", a.Offset)
	}
}

// Names lists the fields: "nC, xC".
func (s *Shape) Names() string {
	if s == nil {
		return ""
	}
	names := make([]string, len(s.Fields))
	for i, f := range s.Fields {
		names[i] = f.Name
	}
	return strings.Join(names, ", ")
}

// Count is the number of turns of a loop, for each row where it runs over rows.
func (s *Shape) Count(a loop.Axis) gotree.Number {
	if s != nil {
		if n, ok := s.counts[keyOf(a)]; ok {
			return n
		}
	}
	return gotree.Literal(a.N)
}

// RowCount is what scalar.Rows stands for.
func (s *Shape) RowCount() gotree.Number {
	if s == nil {
		return rows
	}
	return rows.Times(s.rows)
}

// rows is the number of rows that a kernel is given.
var rows = gotree.Number{As: gotree.Word("n")}

// Extent is the number of turns of a loop in Go: "s.nC", "n*s.nI".
func (s *Shape) Extent(a loop.Axis) gotree.Number {
	n := s.Count(a)
	if a.Rows {
		return rows.Times(n)
	}
	return n
}

// Stride is how far a turn of a loop moves an operand.
func (s *Shape) Stride(a loop.Access, axes []loop.Axis, i int) gotree.Number {
	return s.step(stepKey{a.Buf, axes[i].Name, a.Strides[i]})
}

// Offset is where an operand begins.
func (s *Shape) Offset(a loop.Access) gotree.Number {
	return s.step(stepKey{buf: a.Buf, stride: a.Offset})
}

func (s *Shape) step(key stepKey) gotree.Number {
	if s != nil {
		if n, ok := s.steps[key]; ok {
			return n
		}
	}
	return gotree.Literal(key.stride)
}
