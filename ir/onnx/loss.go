package onnx

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var lossRows = map[string]row{
	"NegativeLogLikelihoodLoss": {least: 2, most: 3, ids: true, graph: logLikelihood},
	"SoftmaxCrossEntropyLoss":   {least: 2, most: 3, ids: true, graph: crossEntropy},
}

// logLikelihood is the negative log probability of a class [batch, d…] among
// [batch, classes, d…], weighed by class. Source: ONNX 1.22, NegativeLogLikelihoodLoss.
func logLikelihood(n *node) []*Value {
	return likelihood(n, n.in[0])
}

// crossEntropy is logLikelihood of scores.
func crossEntropy(n *node) []*Value {
	x := n.x(0)
	if !x.Valid() || n.in[0].rank() < 2 {
		return n.errorf("scores of shape %v", n.in[0].Shape)
	}
	logs := n.computed(op.LogSoftmax(n.b, x, front(x)+1), n.in[0].Type)
	out := likelihood(n, logs)
	if n.failed {
		return nil
	}
	return append(out, logs)
}

func likelihood(n *node, logs *Value) []*Value {
	ids, rank := n.in[1], logs.rank()
	if rank < 2 || ids.rank() != rank-1 {
		return n.errorf("classes %v of %v", ids.Shape, logs.Shape)
	}
	classes := logs.Shape[1]
	numbers := make([]float64, classes)
	for i := range numbers {
		numbers[i] = float64(i)
	}
	line := ir.Shape(append([]int{classes}, slices.Repeat([]int{1}, rank-2)...))
	shape := slices.Insert(slices.Clone(ids.Shape), 1, 1)
	at := reshaped(n.with(ids), shape)
	e := scalar.Call("eq", scalar.Arg(0), scalar.Arg(1))
	if a := n.attribute("ignore_index"); a != nil {
		e = scalar.Call("select", scalar.Call("eq", scalar.Arg(0), scalar.Num(float64(a.Int))), scalar.Num(0), e)
	}
	here := n.with(at[0], &Value{Type: proto.Float32, Shape: line, Known: &tensor.Tensor{Type: proto.Float32, Shape: line, F: numbers}})
	chosen := mapped(here, e, "class", proto.Float32)
	if n.take(here) {
		return nil
	}
	if w := n.operand(2); w != nil {
		of := n.with(chosen[0], perChannel(n, w, rank))
		if chosen = mapped(of, scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), "weight", proto.Float32); n.take(of) {
			return nil
		}
	}
	picked := n.with(chosen[0], logs)
	out := mapped(picked, scalar.Call("neg", scalar.Call("select", scalar.Call("eq", scalar.Arg(0), scalar.Num(0)), scalar.Num(0), scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)))), "loss", proto.Float32)
	if n.take(picked) {
		return nil
	}
	losses := n.plain(out[0])
	losses = op.Sum(n.b, losses, false, front(losses)+1)
	axes := func(x *ir.Value) (list []int) {
		for i := front(x); i < len(x.Shape); i++ {
			list = append(list, i)
		}
		return list
	}
	switch n.string("reduction", "mean") {
	case "none":
	case "sum":
		losses = op.Sum(n.b, losses, false, axes(losses)...)
	default:
		w := n.plain(chosen[0])
		total := op.Sum(n.b, w, false, axes(w)...)
		losses = op.MapOf(n.b, scalar.Call("div", scalar.Arg(0), scalar.Arg(1)), "mean", op.Sum(n.b, losses, false, axes(losses)...), total)
	}
	return one(n.computed(losses, logs.Type))
}
