package onnx

import (
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// reduction is an operator that reduces axes: in is applied to the elements before,
// out to the result.
type reduction struct {
	reduce  func(b *ir.Builder, x *ir.Value, keep bool, axes ...int) *ir.Value
	fold    func(a, b float64) float64
	start   float64
	in, out scalar.Expr
	mean    bool
	// whole is what so many whole numbers become; nil where they become no whole ones.
	whole func(s span, n int) span
}

func (s span) any(int) span { return s }

func sum(a, b float64) float64 { return a + b }

var (
	highest  = reduction{reduce: op.Max, fold: math.Max, start: math.Inf(-1), whole: span.any}
	lowestOf = reduction{reduce: smallest, fold: math.Min, start: math.Inf(1), whole: span.any}
)

var square = scalar.Call("mul", scalar.Arg(0), scalar.Arg(0))

var reduceRows = map[string]row{
	"ReduceSum":       reducing(reduction{reduce: op.Sum, fold: sum, whole: span.times}),
	"ReduceMean":      reducing(reduction{reduce: op.Mean, fold: sum, mean: true}),
	"ReduceMax":       reducing(highest),
	"ReduceMin":       reducing(lowestOf),
	"ReduceProd":      reducing(reduction{reduce: productOver, fold: func(a, b float64) float64 { return a * b }, start: 1}),
	"ReduceL1":        reducing(reduction{reduce: op.Sum, fold: sum, in: scalar.Call("abs", scalar.Arg(0)), whole: span.times}),
	"ReduceL2":        reducing(reduction{reduce: op.Sum, fold: sum, in: square, out: scalar.Call("sqrt", scalar.Arg(0))}),
	"ReduceSumSquare": reducing(reduction{reduce: op.Sum, fold: sum, in: square, whole: span.times}),
	"ReduceLogSum":    reducing(reduction{reduce: op.Sum, fold: sum, out: scalar.Call("log", scalar.Arg(0))}),
	"ReduceLogSumExp": {least: 1, most: 2, graph: logSumExp, known: func(n *node) []*tensor.Tensor {
		if tensor.Count(n.in[0].Shape) > 0 {
			return nil
		}
		return reduceKnown(n, reduction{fold: sum, out: scalar.Call("log", scalar.Arg(0))})
	}},
	"ArgMax":     {least: 1, most: 1, graph: func(n *node) []*Value { return argumentOf(n, false) }},
	"ArgMin":     {least: 1, most: 1, graph: func(n *node) []*Value { return argumentOf(n, true) }},
	"Softmax":    {least: 1, most: 1, graph: func(n *node) []*Value { return softmaxOver(n, op.Softmax) }},
	"LogSoftmax": {least: 1, most: 1, graph: func(n *node) []*Value { return softmaxOver(n, op.LogSoftmax) }},
	"Hardmax":    {least: 1, most: 1, graph: hardmax},
}

// smallest is the least element, the largest of the negated ones.
func smallest(b *ir.Builder, x *ir.Value, keep bool, axes ...int) *ir.Value {
	return op.MapOf(b, scalar.Call("neg", scalar.Arg(0)), "neg", op.Max(b, op.MapOf(b, scalar.Call("neg", scalar.Arg(0)), "neg", x), keep, axes...))
}

// productOver multiplies the elements of axes: two halves with each other, until one
// element is left.
func productOver(b *ir.Builder, x *ir.Value, keep bool, axes ...int) *ir.Value {
	if !x.Valid() {
		return x
	}
	shape := slices.Clone(x.Shape)
	for _, a := range axes {
		for d := x.Shape[a]; d > 1; d = x.Shape[a] {
			half := d / 2
			y := op.MapOf(b, scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), "product", op.SliceAxis(b, x, a, 0, half), op.SliceAxis(b, x, a, half, half))
			if d%2 == 1 {
				y = op.Concatenate(b, a, y, op.SliceAxis(b, x, a, d-1, 1))
			}
			x = y
		}
		shape[a] = 1
	}
	if !keep {
		var rest ir.Shape
		for i, d := range shape {
			if !slices.Contains(axes, i) {
				rest = append(rest, d)
			}
		}
		shape = rest
	}
	return op.ReshapeTo(b, x, shape)
}

