package op

import "github.com/nngen-go/nngen/ir"

func (*Param) Eval32(*ir.Context[float32], *ir.Value, []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return nil
}
func (*Param) Eval64(*ir.Context[float64], *ir.Value, []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return nil
}
func (*Param) VJP(*ir.Builder, *ir.Value, *ir.Value) []*ir.Value { return nil }

func (*Input) Eval32(*ir.Context[float32], *ir.Value, []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return nil
}
func (*Input) Eval64(*ir.Context[float64], *ir.Value, []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return nil
}
func (*Input) VJP(*ir.Builder, *ir.Value, *ir.Value) []*ir.Value { return nil }

func (*Const) Eval32(*ir.Context[float32], *ir.Value, []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return nil
}
func (*Const) Eval64(*ir.Context[float64], *ir.Value, []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return nil
}
func (*Const) VJP(*ir.Builder, *ir.Value, *ir.Value) []*ir.Value { return nil }

func (*Contract) Eval32(*ir.Context[float32], *ir.Value, []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return nil
}
func (*Contract) Eval64(*ir.Context[float64], *ir.Value, []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return nil
}
func (*Contract) VJP(*ir.Builder, *ir.Value, *ir.Value) []*ir.Value { return nil }

func (*Map) Eval32(*ir.Context[float32], *ir.Value, []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return nil
}
func (*Map) Eval64(*ir.Context[float64], *ir.Value, []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return nil
}
func (*Map) VJP(*ir.Builder, *ir.Value, *ir.Value) []*ir.Value { return nil }

func (*Reduce) Eval32(*ir.Context[float32], *ir.Value, []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return nil
}
func (*Reduce) Eval64(*ir.Context[float64], *ir.Value, []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return nil
}
func (*Reduce) VJP(*ir.Builder, *ir.Value, *ir.Value) []*ir.Value { return nil }

func (*Window) Eval32(*ir.Context[float32], *ir.Value, []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return nil
}
func (*Window) Eval64(*ir.Context[float64], *ir.Value, []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return nil
}
func (*Window) VJP(*ir.Builder, *ir.Value, *ir.Value) []*ir.Value { return nil }

func (*WindowGrad) Eval32(*ir.Context[float32], *ir.Value, []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return nil
}
func (*WindowGrad) Eval64(*ir.Context[float64], *ir.Value, []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return nil
}
func (*WindowGrad) VJP(*ir.Builder, *ir.Value, *ir.Value) []*ir.Value { return nil }

func (*Gather) Eval32(*ir.Context[float32], *ir.Value, []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return nil
}
func (*Gather) Eval64(*ir.Context[float64], *ir.Value, []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return nil
}
func (*Gather) VJP(*ir.Builder, *ir.Value, *ir.Value) []*ir.Value { return nil }

func (*ScatterAdd) Eval32(*ir.Context[float32], *ir.Value, []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return nil
}
func (*ScatterAdd) Eval64(*ir.Context[float64], *ir.Value, []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return nil
}
func (*ScatterAdd) VJP(*ir.Builder, *ir.Value, *ir.Value) []*ir.Value { return nil }

func (*GatherSum) Eval32(*ir.Context[float32], *ir.Value, []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return nil
}
func (*GatherSum) Eval64(*ir.Context[float64], *ir.Value, []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return nil
}
func (*GatherSum) VJP(*ir.Builder, *ir.Value, *ir.Value) []*ir.Value { return nil }

func (*ScatterSum) Eval32(*ir.Context[float32], *ir.Value, []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return nil
}
func (*ScatterSum) Eval64(*ir.Context[float64], *ir.Value, []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return nil
}
func (*ScatterSum) VJP(*ir.Builder, *ir.Value, *ir.Value) []*ir.Value { return nil }

func (*MultiHot) Eval32(*ir.Context[float32], *ir.Value, []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return nil
}
func (*MultiHot) Eval64(*ir.Context[float64], *ir.Value, []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return nil
}
func (*MultiHot) VJP(*ir.Builder, *ir.Value, *ir.Value) []*ir.Value { return nil }

func (*Reshape) Eval32(*ir.Context[float32], *ir.Value, []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return nil
}
func (*Reshape) Eval64(*ir.Context[float64], *ir.Value, []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return nil
}
func (*Reshape) VJP(*ir.Builder, *ir.Value, *ir.Value) []*ir.Value { return nil }

func (*Transpose) Eval32(*ir.Context[float32], *ir.Value, []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return nil
}
func (*Transpose) Eval64(*ir.Context[float64], *ir.Value, []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return nil
}
func (*Transpose) VJP(*ir.Builder, *ir.Value, *ir.Value) []*ir.Value { return nil }

func (*Slice) Eval32(*ir.Context[float32], *ir.Value, []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return nil
}
func (*Slice) Eval64(*ir.Context[float64], *ir.Value, []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return nil
}
func (*Slice) VJP(*ir.Builder, *ir.Value, *ir.Value) []*ir.Value { return nil }

func (*Concat) Eval32(*ir.Context[float32], *ir.Value, []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return nil
}
func (*Concat) Eval64(*ir.Context[float64], *ir.Value, []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return nil
}
func (*Concat) VJP(*ir.Builder, *ir.Value, *ir.Value) []*ir.Value { return nil }

func (*Pad) Eval32(*ir.Context[float32], *ir.Value, []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return nil
}
func (*Pad) Eval64(*ir.Context[float64], *ir.Value, []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return nil
}
func (*Pad) VJP(*ir.Builder, *ir.Value, *ir.Value) []*ir.Value { return nil }

func (*Broadcast) Eval32(*ir.Context[float32], *ir.Value, []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return nil
}
func (*Broadcast) Eval64(*ir.Context[float64], *ir.Value, []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return nil
}
func (*Broadcast) VJP(*ir.Builder, *ir.Value, *ir.Value) []*ir.Value { return nil }

func (*Random) Eval32(*ir.Context[float32], *ir.Value, []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return nil
}
func (*Random) Eval64(*ir.Context[float64], *ir.Value, []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return nil
}
func (*Random) VJP(*ir.Builder, *ir.Value, *ir.Value) []*ir.Value { return nil }

func (*Scan) Eval32(*ir.Context[float32], *ir.Value, []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return nil
}
func (*Scan) Eval64(*ir.Context[float64], *ir.Value, []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return nil
}
func (*Scan) VJP(*ir.Builder, *ir.Value, *ir.Value) []*ir.Value { return nil }
