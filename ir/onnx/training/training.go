// Package training has the operators of the domain ai.onnx.preview.training: a gradient,
// and steps of optimizers, which a file that trains itself has.
package training

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Rows are the operators.
var Rows = map[string]node.Row{
	"Gradient": {Least: 1, Most: 1 << 10, All: true, Apart: true, Graph: gradient},
	"Adagrad":  optimizer(3, adagradStep),
	"Adam":     optimizer(4, adamStep),
	"Momentum": optimizer(3, momentumStep),
}

// gradient is that of the sum of a value by others, of which the graph has computed it.
// Source: ONNX 1.22, Gradient.
func gradient(n *node.Node) []*node.Value {
	xs := n.Attribute("xs")
	y, ok := n.Named(n.Text("y", ""))
	if xs == nil || !ok || y == nil || y.Known != nil {
		return n.Errorf("y %s is no computed value", diag.Quote(n.Text("y", "")))
	}
	var by []*ir.Value
	for i, s := range xs.Strings {
		if i >= len(n.Proto.Inputs) || n.Proto.Inputs[i] != string(s) {
			return n.Errorf("operand %d is not %s: a gradient is supported where the graph has computed y, at the same values", i, diag.Quote(string(s)))
		}
		x := n.Plain(n.In[i])
		if p, _ := n.Parameter(n.In[i]); p != nil {
			x = p
		}
		by = append(by, x)
	}
	of := n.Plain(y)
	if !of.Valid() {
		return n.Errorf("its operands are not valid")
	}
	var out []*node.Value
	for i, g := range gradients(n.B, of, by) {
		v := n.In[i]
		if p, perm := n.Parameter(v); p != nil { // from the order of the parameter
			back := make([]int, len(perm))
			for j, a := range perm {
				back[a] = j
			}
			g = n.Turned(g, back)
		}
		out = append(out, n.Computed(g, v.Type))
	}
	return out
}

// gradients are those of the sum of y by each of xs, zeros where y does not depend on it.
func gradients(b *ir.Builder, y *ir.Value, xs []*ir.Value) []*ir.Value {
	one := op.BroadcastTo(b, op.Scalar(b, 1), y.Shape)
	parts := map[*ir.Value][]*ir.Value{y: {one}}
	out := make([]*ir.Value, len(xs))
	for _, v := range slices.Backward(slices.Clone(b.Graph.Values)) {
		if len(parts[v]) == 0 {
			continue
		}
		dy := op.SumOf(b, "sum of gradients", parts[v]...)
		if i := slices.Index(xs, v); i >= 0 {
			out[i] = dy
			continue
		}
		for j, g := range v.Op.VJP(b, v, dy) {
			if g != nil {
				parts[v.Args[j]] = append(parts[v.Args[j]], g)
			}
		}
	}
	for i, g := range out {
		if g == nil {
			out[i] = op.BroadcastTo(b, op.Scalar(b, 0), xs[i].Shape)
		}
	}
	return out
}

// optimizer steps any number of tensors: operands are the learning rate, the number of
// steps before, and so many lists of tensors, of which the second are the gradients. The
// results are the others, renewed.
func optimizer(lists int, step func(n *node.Node, rate, steps *node.Value, of []*node.Value) []*node.Value) node.Row {
	return node.Row{Least: 2 + lists, Most: 1 << 16, All: true, Graph: func(n *node.Node) []*node.Value {
		if (len(n.In)-2)%lists != 0 {
			return n.Errorf("%d operands; the rate, the number of steps and %d for each tensor are meant", len(n.In), lists)
		}
		tensors := (len(n.In) - 2) / lists
		out := make([]*node.Value, tensors*(lists-1))
		for i := range tensors {
			var of []*node.Value
			for j := range lists {
				of = append(of, n.In[2+j*tensors+i])
			}
			for j, v := range step(n, node.ShapedAs(n, n.In[0], nil), node.ShapedAs(n, n.In[1], nil), of) {
				out[j*tensors+i] = v
			}
			if n.Failed {
				return nil
			}
		}
		return out
	}}
}

// regularized is the gradient with that of norm_coefficient·x²/2.
func regularized(n *node.Node, x, g *node.Value) *node.Value {
	return n.Then(scalar.Call("add", scalar.Call("mul", scalar.Num(n.Float("norm_coefficient", 0)), scalar.Arg(0)), scalar.Arg(1)), "gradient", x.Type, x, g)
}

