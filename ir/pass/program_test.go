package pass

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/loop/looptest"
	"github.com/nngen-go/nngen/ir/op"
)

// data is what a step is fed with.
type data struct {
	rows   int
	feed   map[string]*ir.Tensor[float64]
	params map[string]*ir.Tensor[float64]
}

// drawData draws values for every input and parameter of the training graph.
func drawData(t *rapid.T, g *ir.Graph, batch int) *data {
	d := &data{rows: rapid.IntRange(1, batch).Draw(t, "rows"), feed: map[string]*ir.Tensor[float64]{}, params: map[string]*ir.Tensor[float64]{}}
	number := rapid.Float64Range(-1.5, 1.5)
	block := func(shape ir.Shape) *ir.Tensor[float64] {
		x := ir.NewTensor[float64](shape)
		for i := range x.F {
			x.F[i] = number.Draw(t, "x")
		}
		return x
	}
	for _, v := range g.Inputs {
		o := v.Op.(*op.Input)
		shape := o.Of.Shape.Concrete(d.rows)
		switch {
		case o.Of.Shape.Ragged():
			x := &ir.Tensor[float64]{Shape: shape, Offsets: []int{0}}
			for range d.rows {
				// Loading makes the ids of a row distinct in set mode; the test feeds such.
				row := rapid.SliceOfNDistinct(rapid.IntRange(0, o.Limit-1), 0, 4, rapid.ID[int]).Draw(t, "ids")
				for _, id := range row {
					x.I = append(x.I, int32(id))
				}
				x.Offsets = append(x.Offsets, len(x.I))
			}
			if x.I == nil {
				x.I = []int32{}
			}
			d.feed[o.Port] = x
		case o.Of.DType == ir.I32:
			x := &ir.Tensor[float64]{Shape: shape, I: make([]int32, shape.Elements())}
			for i := range x.I {
				x.I[i] = int32(rapid.IntRange(0, o.Limit-1).Draw(t, "id"))
			}
			d.feed[o.Port] = x
		default:
			d.feed[o.Port] = block(shape)
		}
	}
	for _, v := range g.Params {
		o := v.Op.(*op.Param)
		d.params[o.Segment] = block(o.Shape)
	}
	return d
}

// uniform stands for the random numbers of a stream.
func uniform(stream string, row, element int) float64 {
	h := uint32(2166136261)
	for _, c := range []byte(stream) {
		h = (h ^ uint32(c)) * 16777619
	}
	h = (h ^ uint32(row)*0x9e3779b9) * 16777619
	h = (h ^ uint32(element)*0x85ebca6b) * 16777619
	return float64(h>>8) / (1 << 24)
}

// reference evaluates a graph value by value.
func reference(g *ir.Graph, d *data) map[*ir.Value]*ir.Tensor[float64] {
	c := &ir.Context[float64]{Rows: d.rows, Feed: d.feed, Params: d.params, Uniform: func(stream string, shape ir.Shape) []float64 {
		out := make([]float64, shape.Elements())
		for i := range out {
			row := len(out) / shape[0]
			out[i] = uniform(stream, i/row, i%row)
		}
		return out
	}}
	values := map[*ir.Value]*ir.Tensor[float64]{}
	for _, v := range g.Values {
		args := make([]*ir.Tensor[float64], len(v.Args))
		for i, a := range v.Args {
			args[i] = values[a]
		}
		values[v] = v.Op.Eval64(c, v, args)
	}
	return values
}

