package operation

import (
	"slices"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/spec"
)

var indexing = []Row{
	shaped("get_item", "GetItem", `a part of x, as x[:, 0, 1:] in Python`, func() Function { return &getItem{} }),
	{Name: "take", Class: "Take", Doc: "elements of x along an axis by number: the numbers are written down, or x is and the input holds ids", Operands: []string{"x", "indices"}, New: func() Function { return &take{} }},
	{Name: "take_along_axis", Class: "TakeAlongAxis", Doc: "elements of x along the last axis by the ids that indices holds for every row", Operands: []string{"x", "indices"}, New: func() Function { return &takeAlongAxis{} }},
	shaped("one_hot", "OneHot", "1 at the number that x is, and 0 at others, along a new axis", func() Function { return &oneHot{Axis: -1} }),
	{Name: "diff", Class: "Diff", Doc: "what every element along an axis is more than the one before it", Operands: []string{"a"}, New: func() Function { return &diff{N: 1, Axis: -1} }},
}

type getItem struct {
	Key spec.Value `arg:"key,required" doc:"what is between the brackets, for every axis: a number, ':' for all, '1:3' or '::2' for some, '...' for all axes between, null for a new one; that of the batch is ':'"`
}

// Build implements [Function].
func (f *getItem) Build(s *Site, in []*ir.Value) *ir.Value {
	x := in[0]
	keys := f.Key.List
	if f.Key.Kind != spec.List {
		keys = []spec.Value{f.Key}
	}
	named, all := 0, -1
	for i, k := range keys {
		switch {
		case k.Kind == spec.String && k.Str == "...":
			if all >= 0 {
				return s.Fail("key", "key %s has '...' twice", f.Key.Brief())
			}
			all = i
		case k.Kind != spec.Null:
			named++
		}
	}
	if named > len(x.Shape) {
		return s.Fail("key", "key %s names %d axes, but %s gives %v", f.Key.Brief(), named, s.From(x), x.Shape)
	}
	if all < 0 {
		keys, all = append(slices.Clone(keys), spec.Value{}), len(keys)
	}
	var shape ir.Shape
	cut := &op.Slice{}
	keep := func(start, n, step int) {
		cut.Starts, cut.Sizes, cut.Steps = append(cut.Starts, start), append(cut.Sizes, n), append(cut.Steps, step)
	}
	for i, k := range keys {
		at := len(cut.Starts)
		switch {
		case i == all:
			for ; at < len(x.Shape)-named; at++ {
				keep(0, x.Shape[at], 1)
				shape = append(shape, x.Shape[at])
			}
			continue
		case k.Kind == spec.Null:
			shape = append(shape, 1)
			continue
		}
		if i < all {
			named--
		}
		start, n, step, problem := ranged(k, x.Shape[at])
		if problem != "" {
			return s.Fail("key", "key %s: %s", f.Key.Brief(), problem)
		}
		keep(start, n, step)
		if k.Kind == spec.String {
			shape = append(shape, n)
		}
	}
	if len(shape) == 0 || shape[0] != ir.Batch {
		return s.Fail("key", "key %s takes the batch from its place; an axis before it cannot be made", f.Key.Brief())
	}
	return op.ReshapeTo(s.B, s.Name(s.B.Apply(cut, x), "part"), shape)
}

