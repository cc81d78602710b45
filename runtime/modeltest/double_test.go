package modeltest

import (
	"math"
	"reflect"
	"testing"

	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/train"
)

// A call is passed what its operands say.
func TestCall(t *testing.T) {
	type shape struct{ nC, yR int }
	d := &double{rows: 2, loss: 0, weights: []float64{1, 2}, constants: [][]float64{{7, 8}}, indices: [][]int32{{1}, {2, 3}}, arena: make([]float64, 10), integers: make([]int32, 4),
		inputs: []column{{ints: []int32{5, 6, 7}, offsets: []int32{0, 1, 3}}}, targets: []column{{floats: []float64{3, 4}}}}
	called := 0
	d.calls = func(call Call) {
		call("layer", func(y []float64, w *[3]float64, g *[2]float64, s shape, n int, t *nn.Worker) {
			called++
			if len(y) != 6 || &y[0] != &d.arena[2] || w[0] != 11 || len(d.gradients) != 4 || s.nC != 0 || s.yR != 9 || n != 2 || t != nil {
				panic("the first call")
			}
			y[0], y[1], g[1] = 1.0/3, math.Pi, 1
		}, "a2*3 p1 g0 z1:9 n t")
		call.List(map[string]any{"add": func(y []float64, s shape, n int) {
			called++
			if &y[0] != &d.arena[2] || s.nC != 3 || s.yR != 9 {
				panic("a call of the list")
			}
		}}, "\nother\n\tadd a2*3 z3,9 n\n\tadd a2*3 z0:3,9 n\n")
		call("", func(at *[1]float64, ids, offsets []int32, target, weights []float64, c *[2]float64, m, share float64, key nn.Key, first int, v, constants []float64, list *[2]int32) {
			called++
			if !reflect.DeepEqual(ids, []int32{5, 6, 7}) || offsets[2] != 3 || target[1] != 4 || weights[1] != 2 || c[1] != 8 || m != 0.25 || share != 0.5 || first != 1 ||
				key != nn.NewKey(3, 2, nn.Stream("drop out")) || len(v) != 2 || len(constants) != 2 || constants[0] != 7 || list[1] != 3 {
				panic("the second call")
			}
			at[0] = 42
		}, "a0 x0 o0 y0 w c0 m s e0 f a8+2 c0+2 l1", "drop out")
	}
	var r rounding
	loss, g := d.step([]float64{10, 11, 12, 13}, train.Step{Seed: 3, Index: 2, First: 1, Total: 4}, &r)
	if called != 4 || loss != 42 || g[1] != 1 {
		t.Errorf("%d calls, loss %v, gradients %v", called, loss, g)
	}
	if d.arena[2] != float64(float32(1.0/3)) || r.largest != 42 {
		t.Errorf("rounded to %v, the largest is %v", d.arena[2], r.largest)
	}
	if !math.IsNaN(d.arena[1]) {
		t.Error("what nothing writes holds a number")
	}
}

// Samples have ids below the limit in every port, and targets classes.
func TestSamples(t *testing.T) {
	type input struct {
		Image [2][3]float32
		IDs   []int32
	}
	type target [2][2]float32
	typed := &Network[nobody[input, target], input, float32, target, struct{}]{Targets: []Port{{Loss: "categorical_crossentropy"}}}
	typed.Inputs = []Port{{}, {Limit: 3}}
	n := typed.plain()
	a, b := n.sample(1).(*input), n.sample(1).(*input)
	if !reflect.DeepEqual(a, b) || a.Image[1][2] == 0 || len(a.IDs) == 0 {
		t.Errorf("samples %v and %v", a, b)
	}
	for i := range 50 {
		for _, id := range n.sample(i).(*input).IDs {
			if id < 0 || id >= 3 {
				t.Errorf("id %d", id)
			}
		}
	}
	if y := *n.target(3).(*target); y != (target{{0, 1}, {0, 1}}) {
		t.Errorf("target %v", y)
	}
}

// nobody is a model for the tests above.
type nobody[I, T any] struct{ Model[I, T, struct{}] }
