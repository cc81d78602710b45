package build_test

import (
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/op"
)

// engine runs unoptimised graphs in double precision.
type engine struct {
	t      *testing.T
	params map[string]*ir.Tensor[float64]
}

func newEngine(t *testing.T, weights tensors, segments []loop.Segment) *engine {
	e := &engine{t, map[string]*ir.Tensor[float64]{}}
	for _, s := range segments {
		w, ok := weights[s.Name]
		if !ok {
			t.Fatalf("Keras has no weight %s; it has %s", s.Name, names(weights))
		}
		if !ir.Shape(w.Shape).Equal(s.Shape) {
			t.Fatalf("%s is %v, Keras's %v", s.Name, s.Shape, w.Shape)
		}
		e.params[s.Name] = w.floats(s.Shape)
	}
	if len(weights) != len(segments) {
		t.Fatalf("Keras has the weights %s; %d were built", names(weights), len(segments))
	}
	return e
}

type results map[*ir.Value]*ir.Tensor[float64]

// run computes every value of g for a batch. Total is the rows of the logical
// batch that it is a part of.
func (e *engine) run(g *ir.Graph, b batch, total int) results {
	c := &ir.Context[float64]{Feed: map[string]*ir.Tensor[float64]{}, Params: e.params}
	for _, x := range b.Inputs {
		c.Rows = x.rows()
	}
	c.Uniform = func(stream string, shape ir.Shape) []float64 {
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
		shape := v.Shape.Concrete(c.Rows)
		x, given := tensor{}, true
		switch in.Kind {
		case op.Feature:
			x, given = b.Inputs[in.Port]
			if name, ok := strings.CutPrefix(in.Port, "cotangent/"); ok {
				x, given = b.Masks["cotangent/"+name]
			}
		case op.Target:
			x = b.Target
		case op.Weight:
			x = tensor{Data: make([]float64, c.Rows)}
			for i := range x.Data {
				x.Data[i] = 1
			}
			if b.SampleWeight != nil {
				x = *b.SampleWeight
			}
		case op.InvTotal:
			x = tensor{Data: []float64{1 / float64(total)}}
		case op.Share:
			x = tensor{Data: []float64{float64(c.Rows) / float64(total)}}
		}
		if !given {
			e.t.Fatalf("no input %q", in.Port)
		}
		if v.DType == ir.I32 {
			c.Feed[in.Port] = x.ids(shape)
		} else {
			c.Feed[in.Port] = x.floats(shape)
			if len(x.Data) != shape.Elements() {
				e.t.Fatalf("input %q has %d values for %v", in.Port, len(x.Data), shape)
			}
		}
	}
	values := results{}
	for _, v := range g.Values {
		args := make([]*ir.Tensor[float64], len(v.Args))
		for i, a := range v.Args {
			args[i] = values[a]
		}
		values[v] = op.Eval(c, v, args)
	}
	return values
}

// grads are the gradients by segment.
func (r results) grads(g *ir.Graph) map[string][]float64 {
	out := map[string][]float64{}
	for _, gr := range g.Grads {
		out[gr.Param.Op.(*op.Param).Segment] = r[gr.Value].F
	}
	return out
}

// update assigns new states.
func (e *engine) update(g *ir.Graph, r results) {
	for _, u := range g.Updates {
		copy(e.params[u.State.Op.(*op.Param).Segment].F, r[u.New].F)
	}
}

// compare compares every weight.
func (e *engine) compare(what string, want tensors) {
	e.t.Helper()
	for name, w := range want {
		agree(e.t, what+" "+name, e.params[name].F, w.Data)
	}
	if len(want) != len(e.params) {
		e.t.Errorf("%s: %d weights, Keras's %d", what, len(e.params), len(want))
	}
}
