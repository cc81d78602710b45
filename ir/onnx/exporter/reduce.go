package exporter

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/op"
)

// reducing writes reductions and pools.
type reducing struct{ *exporter }

// reductions are the operators of reductions, and those over all of an image.
var reductions = map[loop.Reduction][2]string{
	loop.Sum: {"ReduceSum"}, loop.Max: {"ReduceMax", "GlobalMaxPool"}, loop.ArgMax: {"ArgMax"},
}

func (e reducing) reduce(v *ir.Value, k *op.Reduce) {
	kinds := reductions[k.Kind]
	if k.Mean {
		kinds = [2]string{"ReduceMean", "GlobalAveragePool"}
	}
	x := v.Args[0]
	if k.Expr == nil && k.Finish == nil && kinds[1] != "" && e.isFirst(x) && overSpace(k.Axes, len(x.Shape)) {
		in := []string{e.channelsFirst(x)}
		if k.KeepDims {
			e.setFirst(v, kinds[1], in)
		} else if in[0] != "" {
			e.set(v, "Flatten", []string{e.node(kinds[1], in, inner(title(v), "pooled"))}, intOf("axis", 1))
		}
		return
	}
	var name string
	if k.Expr != nil {
		shape := ir.Shape{}
		for _, a := range v.Args {
			shape, _ = ir.Broadcast(shape, a.Shape) // Infer has seen to it
		}
		of := &ir.Value{Op: &op.Map{Expr: k.Expr}, Args: v.Args, Type: ir.Type{Shape: shape}, Name: inner(title(v), "of"), Layer: v.Layer, Pos: v.Pos}
		name = e.value(of)
	} else if name = e.value(x); name != "" && e.element[name] != proto.Float32 {
		name = e.node("Cast", []string{name}, inner(title(v), "number"), intOf("to", int(proto.Float32)))
	}
	if name == "" {
		return
	}
	keep := 0
	if k.KeepDims {
		keep = 1
	}
	if k.Kind == loop.ArgMax {
		e.setTyped(proto.Int64, v, kinds[0], []string{name}, intOf("axis", k.Axes[0]), intOf("keepdims", keep))
		return
	}
	finish := mapping(e)
	if len(k.Axes) == 0 { // of nothing, which operators take for everything
		if k.Finish == nil {
			e.set(v, "Identity", []string{name})
		} else {
			e.last[v] = finish.expression(v, k.Finish, []string{name}, e.called(v, ""))
		}
		return
	}
	in := []string{name, e.ints(k.Axes...)}
	if k.Finish == nil {
		e.set(v, kinds[0], in, intOf("keepdims", keep))
		return
	}
	name = e.node(kinds[0], in, inner(title(v), "reduced"), intOf("keepdims", keep))
	e.last[v] = finish.expression(v, k.Finish, []string{name}, e.called(v, ""))
}

// overSpace reports all axes between the first and the last.
func overSpace(axes []int, rank int) bool {
	return rank > 2 && len(axes) == rank-2 && axes[0] == 1 && axes[len(axes)-1] == rank-2
}

// window is a pool. A sum is the mean over windows that count what lies outside, times
// their size.
func (e reducing) window(v *ir.Value, k *op.Window) {
	if len(v.Args) > 1 {
		e.errorf(v, "it takes what lies where another value is largest, which no operator of ONNX does")
		return
	}
	if len(k.Sizes) > 3 {
		e.errorf(v, "it pools over %d axes; ONNX Runtime pools over at most 3", len(k.Sizes))
		return
	}
	x := []string{e.channelsFirst(v.Args[0])}
	attributes := []*attribute{
		intsOf("kernel_shape", k.Sizes...), intsOf("strides", k.Strides...), intsOf("dilations", k.Dilations...),
		intsOf("pads", slices.Concat(k.Before, k.After)...),
	}
	switch {
	case k.Reduce == loop.Max:
		e.setFirst(v, "MaxPool", x, attributes...)
	case k.Mean:
		e.setFirst(v, "AveragePool", x, append(attributes, intOf("count_include_pad", 0))...)
	case x[0] != "":
		size := 1
		for _, s := range k.Sizes {
			size *= s
		}
		mean := e.node("AveragePool", x, inner(title(v), "mean"), append(attributes, intOf("count_include_pad", 1))...)
		e.setFirst(v, "Mul", []string{mean, e.num(float64(size))})
	}
}
