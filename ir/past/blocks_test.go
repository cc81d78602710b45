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
	"github.com/nngen-go/nngen/ir/spec"
)

// trained is the program of layers over sequences of so many steps of 3 numbers, with
// passes switched off.
func trained(t *testing.T, steps int, layers string, off ...string) *loop.Program {
	return ofInputs(t, fmt.Sprintf("x: {shape: [%d, 3]}", steps), layers, off...)
}

// ofInputs is the program of layers over some inputs.
func ofInputs(t *testing.T, inputs, layers string, off ...string) *loop.Program {
	t.Helper()
	m, err := spec.Parse("s.yaml", fmt.Appendf(nil, "name: s\ninputs: {%s}\nlayers: [%s]\ncompile: {optimizer: sgd, loss: mse}\nfit: {batch_size: 2}\n", inputs, layers))
	if err != nil {
		t.Fatalf("%s: %v", layers, err)
	}
	n, err := build.Build(m)
	if err != nil {
		t.Fatalf("%s: %v", layers, err)
	}
	without := map[string]bool{}
	for _, name := range off {
		without[name] = true
	}
	p, err := pass.Compile(n.Header, pass.Source{Predict: n.Predict, Evaluate: n.Evaluate, Train: n.Train, Step: n.Step}, pass.Options{Off: without})
	if err != nil {
		t.Fatalf("%s: %v", layers, err)
	}
	return p
}

// attending are layers that attend, and how many kernels of a prediction and of a
// training step go over blocks.
var attending = map[string][2]int{
	"{MultiHeadAttention: {num_heads: 2, key_dim: 2, use_causal_mask: true}}":                                                                          {3, 9},
	"{MultiHeadAttention: {num_heads: 1, key_dim: 3, value_dim: 2, use_causal_mask: true}}":                                                            {3, 9},
	"{MultiHeadAttention: {num_heads: 2, key_dim: 2, use_causal_mask: true, sliding_window: 9, use_gate: true}}":                                       {3, 9},
	"{MultiHeadAttention: {num_heads: 1, key_dim: 2, use_causal_mask: true}}, {MultiHeadAttention: {num_heads: 2, key_dim: 3, use_causal_mask: true}}": {6, 18},
	// The gradient of a key of one feature has the scores as its right operand.
	"{MultiHeadAttention: {num_heads: 2, key_dim: 1, use_causal_mask: true}}":                                   {3, 0},
	"{GroupedQueryAttention: {head_dim: 3, num_query_heads: 4, num_key_value_heads: 2, use_causal_mask: true}}": {3, 9},
	// Of a query whose keys so far are all masked, the softmax is over all keys.
	"{Masking: {}}, {MultiHeadAttention: {num_heads: 2, key_dim: 2, use_causal_mask: true}}": {0, 0},
	// Random numbers are counted from the first row of the scores; predictions draw none.
	"{MultiHeadAttention: {num_heads: 2, key_dim: 3, use_causal_mask: true, dropout: 0.5}}": {4, 0},
	// Query, key and value are one buffer, which would have to move and to stay.
	"{Attention: {use_causal_mask: true}}":                                {0, 0},
	"{MultiHeadAttention: {num_heads: 2, key_dim: 2}}":                    {0, 0},
	"{MultiHeadAttention: {num_heads: 2, key_dim: 2, sliding_window: 9}}": {0, 0},
}

// A plan that goes over blocks of a matrix gives what it gives over all of it, bit for
// bit, and nothing that it computes depends on what is not computed.
func TestBlocks(t *testing.T) {
	for layers, want := range attending {
		for _, steps := range []int{64, 100, 128} {
			want := want
			p, full := trained(t, steps, layers), trained(t, steps, layers, "blocks")
			if steps < 2*loop.StepBlock || steps%loop.StepBlock != 0 {
				want = [2]int{}
			}
			if got := [2]int{inBlocks(p.Predict), inBlocks(p.Train)}; got != want {
				t.Errorf("%s: %v kernels go over blocks of %d steps, want %v\n%v", layers, got, steps, want, p.Train)
			}
			if want == [2]int{} {
				continue
			}
			for _, plans := range [][2]*loop.Plan{{p.Predict, full.Predict}, {p.Train, full.Train}} {
				same(t, layers, plans[0], plans[1])
			}
		}
	}
}

// Where another mask may hide all keys up to a query's own step, the softmax is over those
// that the causal mask has hidden: they are not left out.
func TestBlocksNeedKey(t *testing.T) {
	const inputs = "x: {shape: [128, 3]}, m: {shape: [128, 128]}"
	for layers, want := range map[string]int{
		"{MultiHeadAttention: {num_heads: 1, key_dim: 2, use_causal_mask: true, attention_mask: true, inputs: [x, x, m]}}":                   0,
		"{Dense: {name: d, units: 3, inputs: [m]}}, {MultiHeadAttention: {num_heads: 1, key_dim: 2, use_causal_mask: true, inputs: [x, d]}}": 3,
	} {
		if got := inBlocks(ofInputs(t, inputs, layers).Predict); got != want {
			t.Errorf("%s: %d kernels go over blocks, want %d", layers, got, want)
		}
	}
}

// inBlocks counts the kernels that follow the turns of a loop.
func inBlocks(p *loop.Plan) (n int) {
	runs, _ := p.Flat()
	for _, r := range runs {
		if slices.ContainsFunc(slices.Concat(loop.AxesOf(r.Kernel)...), func(a loop.Axis) bool { return a.Turn != 0 }) {
			n++
		}
	}
	return n
}

// same runs two plans and compares results and gradients.
func same(t *testing.T, layers string, p, full *loop.Plan) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	given := map[string][]float64{}
	run := func(p *loop.Plan) *looptest.Memory {
		mem := &looptest.Memory{Floats: slices.Repeat([]float64{math.NaN()}, p.ArenaFloats), Ints: make([]int32, p.ArenaInts), PerRow: p.PerRow,
			Random: func(_ string, row, element int) float64 { return float64((row*31+element*7)%10) / 10 }}
		for _, b := range p.Buffers {
			if b.DType == loop.I32 || slices.Contains([]loop.Class{loop.Arena, loop.Const, loop.Local, loop.Random}, b.Class) {
				continue
			}
			key := b.String()
			if given[key] == nil {
				for range b.Len(1) {
					given[key] = append(given[key], rng.NormFloat64())
				}
			}
			mem.Set(b, looptest.Block{F: slices.Clone(given[key])})
		}
		if err := looptest.Run(slices.Concat(p.Forward, p.Backward), mem, 1); err != nil {
			t.Fatalf("%s: %v", layers, err)
		}
		return mem
	}
	got, all := run(p), run(full)
	results := func(p *loop.Plan) []*loop.Buffer {
		list := p.Results()
		for _, b := range p.Buffers {
			if b.Class == loop.Gradient {
				list = append(list, b)
			}
		}
		slices.SortFunc(list, func(a, b *loop.Buffer) int { return len(a.String()) - len(b.String()) })
		return list
	}
	of := map[string]*loop.Buffer{}
	for _, b := range results(full) {
		of[b.String()] = b
	}
	for _, b := range results(p) {
		if of[b.String()] == nil {
			t.Fatalf("%s: %s has no %v without blocks", layers, p.Name, b)
		}
		x, y := got.Block(b, 1).F, all.Block(of[b.String()], 1).F
		if !slices.Equal(x, y) || slices.ContainsFunc(x, math.IsNaN) {
			t.Errorf("%s: %s: %v differs from that over all steps\n%v", layers, p.Name, b, p)
		}
	}
}
