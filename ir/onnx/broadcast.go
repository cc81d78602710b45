package onnx

import (
	"iter"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// mapped is an expression of the operands, broadcast by NumPy's rule.
func mapped(n *node, e scalar.Expr, word string, t proto.Type) []*Value {
	rank, wide, order := 0, false, false
	for _, v := range n.in {
		rank = max(rank, v.rank())
	}
	for _, v := range n.in {
		if v.Known == nil && v.rank() == rank {
			wide = wide || v.channelsLast != nil
			order = order || v.inOrder != nil && v.channelsLast == nil
		}
	}
	wide = wide && !order && rank > 2
	args, rows := make([]*ir.Value, len(n.in)), false
	for i, v := range n.in {
		if wide {
			args[i] = n.wide(v, rank)
		} else {
			args[i] = n.plain(v)
		}
		if !args[i].Valid() {
			n.failed = true
			return nil
		}
		rows = rows || args[i].Shape.Batched()
	}
	for i, x := range args {
		if f := front(x); f == 1 && len(x.Shape)-1 < rank {
			shape := ir.Shape{ir.Batch}
			for range rank + 1 - len(x.Shape) {
				shape = append(shape, 1)
			}
			args[i] = op.ReshapeTo(n.b, x, append(shape, x.Shape[1:]...))
		}
	}
	y := op.MapOf(n.b, e, word, args...)
	if wide {
		return one(n.computedLast(y, t))
	}
	return one(n.computed(y, t))
}

// folded is an expression of known operands.
func folded(n *node, e scalar.Expr, t proto.Type) []*tensor.Tensor {
	var shape []int
	for _, v := range n.in {
		var ok bool
		if shape, ok = tensor.Broadcast(shape, v.Shape); !ok {
			n.errorf("shapes %v do not broadcast", n.shapes())
			return nil
		}
	}
	if n.large(shape) {
		return nil
	}
	out := tensor.New(t, shape)
	args := make([]float64, len(n.in))
	next := make([]func() (int, bool), len(n.in))
	for i, v := range n.in {
		var stop func()
		next[i], stop = iter.Pull(tensor.Walk(shape, tensor.BroadcastStrides(v.Shape, shape)))
		defer stop()
	}
	for i := range tensor.Count(shape) {
		for j, v := range n.in {
			at, _ := next[j]()
			args[j] = v.Known.At(at)
		}
		out.Set(i, scalar.Eval(e, args, 1))
	}
	return []*tensor.Tensor{out}
}
