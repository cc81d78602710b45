package reduction

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var lossRows = map[string]node.Row{
	"NegativeLogLikelihoodLoss": {Least: 2, Most: 3, IDs: true, Graph: logLikelihood},
	"SoftmaxCrossEntropyLoss":   {Least: 2, Most: 3, IDs: true, Graph: crossEntropy},
}

// logLikelihood is the negative log probability of a class [batch, d…] among
// [batch, classes, d…], weighed by class. Source: ONNX 1.22, NegativeLogLikelihoodLoss.
func logLikelihood(n *node.Node) []*node.Value {
	return likelihood(n, n.In[0])
}

// crossEntropy is logLikelihood of scores.
func crossEntropy(n *node.Node) []*node.Value {
	x := n.X(0)
	if !x.Valid() || n.In[0].Rank() < 2 {
		return n.Errorf("scores of shape %v", n.In[0].Shape)
	}
	logs := n.Computed(op.LogSoftmax(n.B, x, node.Front(x)+1), n.In[0].Type)
	out := likelihood(n, logs)
	if n.Failed {
		return nil
	}
	return append(out, logs)
}

func likelihood(n *node.Node, logs *node.Value) []*node.Value {
	ids, rank := n.In[1], logs.Rank()
	if rank < 2 || ids.Rank() != rank-1 {
		return n.Errorf("classes %v of %v", ids.Shape, logs.Shape)
	}
	classes := logs.Shape[1]
	numbers := make([]float64, classes)
	for i := range numbers {
		numbers[i] = float64(i)
	}
	line := ir.Shape(append([]int{classes}, slices.Repeat([]int{1}, rank-2)...))
	shape := slices.Insert(slices.Clone(ids.Shape), 1, 1)
	at := node.Reshaped(n.With(ids), shape)
	e := scalar.Call("eq", scalar.Arg(0), scalar.Arg(1))
	if a := n.Attribute("ignore_index"); a != nil {
		e = scalar.Call("select", scalar.Call("eq", scalar.Arg(0), scalar.Num(float64(a.Int))), scalar.Num(0), e)
	}
	here := n.With(at[0], &node.Value{Type: proto.Float32, Shape: line, Known: &tensor.Tensor{Type: proto.Float32, Shape: line, F: numbers}})
	chosen := node.Mapped(here, e, "class", proto.Float32)
	if n.Take(here) {
		return nil
	}
	if w := n.Operand(2); w != nil {
		of := n.With(chosen[0], perChannel(n, w, rank))
		if chosen = node.Mapped(of, scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), "weight", proto.Float32); n.Take(of) {
			return nil
		}
	}
	picked := n.With(chosen[0], logs)
	x, y := scalar.Arg(0), scalar.Arg(1)
	loss := scalar.Call("neg", scalar.Call("select", scalar.Call("eq", x, scalar.Num(0)), scalar.Num(0), scalar.Call("mul", x, y)))
	out := node.Mapped(picked, loss, "loss", proto.Float32)
	if n.Take(picked) {
		return nil
	}
	losses := n.Plain(out[0])
	losses = op.Sum(n.B, losses, false, node.Front(losses)+1)
	axes := func(x *ir.Value) (list []int) {
		for i := node.Front(x); i < len(x.Shape); i++ {
			list = append(list, i)
		}
		return list
	}
	switch n.Text("reduction", "mean") {
	case "none":
	case "sum":
		losses = op.Sum(n.B, losses, false, axes(losses)...)
	default:
		w := n.Plain(chosen[0])
		total := op.Sum(n.B, w, false, axes(w)...)
		losses = op.MapOf(n.B, scalar.Call("div", scalar.Arg(0), scalar.Arg(1)), "mean", op.Sum(n.B, losses, false, axes(losses)...), total)
	}
	return node.One(n.Computed(losses, logs.Type))
}
