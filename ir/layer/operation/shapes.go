package operation

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

// shaped is an operation of x that moves elements.
func shaped(name, class, doc string, f func() Function) Row {
	return Row{Name: name, Class: class, Doc: doc, Operands: []string{"x"}, New: f}
}

var shapes = []Row{
	shaped("reshape", "Reshape", "the elements of a row in another shape", func() Function { return &reshape{} }),
	shaped("expand_dims", "ExpandDims", "an axis of length 1 more, or several", func() Function { return &expandDims{} }),
	shaped("squeeze", "Squeeze", "axes of length 1 less", func() Function { return &squeeze{} }),
	shaped("transpose", "Transpose", "the axes in another order, the batch first", func() Function { return &transpose{} }),
	shaped("swapaxes", "Swapaxes", "two axes in each other's place", func() Function { return &swapAxes{} }),
	shaped("moveaxis", "Moveaxis", "axes in other places", func() Function { return &moveAxis{} }),
}

type reshape struct {
	NewShape []*int `arg:"newshape,required" doc:"shape with the batch in front, which is -1; one extent after it may be -1 and follows from the others"`
}

// Build implements [Function]. A batch of -1 leaves room for one open extent more,
// which Keras would have to work out too.
func (f *reshape) Build(s *Site, in []*ir.Value) *ir.Value {
	x := in[0]
	written := make([]int, len(f.NewShape))
	for i, d := range f.NewShape {
		if written[i] = -1; d != nil {
			written[i] = *d
		}
	}
	if len(written) == 0 || written[0] != -1 {
		return s.Fail("newshape", "newshape %s begins with the batch, which is -1; the rows of a batch are reshaped apart", flow(written))
	}
	shape, open, known, total := ir.Shape{ir.Batch}, -1, 1, x.Shape.Elements()
	for i, d := range written[1:] {
		switch {
		case d == -1 && open >= 0:
			return s.Fail("newshape", "newshape %s has more than one -1 after the batch", flow(written))
		case d == -1:
			open = i + 1
		case d < 1:
			return s.Fail("newshape", "newshape %s: an extent of %d leaves no values", flow(written), d)
		case d > ir.MaxElements/known:
			return s.Fail("newshape", "newshape %s has more than %d values a row", flow(written), ir.MaxElements)
		default:
			known *= d
		}
		shape = append(shape, d)
	}
	if open >= 0 && total%known == 0 {
		shape[open], known = total/known, total
	}
	if known != total {
		return s.Fail("newshape", "newshape %s does not fit: %s gives %v, %d values a row", flow(written), s.From(x), x.Shape, total)
	}
	return op.ReshapeTo(s.B, x, shape)
}

type expandDims struct {
	Axis []int `arg:"axis,required" doc:"where the new axes are, the batch being axis 0"`
}

// Build implements [Function].
func (f *expandDims) Build(s *Site, in []*ir.Value) *ir.Value {
	x := in[0]
	rank := len(x.Shape) + len(f.Axis)
	isNew := make([]bool, rank)
	for _, ax := range f.Axis {
		at := ax
		if at < 0 {
			at += rank
		}
		switch {
		case at < 0 || at >= rank:
			return s.Fail("axis", "axis %d does not exist: with the new ones %v has the axes 1 to %d after the batch, or -1 for the last", ax, x.Shape, rank-1)
		case at == 0:
			return s.Fail("axis", "axis %d would stand before the batch, which is axis 0; the new axes are 1 to %d", ax, rank-1)
		case isNew[at]:
			return s.Fail("axis", "axis %s names the axis %d twice", flow(f.Axis), at)
		}
		isNew[at] = true
	}
	var shape ir.Shape
	next := 0
	for _, n := range isNew {
		if n {
			shape = append(shape, 1)
			continue
		}
		shape = append(shape, x.Shape[next])
		next++
	}
	return op.ReshapeTo(s.B, x, shape)
}

type squeeze struct {
	Axis []int `arg:"axis,null" doc:"axes of length 1; null: all that are"`
}

