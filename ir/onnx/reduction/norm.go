package reduction

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/product"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var normRows = map[string]node.Row{
	"BatchNormalization":        {Least: 5, Most: 5, Graph: batchNormalization},
	"LayerNormalization":        {Least: 2, Most: 3, Graph: layerNormalization},
	"RMSNormalization":          {Least: 2, Most: 2, Graph: rmsNormalization},
	"InstanceNormalization":     {Least: 3, Most: 3, Graph: instanceNormalization},
	"GroupNormalization":        {Least: 3, Most: 3, Graph: groupNormalization},
	"MeanVarianceNormalization": {Least: 1, Most: 1, Graph: meanVariance},
	"LRN":                       {Least: 1, Most: 1, Graph: localResponse},
	"LpNormalization":           {Least: 1, Most: 1, Graph: lpNormalization},
}

// batchNormalization uses the statistics that training has left:
// (x-mean)·scale/√(variance+ε) + bias. Source: ONNX 1.22, BatchNormalization.
func batchNormalization(n *node.Node) []*node.Value {
	if (n.Int("training_mode", 0) != 0 || n.Opset < 7 && n.Int("is_test", 0) == 0) && !n.Use.Running {
		return n.Errorf("the file has it in training_mode; write training: true in the ONNX layer of a description that trains")
	}
	v := n.In[0]
	if v.Rank() < 2 {
		return n.Errorf("%v has no channels", v.Shape)
	}
	for _, p := range n.In[1:] {
		if p.Rank() != 1 || p.Shape[0] != v.Shape[1] {
			return n.Errorf("parameters of shape %v for %d channels", p.Shape, v.Shape[1])
		}
	}
	if n.Use.Running {
		for _, p := range n.In[3:] {
			if !n.State(p) {
				return n.Errorf("its statistics %s are computed, or those of another node too; to be moved by training they must be initializers of its own", diag.Quote(p.Name))
			}
		}
		n.BatchStatistics = true
	}
	inverse := scalar.Call("rsqrt", scalar.Call("add", scalar.Arg(2), scalar.Num(n.Float("epsilon", 1e-5))))
	scaled := scalar.Call("mul", scalar.Call("sub", scalar.Arg(0), scalar.Arg(1)), inverse)
	of := func(x, scale, bias, mean, variance *ir.Value) *ir.Value {
		if n.Use.Training {
			mean, variance = batchStatistics(n, x, mean, variance)
		}
		y := op.MapOf(n.B, scaled, "normalized", x, mean, variance)
		return op.MapOf(n.B, scalar.Call("add", scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), scalar.Arg(2)), "scaled", y, scale, bias)
	}
	of = alignedRows(n, of, v.Rank())
	if v.Rank() == 2 {
		return node.One(n.Computed(of(n.X(0), n.X(1), n.X(2), n.X(3), n.X(4)), v.Type))
	}
	return node.One(n.ComputedLast(of(n.Wide(v, v.Rank()), n.X(1), n.X(2), n.X(3), n.X(4)), v.Type))
}

// batchStatistics are those of x, which the stored ones move towards:
// stored·momentum + now·(1-momentum). As in layer.BatchNormalization, the mean is taken
// off before the squares are summed. Source: ONNX 1.22, BatchNormalization.
func batchStatistics(n *node.Node, x, mean, variance *ir.Value) (_, _ *ir.Value) {
	if !x.Valid() || !mean.Valid() || !variance.Valid() {
		return mean, variance
	}
	axes := tensor.Identity(len(x.Shape) - 1)
	first := op.MeanStop(n.B, x, false, axes...)
	centred := op.MapOf(n.B, scalar.Call("sub", scalar.Arg(0), scalar.Arg(1)), "centred", x, first)
	rest := op.Mean(n.B, centred, false, axes...)
	now := op.MapOf(n.B, scalar.Call("add", scalar.Arg(0), scalar.Arg(1)), "mean", first, rest)
	squares := op.Mean(n.B, op.MapOf(n.B, Square, "square", centred), false, axes...)
	spread := op.MapOf(n.B, scalar.Call("max", scalar.Call("sub", scalar.Arg(0), scalar.Call("mul", scalar.Arg(1), scalar.Arg(1))), scalar.Num(0)), "variance", squares, rest)
	momentum := n.Float("momentum", 0.9)
	moved := scalar.Call("add", scalar.Call("mul", scalar.Arg(0), scalar.Num(momentum)), scalar.Call("mul", scalar.Arg(1), scalar.Num(1-momentum)))
	for _, m := range []struct{ stored, now *ir.Value }{{mean, now}, {variance, spread}} {
		if next := op.MapOf(n.B, moved, "moving average", m.stored, m.now); next.Valid() {
			n.B.Graph.Updates = append(n.B.Graph.Updates, ir.Update{State: m.stored, New: next})
		}
	}
	return now, spread
}

