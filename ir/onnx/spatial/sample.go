package spatial

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/arithmetic"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/product"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var sampleRows = map[string]node.Row{
	"GridSample": {Least: 2, Most: 2, Graph: gridSample},
	"AffineGrid": {Least: 2, Most: 2, Graph: affineGrid},
	"RoiAlign":   {Least: 3, Most: 3, IDs: true, Graph: roiAlign},
	"DeformConv": {Least: 3, Most: 5, Graph: deformConv},
}

// sampler reads an image between its pixels.
type sampler struct {
	n       *node.Node
	image   *ir.Value // [rows, batch, space…, channels]
	mode    string    // nearest, linear or cubic
	outside string    // zeros, border or reflection: what is read there
	corners bool      // reflection is about the middle of the last pixels, not their edges
	most    bool      // the largest of the weighed pixels, not their sum
}

// tap is a pixel along one axis that takes part: its place and its weight, [rows, batch,
// points].
type tap struct{ at, weight *ir.Value }

// mirrored is x reflected at both ends of an axis of d until it is between them.
func (s sampler) mirrored(x scalar.Expr, d int) scalar.Expr {
	low, size := -0.5, float64(d)
	if s.corners {
		low, size = 0, float64(d-1)
	}
	if size == 0 {
		return scalar.Num(0)
	}
	far := scalar.Call("abs", scalar.Call("sub", x, scalar.Num(low)))
	rest := scalar.Call("sub", far, scalar.Call("mul", scalar.Num(2*size), scalar.Call("floor", scalar.Call("mul", scalar.Num(1/(2*size)), far))))
	return scalar.Call("add", scalar.Num(low), scalar.Call("select", scalar.Call("le", rest, scalar.Num(size)), rest, scalar.Call("sub", scalar.Num(2*size), rest)))
}

// inside is x where it is to be read instead of outside.
func (s sampler) inside(x scalar.Expr, d int) scalar.Expr {
	switch s.outside {
	case "border":
		return arithmetic.Clipped(x, 0, float64(d-1))
	case "reflection":
		return s.mirrored(x, d)
	}
	return x
}

// taps are the pixels of an axis of d that the places x take part of.
func (s sampler) taps(x *ir.Value, d int) []tap {
	b := s.n.B
	if s.mode == "nearest" {
		x = op.MapOf(b, arithmetic.Rounded(scalar.Arg(0)), "nearest", x)
	}
	x = op.MapOf(b, s.inside(scalar.Arg(0), d), "place", x)
	first := op.MapOf(b, scalar.Call("floor", scalar.Arg(0)), "first", x)
	part := op.MapOf(b, scalar.Call("sub", scalar.Arg(0), scalar.Arg(1)), "part", x, first)
	weights := map[string][]scalar.Expr{"nearest": {scalar.Num(1)}, "linear": {scalar.Call("sub", scalar.Num(1), scalar.Arg(0)), scalar.Arg(0)}, "cubic": keys(-0.75)}[s.mode]
	var list []tap
	for i, w := range weights {
		step := float64(i)
		if s.mode == "cubic" {
			step--
		}
		at := op.MapOf(b, scalar.Call("add", scalar.Arg(0), scalar.Num(step)), "tap", first)
		weight := op.MapOf(b, w, "weight", part)
		if s.outside == "zeros" {
			there := scalar.Call("mul", scalar.Call("ge", scalar.Arg(1), scalar.Num(0)), scalar.Call("le", scalar.Arg(1), scalar.Num(float64(d-1))))
			weight = op.MapOf(b, scalar.Call("mul", scalar.Arg(0), there), "weight", weight, at)
		}
		at = op.MapOf(b, arithmetic.Clipped(s.inside(scalar.Arg(0), d), 0, float64(d-1)), "tap", at)
		list = append(list, tap{at, weight})
	}
	return list
}