// reducedAxes are the axes to reduce; none: the operand is the result.
func reducedAxes(n *node) []int {
	rank := n.in[0].rank()
	list, given := n.list("axes", 1)
	if !given || len(list) == 0 {
		if n.int("noop_with_empty_axes", 0) != 0 {
			return nil
		}
		return tensor.Identity(rank)
	}
	return n.axes(list, rank)
}

func reducing(r reduction) row {
	out := row{least: 1, most: 2, known: func(n *node) []*tensor.Tensor { return reduceKnown(n, r) }}
	if r.reduce != nil {
		out.graph = func(n *node) []*Value { return reduceGraph(n, r) }
	}
	return out
}

func reduceKnown(n *node, r reduction) []*tensor.Tensor {
	from, axes := n.in[0].Known, reducedAxes(n)
	if n.failed {
		return nil
	}
	kept, step := slices.Clone(from.Shape), tensor.Strides(from.Shape)
	for _, a := range axes {
		kept[a] = 1
	}
	to := tensor.Strides(kept)
	for i := range to {
		if kept[i] == 1 {
			to[i] = 0
		}
	}
	sums := slices.Repeat([]float64{r.start}, tensor.Count(kept))
	places := slices.Collect(tensor.Walk(from.Shape, to))
	i := 0
	for at := range tensor.Walk(from.Shape, step) {
		v := from.At(at)
		if r.in != nil {
			v = scalar.Eval(r.in, []float64{v}, 1)
		}
		sums[places[i]] = r.fold(sums[places[i]], v)
		i++
	}
	s := kept
	if n.int("keepdims", 1) == 0 {
		s = nil
		for i, d := range from.Shape {
			if !slices.Contains(axes, i) {
				s = append(s, d)
			}
		}
	}
	t := tensor.New(from.Type, s)
	for i, v := range sums {
		if r.mean {
			v /= float64(tensor.Count(from.Shape)) / float64(len(sums))
			if tensor.IsInteger(from.Type) {
				v = math.Trunc(v)
			}
		}
		if r.out != nil {
			v = scalar.Eval(r.out, []float64{v}, 1)
		}
		t.Set(i, v)
	}
	return []*tensor.Tensor{t}
}

// reduceGraph keeps channels last where the axes stay.
func reduceGraph(n *node, r reduction) []*Value {
	v, axes, keep := n.in[0], reducedAxes(n), n.int("keepdims", 1) != 0
	s := n.exact(v)
	if tensor.IsInteger(v.Type) && r.whole == nil {
		n.errorf("it reduces %v, which is not supported", v.Type)
	}
	if n.failed {
		return nil
	}
	if tensor.IsInteger(v.Type) {
		if r.in != nil {
			s = reach(r.in, []span{s})
		}
		size := 1
		for _, a := range axes {
			size *= v.Shape[a]
		}
		s = r.whole(s, size)
		return fitted(n, reduced(n, r, v, axes, keep), s)
	}
	return reduced(n, r, v, axes, keep)
}

// reduced are the axes of v reduced.
func reduced(n *node, r reduction, v *Value, axes []int, keep bool) []*Value {
	finish := func(x *ir.Value) *ir.Value {
		if r.out != nil {
			return op.MapOf(n.b, r.out, "reduced", x)
		}
		return x
	}
	begin := func(x *ir.Value) *ir.Value {
		if r.in != nil {
			return op.MapOf(n.b, r.in, "element", x)
		}
		return x
	}
	if keep && v.channelsLast != nil && v.inOrder == nil {
		perm := lastPerm(v.rank())
		var at []int
		for i, a := range perm {
			if slices.Contains(axes, a) {
				at = append(at, front(v.channelsLast)+i)
			}
		}
		x := begin(v.channelsLast)
		if len(at) > 0 {
			x = r.reduce(n.b, x, true, at...)
		}
		return one(n.computedLast(finish(x), v.Type))
	}
	x := begin(n.plain(v))
	if !x.Valid() {
		return unless(n, "its operand is not valid")
	}
	if len(axes) > 0 {
		at := slices.Clone(axes)
		for i := range at {
			at[i] += front(x)
		}
		x = r.reduce(n.b, x, keep, at...)
	}
	return one(n.computed(finish(x), v.Type))
}

