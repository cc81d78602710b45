package pass

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/op"
)

// The gradient of a value with two uses is the sum of what flows back along
// both, and nothing is computed for the input or the frozen parameter.
func TestAutodiff(t *testing.T) {
	b := ir.NewBuilder("g")
	b.At("in", diag.Pos{})
	x := feature(b, "x", 2)
	b.At("a", diag.Pos{Line: 1})
	h := b.Named(op.Binary(b, "mul", x, weight(b, "a/w", 2)), "a")
	b.At("b", diag.Pos{Line: 2})
	frozen := op.ParamOf(b, op.Param{Segment: "b/w", Shape: ir.Shape{2}, Role: block.Frozen})
	y := b.Named(op.Binary(b, "mul", h, frozen), "b")
	b.At("c", diag.Pos{Line: 3})
	y = b.Named(op.Binary(b, "mul", y, h), "c")
	b.At("loss", diag.Pos{})
	b.Graph.Loss = b.Named(op.Sum(b, y, false, 0, 1), "loss")
	text := passed(t, b, y, name, Autodiff, fold, cse)
	check(t, text, `graph g
  %0 x: f32[n,2] = input["x" feature 0]  # "in"
  %1 a/w: f32[2] = param["a/w" trainable]  # "a"
  %2 a: f32[n,2] = map[mul: mul($0, $1)](x, a/w)  # "a"
  %3 b/w: f32[2] = param["b/w" frozen]  # "b"
  %4 b: f32[n,2] = map[mul: mul($0, $1)](a, b/w)  # "b"
  %5 c: f32[n,2] = map[mul: mul($0, $1)](b, a)  # "c"
  %6 loss: f32[] = reduce[sum axes=[0 1]](c)  # "loss"
  %12 ∂a.from_b: f32[n,2] = map[mul gradient: mul($1, $0)](b/w, a)  # "b"
  %15 ∂a: f32[n,2] = map[sum of gradients: add($0, $1)](b, ∂a.from_b)  # "a"
  %17 ∂a.mul_gradient: f32[n,2] = map[mul gradient: mul($1, $0)](x, ∂a)  # "a"
  %18 ∂a/w: f32[2] = reduce[sum axes=[0]](∂a.mul_gradient)  # "a"
outputs c
loss loss
gradient of a/w = ∂a/w
`)
}

func TestAutodiffMissing(t *testing.T) {
	b := ir.NewBuilder("g")
	x := feature(b, "x", 2)
	b.At("stray", diag.Pos{File: "m.yaml", Line: 4, Col: 5})
	weight(b, "stray/kernel", 2)
	b.At("rounded", diag.Pos{File: "m.yaml", Line: 6, Col: 5})
	flat := op.Unary(b, "floor", op.Binary(b, "mul", x, weight(b, "rounded/kernel", 2)))
	b.At("used", diag.Pos{File: "m.yaml", Line: 8, Col: 5})
	b.Graph.Loss = op.Sum(b, op.Binary(b, "add", flat, op.Binary(b, "mul", x, weight(b, "used/kernel", 2))), false, 0, 1)
	err := Autodiff(b.Graph)
	want := `m.yaml:4:5: layer "stray": parameter "stray/kernel" has no gradient: the loss does not depend on it through anything differentiable; set trainable: false or connect the layer
m.yaml:6:5: layer "rounded": parameter "rounded/kernel" has no gradient: the loss does not depend on it through anything differentiable; set trainable: false or connect the layer`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	if err := Autodiff(&ir.Graph{Name: "predict"}); err == nil || !strings.Contains(err.Error(), "has no loss") {
		t.Errorf("without a loss: got %v", err)
	}
}

// The gradient of whole random networks against central differences along a
// random direction.
func TestAutodiffFinite(t *testing.T) {
	type drawn struct {
		m *model
		d *data
	}
	sample := rapid.Custom(func(t *rapid.T) drawn {
		m := drawModel(t)
		return drawn{m, drawData(t, m.src.Train, 4)}
	})
	const h = 1e-6
	kinks := 0
	for seed := range 30 {
		s := sample.Example(seed)
		g := Clone(s.m.src.Train)
		if err := Autodiff(g); err != nil {
			t.Fatal(err)
		}
		// A direction that depends on the place alone.
		direction := func(name string, i int) float64 { return uniform(name, i, 1) - 0.5 }
		values := reference(g, s.d)
		slope := 0.0
		for _, gr := range g.Grads {
			for i, x := range values[gr.Value].F {
				slope += x * direction(gr.Param.Op.(*op.Param).Segment, i)
			}
		}
		at := func(step float64) float64 {
			moved := *s.d
			moved.params = map[string]*ir.Tensor[float64]{}
			for name, p := range s.d.params {
				moved.params[name] = p
			}
			for _, gr := range g.Grads {
				name := gr.Param.Op.(*op.Param).Segment
				q := ir.NewTensor[float64](s.d.params[name].Shape)
				for i, x := range s.d.params[name].F {
					q.F[i] = x + step*direction(name, i)
				}
				moved.params[name] = q
			}
			return reference(g, &moved)[g.Loss].F[0]
		}
		up, here, down := at(h), at(0), at(-h)
		if math.Abs(up-2*here+down) > 1e-5*h { // a relu or a maximum on its edge
			kinks++
			continue
		}
		want := (up - down) / (2 * h)
		if math.Abs(slope-want) > 1e-6*(1+math.Abs(want)) {
			t.Errorf("seed %d: the gradient gives %v along the direction, differences give %v\n%v", seed, slope, want, g)
		}
	}
	if kinks > 3 {
		t.Errorf("%d of the networks have a kink where they are differentiated", kinks)
	}
}

// The gradient of a softmax reads its result, and not what that was computed from.
func TestAutodiffSoftmax(t *testing.T) {
	b := ir.NewBuilder("g")
	b.At("a", diag.Pos{Line: 1})
	y := b.Named(op.Softmax(b, op.Binary(b, "mul", feature(b, "x", 3), weight(b, "a/w", 3)), -1), "a")
	b.Graph.Loss = op.Sum(b, op.Binary(b, "mul", y, y), false, 0, 1)
	forward := len(b.Graph.Values)
	if err := Autodiff(b.Graph); err != nil {
		t.Fatal(err)
	}
	inside := map[*ir.Value]bool{y.Args[0]: true, y.Args[1]: true, y.Args[1].Args[0]: true}
	for _, v := range b.Graph.Values[forward:] {
		for _, a := range v.Args {
			if inside[a] {
				t.Errorf("%v reads %v", v.Op, a.Op)
			}
		}
	}
}
