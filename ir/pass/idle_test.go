package pass

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/op"
)

// maskedSteps is how many steps the sequences of drawMasked have.
const maskedSteps = 7

// drawMasked is a stack of recurrences in either direction over sequences with a mask.
func drawMasked(t *rapid.T) *model {
	m := &model{header: loop.Program{Name: "masked", File: "masked.yaml", Batch: 4}}
	c := &choices{t: t}
	build := func(name string, training bool) *ir.Graph {
		c.next = 0
		n := &network{m: m, c: c, b: ir.NewBuilder(name), training: training, losses: name != "predict"}
		x := n.input(0, ir.Type{Shape: ir.Shape{ir.Batch, maskedSteps, 3}}, 0)
		n.mask = n.input(1, ir.Type{Shape: ir.Shape{ir.Batch, maskedSteps}}, 0)
		if n.c.pick(2) == 0 { // so that the gradient of what goes into the first is asked for
			name := n.layer("dense")
			x = op.MatMul(n.b, x, n.param(name+"/kernel", 0, 3, 4))
		}
		for range 1 + n.c.pick(2) {
			if len(x.Shape) == 3 {
				x = n.recurrent(x)
			}
		}
		if len(x.Shape) == 3 {
			x = op.ReshapeTo(n.b, x, ir.Shape{ir.Batch, x.Shape.Elements()})
		}
		n.head(x, 0)
		if n.losses {
			n.loss()
		}
		if err := n.b.Errors.Err(); err != nil {
			t.Fatalf("the test built a wrong model: %v", err)
		}
		return n.b.Graph
	}
	m.src.Train = build("train", true)
	m.describe(m.src.Train)
	m.src.Evaluate, m.src.Predict = build("evaluate", false), build("predict", false)
	return m
}

// padded draws a mask: padding before or after, holes, rows without any step.
func padded(t *rapid.T, rows int) []float64 {
	mask := make([]float64, rows*maskedSteps)
	kind := rapid.IntRange(0, 4).Draw(t, "padding")
	for r := range rows {
		length := rapid.IntRange(0, maskedSteps).Draw(t, "length")
		for s := range maskedSteps {
			on := false
			switch kind {
			case 0:
				on = true
			case 1:
				on = s < length
			case 2:
				on = s >= maskedSteps-length
			case 3:
				on = rapid.IntRange(0, 3).Draw(t, "hole") == 0
			}
			if on {
				mask[r*maskedSteps+s] = 1
			}
		}
	}
	return mask
}

// Idle turns, and products over some of the steps, change no bit of what a plan
// computes, whatever the mask.
func TestIdleTurns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMasked(t)
		all, err := Compile(&m.header, m.src, Options{Off: map[string]bool{"idle": true}})
		if err != nil {
			t.Fatal(err)
		}
		p, err := Compile(&m.header, m.src, Options{})
		if err != nil {
			t.Fatal(err)
		}
		d := drawData(t, m.src.Train, 4)
		d.feed["in1"].F = padded(t, d.rows)
		compare(t, p, p.Evaluate, m.src.Evaluate, d)
		for i, plan := range p.Plans() {
			mem, want := execute(t, p, plan, d), execute(t, all, all.Plans()[i], d)
			for _, b := range plan.Buffers {
				at := slices.IndexFunc(all.Plans()[i].Buffers, func(o *loop.Buffer) bool { return o.Name == b.Name && o.Grad == b.Grad })
				if b.Class != loop.Gradient && !slices.Contains(plan.Results(), b) || at < 0 {
					continue
				}
				got, want := mem.Block(b, d.rows).F, want.Block(all.Plans()[i].Buffers[at], d.rows).F
				if !slices.Equal(got, want) {
					t.Fatalf("plan %s: %v is %v, where all is computed %v\n%v", plan.Name, b, got, want, plan)
				}
			}
			if slices.ContainsFunc(slices.Concat(plan.Forward, plan.Backward), func(s loop.Step) bool {
				l, ok := s.(*loop.Loop)
				return ok && !l.ByRows()
			}) {
				continue // what sums over the rows in its turns has none that are idle
			}
			loops, limited := 0, 0
			for _, s := range slices.Concat(plan.Forward, plan.Backward) {
				switch s := s.(type) {
				case *loop.Loop:
					if loops++; s.Mask == nil {
						t.Fatalf("plan %s: no turn of a loop is idle\n%v", plan.Name, plan)
					}
				case *loop.Run:
					if s.Steps != nil {
						limited++
					}
				}
			}
			if limited < min(loops, 1) {
				t.Fatalf("plan %s: no product is limited\n%v", plan.Name, plan)
			}
		}
	})
}
