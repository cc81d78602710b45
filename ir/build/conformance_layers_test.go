package build_test

import (
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/interp"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/pass"
	"github.com/nngen-go/nngen/ir/spec"
)

// TestKerasLayers holds every layer to Keras: outputs, gradients with respect
// to inputs and weights, penalties, state after a training step, statistics
// that Normalization is fitted to.
func TestKerasLayers(t *testing.T) {
	vectors(t, "layers", 736, layerLikeKeras)
	vectors(t, "attention", 128, layerLikeKeras)
	vectors(t, "images", 11, layerLikeKeras)
	vectors(t, "operations", 270, layerLikeKeras)
	vectors(t, "cells", 70, layerLikeKeras)
	vectors(t, "volumes", 111, layerLikeKeras)
	vectors(t, "spectral", 23, layerLikeKeras)
	vectors(t, "sequences", 26, func(t *testing.T, v *vector, m *spec.Model) {
		if v.Outputs != nil {
			layerLikeKeras(t, v, m)
		}
	})
}

func layerLikeKeras(t *testing.T, v *vector, m *spec.Model) {
	n, err := build.Build(m)
	if err != nil {
		t.Fatal(err)
	}
	e := newEngine(t, v.Weights, n.Header.Segments)
	g, penalty, err := build.Forward(m, v.Training)
	if err != nil {
		t.Fatal(err)
	}
	outputs := map[string]int{}
	for i, r := range m.OutputRefs() {
		outputs[r.Name] = i
	}
	if names(v.Outputs) != names(v.Cotangent) || len(v.Outputs) != len(outputs) {
		t.Fatalf("outputs %s, cotangents %s", names(v.Outputs), names(v.Cotangent))
	}
	total := objective(t, g, penalty, outputs)
	if penalty != nil {
		g.Outputs = append(g.Outputs, penalty)
	}
	asked := differentiateInputs(g, e, v)
	if g.Loss = total; len(v.WeightGrads)+len(asked) > 0 {
		if err := pass.Autodiff(g); err != nil {
			t.Fatal(err)
		}
	}
	for name, dy := range v.Cotangent {
		v.Inputs["cotangent/"+name] = dy
	}
	r := e.run(g, v.batch)
	for _, name := range sorted(v.Outputs) {
		y, want := r.Outputs[outputs[name]], v.Outputs[name]
		if !y.Shape.Equal(want.Shape) {
			t.Errorf("output %s is %v, Keras's %v", name, y.Shape, want.Shape)
		}
		agree(t, "output "+name, y.F, want.Data)
	}
	sameGrads(t, r, v, asked)
	switch {
	case (v.Penalty != nil) != (penalty != nil):
		t.Error("only one of both has a penalty")
	case penalty != nil:
		agree(t, "penalty", r.Outputs[len(outputs)].F, []float64{*v.Penalty})
	}
	if v.Training {
		for _, u := range r.Updates {
			copy(e.Params[u.Segment].F, u.Value.F)
		}
		for segment := range asked {
			delete(e.Params, segment)
		}
		e.compare("after training:", v.WeightsAfter)
	}
	fitted(t, n, e, v)
}

// sameGrads compares all gradients; asked are the inputs by segment.
func sameGrads(t *testing.T, r *interp.Result[float64], v *vector, asked map[string]string) {
	t.Helper()
	got := grads(r)
	for _, name := range sorted(v.WeightGrads) {
		agree(t, "gradient of "+name, got[name], v.WeightGrads[name].Data)
	}
	for _, segment := range sorted(asked) {
		agree(t, "gradient of input "+asked[segment], got[segment], v.InputGrads[asked[segment]].Data)
	}
	if len(got) != len(v.WeightGrads)+len(v.InputGrads) {
		t.Errorf("%d gradients, Keras's %d", len(got), len(v.WeightGrads)+len(v.InputGrads))
	}
}