// ranged is what a key takes of an axis of d elements: where it starts, how many, and
// in which steps.
func ranged(k spec.Value, d int) (start, n, step int, problem string) {
	whole := k.Kind == spec.String && strings.Trim(k.Str, " ") == ":" || k.Str == "::"
	switch {
	case d == ir.Batch && whole:
		return 0, ir.Batch, 1, ""
	case d == ir.Batch:
		return 0, 0, 0, "the first axis is the batch, whose rows are computed apart; its key is ':'"
	case k.Kind == spec.Int:
		at := k.Int
		if at < 0 {
			at += int64(d)
		}
		if at < 0 || at >= int64(d) {
			return 0, 0, 0, "there is no element " + strconv.FormatInt(k.Int, 10) + " of an axis of " + strconv.Itoa(d)
		}
		return int(at), 1, 1, ""
	case k.Kind != spec.String || !strings.Contains(k.Str, ":"):
		return 0, 0, 0, "a key is a number, ':', '1:3', '::2', '...' or null, not " + k.Brief()
	}
	parts := strings.Split(k.Str, ":")
	numbers := make([]*int, 3)
	for i, p := range parts {
		if p = strings.TrimSpace(p); p == "" && i < 3 {
			continue
		}
		v, err := strconv.Atoi(p)
		if err != nil || i > 2 || max(v, -v) > ir.MaxElements {
			return 0, 0, 0, "'" + k.Str + "' is not start:stop:step in whole numbers"
		}
		numbers[i] = &v
	}
	return sliceOf(numbers, d, k.Str)
}

// sliceOf is what Python's slice takes of d elements. Source: The Python Library
// Reference, slice.indices.
func sliceOf(numbers []*int, d int, written string) (start, n, step int, problem string) {
	if step = 1; numbers[2] != nil {
		step = *numbers[2]
	}
	if step == 0 {
		return 0, 0, 0, "'" + written + "' has a step of 0"
	}
	low, high := 0, d
	if step < 0 {
		low, high = -1, d-1
	}
	bound := func(p *int, open int) int {
		if p == nil {
			return open
		}
		v := *p
		if v < 0 {
			v += d
		}
		return min(max(v, low), high)
	}
	stop := 0
	if step > 0 {
		start, stop = bound(numbers[0], low), bound(numbers[1], high)
		n = (stop - start + step - 1) / step
	} else {
		start, stop = bound(numbers[0], high), bound(numbers[1], low)
		n = (start - stop - step - 1) / -step
	}
	if n < 1 {
		return 0, 0, 0, "'" + written + "' takes nothing of an axis of " + strconv.Itoa(d)
	}
	if n == 1 {
		step = 1
	}
	return start, n, step, ""
}

type take struct {
	Axis *int `arg:"axis" doc:"axis of x, the batch being axis 0; of an x that is written down it is 0"`
}

// Build implements [Function].
func (f *take) Build(s *Site, in []*ir.Value) *ir.Value {
	x, indices := in[0], in[1]
	switch {
	case isConst(x) && f.Axis != nil && *f.Axis == 0 && len(x.Shape) > 0:
		if !s.ids(indices) {
			return s.bad()
		}
		s.Bound(indices, x.Shape[0])
		return op.GatherRows(s.B, x, indices)
	case isConst(x):
		return s.Fail("axis", "take from an x that is written down takes axis: 0 of a list, and ids as indices")
	case !isConst(indices):
		return s.Fail("", "take by numbers that only the network knows would pick for all rows of the batch from each; write take_along_axis, which picks for every row")
	}
	var list []int
	if f.Axis != nil {
		list = []int{*f.Axis}
	}
	x = s.numbers(x)
	axes, ok := reduced(s, "axis", list, x)
	if !ok {
		return s.bad()
	}
	numbers, ok := listed(s, "indices", indices)
	if !ok {
		return s.bad()
	}
	return s.picked(x, axes[0], numbers, indices.Shape)
}

// picked takes the elements of x along an axis that a list numbers, which has a shape.
func (s *Site) picked(x *ir.Value, ax int, list []float64, shape ir.Shape) *ir.Value {
	d := x.Shape[ax]
	var parts []*ir.Value
	for i := 0; i < len(list); {
		at := list[i]
		if at < 0 {
			at += float64(d)
		}
		if at != float64(int(at)) || at < 0 || at >= float64(d) {
			return s.Fail("indices", "there is no element %v along axis %d of %v", list[i], ax, x.Shape)
		}
		n := 1
		for i+n < len(list) && list[i+n] == list[i]+float64(n) && int(at)+n < d {
			n++
		}
		parts = append(parts, op.SliceAxis(s.B, x, ax, int(at), n))
		i += n
	}
	y := s.Name(op.Concatenate(s.B, ax, parts...), "picked")
	return op.ReshapeTo(s.B, y, slices.Concat(x.Shape[:ax], shape, x.Shape[ax+1:]))
}

