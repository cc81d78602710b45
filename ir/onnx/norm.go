package onnx

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var normRows = map[string]row{
	"BatchNormalization":        {least: 5, most: 5, graph: batchNormalization},
	"LayerNormalization":        {least: 2, most: 3, graph: layerNormalization},
	"RMSNormalization":          {least: 2, most: 2, graph: rmsNormalization},
	"InstanceNormalization":     {least: 3, most: 3, graph: instanceNormalization},
	"GroupNormalization":        {least: 3, most: 3, graph: groupNormalization},
	"MeanVarianceNormalization": {least: 1, most: 1, graph: meanVariance},
	"LRN":                       {least: 1, most: 1, graph: localResponse},
	"LpNormalization":           {least: 1, most: 1, graph: lpNormalization},
}

// batchNormalization uses the statistics that training has left:
// (x-mean)·scale/√(variance+ε) + bias. Source: ONNX 1.22, BatchNormalization.
func batchNormalization(n *node) []*Value {
	if (n.int("training_mode", 0) != 0 || n.opset < 7 && n.int("is_test", 0) == 0) && !n.use.Running {
		return n.errorf("the file has it in training_mode; write training: true in the ONNX layer of a description that trains")
	}
	v := n.in[0]
	if v.rank() < 2 {
		return n.errorf("%v has no channels", v.Shape)
	}
	for _, p := range n.in[1:] {
		if p.rank() != 1 || p.Shape[0] != v.Shape[1] {
			return n.errorf("parameters of shape %v for %d channels", p.Shape, v.Shape[1])
		}
	}
	if n.use.Running {
		for _, p := range n.in[3:] {
			if !n.state(p) {
				return n.errorf("its statistics %s are computed, or those of another node too; to be moved by training they must be initializers of its own", diag.Quote(p.Name))
			}
		}
		n.BatchStatistics = true
	}
	inverse := scalar.Call("rsqrt", scalar.Call("add", scalar.Arg(2), scalar.Num(n.float("epsilon", 1e-5))))
	scaled := scalar.Call("mul", scalar.Call("sub", scalar.Arg(0), scalar.Arg(1)), inverse)
	of := func(x, scale, bias, mean, variance *ir.Value) *ir.Value {
		if n.use.Training {
			mean, variance = batchStatistics(n, x, mean, variance)
		}
		y := op.MapOf(n.b, scaled, "normalized", x, mean, variance)
		return op.MapOf(n.b, scalar.Call("add", scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), scalar.Arg(2)), "scaled", y, scale, bias)
	}
	of = alignedRows(n, of, v.rank())
	if v.rank() == 2 {
		return one(n.computed(of(n.x(0), n.x(1), n.x(2), n.x(3), n.x(4)), v.Type))
	}
	return one(n.computedLast(of(n.wide(v, v.rank()), n.x(1), n.x(2), n.x(3), n.x(4)), v.Type))
}

// batchStatistics are those of x, which the stored ones move towards:
// stored·momentum + now·(1-momentum). As in layer.BatchNormalization, the mean is taken
// off before the squares are summed. Source: ONNX 1.22, BatchNormalization.
func batchStatistics(n *node, x, mean, variance *ir.Value) (_, _ *ir.Value) {
	if !x.Valid() || !mean.Valid() || !variance.Valid() {
		return mean, variance
	}
	axes := tensor.Identity(len(x.Shape) - 1)
	first := op.MeanStop(n.b, x, false, axes...)
	centred := op.MapOf(n.b, scalar.Call("sub", scalar.Arg(0), scalar.Arg(1)), "centred", x, first)
	rest := op.Mean(n.b, centred, false, axes...)
	now := op.MapOf(n.b, scalar.Call("add", scalar.Arg(0), scalar.Arg(1)), "mean", first, rest)
	squares := op.Mean(n.b, op.MapOf(n.b, square, "square", centred), false, axes...)
	spread := op.MapOf(n.b, scalar.Call("max", scalar.Call("sub", scalar.Arg(0), scalar.Call("mul", scalar.Arg(1), scalar.Arg(1))), scalar.Num(0)), "variance", squares, rest)
	momentum := n.float("momentum", 0.9)
	moved := scalar.Call("add", scalar.Call("mul", scalar.Arg(0), scalar.Num(momentum)), scalar.Call("mul", scalar.Arg(1), scalar.Num(1-momentum)))
	for _, m := range []struct{ stored, now *ir.Value }{{mean, now}, {variance, spread}} {
		if next := op.MapOf(n.b, moved, "moving average", m.stored, m.now); next.Valid() {
			n.b.Graph.Updates = append(n.b.Graph.Updates, ir.Update{State: m.stored, New: next})
		}
	}
	return now, spread
}