// execute runs a plan in an arena of NaN.
func execute(t *rapid.T, p *loop.Program, plan *loop.Plan, d *data) *looptest.Memory {
	room := 1
	if plan.PerRow {
		room = d.rows
	}
	mem := &looptest.Memory{Random: uniform, Floats: make([]float64, room*plan.ArenaFloats), Ints: make([]int32, room*plan.ArenaInts), PerRow: plan.PerRow}
	for i := range mem.Floats {
		mem.Floats[i] = math.NaN()
	}
	for i := range mem.Ints {
		mem.Ints[i] = math.MinInt32
	}
	set := func(b *loop.Buffer, x *ir.Tensor[float64]) {
		mem.Set(b, looptest.Block{F: x.F, I: x.I, Offsets: x.Offsets})
	}
	for _, b := range plan.Buffers {
		switch b.Class {
		case loop.Param:
			set(b, d.params[p.Segments[b.Segment].Name])
		case loop.Input:
			set(b, d.feed[p.Inputs[b.Port].Name])
		case loop.Target:
			set(b, d.feed[p.Targets[b.Port].Name])
		case loop.Weight, loop.Scalar:
			set(b, d.feed[b.Name])
		}
	}
	for _, steps := range [][]loop.Step{plan.Forward, plan.Backward} {
		if err := looptest.Run(steps, mem, d.rows); err != nil {
			t.Fatalf("plan %s: %v\n%v", plan.Name, err, plan)
		}
	}
	return mem
}

// near compares what a plan left in a buffer with the reference.
func near(t *rapid.T, plan *loop.Plan, what string, got, want []float64) {
	if len(got) != len(want) {
		t.Fatalf("plan %s: %s has %d elements, want %d\n%v", plan.Name, what, len(got), len(want), plan)
	}
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= 1e-9*(1+math.Abs(want[i]))) {
			t.Fatalf("plan %s: %s: element %d is %v, want %v\n%v", plan.Name, what, i, got[i], want[i], plan)
		}
	}
}

// compare runs a plan and holds outputs, losses, state and gradients to those of
// the graph as it was built.
func compare(t *rapid.T, p *loop.Program, plan *loop.Plan, g *ir.Graph, d *data) {
	values := reference(g, d)
	mem := execute(t, p, plan, d)
	floats := func(b *loop.Buffer) []float64 { return mem.Block(b, d.rows).F }
	for i, v := range g.Outputs {
		near(t, plan, "output "+v.Name, floats(plan.Outputs[i]), values[v].F)
	}
	for i, v := range g.Losses {
		near(t, plan, v.Name, floats(plan.Losses[i]), values[v].F)
	}
	if g.Loss != nil {
		near(t, plan, "loss", floats(plan.Loss), values[g.Loss].F)
	}
	for i, u := range g.Updates {
		near(t, plan, "update "+u.New.Name, floats(plan.Updates[i].New), values[u.New].F)
	}
	for _, gr := range g.Grads {
		name := gr.Param.Op.(*op.Param).Segment
		for _, b := range plan.Buffers {
			if b.Class == loop.Gradient && b.Name == name {
				near(t, plan, "gradient of "+name, floats(b), values[gr.Value].F)
			}
		}
	}
}

// Random networks, compiled with every subset of the optional passes, against
// the graphs as they were built.
func TestPrograms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawModel(t)
		off := map[string]bool{}
		for _, name := range Optional() {
			off[name] = rapid.IntRange(0, 3).Draw(t, "off "+name) == 0
		}
		p, err := Compile(&m.header, m.src, Options{Off: off})
		if err != nil {
			t.Fatalf("%v\n%v", err, m.src.Train)
		}
		d := drawData(t, m.src.Train, p.Batch)
		compare(t, p, p.Predict, m.src.Predict, d)
		compare(t, p, p.Evaluate, m.src.Evaluate, d)
		train := Clone(m.src.Train)
		if err := Autodiff(train); err != nil {
			t.Fatal(err)
		}
		compare(t, p, p.Train, train, d)
	})
}

// The same network gives the same program, whatever the order of maps.
func TestDeterminism(t *testing.T) {
	models := rapid.Custom(drawModel)
	for seed := range 10 {
		m := models.Example(seed)
		before := m.src.Train.String()
		first := ""
		for i := range 5 {
			p, err := Compile(&m.header, m.src, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if i == 0 {
				first = p.String()
			} else if p.String() != first {
				t.Fatalf("compiled once:\n%s\ncompiled again:\n%s", first, p)
			}
		}
		if m.src.Train.String() != before {
			t.Fatal("the source has changed")
		}
	}
}
