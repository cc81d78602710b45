package node

import (
	"iter"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Mapped is an expression of the operands, broadcast by NumPy's rule.
func Mapped(n *Node, e scalar.Expr, word string, t proto.Type) []*Value {
	rank, wide, order := 0, false, false
	for _, v := range n.In {
		rank = max(rank, v.Rank())
	}
	for _, v := range n.In {
		if v.Known == nil && v.Rank() == rank {
			wide = wide || v.ChannelsLast != nil
			order = order || v.InOrder != nil && v.ChannelsLast == nil
		}
	}
	wide = wide && !order && rank > 2
	args, rows := make([]*ir.Value, len(n.In)), false
	for i, v := range n.In {
		if wide {
			args[i] = n.Wide(v, rank)
		} else {
			args[i] = n.Plain(v)
		}
		if !args[i].Valid() {
			n.Failed = true
			return nil
		}
		rows = rows || args[i].Shape.Batched()
	}
	for i, x := range args {
		if f := Front(x); f == 1 && len(x.Shape)-1 < rank {
			shape := ir.Shape{ir.Batch}
			for range rank + 1 - len(x.Shape) {
				shape = append(shape, 1)
			}
			args[i] = op.ReshapeTo(n.B, x, append(shape, x.Shape[1:]...))
		}
	}
	y := op.MapOf(n.B, e, word, args...)
	if wide {
		return One(n.ComputedLast(y, t))
	}
	return One(n.Computed(y, t))
}

// Folded is an expression of known operands.
func Folded(n *Node, e scalar.Expr, t proto.Type) []*tensor.Tensor {
	var shape []int
	for _, v := range n.In {
		var ok bool
		if shape, ok = tensor.Broadcast(shape, v.Shape); !ok {
			n.Errorf("shapes %v do not broadcast", n.Shapes())
			return nil
		}
	}
	if n.Large(shape) {
		return nil
	}
	out := tensor.New(t, shape)
	args := make([]float64, len(n.In))
	next := make([]func() (int, bool), len(n.In))
	for i, v := range n.In {
		var stop func()
		next[i], stop = iter.Pull(tensor.Walk(shape, tensor.BroadcastStrides(v.Shape, shape)))
		defer stop()
	}
	for i := range tensor.Count(shape) {
		for j, v := range n.In {
			at, _ := next[j]()
			args[j] = v.Known.At(at)
		}
		out.Set(i, scalar.Eval(e, args, 1))
	}
	return []*tensor.Tensor{out}
}
