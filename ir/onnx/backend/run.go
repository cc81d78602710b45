package backend

import (
	"fmt"
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/interp"
	"github.com/nngen-go/nngen/ir/onnx"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
)

// Run builds a model and computes it, in single precision as packages do: a batch that the model
// leaves open is as many rows.
func Run(m *onnx.Model, feed map[string]*tensor.Tensor) ([]*tensor.Tensor, error) {
	b := ir.NewBuilder("predict")
	var inputs []*ir.Value
	rows := 1
	for _, p := range m.Inputs {
		if given := feed[p.Name]; given != nil && p.Batch && len(given.Shape) > 0 {
			rows = given.Shape[0]
		}
	}
	fed := map[string]*ir.Tensor[float32]{}
	for i, p := range m.Inputs {
		given := feed[p.Name]
		if given == nil {
			if p.Drawn != "" {
				return nil, fmt.Errorf("input %q: no data for the %s that the model draws, which are an input here", p.Name, p.Drawn)
			}
			return nil, fmt.Errorf("no data for %s", p.Name)
		}
		x, t, err := input(p, given, rows)
		if err != nil {
			return nil, err
		}
		fed[p.Name] = x
		inputs = append(inputs, op.InputOf(b, op.Input{Port: p.Name, Index: i, Of: t}))
	}
	if err := b.Errors.Err(); err != nil {
		return nil, err
	}
	built, err := m.Build(b, inputs, "")
	if err != nil {
		return nil, err
	}
	for _, v := range built.Outputs {
		if v.Known == nil {
			b.Graph.Outputs = append(b.Graph.Outputs, v.Result())
		}
	}
	machine := interp.New[float32](b.Graph)
	for _, w := range built.Weights {
		copy(machine.Params[w.Segment].F, w.Data)
	}
	res, err := machine.Run(b.Graph, interp.Batch[float32]{Rows: rows, Feed: fed})
	if err != nil {
		return nil, err
	}
	return outputs(built, res.Outputs, rows), nil
}

// input is what is given for an input of the model, as so many rows, and its type in the
// graph.
func input(p onnx.Port, given *tensor.Tensor, rows int) (*ir.Tensor[float32], ir.Type, error) {
	shape := slices.Clone(p.Shape)
	if p.Batch {
		shape = shape[1:]
	}
	t := ir.Type{Shape: append(ir.Shape{ir.Batch}, shape...)}
	x := &ir.Tensor[float32]{Shape: append(ir.Shape{rows}, shape...)}
	if given.I != nil && p.Type != proto.Bool {
		t.DType = ir.I32
		for _, v := range given.I {
			if v != int64(int32(v)) {
				return nil, t, fmt.Errorf("%d of input %s is beyond int32", v, p.Name)
			}
			x.I = append(x.I, int32(v))
		}
	} else {
		for _, v := range given.Elements() {
			if math.Abs(v) > math.MaxFloat32 && !math.IsInf(v, 0) {
				return nil, t, fmt.Errorf("%g of input %s is beyond float32", v, p.Name)
			}
			x.F = append(x.F, float32(v))
		}
	}
	if n := ir.Shape(shape).Elements(); !p.Batch && rows > 1 && max(len(x.F), len(x.I)) == n { // the same for every row
		if x.I != nil {
			x.I = slices.Repeat(x.I, rows)
		} else {
			x.F = slices.Repeat(x.F, rows)
		}
	}
	return x, t, nil
}

// outputs are what the model gives, of the rows that were computed.
func outputs(built *onnx.Built, computed []*ir.Tensor[float32], rows int) []*tensor.Tensor {
	var out []*tensor.Tensor
	for _, v := range built.Outputs {
		if v.Known != nil {
			out = append(out, v.Known)
			continue
		}
		r := computed[0]
		computed = computed[1:]
		shape := v.Shape
		if rows > 1 && len(shape) > 0 {
			shape = append([]int{rows * shape[0]}, shape[1:]...)
		}
		t := &tensor.Tensor{Type: v.Type, Shape: shape}
		for _, f := range r.F {
			t.F = append(t.F, float64(f))
		}
		for _, id := range r.I {
			t.F = append(t.F, float64(id))
		}
		out = append(out, t)
	}
	return out
}
