// Package random has the operators that draw random numbers. A model draws none itself:
// they are inputs after the others, which callers fill anew for every call, so that a
// prediction depends on nothing else and can be repeated.
package random

import (
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Kinds says of every operator that draws what its random numbers are.
var Kinds = map[string]string{
	"RandomNormal": normal, "RandomNormalLike": normal, "RandomUniform": uniform, "RandomUniformLike": uniform,
	"Bernoulli": uniform, "Multinomial": uniform,
}

const (
	normal  = "standard normal numbers"
	uniform = "uniform numbers of [0,1)"
)

// Rows are the operators.
var Rows = map[string]node.Row{
	"RandomNormal":      {Apart: true, Graph: randomNormal},
	"RandomNormalLike":  {Apart: true, Least: 1, Most: 1, Graph: randomNormal},
	"RandomUniform":     {Apart: true, Graph: randomUniform},
	"RandomUniformLike": {Apart: true, Least: 1, Most: 1, Graph: randomUniform},
	"Bernoulli":         {Apart: true, Least: 1, Most: 1, Graph: bernoulli},
	"Multinomial":       {Apart: true, Least: 1, Most: 1, Graph: multinomial},
}

// drawn are the random numbers of a node: an input of that shape.
func drawn(n *node.Node, shape []int) *node.Value {
	if tensor.Count(shape) == 0 {
		n.Errorf("random numbers of shape %v", shape)
		return nil
	}
	if len(n.Proto.Outputs) == 0 || n.Proto.Outputs[0] == "" {
		n.Errorf("nothing reads the random numbers that it draws")
		return nil
	}
	v, err := n.Noise(n.Proto.Outputs[0]+"_noise", Kinds[n.Proto.Op], shape)
	if err != nil {
		n.Errorf("%v", err)
	}
	return v
}

// like is the shape of what is drawn, and its type.
func like(n *node.Node) ([]int, proto.Type) {
	t := proto.Float32
	shape, _ := n.Ints("shape")
	if v := n.Operand(0); v != nil {
		shape = v.Shape
		if tensor.IsFloat(v.Type) || n.Proto.Op == "Bernoulli" {
			t = v.Type
		}
	}
	return shape, proto.Type(n.Int("dtype", int(t)))
}

// spread is what is drawn as a·x + b, of the type that the node says.
func spread(n *node.Node, a, b float64) []*node.Value {
	shape, t := like(n)
	if !tensor.IsFloat(t) {
		return n.Errorf("random numbers of %v", t)
	}
	v := drawn(n, shape)
	if n.Failed {
		return nil
	}
	return node.ListOf(n.Then(scalar.Call("add", scalar.Call("mul", scalar.Arg(0), scalar.Num(a)), scalar.Num(b)), "drawn", t, v))
}

// randomNormal is mean + scale·z, of standard normal z. Source: ONNX 1.22, RandomNormal,
// RandomNormalLike.
func randomNormal(n *node.Node) []*node.Value {
	return spread(n, n.Float("scale", 1), n.Float("mean", 0))
}

// randomUniform is low + (high-low)·u, of u in [0,1). Source: ONNX 1.22, RandomUniform,
// RandomUniformLike.
func randomUniform(n *node.Node) []*node.Value {
	low, high := n.Float("low", 0), n.Float("high", 1)
	return spread(n, high-low, low)
}

// bernoulli is 1 where u < p, of u in [0,1). Source: ONNX 1.22, Bernoulli.
func bernoulli(n *node.Node) []*node.Value {
	shape, t := like(n)
	u := drawn(n, shape)
	if n.Failed {
		return nil
	}
	return node.ListOf(n.Then(scalar.Call("lt", scalar.Arg(1), scalar.Arg(0)), "bernoulli", t, n.In[0], u))
}

// multinomial draws classes of unnormalized log-probabilities [batch, classes]: the first
// whose cumulated probability is above u. Source: ONNX 1.22, Multinomial.
func multinomial(n *node.Node) []*node.Value {
	v := n.In[0]
	size, t := n.Int("sample_size", 1), proto.Type(n.Int("dtype", int(proto.Int32)))
	if v.Rank() != 2 || size < 1 || v.Shape[1] < 1 || !tensor.IsInteger(t) {
		return n.Errorf("%d draws from %v as %v", size, v.Shape, t)
	}
	classes := v.Shape[1]
	u := drawn(n, []int{v.Shape[0], size})
	if n.Failed {
		return nil
	}
	p := node.Operator(n, "Softmax", node.Attributes{"axis": 1}, v)
	sums := node.Operator(n, "CumSum", nil, p, node.Number64(n, 1)[0])
	if n.Failed {
		return nil
	}
	// The last sum is 1 but for rounding, which no draw is beyond.
	below := scalar.Call("ge", scalar.Arg(1), scalar.Arg(0))
	at := n.Then(below, "below", proto.Float32, node.ShapedAs(n, sums, []int{v.Shape[0], 1, classes}), node.ShapedAs(n, u, []int{v.Shape[0], size, 1}))
	at = node.Operator(n, "ReduceSum", node.Attributes{"keepdims": 0, "axes": []int{2}}, at)
	out := n.Then(scalar.Call("min", scalar.Arg(0), scalar.Num(float64(classes-1))), "drawn class", t, at)
	if out != nil {
		out.Whole = &node.Span{High: float64(classes - 1)}
	}
	return node.ListOf(out)
}