// objective appends Σ output·cotangent + penalty.
func objective(t *testing.T, g *ir.Graph, penalty *ir.Value, outputs map[string]int) *ir.Value {
	b := &ir.Builder{Graph: g}
	total := op.Scalar(b, 0)
	for i, name := range sorted(outputs) {
		y := g.Outputs[outputs[name]]
		dy := op.InputOf(b, op.Input{Port: "cotangent/" + name, Kind: op.Feature, Index: 100 + i, Of: y.Type})
		axes := make([]int, len(y.Shape))
		for a := range axes {
			axes[a] = a
		}
		total = op.Binary(b, "add", total, op.Sum(b, op.Binary(b, "mul", y, dy), false, axes...))
	}
	if penalty != nil {
		total = op.Binary(b, "add", total, penalty)
	}
	if err := b.Errors.Err(); err != nil {
		t.Fatal(err)
	}
	return total
}

// differentiateInputs makes the inputs of which Keras gives a gradient
// trainable: each becomes a table, of which row r of the batch looks up row r.
// It gives the inputs by the segments of their tables.
func differentiateInputs(g *ir.Graph, e *engine, v *vector) map[string]string {
	asked := map[string]string{}
	var front []*ir.Value
	for _, x := range g.Inputs {
		name := x.Op.(*op.Input).Port
		want, ok := v.InputGrads[name]
		if !ok {
			continue
		}
		segment := "input/" + name
		asked[segment] = name
		rows := want.Shape[0]
		b := ir.NewBuilder("front")
		table := op.ParamOf(b, op.Param{Segment: segment, Shape: ir.Shape{rows, len(want.Data) / rows}, Role: block.Trainable})
		ids := op.InputOf(b, op.Input{Port: "rows", Kind: op.Feature, Of: ir.Type{Shape: ir.Shape{ir.Batch}, DType: ir.I32}, Limit: rows})
		y := b.Apply(&op.Reshape{Shape: x.Shape}, op.GatherRows(b, table, ids))
		front = append(front, b.Graph.Values...)
		g.Params = append(g.Params, table)
		e.Params[segment] = v.Inputs[name].floats(ir.Shape{rows, len(want.Data) / rows})
		numbers := tensor{Shape: []int{rows}}
		for r := range rows {
			numbers.Data = append(numbers.Data, float64(r))
		}
		v.Inputs["rows"] = numbers
		if !containsPort(g.Inputs, "rows") {
			g.Inputs = append(g.Inputs, ids)
		}
		g.Replace(ir.Replacement{x: y})
		for i, in := range g.Inputs {
			if in == y {
				g.Inputs[i] = x
			}
		}
	}
	g.Values = append(front, g.Values...)
	for i, w := range g.Values {
		w.ID = i
	}
	return asked
}

func containsPort(inputs []*ir.Value, port string) bool {
	for _, v := range inputs {
		if v.Op.(*op.Input).Port == port {
			return true
		}
	}
	return false
}

// fitted holds what reaches a Normalization layer, and the grouping of its
// elements, to the statistics that Keras adapts to.
func fitted(t *testing.T, n *build.Network, e *engine, v *vector) {
	if len(v.Adapt) == 0 {
		return
	}
	for _, a := range n.Adapts {
		data := v.Adapt[a.Layer]
		x := e.run(a.Graph, batch{Inputs: tensors{"x": data}}).Outputs[0].F
		mean, variance := make([]float64, a.Groups), make([]float64, a.Groups)
		count := float64(len(x) / a.Groups)
		for i, y := range x {
			mean[i%a.Width%a.Groups] += y / count
		}
		for i, y := range x {
			d := y - mean[i%a.Width%a.Groups]
			variance[i%a.Width%a.Groups] += d * d / count
		}
		agree(t, "fitted mean", mean, v.Weights[n.Header.Segments[a.Mean].Name].Data)
		agree(t, "fitted variance", variance, v.Weights[n.Header.Segments[a.Variance].Name].Data)
	}
}