// keys are the weights of four neighbours by a part of the way. Source: R. G. Keys, Cubic
// Convolution Interpolation for Digital Image Processing (1981), equation 4.
func keys(a float64) []scalar.Expr {
	near := func(x scalar.Expr) scalar.Expr {
		return scalar.Call("add", scalar.Call("mul", scalar.Call("mul", scalar.Call("sub", scalar.Call("mul", scalar.Num(a+2), x), scalar.Num(a+3)), x), x), scalar.Num(1))
	}
	far := func(x scalar.Expr) scalar.Expr {
		return scalar.Call("sub", scalar.Call("mul", scalar.Call("add", scalar.Call("mul", scalar.Call("sub", scalar.Call("mul", scalar.Num(a), x), scalar.Num(5*a)), x), scalar.Num(8*a)), x), scalar.Num(4*a))
	}
	x := scalar.Arg(0)
	return []scalar.Expr{far(scalar.Call("add", x, scalar.Num(1))), near(x), near(scalar.Call("sub", scalar.Num(1), x)), far(scalar.Call("sub", scalar.Num(2), x))}
}

// at reads the image at places, [rows, batch, points] for every axis of space: [rows,
// batch, points, channels].
func (s sampler) at(places []*ir.Value) *ir.Value {
	b, shape := s.n.B, s.image.Shape
	for _, x := range places {
		if !x.Valid() {
			return x
		}
	}
	space := shape[2 : len(shape)-1]
	flat := op.ReshapeTo(b, s.image, ir.Shape{ir.Batch, shape[1], tensor.Count(space), shape[len(shape)-1]})
	var axes [][]tap
	for i, x := range places {
		axes = append(axes, s.taps(x, space[i]))
	}
	var total *ir.Value
	var visit func(axis int, at, weight *ir.Value)
	visit = func(axis int, at, weight *ir.Value) {
		if axis < len(axes) {
			for _, t := range axes[axis] {
				if axis == 0 {
					visit(1, t.at, t.weight)
					continue
				}
				pixel := scalar.Call("add", scalar.Call("mul", scalar.Num(float64(space[axis])), scalar.Arg(0)), scalar.Arg(1))
				product := scalar.Call("mul", scalar.Arg(0), scalar.Arg(1))
				visit(axis+1, op.MapOf(b, pixel, "pixel", at, t.at), op.MapOf(b, product, "weight", weight, t.weight))
			}
			return
		}
		pixel := op.GatherAlong(b, flat, op.Integers(b, at, tensor.Count(space)), 2)
		if !pixel.Valid() {
			total = pixel
			return
		}
		w := op.ReshapeTo(b, weight, append(slices.Clone(weight.Shape), 1))
		switch {
		case total == nil:
			total = op.MapOf(b, scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), "sample", pixel, w)
		case s.most:
			total = op.MapOf(b, scalar.Call("max", scalar.Arg(2), scalar.Call("mul", scalar.Arg(0), scalar.Arg(1))), "sample", pixel, w, total)
		default:
			total = op.MapOf(b, scalar.Call("add", scalar.Arg(2), scalar.Call("mul", scalar.Arg(0), scalar.Arg(1))), "sample", pixel, w, total)
		}
	}
	visit(0, nil, nil)
	return total
}

// rowsLast is operand i with rows in front and its channels last.
func rowsLast(n *node.Node, i int) *ir.Value {
	x := n.Wide(n.In[i], n.In[i].Rank())
	return node.Rowed(n, x)
}