// alignedRows is of with vectors that have rows stretched to so many axes.
func alignedRows(n *node.Node, of func(x, scale, bias, mean, variance *ir.Value) *ir.Value, rank int) func(x, scale, bias, mean, variance *ir.Value) *ir.Value {
	wide := func(v *ir.Value) *ir.Value {
		if !v.Valid() || node.Front(v) == 0 {
			return v
		}
		return op.ReshapeTo(n.B, v, append(append(ir.Shape{ir.Batch}, slices.Repeat([]int{1}, rank-1)...), v.Shape[1]))
	}
	return func(x, scale, bias, mean, variance *ir.Value) *ir.Value {
		return of(x, wide(scale), wide(bias), wide(mean), wide(variance))
	}
}

// standardized is (x-mean)/√(variance+ε) over some axes; without a centre, x over its
// root mean square.
func standardized(n *node.Node, x *ir.Value, epsilon float64, centred bool, axes ...int) *ir.Value {
	if centred {
		x = op.MapOf(n.B, scalar.Call("sub", scalar.Arg(0), scalar.Arg(1)), "centred", x, op.Mean(n.B, x, true, axes...))
	}
	variance := op.Mean(n.B, op.MapOf(n.B, Square, "square", x), true, axes...)
	return op.MapOf(n.B, scalar.Call("mul", scalar.Arg(0), scalar.Call("rsqrt", scalar.Call("add", scalar.Arg(1), scalar.Num(epsilon)))), "standardized", x, variance)
}

// From are the axes of x from one that ONNX counts on.
func From(x *ir.Value, axis int) []int {
	var axes []int
	for i := node.Front(x) + axis; i < len(x.Shape); i++ {
		axes = append(axes, i)
	}
	return axes
}

func layerNormalization(n *node.Node) []*node.Value {
	return overLastAxes(n, true)
}

func rmsNormalization(n *node.Node) []*node.Value {
	return overLastAxes(n, false)
}

// overLastAxes normalises over the axes from one on, then scales and shifts.
func overLastAxes(n *node.Node, centred bool) []*node.Value {
	v := n.In[0]
	axis := n.Axis(n.Int("axis", -1), v.Rank())
	x := n.X(0)
	if n.Failed || !x.Valid() {
		return n.Errorf("its operand is not valid")
	}
	epsilon := n.Float("epsilon", 1e-5)
	y := standardized(n, x, epsilon, centred, From(x, axis)...)
	if !y.Valid() {
		n.Failed = true
		return nil
	}
	of := n.With(n.Computed(y, v.Type), n.In[1])
	e := scalar.Call("mul", scalar.Arg(0), scalar.Arg(1))
	if n.Operand(2) != nil {
		of, e = n.With(of.In[0], n.In[1], n.In[2]), scalar.Call("add", e, scalar.Arg(2))
	}
	out := node.Mapped(of, e, "scaled", v.Type)
	if n.Take(of) || len(n.Proto.Outputs) == 1 || !centred {
		return out
	}
	mean := op.Mean(n.B, x, true, From(x, axis)...)
	difference := scalar.Call("sub", scalar.Arg(0), scalar.Arg(1))
	squares := op.Mean(n.B, op.MapOf(n.B, scalar.Call("mul", difference, difference), "square", x, mean), true, From(x, axis)...)
	return append(out, n.Computed(mean, v.Type), n.Computed(op.MapOf(n.B, scalar.Call("rsqrt", scalar.Call("add", scalar.Arg(0), scalar.Num(epsilon))), "inverse", squares), v.Type))
}

// perChannel reshapes a vector so that it broadcasts along axis 1 of that rank.
func perChannel(n *node.Node, v *node.Value, rank int) *node.Value {
	if v.Rank() != 1 || rank < 2 {
		n.Errorf("a number for each channel, of shape %v", v.Shape)
		return v
	}
	of := n.With(v)
	out := node.Reshaped(of, append([]int{v.Shape[0]}, slices.Repeat([]int{1}, rank-2)...))
	if n.Take(of) {
		return v
	}
	return out[0]
}

// channelled scales and shifts every channel of y.
func channelled(n *node.Node, y *ir.Value, scale, bias *node.Value) []*node.Value {
	v := n.Computed(y, n.In[0].Type)
	if n.Failed || scale.Rank() != 1 || bias.Rank() != 1 {
		return n.Errorf("parameters of shapes %v", n.Shapes())
	}
	if n.IsWeight(scale) { // read in place: the reshaped ones are no parameters of their own
		x, s, b := y, n.Plain(scale), n.Plain(bias)
		shape := append(ir.Shape{v.Shape[1]}, slices.Repeat([]int{1}, v.Rank()-2)...)
		scaled := scalar.Call("add", scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), scalar.Arg(2))
		return node.One(n.Computed(op.MapOf(n.B, scaled, "scaled", x, op.ReshapeTo(n.B, s, shape), op.ReshapeTo(n.B, b, shape)), v.Type))
	}
	of := n.With(v, perChannel(n, scale, v.Rank()), perChannel(n, bias, v.Rank()))
	out := node.Mapped(of, scalar.Call("add", scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), scalar.Arg(2)), "scaled", v.Type)
	n.Take(of)
	return out
}