// alignedRows is of with vectors that have rows stretched to so many axes.
func alignedRows(n *node, of func(x, scale, bias, mean, variance *ir.Value) *ir.Value, rank int) func(x, scale, bias, mean, variance *ir.Value) *ir.Value {
	wide := func(v *ir.Value) *ir.Value {
		if !v.Valid() || front(v) == 0 {
			return v
		}
		return op.ReshapeTo(n.b, v, append(append(ir.Shape{ir.Batch}, slices.Repeat([]int{1}, rank-1)...), v.Shape[1]))
	}
	return func(x, scale, bias, mean, variance *ir.Value) *ir.Value {
		return of(x, wide(scale), wide(bias), wide(mean), wide(variance))
	}
}

// standardized is (x-mean)/√(variance+ε) over some axes; without a centre, x over its
// root mean square.
func standardized(n *node, x *ir.Value, epsilon float64, centred bool, axes ...int) *ir.Value {
	if centred {
		x = op.MapOf(n.b, scalar.Call("sub", scalar.Arg(0), scalar.Arg(1)), "centred", x, op.Mean(n.b, x, true, axes...))
	}
	variance := op.Mean(n.b, op.MapOf(n.b, square, "square", x), true, axes...)
	return op.MapOf(n.b, scalar.Call("mul", scalar.Arg(0), scalar.Call("rsqrt", scalar.Call("add", scalar.Arg(1), scalar.Num(epsilon)))), "standardized", x, variance)
}

// from are the axes of x from one that ONNX counts on.
func from(x *ir.Value, axis int) []int {
	var axes []int
	for i := front(x) + axis; i < len(x.Shape); i++ {
		axes = append(axes, i)
	}
	return axes
}

func layerNormalization(n *node) []*Value {
	return overLastAxes(n, true)
}

func rmsNormalization(n *node) []*Value {
	return overLastAxes(n, false)
}

// overLastAxes normalises over the axes from one on, then scales and shifts.
func overLastAxes(n *node, centred bool) []*Value {
	v := n.in[0]
	axis := n.axis(n.int("axis", -1), v.rank())
	x := n.x(0)
	if n.failed || !x.Valid() {
		return n.errorf("its operand is not valid")
	}
	epsilon := n.float("epsilon", 1e-5)
	y := standardized(n, x, epsilon, centred, from(x, axis)...)
	if !y.Valid() {
		n.failed = true
		return nil
	}
	of := n.with(n.computed(y, v.Type), n.in[1])
	e := scalar.Call("mul", scalar.Arg(0), scalar.Arg(1))
	if n.operand(2) != nil {
		of, e = n.with(of.in[0], n.in[1], n.in[2]), scalar.Call("add", e, scalar.Arg(2))
	}
	out := mapped(of, e, "scaled", v.Type)
	if n.take(of) || len(n.proto.Outputs) == 1 || !centred {
		return out
	}
	mean := op.Mean(n.b, x, true, from(x, axis)...)
	squares := op.Mean(n.b, op.MapOf(n.b, scalar.Call("mul", scalar.Call("sub", scalar.Arg(0), scalar.Arg(1)), scalar.Call("sub", scalar.Arg(0), scalar.Arg(1))), "square", x, mean), true, from(x, axis)...)
	return append(out, n.computed(mean, v.Type), n.computed(op.MapOf(n.b, scalar.Call("rsqrt", scalar.Call("add", scalar.Arg(0), scalar.Num(epsilon))), "inverse", squares), v.Type))
}

// perChannel reshapes a vector so that it broadcasts along axis 1 of that rank.
func perChannel(n *node, v *Value, rank int) *Value {
	if v.rank() != 1 || rank < 2 {
		n.errorf("a number for each channel, of shape %v", v.Shape)
		return v
	}
	of := n.with(v)
	out := reshaped(of, append([]int{v.Shape[0]}, slices.Repeat([]int{1}, rank-2)...))
	if n.take(of) {
		return v
	}
	return out[0]
}

// channelled scales and shifts every channel of y.
func channelled(n *node, y *ir.Value, scale, bias *Value) []*Value {
	v := n.computed(y, n.in[0].Type)
	if n.failed || scale.rank() != 1 || bias.rank() != 1 {
		return n.errorf("parameters of shapes %v", n.shapes())
	}
	if n.isWeight(scale) { // read in place: the reshaped ones are no parameters of their own
		x, s, b := y, n.plain(scale), n.plain(bias)
		shape := append(ir.Shape{v.Shape[1]}, slices.Repeat([]int{1}, v.rank()-2)...)
		return one(n.computed(op.MapOf(n.b, scalar.Call("add", scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), scalar.Arg(2)), "scaled", x, op.ReshapeTo(n.b, s, shape), op.ReshapeTo(n.b, b, shape)), v.Type))
	}
	of := n.with(v, perChannel(n, scale, v.rank()), perChannel(n, bias, v.rank()))
	out := mapped(of, scalar.Call("add", scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), scalar.Arg(2)), "scaled", v.Type)
	n.take(of)
	return out
}