// gridSample reads an image at places from -1 to 1 along every axis, the last axis first.
// Source: ONNX 1.22, GridSample.
func gridSample(n *node.Node) []*node.Value {
	v, grid := n.In[0], n.In[1]
	space := v.Rank() - 2
	if space < 1 || grid.Rank() != v.Rank() || grid.Shape[0] != v.Shape[0] || grid.Shape[grid.Rank()-1] != space {
		return n.Errorf("places %v in an image %v", grid.Shape, v.Shape)
	}
	mode, known := map[string]string{"linear": "linear", "bilinear": "linear", "nearest": "nearest", "cubic": "cubic", "bicubic": "cubic"}[n.Text("mode", "linear")]
	s := sampler{n: n, mode: mode, outside: n.Text("padding_mode", "zeros"), corners: n.Int("align_corners", 0) != 0}
	if !known || !slices.Contains([]string{"zeros", "border", "reflection"}, s.outside) {
		return n.Errorf("mode %s with padding_mode %s", n.Text("mode", "linear"), s.outside)
	}
	s.image = rowsLast(n, 0)
	x := node.Rowed(n, n.X(1))
	if !s.image.Valid() || !x.Valid() {
		return n.Errorf("its operands are not valid")
	}
	points := grid.Shape[1 : grid.Rank()-1]
	x = op.ReshapeTo(n.B, x, ir.Shape{ir.Batch, v.Shape[0], tensor.Count(points), space})
	var places []*ir.Value
	for i, d := range v.Shape[2:] {
		p := op.ReshapeTo(n.B, op.SliceAxis(n.B, x, 3, space-1-i, 1), ir.Shape{ir.Batch, v.Shape[0], tensor.Count(points)})
		e := scalar.Call("mul", scalar.Num(0.5), scalar.Call("sub", scalar.Call("mul", scalar.Call("add", scalar.Arg(0), scalar.Num(1)), scalar.Num(float64(d))), scalar.Num(1)))
		if s.corners {
			e = scalar.Call("mul", scalar.Num(float64(d-1)/2), scalar.Call("add", scalar.Arg(0), scalar.Num(1)))
		}
		places = append(places, op.MapOf(n.B, e, "place", p))
	}
	y := op.ReshapeTo(n.B, s.at(places), append(append(ir.Shape{ir.Batch, v.Shape[0]}, points...), v.Shape[1]))
	return node.One(n.ComputedLast(y, v.Type))
}

// affineGrid are the places of pixels, from -1 to 1, moved by a matrix. Source: ONNX 1.22,
// AffineGrid.
func affineGrid(n *node.Node) []*node.Value {
	v := n.In[0]
	size, _ := n.List("size", 1)
	space := len(size) - 2
	if n.Failed || space < 1 || slices.Min(size) < 1 || v.Rank() != 3 || v.Shape[1] != space || v.Shape[2] != space+1 || n.Large(append([]int{space + 1}, size[2:]...)) {
		return n.Errorf("matrices %v for images %v", v.Shape, size)
	}
	var table []float64
	index := make([]int, space)
	for range tensor.Count(size[2:]) {
		for i := space - 1; i >= 0; i-- { // the last axis is the first coordinate
			d, at := float64(size[2+i]), float64(index[i])
			if n.Int("align_corners", 0) != 0 {
				table = append(table, 2*at/max(1, d-1)-1)
			} else {
				table = append(table, (2*at+1)/d-1)
			}
		}
		table = append(table, 1)
		for i := space - 1; i >= 0; i-- {
			if index[i]++; index[i] < size[2+i] {
				break
			}
			index[i] = 0
		}
	}
	m := n.Table(ir.Shape{tensor.Count(size[2:]), space + 1}, table)
	y := n.Computed(product.Contracted(n, n.X(0), "bij", m, "pj", "bpi"), v.Type)
	y = node.ShapedAs(n, y, append(append([]int{v.Shape[0]}, size[2:]...), space))
	if n.Failed {
		return nil
	}
	return node.One(y)
}

