package past_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/loop/looptest"
	"github.com/nngen-go/nngen/ir/pass"
	"github.com/nngen-go/nngen/ir/past"
	"github.com/nngen-go/nngen/ir/scalar"
	"github.com/nngen-go/nngen/ir/spec"
)

// compiled is the program of layers over sequences of so many steps of 4 numbers.
func compiled(t *testing.T, steps int, layers string) *loop.Program {
	t.Helper()
	m, err := spec.Parse("s.yaml", fmt.Appendf(nil, "name: s\ninputs: {x: {shape: [%d, 4]}}\nlayers: [%s]\n", steps, layers))
	if err != nil {
		t.Fatalf("%s: %v", layers, err)
	}
	n, err := build.Build(m)
	if err != nil {
		t.Fatalf("%s: %v", layers, err)
	}
	p, err := pass.Compile(n.Header, pass.Source{Predict: n.Predict, Step: n.Step}, pass.Options{})
	if err != nil {
		t.Fatalf("%s: %v", layers, err)
	}
	if p.Stream == nil {
		t.Fatalf("%s does not stream: %s", layers, p.NoStream)
	}
	return p
}

// decoders are layers that attend, and how many of their kernels go over the steps so far.
var decoders = map[string]int{
	"{MultiHeadAttention: {num_heads: 2, key_dim: 2, use_causal_mask: true}}":                                                             4,
	"{MultiHeadAttention: {num_heads: 1, key_dim: 3, value_dim: 2, use_causal_mask: true}}":                                               3,
	"{MultiHeadAttention: {num_heads: 2, key_dim: 3, use_causal_mask: true, dropout: 0.5}}":                                               5, // zeros are put in their place as well
	"{MultiHeadAttention: {num_heads: 2, key_dim: 2, use_causal_mask: true, sliding_window: 2, use_gate: true}}":                          4,
	"{Masking: {}}, {MultiHeadAttention: {num_heads: 2, key_dim: 2, dropout: 0.5, use_causal_mask: true}}":                                5,
	"{GroupedQueryAttention: {head_dim: 3, num_query_heads: 4, num_key_value_heads: 2, use_causal_mask: true}}":                           4,
	"{Attention: {use_causal_mask: true}}":                                                                                                3, // of one head, it masks where it takes the softmax
	"{Attention: {use_causal_mask: true, use_scale: true}}, {Attention: {use_causal_mask: true}}":                                         6,
	"{Masking: {}}, {Attention: {use_causal_mask: true}}":                                                                                 3,
	"{Attention: {use_causal_mask: true, score_mode: concat}}":                                                                            2, // sums over features are of all steps
	"{AdditiveAttention: {use_causal_mask: true}}, {LSTM: {units: 3, return_sequences: true}}":                                            2,
	"{Reshape: {target_shape: [-1, 2, 2]}}, {MultiHeadAttention: {num_heads: 2, key_dim: 2, attention_axes: [1], use_causal_mask: true}}": 5,
}

// A step gives what it gives over all steps, bit for bit, at every position, and
// nothing that it computes depends on what is not computed.
func TestLimit(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for layers, want := range decoders {
		for _, steps := range []int{1, 2, 7, 13} {
			p := compiled(t, steps, layers)
			plan := p.Stream.Plan
			full, limited := plan.InFull()
			if count := limits(plan); steps > 2 && count != want || limited != (count > 0) {
				t.Errorf("%s: %d kernels go over the steps so far, of %d, want %d\n%v", layers, count, steps, want, plan)
			}
			for range 5 {
				in := drawn(r, p)
				got, all := in.run(t, p, plan), in.run(t, p, full)
				for i, b := range plan.Outputs {
					if x, y := got.Block(b, rows).F, all.Block(b, rows).F; !slices.Equal(x, y) || slices.ContainsFunc(x, math.IsNaN) {
						t.Fatalf("%s: output %d at %v is %v, over all steps %v\n%v", layers, i, in.positions, x, y, plan)
					}
				}
			}
		}
	}
}

// limits counts the kernels that go over the steps so far.
func limits(p *loop.Plan) (n int) {
	runs, _ := p.Flat()
	for _, r := range runs {
		if loop.InFull(r.Kernel) != r.Kernel {
			n++
		}
	}
	return n
}

const rows = 3

// drawing is what a step is run on.
type drawing struct {
	positions []int32
	blocks    map[string][]float64
}

// drawn draws weights, inputs and states in which the later steps are 0.
func drawn(r *rand.Rand, p *loop.Program) drawing {
	steps := p.Stream.Limit()
	d := drawing{blocks: map[string][]float64{}}
	for range rows {
		d.positions = append(d.positions, int32(r.IntN(steps)))
	}
	for _, b := range p.Stream.Plan.Buffers {
		if b.DType == loop.I32 || b.Class == loop.Arena || b.Class == loop.Const || b.Class == loop.Local {
			continue
		}
		values := make([]float64, b.Len(rows))
		for i := range values {
			values[i] = r.NormFloat64()
			if b.Class == loop.State && b.Shape[0] == steps && i%b.Row()/(b.Row()/steps) >= int(d.positions[i/b.Row()]) {
				values[i] = 0
			}
		}
		d.blocks[b.Name] = values
	}
	return d
}

// run runs a plan in an arena of NaN.
func (d drawing) run(t *testing.T, p *loop.Program, plan *loop.Plan) *looptest.Memory {
	t.Helper()
	mem := &looptest.Memory{Floats: slices.Repeat([]float64{math.NaN()}, rows*plan.ArenaFloats), Ints: make([]int32, rows*plan.ArenaInts), PerRow: plan.PerRow}
	for _, b := range plan.Buffers {
		switch {
		case b.Class == loop.State && b.DType == loop.I32:
			mem.Set(b, looptest.Block{I: d.positions})
		case d.blocks[b.Name] != nil:
			mem.Set(b, looptest.Block{F: slices.Clone(d.blocks[b.Name])})
		}
	}
	if err := looptest.Run(plan.Forward, mem, rows); err != nil {
		t.Fatal(err)
	}
	return mem
}

// Scores that a mask leaves as large as others are not left out, nor is anything of what
// goes over all of them.
func TestLimitNeedsMask(t *testing.T) {
	p := compiled(t, 9, "{MultiHeadAttention: {num_heads: 2, key_dim: 2, use_causal_mask: true}}")
	plan, _ := p.Stream.Plan.InFull()
	past.Limit(plan, 9)
	if got, want := limits(plan), limits(p.Stream.Plan); got != want {
		t.Errorf("%d kernels go over the steps so far, want %d again", got, want)
	}
	for _, value := range []scalar.Expr{scalar.Num(-5), scalar.Num(1e9), scalar.Arg(0)} {
		plan, _ := p.Stream.Plan.InFull()
		masked := 0
		for _, s := range plan.Forward {
			run := s.(*loop.Run)
			n, ok := run.Kernel.(*loop.Nest)
			if !ok || n.Body[0].Word != "masked" {
				continue
			}
			masked++
			n = loop.Copy(n).(*loop.Nest)
			n.Body[0].Value = scalar.Call("select", n.Body[0].Value.(scalar.Apply).Args[0], scalar.Arg(0), value)
			run.Kernel = n
		}
		past.Limit(plan, 9)
		if n := limits(plan); masked != 1 || n != 0 {
			t.Errorf("%d masks of %v: %d kernels go over the steps so far, want none\n%v", masked, value, n, plan)
		}
	}
}
