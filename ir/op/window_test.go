package op

import (
	"math"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

const picking = "picking by a maximum"

// pooled reduces one window of x [n, y, x, c].
func pooled(e env, w *Window, name string, at []int) float64 {
	best, sum, count, picked := math.Inf(-1), 0.0, 0.0, 0.0
	shape := e.in["x"].Shape
	for i := range w.Sizes[0] {
		for j := range w.Sizes[1] {
			y := at[1]*w.Strides[0] + i*w.Dilations[0] - w.Before[0]
			x := at[2]*w.Strides[1] + j*w.Dilations[1] - w.Before[1]
			if y < 0 || x < 0 || y >= shape[1] || x >= shape[2] {
				continue
			}
			v := e.at("x", at[0], y, x, at[3])
			sum += v
			count++
			if v > best {
				best, picked = v, e.at(name, at[0], y, x, at[3])
			}
		}
	}
	switch {
	case w.Reduce == loop.Max:
		return picked
	case w.Mean:
		return sum / count
	}
	return sum
}

func poolings() []*Window {
	valid := Window{Reduce: loop.Max, Sizes: []int{2, 2}, Strides: []int{2, 2}, Dilations: []int{1, 1}, Before: []int{0, 0}, After: []int{0, 0}}
	same := Window{Reduce: loop.Max, Sizes: []int{3, 2}, Strides: []int{2, 1}, Dilations: []int{1, 1}, Before: []int{1, 0}, After: []int{1, 1}}
	dilated := Window{Reduce: loop.Max, Sizes: []int{2, 2}, Strides: []int{1, 1}, Dilations: []int{2, 1}, Before: []int{1, 1}, After: []int{0, 1}}
	return []*Window{&valid, &same, &dilated}
}

var windowCases = func() []kase {
	var out []kase
	for _, w := range poolings() {
		for _, kind := range []string{"max", "sum", "mean", "pick"} {
			p := *w
			p.Mean = kind == "mean"
			if kind == "sum" || kind == "mean" {
				p.Reduce = loop.Sum
			}
			k := kase{name: p.String()}
			k.build = func(b *ir.Builder) *ir.Value { return b.Apply(&p, f32(b, "x", n, 4, 5, 2)) }
			k.want = func(e env, at ...int) float64 { return pooled(e, &p, "x", at) }
			if kind == "pick" {
				k.name, k.refuses = "picked by "+k.name, picking
				k.build = func(b *ir.Builder) *ir.Value { return b.Apply(&p, f32(b, "x", n, 4, 5, 2), f32(b, "z", n, 4, 5, 2)) }
				k.want = func(e env, at ...int) float64 { return pooled(e, &p, "z", at) }
			}
			out = append(out, k)
			// The gradient as a primitive of its own: by dy alone, which it is linear in.
			if kind == "pick" {
				continue
			}
			refuses := ""
			if p.Reduce == loop.Max {
				refuses = picking // by the maximum, what dy is the gradient of
			}
			out = append(out, kase{
				name:        "windowgrad of " + k.name,
				refusesGrad: refuses,
				build: func(b *ir.Builder) *ir.Value {
					x := f32(b, "x", n, 4, 5, 2)
					y := b.Apply(&p, x)
					return b.Apply(&WindowGrad{Window: p}, MapOf(b, scalar.Call("floor", scalar.Call("mul", arg(0), num(8))), "", x), f32(b, "dy", y.Shape...))
				},
				want: func(e env, at ...int) float64 { return spread(e, &p, at) },
			})
		}
	}
	// A gradient that repeats, of an image that is only a view.
	p := *poolings()[1]
	return append(out, kase{
		name: "mean of pooled columns",
		build: func(b *ir.Builder) *ir.Value {
			return Mean(b, b.Apply(&p, TransposeTo(b, f32(b, "x", n, 2, 5, 4), 0, 3, 2, 1)), false, 1, 2)
		},
		want: func(e env, at ...int) float64 {
			x := e.in["x"]
			turned := ir.NewTensor[float64](ir.Shape{e.rows, 4, 5, 2})
			i := 0
			points(turned.Shape, func(at []int) { turned.F[i] = e.at("x", at[0], at[3], at[2], at[1]); i++ })
			e.in["x"] = turned
			defer func() { e.in["x"] = x }()
			return over(2, func(y int) float64 {
				return over(5, func(x int) float64 { return pooled(e, &p, "x", []int{at[0], y, x, at[1]}) })
			}) / 10
		},
	})
}()

// spread is what one element of ⌊8x⌋ gets from the gradients of the windows
// that it lies in; the first of equal elements wins.
func spread(e env, w *Window, at []int) float64 {
	total := 0.0
	dy := e.in["dy"].Shape
	shape := e.in["x"].Shape
	for oy := range dy[1] {
		for ox := range dy[2] {
			best, by, bx, count, hit := math.Inf(-1), 0, 0, 0.0, false
			for i := range w.Sizes[0] {
				for j := range w.Sizes[1] {
					y, x := oy*w.Strides[0]+i*w.Dilations[0]-w.Before[0], ox*w.Strides[1]+j*w.Dilations[1]-w.Before[1]
					if y < 0 || x < 0 || y >= shape[1] || x >= shape[2] {
						continue
					}
					count++
					hit = hit || y == at[1] && x == at[2]
					if v := math.Floor(8 * e.at("x", at[0], y, x, at[3])); v > best {
						best, by, bx = v, y, x
					}
				}
			}
			g := e.at("dy", at[0], oy, ox, at[3])
			switch {
			case w.Reduce == loop.Max:
				total += truth(by == at[1] && bx == at[2]) * g
			case w.Mean:
				total += truth(hit) * g / count
			default:
				total += truth(hit) * g
			}
		}
	}
	return total
}

// TestFirstMaximum checks that of equal elements the first gets the gradient.
func TestFirstMaximum(t *testing.T) {
	b := ir.NewBuilder("g")
	x := f32(b, "x", n, 4, 1)
	y := b.Apply(&Window{Reduce: loop.Max, Sizes: []int{2}, Strides: []int{2}, Dilations: []int{1}, Before: []int{0}, After: []int{0}}, x)
	grad := gradients(b, y)[x]
	c := &ir.Context[float64]{Rows: 1, Feed: map[string]*ir.Tensor[float64]{
		"x":    {Shape: ir.Shape{1, 4, 1}, F: []float64{3, 3, 1, 2}},
		"seed": {Shape: ir.Shape{1, 2, 1}, F: []float64{5, 7}},
	}}
	got := run(c, closure(grad))[grad].F
	for i, want := range []float64{5, 0, 0, 7} {
		if got[i] != want {
			t.Errorf("gradient %v", got)
			break
		}
	}
}