// roiAlign is the mean, or the largest, of samples in the parts of boxes. Source: ONNX
// 1.22, RoiAlign.
func roiAlign(n *node.Node) []*node.Value {
	v, boxes, ids := n.In[0], n.In[1], n.In[2]
	height, width, samples := n.Int("output_height", 1), n.Int("output_width", 1), n.Int("sampling_ratio", 0)
	if v.Rank() != 4 || boxes.Rank() != 2 || boxes.Shape[1] != 4 || ids.Rank() != 1 || ids.Shape[0] != boxes.Shape[0] || height < 1 || width < 1 {
		return n.Errorf("boxes %v of %v", boxes.Shape, v.Shape)
	}
	if samples < 1 {
		return n.Errorf("sampling_ratio 0 takes as many samples as a box is large, which depends on an input; write a number")
	}
	count, batch := boxes.Shape[0], v.Shape[0]
	half, otherwise := 0.0, "half_pixel"
	if n.Opset < 16 {
		otherwise = "output_half_pixel"
	}
	if n.Text("coordinate_transformation_mode", otherwise) == "half_pixel" {
		half = 0.5
	}
	x, box, id := rowsLast(n, 0), node.Rowed(n, n.X(1)), node.Rowed(n, n.X(2))
	if !x.Valid() || !box.Valid() || !id.Valid() {
		return n.Errorf("its operands are not valid")
	}
	b := n.B
	corner := func(i int) *ir.Value {
		return op.MapOf(b, scalar.Call("sub", scalar.Call("mul", scalar.Arg(0), scalar.Num(n.Float("spatial_scale", 1))), scalar.Num(half)), "corner", op.SliceAxis(b, box, 2, i, 1))
	}
	// along are the places of all samples of an axis, [rows, boxes, parts·samples], and 1
	// where they are in the image.
	along := func(from, to *ir.Value, parts, d int) (at, in *ir.Value) {
		e := scalar.Call("sub", scalar.Arg(1), scalar.Arg(0))
		if half == 0 {
			e = scalar.Call("max", e, scalar.Num(1))
		}
		size := op.MapOf(b, e, "size", from, to)
		steps := make([]float64, parts*samples)
		for i := range steps {
			steps[i] = (float64(i) + 0.5) / float64(samples) / float64(parts)
		}
		at = op.MapOf(b, scalar.Call("add", scalar.Arg(0), scalar.Call("mul", scalar.Arg(1), scalar.Arg(2))), "place", from, size, op.ConstOf(b, ir.Shape{len(steps)}, steps))
		return at, op.MapOf(b, scalar.Call("mul", scalar.Call("ge", scalar.Arg(0), scalar.Num(-1)), scalar.Call("le", scalar.Arg(0), scalar.Num(float64(d)))), "inside", at)
	}
	ys, inY := along(corner(1), corner(3), height, v.Shape[2])
	xs, inX := along(corner(0), corner(2), width, v.Shape[3])
	rows, columns := height*samples, width*samples
	points := count * rows * columns
	spread := func(v *ir.Value, r, c int) *ir.Value {
		return op.ReshapeTo(b, op.BroadcastTo(b, op.ReshapeTo(b, v, ir.Shape{ir.Batch, count, r, c}), ir.Shape{ir.Batch, count, rows, columns}), ir.Shape{ir.Batch, 1, points})
	}
	id = op.MapOf(b, scalar.Arg(0), "number", id)
	places := []*ir.Value{spread(id, 1, 1), spread(ys, rows, 1), spread(xs, 1, columns)}
	most := n.Text("mode", "avg") == "max"
	// The batch is one more axis of space, on which every place is whole.
	s := sampler{n: n, mode: "linear", outside: "border", most: most}
	s.image = op.ReshapeTo(b, x, ir.Shape{ir.Batch, 1, batch, v.Shape[2], v.Shape[3], v.Shape[1]})
	y := s.at(places)
	there := op.MapOf(b, scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), "inside", spread(inY, rows, 1), spread(inX, 1, columns))
	if !y.Valid() || !there.Valid() {
		return n.Errorf("its operands are not valid")
	}
	y = op.MapOf(b, scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), "sample", y, op.ReshapeTo(b, there, ir.Shape{ir.Batch, 1, points, 1}))
	y = op.ReshapeTo(b, y, ir.Shape{ir.Batch, count, height, samples, width, samples, v.Shape[1]})
	if most {
		y = op.Max(b, y, false, 3, 5)
	} else {
		y = op.Mean(b, y, false, 3, 5)
	}
	return node.One(n.ComputedLast(y, v.Type))
}