func instanceNormalization(n *node.Node) []*node.Value {
	x := n.X(0)
	if !x.Valid() || n.In[0].Rank() < 3 {
		return n.Errorf("%v is no image", n.In[0].Shape)
	}
	return channelled(n, standardized(n, x, n.Float("epsilon", 1e-5), true, From(x, 2)...), n.In[1], n.In[2])
}

func groupNormalization(n *node.Node) []*node.Value {
	v, groups := n.In[0], n.Int("num_groups", 0)
	x := n.X(0)
	if !x.Valid() || v.Rank() < 3 || groups < 1 || v.Shape[1]%groups != 0 {
		return n.Errorf("%d groups of %v", groups, v.Shape)
	}
	if n.Opset < 21 && n.In[1].Rank() == 1 && n.In[1].Shape[0] == groups && groups != v.Shape[1] {
		return n.Errorf("scales per group, of opset 18, are not supported")
	}
	lead := append(append(ir.Shape{}, x.Shape[:node.Front(x)]...), v.Shape[0], groups)
	y := op.ReshapeTo(n.B, x, append(lead, tensor.Count(v.Shape[1:])/groups))
	y = standardized(n, y, n.Float("epsilon", 1e-5), true, len(y.Shape)-1)
	return channelled(n, op.ReshapeTo(n.B, y, x.Shape), n.In[1], n.In[2])
}

func meanVariance(n *node.Node) []*node.Value {
	v := n.In[0]
	list, given := n.Ints("axes")
	if !given {
		list = []int{0, 2, 3}
	}
	axes := n.Axes(list, v.Rank())
	x := n.X(0)
	if n.Failed || !x.Valid() {
		return n.Errorf("axes %v of %v", list, v.Shape)
	}
	for i := range axes {
		axes[i] += node.Front(x)
	}
	return node.One(n.Computed(standardized(n, x, 1e-9, true, axes...), v.Type))
}

// lpNormalization divides by the norm along an axis.
func lpNormalization(n *node.Node) []*node.Value {
	v := n.In[0]
	axis := n.Axis(n.Int("axis", -1), v.Rank())
	x := n.X(0)
	if n.Failed || !x.Valid() {
		return n.Errorf("its operand is not valid")
	}
	if p := n.Int("p", 2); p != 1 && p != 2 {
		return n.Errorf("p %d", p)
	}
	in, out := Norm(float64(n.Int("p", 2)))
	size := op.MapOf(n.B, out, "norm", op.Sum(n.B, op.MapOf(n.B, in, "element", x), true, node.Front(x)+axis))
	quotient := scalar.Call("select", scalar.Call("eq", scalar.Arg(1), scalar.Num(0)), scalar.Num(0), scalar.Call("div", scalar.Arg(0), scalar.Arg(1)))
	return node.One(n.Computed(op.MapOf(n.B, quotient, "normalized", x, size), v.Type))
}

// localResponse divides every pixel by (bias + alpha/size·Σx²)^beta, summed over the
// channels around its own. Source: ONNX 1.22, LRN.
func localResponse(n *node.Node) []*node.Value {
	v, size := n.In[0], n.Int("size", 0)
	if v.Rank() < 3 || size < 1 || n.Large([]int{v.Shape[1], v.Shape[1]}) {
		return n.Errorf("%d channels around each of %v", size, v.Shape)
	}
	x, channels := n.Wide(v, v.Rank()), v.Shape[1]
	if !x.Valid() {
		return n.Errorf("its operand is not valid")
	}
	band := make([]float64, channels*channels)
	for to := range channels {
		for from := max(0, to-(size-1)/2); from <= min(channels-1, to+size/2); from++ {
			band[from*channels+to] = 1
		}
	}
	squares := op.MapOf(n.B, Square, "square", x)
	sums := product.Along(n, squares, v.Rank()-1, n.Table(ir.Shape{channels, channels}, band))
	alpha := n.Float("alpha", float64(float32(1e-4))) / float64(size)
	power := scalar.Call("pow", scalar.Call("add", scalar.Num(n.Float("bias", 1)), scalar.Call("mul", scalar.Num(alpha), scalar.Arg(1))), scalar.Num(n.Float("beta", 0.75)))
	return node.One(n.ComputedLast(op.MapOf(n.B, scalar.Call("div", scalar.Arg(0), power), "response", x, sums), v.Type))
}

// Norm is |x|^p, and the root that follows the sum of such.
func Norm(p float64) (in, out scalar.Expr) {
	switch p {
	case 1:
		return scalar.Call("abs", scalar.Arg(0)), scalar.Arg(0)
	case 2:
		return Square, scalar.Call("sqrt", scalar.Arg(0))
	}
	return scalar.Call("pow", scalar.Call("abs", scalar.Arg(0)), scalar.Num(p)), scalar.Call("pow", scalar.Arg(0), scalar.Num(1/p))
}
