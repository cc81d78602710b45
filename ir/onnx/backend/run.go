package backend

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/interp"
	"github.com/nngen-go/nngen/ir/onnx"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/op"
)

// Run builds a model and computes it, in double precision: a batch that the model
// leaves open is as many rows.
func Run(m *onnx.Model, feed map[string]*onnx.Tensor) ([]*onnx.Tensor, error) {
	b := ir.NewBuilder("predict")
	var inputs []*ir.Value
	rows := 1
	for _, p := range m.Inputs {
		if given := feed[p.Name]; given != nil && p.Batch && len(given.Shape) > 0 {
			rows = given.Shape[0]
		}
	}
	fed := map[string]*ir.Tensor[float64]{}
	for i, p := range m.Inputs {
		shape := slices.Clone(p.Shape)
		if p.Batch {
			shape = shape[1:]
		}
		t := ir.Type{Shape: append(ir.Shape{ir.Batch}, shape...)}
		given := feed[p.Name]
		if given == nil {
			return nil, fmt.Errorf("no data for %s", p.Name)
		}
		x := &ir.Tensor[float64]{Shape: append(ir.Shape{rows}, shape...)}
		switch {
		case p.Type == proto.Int64 || p.Type == proto.Int32:
			t.DType = ir.I32
			for _, v := range given.I {
				x.I = append(x.I, int32(v))
			}
		case p.Type == proto.Float32 || p.Type == proto.Bool:
			x.F = slices.Clone(given.F)
			for _, v := range given.I {
				x.F = append(x.F, float64(v))
			}
		default:
			return nil, fmt.Errorf("input of %v", p.Type)
		}
		if n := x.Shape.Elements(); !p.Batch && rows > 1 { // the same for every row
			for len(x.F) > 0 && len(x.F) < n {
				x.F = append(x.F, x.F[:n/rows]...)
			}
			for len(x.I) > 0 && len(x.I) < n {
				x.I = append(x.I, x.I[:n/rows]...)
			}
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
	var out []*onnx.Tensor
	for _, v := range built.Outputs {
		if v.Known == nil {
			b.Graph.Outputs = append(b.Graph.Outputs, v.Result())
		}
	}
	g := b.Graph
	machine := interp.New[float64](g)
	for _, w := range built.Weights {
		for i, f := range w.Data {
			machine.Params[w.Segment].F[i] = float64(f)
		}
	}
	res, err := machine.Run(g, interp.Batch[float64]{Rows: rows, Feed: fed})
	if err != nil {
		return nil, err
	}
	next := 0
	for _, v := range built.Outputs {
		if v.Known != nil {
			out = append(out, v.Known)
			continue
		}
		r := res.Outputs[next]
		next++
		shape := v.Shape
		if rows > 1 && len(shape) > 0 {
			shape = append([]int{rows * shape[0]}, shape[1:]...)
		}
		t := &onnx.Tensor{Type: v.Type, Shape: shape, F: r.F}
		for _, id := range r.I {
			t.F = append(t.F, float64(id))
		}
		out = append(out, t)
	}
	return out, nil
}