// ids reports what holds numbers where ids are needed.
func (s *Site) ids(x *ir.Value) bool {
	if x.DType != ir.I32 {
		s.Fail("", "%s takes ids (int32) as indices, but %s holds numbers (%v)", s.Row.Name, s.what(x), x.Type)
		return false
	}
	return true
}

type takeAlongAxis struct {
	Axis *int `arg:"axis" doc:"the last axis of x, the batch being axis 0"`
}

// Build implements [Function].
func (f *takeAlongAxis) Build(s *Site, in []*ir.Value) *ir.Value {
	x, indices := s.numbers(in[0]), in[1]
	var list []int
	if f.Axis != nil {
		list = []int{*f.Axis}
	}
	axes, ok := reduced(s, "axis", list, x)
	if !ok || !s.ids(indices) {
		return s.bad()
	}
	last := len(x.Shape) - 1
	if axes[0] != last || isConst(x) || len(indices.Shape) != len(x.Shape) || !indices.Shape[:last].Equal(x.Shape[:last]) {
		return s.Fail("", "take_along_axis takes ids that agree with x in all axes but the last, along which they pick, but %s gives %v and %s %v; transpose before it where it is another axis",
			s.what(x), x.Shape, s.what(indices), indices.Shape)
	}
	s.Bound(indices, x.Shape[last])
	return op.GatherAlong(s.B, x, indices, last)
}

type oneHot struct {
	NumClasses int    `arg:"num_classes,required,min=1,max=65536" doc:"how many numbers there are, from 0 on"`
	Axis       int    `arg:"axis" doc:"where the new axis is, the batch being axis 0"`
	DType      string `arg:"dtype" doc:"type in Keras; here all results are float32"`
	Sparse     bool   `arg:"sparse" doc:"changes nothing: how Keras stores zeros"`
}

// Build implements [Function].
func (f *oneHot) Build(s *Site, in []*ir.Value) *ir.Value {
	x := in[0]
	wide := (&expandDims{Axis: []int{f.Axis}}).Build(s, []*ir.Value{x})
	if !wide.Valid() {
		return wide
	}
	at := f.Axis
	if at < 0 {
		at += len(wide.Shape)
	}
	shape := ir.Shape{f.NumClasses}
	for range len(wide.Shape) - 1 - at {
		shape = append(shape, 1)
	}
	numbers := make([]float64, f.NumClasses)
	for i := range numbers {
		numbers[i] = float64(i)
	}
	return op.MapOf(s.B, call("eq", a, b), "one_hot", wide, op.ConstOf(s.B, shape, numbers))
}

type diff struct {
	N    int `arg:"n,min=0,max=64" doc:"how often"`
	Axis int `arg:"axis" doc:"axis to go along, the batch being axis 0"`
}

// Build implements [Function].
func (f *diff) Build(s *Site, in []*ir.Value) *ir.Value {
	x := s.numbers(in[0])
	ax, ok := s.axis("axis", x, f.Axis)
	if !ok {
		return s.bad()
	}
	if f.N >= x.Shape[ax] {
		return s.Fail("n", "axis %d of %v has no differences of order %d", ax, x.Shape, f.N)
	}
	for range f.N {
		n := x.Shape[ax]
		x = s.Name(op.Binary(s.B, "sub", op.SliceAxis(s.B, x, ax, 1, n-1), op.SliceAxis(s.B, x, ax, 0, n-1)), "part")
	}
	return x
}
