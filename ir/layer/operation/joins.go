package operation

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/spec"
)

// joined is an operation of a list.
func joined(name, class, doc string, f func() Function) Row {
	return Row{Name: name, Class: class, Doc: doc, Operands: []string{"xs..."}, New: f}
}

var joins = []Row{
	joined("concatenate", "Concatenate", "the operands one after the other along an axis", func() Function { return &concatenate{} }),
	joined("hstack", "Hstack", "the operands one after the other along axis 1", func() Function { return &concatenate{Axis: 1} }),
	{Name: "stack", Class: "Stack", Doc: "the operands one after the other along an axis of their own", Operands: []string{"x..."}, New: func() Function { return &stack{} }},
	{Name: "append", Class: "Append", Doc: "x2 after x1 along an axis", Operands: []string{"x1", "x2"}, New: func() Function { return &appended{} }},
	shaped("split", "Split", "x cut along an axis; the results after the first are name.1, name.2", func() Function { return &split{} }),
	shaped("array_split", "ArraySplit", "x cut along an axis into parts that may differ by one element; the results after the first are name.1, name.2", func() Function { return &split{uneven: true} }),
	shaped("hsplit", "Hsplit", "x cut along axis 1; the results after the first are name.1, name.2", func() Function { return &hsplit{} }),
	shaped("unstack", "Unstack", "what is along an axis, one by one; the results after the first are name.1, name.2", func() Function { return &unstack{} }),
}

// join puts values one after the other.
func (s *Site) join(argument string, axis int, xs []*ir.Value) *ir.Value {
	ax, ok := s.axis(argument, xs[0], axis)
	if !ok {
		return s.bad()
	}
	values := make([]*ir.Value, len(xs))
	for i, x := range xs {
		fits := len(x.Shape) == len(xs[0].Shape)
		for j := range xs[0].Shape {
			fits = fits && (j == ax || x.Shape[j] == xs[0].Shape[j])
		}
		if !fits {
			return s.Fail("", "%s along axis %d takes operands that agree in every other axis, but %s gives %v and %s gives %v", s.Row.Name, ax, s.what(xs[0]), xs[0].Shape, s.what(x), x.Shape)
		}
		values[i] = s.numbers(x)
	}
	return op.Concatenate(s.B, ax, values...)
}

type concatenate struct {
	Axis int `arg:"axis" doc:"axis to join along, the batch being axis 0"`
}

// Build implements [Function].
func (f *concatenate) Build(s *Site, xs []*ir.Value) *ir.Value { return s.join("axis", f.Axis, xs) }

type appended struct {
	Axis *int `arg:"axis" doc:"axis to join along, the batch being axis 0"`
}

// Build implements [Function].
func (f *appended) Build(s *Site, xs []*ir.Value) *ir.Value {
	if f.Axis == nil {
		return s.Fail("", "append without axis mixes the rows of a batch, which are computed apart; name an axis after the batch")
	}
	return s.join("axis", *f.Axis, xs)
}

type stack struct {
	Axis int `arg:"axis" doc:"where the new axis is, the batch being axis 0"`
}

// Build implements [Function].
func (f *stack) Build(s *Site, xs []*ir.Value) *ir.Value {
	values := make([]*ir.Value, len(xs))
	for i, x := range xs {
		if !x.Shape.Equal(xs[0].Shape) {
			return s.Fail("", "stack takes operands of one shape, but %s gives %v and %s gives %v", s.what(xs[0]), xs[0].Shape, s.what(x), x.Shape)
		}
		values[i] = (&expandDims{Axis: []int{f.Axis}}).Build(s, []*ir.Value{s.numbers(x)})
		if !values[i].Valid() {
			return values[i]
		}
	}
	return s.join("axis", f.Axis, values)
}

type split struct {
	IndicesOrSections spec.Value `arg:"indices_or_sections,required" doc:"how many parts, or where all but the first begin"`
	Axis              int        `arg:"axis" doc:"axis to cut along, the batch being axis 0"`
	uneven            bool
}

