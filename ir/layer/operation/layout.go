package operation

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/spec"
)

var layouts = []Row{
	shaped("flip", "Flip", "the elements along axes in reverse", func() Function { return &flip{} }),
	{Name: "fliplr", Class: "Fliplr", Doc: "the elements along axis 1 in reverse", Operands: []string{"x"}, New: func() Function { return &flip{Axis: []int{1}} }},
	shaped("roll", "Roll", "the elements moved along axes, those at the end coming first", func() Function { return &roll{} }),
	shaped("broadcast_to", "BroadcastTo", "x stretched to a shape by NumPy's rule", func() Function { return &broadcastTo{} }),
	shaped("repeat", "Repeat", "every element along an axis several times", func() Function { return &repeat{} }),
	shaped("tile", "Tile", "the whole several times along every axis", func() Function { return &tile{} }),
	shaped("pad", "Pad", "elements before and after those of x", func() Function { return &pad{Mode: "constant"} }),
	shaped("tril", "Tril", "x with 0 above a diagonal of its last two axes", func() Function { return &triangle{lower: true} }),
	shaped("triu", "Triu", "x with 0 below a diagonal of its last two axes", func() Function { return &triangle{} }),
	shaped("diagonal", "Diagonal", "the diagonal of two axes", func() Function { return &diagonal{Axis2: 1} }),
	shaped("trace", "Trace", "the sum of the diagonal of two axes", func() Function { return &diagonal{Axis2: 1, sum: true} }),
	shaped("depth_to_space", "DepthToSpace", "channels laid out as blocks of points", func() Function { return &blocks{DataFormat: "channels_last"} }),
	shaped("space_to_depth", "SpaceToDepth", "blocks of points laid out as channels", func() Function { return &blocks{DataFormat: "channels_last", depth: true} }),
}

type flip struct {
	Axis []int `arg:"axis,null" doc:"axes, the batch being axis 0"`
}

// Build implements [Function].
func (f *flip) Build(s *Site, in []*ir.Value) *ir.Value {
	x := in[0]
	axes, ok := reduced(s, "axis", f.Axis, x)
	if !ok {
		return s.bad()
	}
	for _, ax := range axes {
		x = op.Flip(s.B, x, ax)
	}
	return x
}

type roll struct {
	Shift []int `arg:"shift,required" doc:"by how many places, for every axis"`
	Axis  []int `arg:"axis,null" doc:"axes, the batch being axis 0"`
}

// Build implements [Function].
func (f *roll) Build(s *Site, in []*ir.Value) *ir.Value {
	x := s.numbers(in[0])
	if _, ok := reduced(s, "axis", f.Axis, x); !ok {
		return s.bad()
	}
	if len(f.Shift) != len(f.Axis) {
		return s.Fail("shift", "roll takes one shift for every axis, not %d for %d", len(f.Shift), len(f.Axis))
	}
	for i, axis := range f.Axis {
		ax, _ := s.axis("axis", x, axis)
		n := x.Shape[ax]
		if k := ((f.Shift[i] % n) + n) % n; k > 0 {
			x = op.Concatenate(s.B, ax, op.SliceAxis(s.B, x, ax, n-k, k), op.SliceAxis(s.B, x, ax, 0, n-k))
		}
	}
	return x
}

type broadcastTo struct {
	Shape []*int `arg:"shape,required" doc:"shape with the batch in front, which is null"`
}

