package reduction

import (
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Reduction is an operator that reduces axes: in is applied to the elements before,
// out to the result.
type Reduction struct {
	reduce  func(b *ir.Builder, x *ir.Value, keep bool, axes ...int) *ir.Value
	fold    func(a, b float64) float64
	start   float64
	in, out scalar.Expr
	mean    bool
	// whole is what so many whole numbers become; nil where they become no whole ones.
	whole func(s node.Span, n int) node.Span
}

func anyOf(s node.Span, _ int) node.Span { return s }

func sum(a, b float64) float64 { return a + b }

var (
	Highest  = Reduction{reduce: op.Max, fold: math.Max, start: math.Inf(-1), whole: anyOf}
	LowestOf = Reduction{reduce: smallest, fold: math.Min, start: math.Inf(1), whole: anyOf}
)

// Square is x².
var Square = scalar.Call("mul", scalar.Arg(0), scalar.Arg(0))

var reduceRows = map[string]node.Row{
	"ReduceSum":       reducing(Reduction{reduce: op.Sum, fold: sum, whole: node.Span.Times}),
	"ReduceMean":      reducing(Reduction{reduce: op.Mean, fold: sum, mean: true}),
	"ReduceMax":       reducing(Highest),
	"ReduceMin":       reducing(LowestOf),
	"ReduceProd":      reducing(Reduction{reduce: productOver, fold: func(a, b float64) float64 { return a * b }, start: 1}),
	"ReduceL1":        reducing(Reduction{reduce: op.Sum, fold: sum, in: scalar.Call("abs", scalar.Arg(0)), whole: node.Span.Times}),
	"ReduceL2":        reducing(Reduction{reduce: op.Sum, fold: sum, in: Square, out: scalar.Call("sqrt", scalar.Arg(0))}),
	"ReduceSumSquare": reducing(Reduction{reduce: op.Sum, fold: sum, in: Square, whole: node.Span.Times}),
	"ReduceLogSum":    reducing(Reduction{reduce: op.Sum, fold: sum, out: scalar.Call("log", scalar.Arg(0))}),
	"ReduceLogSumExp": {Least: 1, Most: 2, Graph: logSumExp, Known: func(n *node.Node) []*tensor.Tensor {
		if tensor.Count(n.In[0].Shape) > 0 {
			return nil
		}
		return reduceKnown(n, Reduction{fold: sum, out: scalar.Call("log", scalar.Arg(0))})
	}},
	"ArgMax":     {Least: 1, Most: 1, Graph: func(n *node.Node) []*node.Value { return argumentOf(n, false) }},
	"ArgMin":     {Least: 1, Most: 1, Graph: func(n *node.Node) []*node.Value { return argumentOf(n, true) }},
	"Softmax":    {Least: 1, Most: 1, Graph: func(n *node.Node) []*node.Value { return softmaxOver(n, op.Softmax) }},
	"LogSoftmax": {Least: 1, Most: 1, Graph: func(n *node.Node) []*node.Value { return softmaxOver(n, op.LogSoftmax) }},
	"Hardmax":    {Least: 1, Most: 1, Graph: hardmax},
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
func reducedAxes(n *node.Node) []int {
	rank := n.In[0].Rank()
	list, given := n.List("axes", 1)
	if !given || len(list) == 0 {
		if n.Int("noop_with_empty_axes", 0) != 0 {
			return nil
		}
		return tensor.Identity(rank)
	}
	return n.Axes(list, rank)
}

func reducing(r Reduction) node.Row {
	out := node.Row{Least: 1, Most: 2, Known: func(n *node.Node) []*tensor.Tensor { return reduceKnown(n, r) }}
	if r.reduce != nil {
		out.Graph = func(n *node.Node) []*node.Value { return reduceGraph(n, r) }
	}
	return out
}

func reduceKnown(n *node.Node, r Reduction) []*tensor.Tensor {
	from, axes := n.In[0].Known, reducedAxes(n)
	if n.Failed {
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
	if n.Int("keepdims", 1) == 0 {
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
func reduceGraph(n *node.Node, r Reduction) []*node.Value {
	v, axes, keep := n.In[0], reducedAxes(n), n.Int("keepdims", 1) != 0
	s := n.Exact(v)
	if tensor.IsInteger(v.Type) && r.whole == nil {
		n.Errorf("it reduces %v, which is not supported", v.Type)
	}
	if n.Failed {
		return nil
	}
	if tensor.IsInteger(v.Type) {
		if r.in != nil {
			s = node.Reach(r.in, []node.Span{s})
		}
		size := 1
		for _, a := range axes {
			size *= v.Shape[a]
		}
		s = r.whole(s, size)
		return node.Fitted(n, Reduced(n, r, v, axes, keep), s)
	}
	return Reduced(n, r, v, axes, keep)
}

// Reduced are the axes of v reduced.
func Reduced(n *node.Node, r Reduction, v *node.Value, axes []int, keep bool) []*node.Value {
	finish := func(x *ir.Value) *ir.Value {
		if r.out != nil {
			return op.MapOf(n.B, r.out, "reduced", x)
		}
		return x
	}
	begin := func(x *ir.Value) *ir.Value {
		if r.in != nil {
			return op.MapOf(n.B, r.in, "element", x)
		}
		return x
	}
	if keep && v.ChannelsLast != nil && v.InOrder == nil {
		perm := node.LastPerm(v.Rank())
		var at []int
		for i, a := range perm {
			if slices.Contains(axes, a) {
				at = append(at, node.Front(v.ChannelsLast)+i)
			}
		}
		x := begin(v.ChannelsLast)
		if len(at) > 0 {
			x = r.reduce(n.B, x, true, at...)
		}
		return node.One(n.ComputedLast(finish(x), v.Type))
	}
	x := begin(n.Plain(v))
	if !x.Valid() {
		return node.Unless(n, "its operand is not valid")
	}
	if len(axes) > 0 {
		at := slices.Clone(axes)
		for i := range at {
			at[i] += node.Front(x)
		}
		x = r.reduce(n.B, x, keep, at...)
	}
	return node.One(n.Computed(finish(x), v.Type))
}

// logSumExp is stable: the largest element is taken out first.
func logSumExp(n *node.Node) []*node.Value {
	v, axes, keep := n.In[0], reducedAxes(n), n.Int("keepdims", 1) != 0
	x := n.X(0)
	if n.Failed || !x.Valid() || !tensor.IsFloat(v.Type) {
		return n.Errorf("it computes with %v", v.Type)
	}
	if len(axes) == 0 {
		return n.In[:1]
	}
	at := slices.Clone(axes)
	for i := range at {
		at[i] += node.Front(x)
	}
	top := op.MaxStop(n.B, x, true, at...)
	e := op.MapOf(n.B, scalar.Call("exp", scalar.Call("sub", scalar.Arg(0), scalar.Arg(1))), "exp", x, top)
	y := op.MapOf(n.B, scalar.Call("add", scalar.Call("log", scalar.Arg(0)), scalar.Arg(1)), "logsumexp", op.Sum(n.B, e, true, at...), top)
	if !keep && y.Valid() {
		s := append(ir.Shape{}, y.Shape[:node.Front(y)]...)
		for i, d := range v.Shape {
			if !slices.Contains(axes, i) {
				s = append(s, d)
			}
		}
		y = op.ReshapeTo(n.B, y, s)
	}
	return node.One(n.Computed(y, v.Type))
}

// argumentOf is where the first largest element of an axis is, or the smallest.
func argumentOf(n *node.Node, least bool) []*node.Value {
	v := n.In[0]
	axis := n.Axis(n.Int("axis", 0), v.Rank())
	x := n.X(0)
	if n.Exact(v); n.Failed || !x.Valid() {
		return node.Unless(n, "its operand is not valid")
	}
	if least {
		x = op.MapOf(n.B, scalar.Call("neg", scalar.Arg(0)), "neg", x)
	}
	keep, at := n.Int("keepdims", 1) != 0, node.Front(x)+axis
	last := n.Int("select_last_index", 0) != 0
	if last { // the first of what is turned around
		x = op.Flip(n.B, x, at)
	}
	y := op.ArgMax(n.B, x, keep, at)
	if last {
		y = op.MapOf(n.B, scalar.Call("sub", scalar.Num(float64(v.Shape[axis]-1)), scalar.Arg(0)), "last", y)
	}
	out := n.Computed(y, proto.Int64)
	out.Whole = &node.Span{High: float64(v.Shape[axis] - 1)}
	return node.One(out)
}

// softmaxOver is over one axis; before opset 13 over that axis and all after it.
func softmaxOver(n *node.Node, f func(b *ir.Builder, x *ir.Value, axis int) *ir.Value) []*node.Value {
	v := n.In[0]
	x := n.X(0)
	otherwise := -1
	if n.Opset < 13 {
		otherwise = 1
	}
	rank := v.Rank()
	axis := n.Axis(n.Int("axis", otherwise), rank)
	if n.Failed || !x.Valid() {
		return node.Unless(n, "its operand is not valid")
	}
	if n.Opset >= 13 || axis == rank-1 {
		return node.One(n.Computed(f(n.B, x, node.Front(x)+axis), v.Type))
	}
	flat := append(append(append(ir.Shape{}, x.Shape[:node.Front(x)]...), v.Shape[:axis]...), tensor.Count(v.Shape[axis:]))
	y := f(n.B, op.ReshapeTo(n.B, x, flat), node.Front(x)+axis)
	return node.One(n.Computed(op.ReshapeTo(n.B, y, x.Shape), v.Type))
}

// hardmax is 1 at the first largest element of an axis.
func hardmax(n *node.Node) []*node.Value {
	v := n.In[0]
	otherwise := -1
	if n.Opset < 13 {
		otherwise = 1
	}
	axis := n.Axis(n.Int("axis", otherwise), v.Rank())
	x := n.X(0)
	if n.Failed || !x.Valid() || n.Opset < 13 && axis != v.Rank()-1 {
		return n.Errorf("axis %d in opset %d is not supported", axis, n.Opset)
	}
	at := op.ArgMax(n.B, x, true, node.Front(x)+axis)
	numbers := make([]float64, v.Shape[axis])
	for i := range numbers {
		numbers[i] = float64(i)
	}
	shape := slices.Repeat([]int{1}, v.Rank()-axis)
	shape[0] = len(numbers)
	return node.One(n.Computed(op.MapOf(n.B, scalar.Call("eq", scalar.Arg(0), scalar.Arg(1)), "hardmax", at, op.ConstOf(n.B, shape, numbers)), v.Type))
}