// Build implements [Function].
func (f *squeeze) Build(s *Site, in []*ir.Value) *ir.Value {
	x := in[0]
	var axes []int
	if f.Axis == nil {
		for i, d := range x.Shape {
			if d == 1 {
				axes = append(axes, i)
			}
		}
		return without(s, x, axes)
	}
	axes, ok := reduced(s, "axis", f.Axis, x)
	if !ok {
		return s.bad()
	}
	for _, ax := range axes {
		if x.Shape[ax] != 1 {
			return s.Fail("axis", "axis %d of %v has %d elements; squeeze takes out axes of length 1", ax, x.Shape, x.Shape[ax])
		}
	}
	return without(s, x, axes)
}

// permuted is x with its axes in another order.
func (s *Site) permuted(argument string, x *ir.Value, perm []int) *ir.Value {
	if perm[0] != 0 {
		return s.Fail(argument, "%s takes the batch from its place: %v would have its axes in the order %s, and axis 0 stays first", s.Row.Name, x.Shape, flow(perm))
	}
	return op.TransposeTo(s.B, x, perm...)
}

type transpose struct {
	Axes []int `arg:"axes,null" doc:"order of the axes, the batch being axis 0; null: in reverse"`
}

// Build implements [Function].
func (f *transpose) Build(s *Site, in []*ir.Value) *ir.Value {
	x := in[0]
	rank := len(x.Shape)
	perm, seen := make([]int, rank), make([]bool, rank)
	if f.Axes == nil {
		return s.Fail("", "transpose without axes takes the batch from its place; %v may have axes: %s", x.Shape, flow(reversed(rank)))
	}
	for i, ax := range f.Axes {
		if ax < 0 {
			ax += rank
		}
		if len(f.Axes) != rank || ax < 0 || ax >= rank || seen[ax] {
			return s.Fail("axes", "axes %s is no order of the %d axes of %v, which are 0 to %d", flow(f.Axes), rank, x.Shape, rank-1)
		}
		perm[i], seen[ax] = ax, true
	}
	return s.permuted("axes", x, perm)
}

// reversed is 0 and the other axes in reverse.
func reversed(rank int) []int {
	perm := []int{0}
	for i := rank - 1; i > 0; i-- {
		perm = append(perm, i)
	}
	return perm
}

type swapAxes struct {
	Axis1 int `arg:"axis1,required" doc:"one axis, the batch being axis 0"`
	Axis2 int `arg:"axis2,required" doc:"the other one"`
}

// Build implements [Function].
func (f *swapAxes) Build(s *Site, in []*ir.Value) *ir.Value {
	x := in[0]
	one, ok := s.axis("axis1", x, f.Axis1)
	if !ok {
		return s.bad()
	}
	other, ok := s.axis("axis2", x, f.Axis2)
	if !ok {
		return s.bad()
	}
	perm := ascending(len(x.Shape))
	perm[one], perm[other] = perm[other], perm[one]
	return op.TransposeTo(s.B, x, perm...)
}

func ascending(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

type moveAxis struct {
	Source      []int `arg:"source,required" doc:"axes that move, the batch being axis 0"`
	Destination []int `arg:"destination,required" doc:"where each of them is then"`
}

// Build implements [Function].
func (f *moveAxis) Build(s *Site, in []*ir.Value) *ir.Value {
	x := in[0]
	rank := len(x.Shape)
	if len(f.Source) != len(f.Destination) {
		return s.Fail("destination", "moveaxis takes as many destinations as sources, not %d for %d", len(f.Destination), len(f.Source))
	}
	perm := make([]int, rank)
	for i := range perm {
		perm[i] = -1
	}
	moved := make([]bool, rank)
	for i := range f.Source {
		from, to := f.Source[i], f.Destination[i]
		if from < 0 {
			from += rank
		}
		if to < 0 {
			to += rank
		}
		if min(from, to) < 0 || max(from, to) >= rank || moved[from] || perm[to] >= 0 {
			return s.Fail("source", "moveaxis from %s to %s does not fit %v, whose axes are 0 to %d", flow(f.Source), flow(f.Destination), x.Shape, rank-1)
		}
		perm[to], moved[from] = from, true
	}
	next := 0
	for i := range perm {
		if perm[i] >= 0 {
			continue
		}
		for moved[next] {
			next++
		}
		perm[i] = next
		next++
	}
	return s.permuted("source", x, perm)
}