// Build implements [Function].
func (f *broadcastTo) Build(s *Site, in []*ir.Value) *ir.Value {
	x := s.numbers(in[0])
	shape := make(ir.Shape, len(f.Shape))
	for i, d := range f.Shape {
		switch {
		case i == 0 && (d == nil || *d == -1):
			shape[0] = ir.Batch
		case d == nil || *d < 1 || i == 0:
			return s.Fail("shape", "shape is the batch, null, and sizes of at least 1: [null, 3, 4]")
		default:
			shape[i] = *d
		}
	}
	if err := shape.Check(); err != nil || len(shape) == 0 {
		return s.Fail("shape", "shape has no batch, or more than %d values a row", ir.MaxElements)
	}
	if wide, err := ir.Broadcast(x.Shape, shape); err != nil || !wide.Equal(shape) || len(x.Shape) != len(shape) {
		return s.Fail("shape", "%s gives %v, which does not stretch to %v; the axes after the batch are aligned when there are as many", s.From(x), x.Shape, shape)
	}
	return op.BroadcastTo(s.B, x, shape)
}

type repeat struct {
	Repeats int  `arg:"repeats,required,min=1,max=65536" doc:"how often"`
	Axis    *int `arg:"axis" doc:"axis, the batch being axis 0"`
}

// Build implements [Function].
func (f *repeat) Build(s *Site, in []*ir.Value) *ir.Value {
	x := s.numbers(in[0])
	var list []int
	if f.Axis != nil {
		list = []int{*f.Axis}
	}
	axes, ok := reduced(s, "axis", list, x)
	if !ok {
		return s.bad()
	}
	ax := axes[0]
	deep := slices.Insert(slices.Clone(x.Shape), ax+1, 1)
	wide := slices.Clone(deep)
	wide[ax+1] = f.Repeats
	out := slices.Clone(x.Shape)
	out[ax] *= f.Repeats
	if out.Check() != nil {
		return s.Fail("repeats", "the result %v has more than %d values a row", out, ir.MaxElements)
	}
	return op.ReshapeTo(s.B, op.BroadcastTo(s.B, op.ReshapeTo(s.B, x, deep), wide), out)
}

type tile struct {
	Repeats []int `arg:"repeats,required,min=1,max=65536" doc:"how often along every axis, 1 for the batch"`
}

// Build implements [Function].
func (f *tile) Build(s *Site, in []*ir.Value) *ir.Value {
	x := s.numbers(in[0])
	times := slices.Clone(f.Repeats)
	for len(times) < len(x.Shape) {
		times = slices.Insert(times, 0, 1)
	}
	if len(times) > len(x.Shape) || times[0] != 1 {
		return s.Fail("repeats", "repeats %s of %v: one for every axis, and 1 for the batch, whose rows are computed apart", flow(f.Repeats), x.Shape)
	}
	for ax := 1; ax < len(times); ax++ {
		deep, wide, out := slices.Insert(slices.Clone(x.Shape), ax, 1), slices.Insert(slices.Clone(x.Shape), ax, times[ax]), slices.Clone(x.Shape)
		out[ax] *= times[ax]
		if out.Check() != nil {
			return s.Fail("repeats", "the result %v has more than %d values a row", out, ir.MaxElements)
		}
		if times[ax] > 1 {
			x = op.ReshapeTo(s.B, op.BroadcastTo(s.B, op.ReshapeTo(s.B, x, deep), wide), out)
		}
	}
	return x
}

// last2 reports values without two axes after the batch.
func (s *Site) last2(x *ir.Value) bool {
	if len(x.Shape) < 3 {
		s.Fail("", "%s takes rows of two axes or more, but %s gives %v", s.Row.Name, s.From(x), x.Shape)
		return false
	}
	return true
}

type triangle struct {
	K     int `arg:"k" doc:"the diagonal: 0 is the main one, above it are the positive ones"`
	lower bool
}

// maxMask bounds the elements of a pattern of zeros and ones.
const maxMask = 1 << 16