// maxParts bounds the results of one operation.
const maxParts = 256

// Count implements [Several].
func (f *split) Count() int {
	switch v := f.IndicesOrSections; {
	case v.Kind == spec.Int && v.Int >= 1 && v.Int <= maxParts:
		return int(v.Int)
	case v.Kind == spec.List && len(v.List) < maxParts:
		return len(v.List) + 1
	}
	return 0
}

// bounds are where the parts begin along an axis of n elements, and its end.
func (f *split) bounds(s *Site, n int) ([]int, bool) {
	const argument = "indices_or_sections"
	v, parts, list := f.IndicesOrSections, f.Count(), []int{0}
	switch {
	case parts == 0:
		s.Fail(argument, "%s takes how many parts, 1 to %d, or a list of where all but the first begin, not %s", s.Row.Name, maxParts, v.Brief())
	case v.Kind == spec.Int && parts > n:
		s.Fail(argument, "an axis of %d elements has no %d parts", n, parts)
	case v.Kind == spec.Int && n%parts != 0 && !f.uneven:
		s.Fail(argument, "an axis of %d elements is not cut into %d equal parts", n, parts)
	case v.Kind == spec.Int:
		for i := range parts {
			list = append(list, list[i]+n/parts)
			if i < n%parts {
				list[i+1]++
			}
		}
		return list, true
	default:
		for _, e := range v.List {
			at := int(min(max(e.Int, -1), ir.MaxElements))
			if e.Kind != spec.Int || at <= list[len(list)-1] || at >= n {
				s.Fail(argument, "parts begin at whole numbers that ascend, from 1 to %d, not at %s: no part is empty", n-1, v.Brief())
				return nil, false
			}
			list = append(list, at)
		}
		return append(list, n), true
	}
	return nil, false
}

// Build implements [Function].
func (f *split) Build(s *Site, in []*ir.Value) *ir.Value {
	x := in[0]
	ax, ok := s.axis("axis", x, f.Axis)
	if !ok {
		return s.bad()
	}
	list, ok := f.bounds(s, x.Shape[ax])
	if !ok {
		return s.bad()
	}
	for i := 1; i < len(list)-1; i++ {
		s.Result(fmt.Sprint(i), op.SliceAxis(s.B, x, ax, list[i], list[i+1]-list[i]))
	}
	return op.SliceAxis(s.B, x, ax, 0, list[1])
}

type hsplit struct {
	IndicesOrSections spec.Value `arg:"indices_or_sections,required" doc:"how many parts, or where all but the first begin"`
}

// Count implements [Several].
func (f *hsplit) Count() int { return (&split{IndicesOrSections: f.IndicesOrSections}).Count() }

// Build implements [Function].
func (f *hsplit) Build(s *Site, in []*ir.Value) *ir.Value {
	return (&split{IndicesOrSections: f.IndicesOrSections, Axis: 1}).Build(s, in)
}

type unstack struct {
	Num  int `arg:"num,required,min=1,max=256" doc:"length of the axis"`
	Axis int `arg:"axis" doc:"the axis, the batch being axis 0"`
}

// Count implements [Several].
func (f *unstack) Count() int { return f.Num }

// Build implements [Function].
func (f *unstack) Build(s *Site, in []*ir.Value) *ir.Value {
	x := in[0]
	ax, ok := s.axis("axis", x, f.Axis)
	if !ok {
		return s.bad()
	}
	if x.Shape[ax] != f.Num {
		return s.Fail("num", "num is the length of the axis, but axis %d of %v has %d elements, not %d", ax, x.Shape, x.Shape[ax], f.Num)
	}
	shape := slices.Delete(slices.Clone(x.Shape), ax, ax+1)
	var first *ir.Value
	for i := range f.Num {
		v := op.ReshapeTo(s.B, op.SliceAxis(s.B, x, ax, i, 1), shape)
		if i == 0 {
			first = v
			continue
		}
		s.Result(fmt.Sprint(i), v)
	}
	return first
}