// deformConv is a convolution whose taps are moved by offsets and weighed by a mask.
// Source: ONNX 1.22, DeformConv.
func deformConv(n *node.Node) []*node.Value {
	v, w, offset := n.In[0], n.In[1], n.In[2]
	groups, parts := n.Int("group", 1), n.Int("offset_group", 1)
	if v.Rank() != 4 || w.Rank() != 4 || offset.Rank() != 4 || groups < 1 || parts < 1 || v.Shape[1] != w.Shape[1]*groups || w.Shape[0]%groups != 0 || v.Shape[1]%parts != 0 {
		return n.Errorf("weights %v over images %v; those with two axes are supported", w.Shape, v.Shape)
	}
	f, ok := frameOf(n, w.Shape[2:])
	if !ok || !fits(n, f) {
		return node.Unless(n, "its window is not valid")
	}
	batch, taps, out := v.Shape[0], tensor.Count(f.size), []int{f.out(0), f.out(1)}
	points := tensor.Count(out)
	if !slices.Equal(offset.Shape, []int{batch, parts * taps * 2, out[0], out[1]}) {
		return n.Errorf("offsets %v for %d taps in %d groups at %v", offset.Shape, taps, parts, out)
	}
	b, x, moved := n.B, rowsLast(n, 0), node.Rowed(n, n.X(2))
	if !x.Valid() || !moved.Valid() {
		return n.Errorf("its operands are not valid")
	}
	moved = op.ReshapeTo(b, moved, ir.Shape{ir.Batch, batch, parts, taps, 2, points})
	var mask *ir.Value
	if m := n.Operand(4); m != nil {
		if !slices.Equal(m.Shape, []int{batch, parts * taps, out[0], out[1]}) {
			return n.Errorf("a mask %v for %d taps in %d groups at %v", m.Shape, taps, parts, out)
		}
		mask = op.ReshapeTo(b, node.Rowed(n, n.Plain(m)), ir.Shape{ir.Batch, batch, parts, taps * points, 1})
	}
	each := v.Shape[1] / parts
	var columns []*ir.Value
	for g := range parts {
		var places []*ir.Value
		for a := range 2 {
			at := op.SliceAxis(b, op.SliceAxis(b, moved, 2, g, 1), 4, a, 1)
			at = op.ReshapeTo(b, at, ir.Shape{ir.Batch, batch, taps, points})
			at = op.MapOf(b, scalar.Call("add", scalar.Arg(0), scalar.Arg(1)), "place", at, op.ConstOf(b, ir.Shape{taps, points}, f.places(a)))
			places = append(places, op.ReshapeTo(b, at, ir.Shape{ir.Batch, batch, taps * points}))
		}
		s := sampler{n: n, mode: "linear", outside: "zeros", image: op.SliceAxis(b, x, 4, g*each, each)}
		y := s.at(places)
		if mask != nil {
			y = op.MapOf(b, scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), "masked", y, op.ReshapeTo(b, op.SliceAxis(b, mask, 2, g, 1), ir.Shape{ir.Batch, batch, taps * points, 1}))
		}
		columns = append(columns, y)
	}
	all := columns[0]
	if parts > 1 {
		all = op.Concatenate(b, 3, columns...)
	}
	all = op.ReshapeTo(b, all, ir.Shape{ir.Batch, batch, taps, points, groups, w.Shape[1]})
	kernel := node.Operator(n, "Reshape", nil, w, node.List(groups, w.Shape[0]/groups, w.Shape[1], taps))
	if n.Failed {
		return nil
	}
	y := product.Contracted(n, all, "btpgc", n.Plain(kernel), "goct", "bpgo")
	of := n.With(v, w, n.Operand(3))
	result := biased(of, op.ReshapeTo(b, y, ir.Shape{ir.Batch, batch, out[0], out[1], w.Shape[0]}))
	n.Take(of)
	return result
}