// Build implements [Function].
func (f *triangle) Build(s *Site, in []*ir.Value) *ir.Value {
	x := s.numbers(in[0])
	if !s.last2(x) {
		return s.bad()
	}
	rows, columns := x.Shape[len(x.Shape)-2], x.Shape[len(x.Shape)-1]
	if rows*columns > maxMask {
		return s.Fail("", "%s of %d by %d elements: at most %d are supported", s.Row.Name, rows, columns, maxMask)
	}
	mask := make([]float64, rows*columns)
	for i := range mask {
		if d := i%columns - i/columns; f.lower && d <= f.K || !f.lower && d >= f.K {
			mask[i] = 1
		}
	}
	return op.MapOf(s.B, call("select", b, a, num(0)), s.Row.Name, x, op.ConstOf(s.B, ir.Shape{rows, columns}, mask))
}

type diagonal struct {
	Offset int `arg:"offset" doc:"the diagonal: 0 is the main one, above it are the positive ones"`
	Axis1  int `arg:"axis1" doc:"the rows' axis, the batch being axis 0"`
	Axis2  int `arg:"axis2" doc:"the columns' axis"`
	sum    bool
}

// Build implements [Function]. The axes lie as one then, of which the diagonal takes
// every element after so many.
func (f *diagonal) Build(s *Site, in []*ir.Value) *ir.Value {
	x := s.numbers(in[0])
	if !s.last2(x) {
		return s.bad()
	}
	one, ok := s.axis("axis1", x, f.Axis1)
	if !ok {
		return s.bad()
	}
	other, ok := s.axis("axis2", x, f.Axis2)
	if !ok {
		return s.bad()
	}
	if one == other {
		return s.Fail("axis2", "axis1 and axis2 are one axis of %v, %d", x.Shape, one)
	}
	perm := slices.DeleteFunc(ascending(len(x.Shape)), func(i int) bool { return i == one || i == other })
	rows, columns := x.Shape[one], x.Shape[other]
	first, n := f.Offset, min(rows, columns-f.Offset)
	if f.Offset < 0 {
		first, n = -f.Offset*columns, min(rows+f.Offset, columns)
	}
	if n < 1 {
		return s.Fail("offset", "offset %d is beyond the axes of %d and %d elements", f.Offset, rows, columns)
	}
	x = op.TransposeTo(s.B, x, append(perm, one, other)...)
	x = op.ReshapeTo(s.B, x, append(slices.Clone(x.Shape[:len(x.Shape)-2]), rows*columns))
	x = sliced(s, x, len(x.Shape)-1, first, n, columns+1)
	if f.sum {
		return op.Sum(s.B, s.Name(x, "diagonal"), false, -1)
	}
	return x
}

// sliced takes n elements along an axis.
func sliced(s *Site, x *ir.Value, ax, start, n, step int) *ir.Value {
	if !x.Valid() {
		return x
	}
	cut := &op.Slice{Starts: make([]int, len(x.Shape)), Sizes: slices.Clone(x.Shape), Steps: make([]int, len(x.Shape))}
	for i := range cut.Steps {
		cut.Steps[i] = 1
	}
	cut.Starts[ax], cut.Sizes[ax] = start, n
	if n > 1 {
		cut.Steps[ax] = step
	}
	return s.B.Apply(cut, x)
}

type blocks struct {
	BlockSize  int    `arg:"block_size,required,min=1" doc:"side of a block"`
	DataFormat string `arg:"data_format,oneof=channels_last" doc:"where the channels are"`
	depth      bool
}

// Build implements [Function].
func (f *blocks) Build(s *Site, in []*ir.Value) *ir.Value {
	x := s.numbers(in[0])
	if len(x.Shape) != 4 {
		return s.Fail("", "%s takes images [n, height, width, channels], but %s gives %v", s.Row.Name, s.From(x), x.Shape)
	}
	n, h, w, ch := f.BlockSize, x.Shape[1], x.Shape[2], x.Shape[3]
	if f.depth {
		if h%n != 0 || w%n != 0 {
			return s.Fail("block_size", "blocks of %d by %d do not cover %v", n, n, x.Shape)
		}
		x = op.ReshapeTo(s.B, x, ir.Shape{ir.Batch, h / n, n, w / n, n, ch})
		return op.ReshapeTo(s.B, op.TransposeTo(s.B, x, 0, 1, 3, 2, 4, 5), ir.Shape{ir.Batch, h / n, w / n, n * n * ch})
	}
	if n > 1<<10 || ch%(n*n) != 0 {
		return s.Fail("block_size", "%d channels are no blocks of %d by %d", ch, n, n)
	}
	x = op.ReshapeTo(s.B, x, ir.Shape{ir.Batch, h, w, n, n, ch / n / n})
	return op.ReshapeTo(s.B, op.TransposeTo(s.B, x, 0, 1, 3, 2, 4, 5), ir.Shape{ir.Batch, h * n, w * n, ch / n / n})
}