// adagradStep has the operands x, gradient and sum of squares. Source: ONNX 1.22, Adagrad.
func adagradStep(n *node.Node, rate, steps *node.Value, of []*node.Value) []*node.Value {
	x, t := of[0], of[0].Type
	g := regularized(n, x, of[1])
	r := n.Then(scalar.Call("div", scalar.Arg(0), scalar.Call("add", scalar.Num(1), scalar.Call("mul", scalar.Num(n.Float("decay_factor", 0)), scalar.Arg(1)))), "rate", t, rate, steps)
	h := n.Then(scalar.Call("add", scalar.Arg(0), scalar.Call("mul", scalar.Arg(1), scalar.Arg(1))), "squares", t, of[2], g)
	move := scalar.Call("div", scalar.Call("mul", scalar.Arg(1), scalar.Arg(2)), scalar.Call("add", scalar.Call("sqrt", scalar.Arg(3)), scalar.Num(n.Float("epsilon", 1e-6))))
	return []*node.Value{n.Then(scalar.Call("sub", scalar.Arg(0), move), "step", t, x, r, g, h), h}
}

// adamStep has the operands x, gradient, mean and mean of squares. Source: ONNX 1.22, Adam.
func adamStep(n *node.Node, rate, steps *node.Value, of []*node.Value) []*node.Value {
	x, t := of[0], of[0].Type
	g := regularized(n, x, of[1])
	alpha, beta := n.Float("alpha", float64(float32(0.9))), n.Float("beta", float64(float32(0.999)))
	blend := func(keep float64, v scalar.Expr) scalar.Expr {
		return scalar.Call("add", scalar.Call("mul", scalar.Num(keep), scalar.Arg(0)), scalar.Call("mul", scalar.Num(1-keep), v))
	}
	v := n.Then(blend(alpha, scalar.Arg(1)), "mean", t, of[2], g)
	h := n.Then(blend(beta, scalar.Call("mul", scalar.Arg(1), scalar.Arg(1))), "squares", t, of[3], g)
	power := func(base float64) scalar.Expr {
		return scalar.Call("sub", scalar.Num(1), scalar.Call("pow", scalar.Num(base), scalar.Arg(1)))
	}
	corrected := scalar.Call("div", scalar.Call("mul", scalar.Arg(0), scalar.Call("sqrt", power(beta))), power(alpha))
	r := n.Then(scalar.Call("select", scalar.Call("gt", scalar.Arg(1), scalar.Num(0)), corrected, scalar.Arg(0)), "rate", t, rate, steps)
	epsilon := scalar.Num(n.Float("epsilon", float64(float32(1e-6))))
	move := scalar.Call("div", scalar.Call("mul", scalar.Arg(1), scalar.Arg(2)), scalar.Call("add", scalar.Call("sqrt", scalar.Arg(3)), epsilon))
	y := n.Then(scalar.Call("mul", scalar.Num(1-n.Float("norm_coefficient_post", 0)), scalar.Call("sub", scalar.Arg(0), move)), "step", t, x, r, v, h)
	return []*node.Value{y, v, h}
}

// momentumStep has the operands x, gradient and momentum. Source: ONNX 1.22, Momentum.
func momentumStep(n *node.Node, rate, steps *node.Value, of []*node.Value) []*node.Value {
	x, t := of[0], of[0].Type
	g := regularized(n, x, of[1])
	alpha, beta := scalar.Num(n.Float("alpha", 0)), scalar.Num(n.Float("beta", 0))
	share := scalar.Call("select", scalar.Call("gt", scalar.Arg(2), scalar.Num(0)), beta, scalar.Num(1)) // the first is taken whole
	v := n.Then(scalar.Call("add", scalar.Call("mul", alpha, scalar.Arg(0)), scalar.Call("mul", share, scalar.Arg(1))), "momentum", t, of[2], g, steps)
	move := scalar.Expr(scalar.Arg(2))
	if n.Text("mode", "standard") == "nesterov" {
		move = scalar.Call("add", scalar.Arg(3), scalar.Call("mul", alpha, scalar.Arg(2)))
	}
	return []*node.Value{n.Then(scalar.Call("sub", scalar.Arg(0), scalar.Call("mul", scalar.Arg(1), move)), "step", t, x, rate, v, g), v}
}