// logSumExp is stable: the largest element is taken out first.
func logSumExp(n *node) []*Value {
	v, axes, keep := n.in[0], reducedAxes(n), n.int("keepdims", 1) != 0
	x := n.x(0)
	if n.failed || !x.Valid() || !tensor.IsFloat(v.Type) {
		return n.errorf("it computes with %v", v.Type)
	}
	if len(axes) == 0 {
		return n.in[:1]
	}
	at := slices.Clone(axes)
	for i := range at {
		at[i] += front(x)
	}
	top := op.MaxStop(n.b, x, true, at...)
	e := op.MapOf(n.b, scalar.Call("exp", scalar.Call("sub", scalar.Arg(0), scalar.Arg(1))), "exp", x, top)
	y := op.MapOf(n.b, scalar.Call("add", scalar.Call("log", scalar.Arg(0)), scalar.Arg(1)), "logsumexp", op.Sum(n.b, e, true, at...), top)
	if !keep && y.Valid() {
		s := append(ir.Shape{}, y.Shape[:front(y)]...)
		for i, d := range v.Shape {
			if !slices.Contains(axes, i) {
				s = append(s, d)
			}
		}
		y = op.ReshapeTo(n.b, y, s)
	}
	return one(n.computed(y, v.Type))
}

// argumentOf is where the first largest element of an axis is, or the smallest.
func argumentOf(n *node, least bool) []*Value {
	v := n.in[0]
	axis := n.axis(n.int("axis", 0), v.rank())
	x := n.x(0)
	if n.exact(v); n.failed || !x.Valid() {
		return unless(n, "its operand is not valid")
	}
	if least {
		x = op.MapOf(n.b, scalar.Call("neg", scalar.Arg(0)), "neg", x)
	}
	keep, at := n.int("keepdims", 1) != 0, front(x)+axis
	last := n.int("select_last_index", 0) != 0
	if last { // the first of what is turned around
		x = op.Flip(n.b, x, at)
	}
	y := op.ArgMax(n.b, x, keep, at)
	if last {
		y = op.MapOf(n.b, scalar.Call("sub", scalar.Num(float64(v.Shape[axis]-1)), scalar.Arg(0)), "last", y)
	}
	out := n.computed(y, proto.Int64)
	out.whole = &span{high: float64(v.Shape[axis] - 1)}
	return one(out)
}

// softmaxOver is over one axis; before opset 13 over that axis and all after it.
func softmaxOver(n *node, f func(b *ir.Builder, x *ir.Value, axis int) *ir.Value) []*Value {
	v := n.in[0]
	x := n.x(0)
	otherwise := -1
	if n.opset < 13 {
		otherwise = 1
	}
	rank := v.rank()
	axis := n.axis(n.int("axis", otherwise), rank)
	if n.failed || !x.Valid() {
		return unless(n, "its operand is not valid")
	}
	if n.opset >= 13 || axis == rank-1 {
		return one(n.computed(f(n.b, x, front(x)+axis), v.Type))
	}
	flat := append(append(append(ir.Shape{}, x.Shape[:front(x)]...), v.Shape[:axis]...), tensor.Count(v.Shape[axis:]))
	y := f(n.b, op.ReshapeTo(n.b, x, flat), front(x)+axis)
	return one(n.computed(op.ReshapeTo(n.b, y, x.Shape), v.Type))
}

// hardmax is 1 at the first largest element of an axis.
func hardmax(n *node) []*Value {
	v := n.in[0]
	otherwise := -1
	if n.opset < 13 {
		otherwise = 1
	}
	axis := n.axis(n.int("axis", otherwise), v.rank())
	x := n.x(0)
	if n.failed || !x.Valid() || n.opset < 13 && axis != v.rank()-1 {
		return n.errorf("axis %d in opset %d is not supported", axis, n.opset)
	}
	at := op.ArgMax(n.b, x, true, front(x)+axis)
	numbers := make([]float64, v.Shape[axis])
	for i := range numbers {
		numbers[i] = float64(i)
	}
	shape := slices.Repeat([]int{1}, v.rank()-axis)
	shape[0] = len(numbers)
	return one(n.computed(op.MapOf(n.b, scalar.Call("eq", scalar.Arg(0), scalar.Arg(1)), "hardmax", at, op.ConstOf(n.b, shape, numbers)), v.Type))
}