type pad struct {
	PadWidth       spec.Value `arg:"pad_width,required" doc:"elements before and after, for every axis: [[0, 0], [1, 1]]; those of the batch are 0"`
	Mode           string     `arg:"mode,oneof=constant|reflect|symmetric" doc:"whether the new elements are a number, or those of x in reverse, without that at the border or with it"`
	ConstantValues float64    `arg:"constant_values,null" doc:"the number"`
}

// widths reads the elements before and after every axis of x.
func (f *pad) widths(s *Site, x *ir.Value) (list [][2]int, ok bool) {
	for _, e := range f.PadWidth.List {
		if len(e.List) != 2 || e.List[0].Kind != spec.Int || e.List[1].Kind != spec.Int || min(e.List[0].Int, e.List[1].Int) < 0 || max(e.List[0].Int, e.List[1].Int) > ir.MaxElements {
			break
		}
		list = append(list, [2]int{int(e.List[0].Int), int(e.List[1].Int)})
	}
	switch {
	case len(list) != len(x.Shape) || len(list) != len(f.PadWidth.List):
		s.Fail("pad_width", "pad_width takes a pair of whole numbers for every axis of %v, such as [[0, 0], [1, 1]], not %s", x.Shape, f.PadWidth.Brief())
	case list[0] != [2]int{}:
		s.Fail("pad_width", "pad_width begins with the batch, to which no rows are added: [0, 0]")
	default:
		return list, true
	}
	return nil, false
}

// Build implements [Function].
func (f *pad) Build(s *Site, in []*ir.Value) *ir.Value {
	x := s.numbers(in[0])
	list, ok := f.widths(s, x)
	if !ok {
		return s.bad()
	}
	before, after, out := make([]int, len(list)), make([]int, len(list)), slices.Clone(x.Shape)
	for i, w := range list[1:] {
		before[i+1], after[i+1] = w[0], w[1]
		out[i+1] += w[0] + w[1]
	}
	if out.Check() != nil {
		return s.Fail("pad_width", "the result %v has more than %d values a row", out, ir.MaxElements)
	}
	if f.Mode == "constant" {
		return op.PadWith(s.B, x, before, after, f.ConstantValues)
	}
	border := 0 // elements that are not repeated
	if f.Mode == "reflect" {
		border = 1
	}
	for ax, w := range list {
		n := x.Shape[ax]
		if ax == 0 || w == [2]int{} {
			continue
		}
		if max(w[0], w[1]) > n-border {
			return s.Fail("pad_width", "%s padding of axis %d takes at most %d elements from %v, not %d", f.Mode, ax, n-border, x.Shape, max(w[0], w[1]))
		}
		parts := []*ir.Value{x}
		if w[0] > 0 {
			parts = slices.Insert(parts, 0, op.Flip(s.B, op.SliceAxis(s.B, x, ax, border, w[0]), ax))
		}
		if w[1] > 0 {
			parts = append(parts, op.Flip(s.B, op.SliceAxis(s.B, x, ax, n-border-w[1], w[1]), ax))
		}
		if x = op.Concatenate(s.B, ax, parts...); !x.Valid() {
			return x
		}
	}
	return x
}
