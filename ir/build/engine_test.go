package build_test

import (
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/interp"
	"github.com/nngen-go/nngen/ir/op"
)

// engine runs unoptimised graphs in double precision.
type engine struct {
	t *testing.T
	*interp.Machine[float64]
}

func newEngine(t *testing.T, weights tensors, segments []block.Segment) *engine {
	e := &engine{t, interp.New[float64]()}
	for _, s := range segments {
		w, ok := weights[s.Name]
		if !ok {
			t.Fatalf("Keras has no weight %s; it has %s", s.Name, names(weights))
		}
		if !ir.Shape(w.Shape).Equal(s.Shape) {
			t.Fatalf("%s is %v, Keras's %v", s.Name, s.Shape, w.Shape)
		}
		e.Params[s.Name] = w.floats(s.Shape)
	}
	if len(weights) != len(segments) {
		t.Fatalf("Keras has the weights %s; %d were built", names(weights), len(segments))
	}
	return e
}

// run runs g for a batch: the whole of a logical batch.
func (e *engine) run(g *ir.Graph, b batch) *interp.Result[float64] {
	e.t.Helper()
	r, err := e.Run(g, e.feed(g, b))
	if err != nil {
		e.t.Fatal(err)
	}
	return r
}

func (e *engine) feed(g *ir.Graph, b batch) interp.Batch[float64] {
	fed := interp.Batch[float64]{Feed: map[string]*ir.Tensor[float64]{}}
	for _, x := range b.Inputs {
		fed.Rows = x.rows()
	}
	e.Uniform = func(stream string, shape ir.Shape) []float64 {
		mask, ok := b.Masks[stream]
		if !ok {
			e.t.Fatalf("no mask for stream %q", stream)
		}
		u := make([]float64, len(mask.Data))
		for i, kept := range mask.Data {
			u[i] = kept * 0.9999
		}
		return u
	}
	for _, v := range g.Inputs {
		in := v.Op.(*op.Input)
		shape := v.Shape.Concrete(fed.Rows)
		var x tensor
		switch in.Kind {
		case op.Feature:
			x = b.Inputs[in.Port]
		case op.Target:
			if x = b.Target; b.Targets != nil {
				x = b.Targets[in.Port]
			}
		case op.Weight:
			if b.SampleWeight == nil {
				continue
			}
			x = *b.SampleWeight
		default:
			continue
		}
		if v.DType == ir.I32 {
			fed.Feed[in.Port] = x.ids(shape)
		} else {
			fed.Feed[in.Port] = x.floats(shape)
		}
	}
	return fed
}

// grads are the gradients by segment.
func grads(r *interp.Result[float64]) map[string][]float64 {
	out := map[string][]float64{}
	for _, g := range r.Grads {
		out[g.Segment] = g.Value.F
	}
	return out
}

// compare compares every weight.
func (e *engine) compare(what string, want tensors) {
	e.t.Helper()
	for _, name := range sorted(want) {
		agree(e.t, what+" "+name, e.Params[name].F, want[name].Data)
	}
	if len(want) != len(e.Params) {
		e.t.Errorf("%s: %d weights, Keras's %d", what, len(e.Params), len(want))
	}
}