func instanceNormalization(n *node) []*Value {
	x := n.x(0)
	if !x.Valid() || n.in[0].rank() < 3 {
		return n.errorf("%v is no image", n.in[0].Shape)
	}
	return channelled(n, standardized(n, x, n.float("epsilon", 1e-5), true, from(x, 2)...), n.in[1], n.in[2])
}

func groupNormalization(n *node) []*Value {
	v, groups := n.in[0], n.int("num_groups", 0)
	x := n.x(0)
	if !x.Valid() || v.rank() < 3 || groups < 1 || v.Shape[1]%groups != 0 {
		return n.errorf("%d groups of %v", groups, v.Shape)
	}
	if n.opset < 21 && n.in[1].rank() == 1 && n.in[1].Shape[0] == groups && groups != v.Shape[1] {
		return n.errorf("scales per group, of opset 18, are not supported")
	}
	lead := append(append(ir.Shape{}, x.Shape[:front(x)]...), v.Shape[0], groups)
	y := op.ReshapeTo(n.b, x, append(lead, tensor.Count(v.Shape[1:])/groups))
	y = standardized(n, y, n.float("epsilon", 1e-5), true, len(y.Shape)-1)
	return channelled(n, op.ReshapeTo(n.b, y, x.Shape), n.in[1], n.in[2])
}

func meanVariance(n *node) []*Value {
	v := n.in[0]
	list, given := n.ints("axes")
	if !given {
		list = []int{0, 2, 3}
	}
	axes := n.axes(list, v.rank())
	x := n.x(0)
	if n.failed || !x.Valid() {
		return n.errorf("axes %v of %v", list, v.Shape)
	}
	for i := range axes {
		axes[i] += front(x)
	}
	return one(n.computed(standardized(n, x, 1e-9, true, axes...), v.Type))
}

// lpNormalization divides by the norm along an axis.
func lpNormalization(n *node) []*Value {
	v := n.in[0]
	axis := n.axis(n.int("axis", -1), v.rank())
	x := n.x(0)
	if n.failed || !x.Valid() {
		return n.errorf("its operand is not valid")
	}
	if p := n.int("p", 2); p != 1 && p != 2 {
		return n.errorf("p %d", p)
	}
	in, out := norm(float64(n.int("p", 2)))
	size := op.MapOf(n.b, out, "norm", op.Sum(n.b, op.MapOf(n.b, in, "element", x), true, front(x)+axis))
	return one(n.computed(op.MapOf(n.b, scalar.Call("select", scalar.Call("eq", scalar.Arg(1), scalar.Num(0)), scalar.Num(0), scalar.Call("div", scalar.Arg(0), scalar.Arg(1))), "normalized", x, size), v.Type))
}

// localResponse divides every pixel by (bias + alpha/size·Σx²)^beta, summed over the
// channels around its own. Source: ONNX 1.22, LRN.
func localResponse(n *node) []*Value {
	v, size := n.in[0], n.int("size", 0)
	if v.rank() < 3 || size < 1 || n.large([]int{v.Shape[1], v.Shape[1]}) {
		return n.errorf("%d channels around each of %v", size, v.Shape)
	}
	x, channels := n.wide(v, v.rank()), v.Shape[1]
	if !x.Valid() {
		return n.errorf("its operand is not valid")
	}
	band := make([]float64, channels*channels)
	for to := range channels {
		for from := max(0, to-(size-1)/2); from <= min(channels-1, to+size/2); from++ {
			band[from*channels+to] = 1
		}
	}
	squares := op.MapOf(n.b, square, "square", x)
	sums := along(n, squares, v.rank()-1, op.ConstOf(n.b, ir.Shape{channels, channels}, band))
	alpha := n.float("alpha", float64(float32(1e-4))) / float64(size)
	power := scalar.Call("pow", scalar.Call("add", scalar.Num(n.float("bias", 1)), scalar.Call("mul", scalar.Num(alpha), scalar.Arg(1))), scalar.Num(n.float("beta", 0.75)))
	return one(n.computedLast(op.MapOf(n.b, scalar.Call("div", scalar.Arg(0), power), "response", x, sums), v.Type))
}

// norm is |x|^p, and the root that follows the sum of such.
func norm(p float64) (in, out scalar.Expr) {
	switch p {
	case 1:
		return scalar.Call("abs", scalar.Arg(0)), scalar.Arg(0)
	case 2:
		return square, scalar.Call("sqrt", scalar.Arg(0))
	}
	return scalar.Call("pow", scalar.Call("abs", scalar.Arg(0)), scalar.Num(p)), scalar.Call("pow", scalar.Arg(0), scalar.Num(1/p))
}
