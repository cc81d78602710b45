package op

import (
	"math"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/scalar"
)

// simple is a recurrent layer of two units over x [n,3,2]:
// h = tanh(x·W + h·U), with the choice of its parts.
func simple(b *ir.Builder, reverse, train bool, mask *ir.Value) (finals, outputs []*ir.Value) {
	x := f32(b, "x", n, 3, 2)
	return Recur(b, Recurrence{
		Length: 3, Reverse: reverse, Train: train, Mask: mask,
		Initial:  []*ir.Value{f32(b, "h0", n, 2)},
		Steps:    []*ir.Value{MatMul(b, x, f32(b, "W", 2, 2))},
		Captures: []*ir.Value{f32(b, "U", 2, 2), f32(b, "gain", n, 1)},
		Body: func(b *ir.Builder, carried, steps, captures []*ir.Value) (next, outputs []*ir.Value) {
			h := Unary(b, "tanh", Binary(b, "add", steps[0], MatMul(b, carried[0], captures[0])))
			return []*ir.Value{h}, []*ir.Value{Binary(b, "mul", h, captures[1])}
		},
	})
}

// stepped runs the layer by hand: the states after each step, by time.
func stepped(e env, row int, reverse bool, mask func(t int) bool) (states [3][2]float64, outputs [3][2]float64, final [2]float64) {
	h := [2]float64{e.at("h0", row, 0), e.at("h0", row, 1)}
	var held [2]float64
	for i := range 3 {
		t := i
		if reverse {
			t = 2 - i
		}
		var next [2]float64
		for u := range 2 {
			z := h[0]*e.at("U", 0, u) + h[1]*e.at("U", 1, u)
			z += e.at("x", row, t, 0)*e.at("W", 0, u) + e.at("x", row, t, 1)*e.at("W", 1, u)
			next[u] = math.Tanh(z)
		}
		if mask == nil || mask(t) {
			h = next
			held = [2]float64{h[0] * e.at("gain", row, 0), h[1] * e.at("gain", row, 0)}
		}
		states[t], outputs[t] = h, held
	}
	return states, outputs, h
}

var scanCases = func() []kase {
	var out []kase
	for _, reverse := range []bool{false, true} {
		for _, train := range []bool{false, true} {
			suffix := ""
			if reverse {
				suffix += ", reversed"
			}
			if train {
				suffix += ", kept"
			}
			out = append(out, kase{
				name: "recurrence, all outputs" + suffix,
				build: func(b *ir.Builder) *ir.Value {
					_, outputs := simple(b, reverse, train, nil)
					return outputs[0]
				},
				want: func(e env, at ...int) float64 {
					_, outputs, _ := stepped(e, at[0], reverse, nil)
					return outputs[at[1]][at[2]]
				},
			}, kase{
				name: "recurrence, final value" + suffix,
				build: func(b *ir.Builder) *ir.Value {
					finals, _ := simple(b, reverse, train, nil)
					return finals[0]
				},
				want: func(e env, at ...int) float64 {
					_, _, final := stepped(e, at[0], reverse, nil)
					return final[at[1]]
				},
			}, kase{
				name: "recurrence, masked, both results" + suffix,
				build: func(b *ir.Builder) *ir.Value {
					mask := Binary(b, "gt", f32(b, "m", n, 3), Scalar(b, -0.5))
					finals, outputs := simple(b, reverse, train, mask)
					return Binary(b, "add", outputs[0], ReshapeTo(b, finals[0], ir.Shape{n, 1, 2}))
				},
				want: func(e env, at ...int) float64 {
					_, outputs, final := stepped(e, at[0], reverse, func(t int) bool { return e.at("m", at[0], t) > -0.5 })
					return outputs[at[1]][at[2]] + final[at[2]]
				},
			})
		}
	}
	return append(out, summing(false), summing(true), kase{
		name: "a carried value that stays, and one that is only read",
		build: func(b *ir.Builder) *ir.Value {
			finals, outputs := Recur(b, Recurrence{
				Length:  2,
				Initial: []*ir.Value{f32(b, "a", n, 2), f32(b, "b", n, 2)},
				Steps:   []*ir.Value{f32(b, "x", n, 2, 2)},
				Body: func(b *ir.Builder, carried, steps, _ []*ir.Value) (next, outputs []*ir.Value) {
					return []*ir.Value{carried[0], Binary(b, "mul", carried[1], steps[0])}, []*ir.Value{carried[0], steps[0]}
				},
			})
			return Binary(b, "add", Binary(b, "mul", finals[0], finals[1]), Sum(b, Binary(b, "mul", outputs[0], outputs[1]), false, 1))
		},
		want: func(e env, at ...int) float64 {
			a, x0, x1 := e.at("a", at...), e.at("x", at[0], 0, at[1]), e.at("x", at[0], 1, at[1])
			return a*e.at("b", at...)*x0*x1 + a*x0 + a*x1
		},
	})
}()

// summing scans with sums of both kinds: Σ_t x_t·w in the rows, and Σ_t Σ_n x_t
// in the shared part.
func summing(shared bool) kase {
	k := kase{name: "sums over the steps, batched"}
	if shared {
		k.name = "sums over the steps, shared"
	}
	k.build = func(b *ir.Builder) *ir.Value {
		body := ir.NewBuilder("body")
		in := func(port string, shape ...int) *ir.Value {
			return InputOf(body, Input{Port: port, Kind: Bound, Of: ir.Type{Shape: shape}})
		}
		h, x, w := in("h", n, 2), in("x", n, 2), in("w", 2)
		next := Binary(body, "mul", h, x)
		body.Graph.Outputs = []*ir.Value{next, Binary(body, "mul", x, w), Sum(body, Binary(body, "mul", next, w), false, 0)}
		s := &Scan{Body: body.Graph, Length: 3, Carried: 1, Steps: 1, Sums: 2, Shared: shared, Keep: true}
		v := b.Apply(s, f32(b, "h0", n, 2), f32(b, "x", n, 3, 2), f32(b, "w", 2))
		return v
	}
	k.want = func(e env, at ...int) float64 {
		h := func(r, u, t int) float64 { // the carried value after t steps
			y := e.at("h0", r, u)
			for i := range t {
				y *= e.at("x", r, i, u)
			}
			return y
		}
		if shared {
			return over(e.rows, func(r int) float64 {
				return over(3, func(t int) float64 { return h(r, at[0], t+1) * e.at("w", at[0]) })
			})
		}
		switch r, i := at[0], at[1]; {
		case i < 2: // the final carried value
			return h(r, i, 3)
		case i < 4: // the batched sum
			return over(3, func(t int) float64 { return e.at("x", r, t, i-2) * e.at("w", i-2) })
		default: // what went into every step
			return h(r, (i-4)%2, (i-4)/2)
		}
	}
	return k
}

// TestRecurErrors checks that a mistake inside the body is reported once, at
// the layer, and that nothing is built on it.
func TestRecurErrors(t *testing.T) {
	b := ir.NewBuilder("g")
	x := f32(b, "x", n, 3, 2)
	finals, outputs := Recur(b, Recurrence{
		Length: 3, Initial: []*ir.Value{f32(b, "h", n, 2)}, Steps: []*ir.Value{x},
		Body: func(b *ir.Builder, carried, steps, _ []*ir.Value) (next, outputs []*ir.Value) {
			h := MatMul(b, carried[0], steps[0])
			return []*ir.Value{h}, []*ir.Value{h}
		},
	})
	if finals != nil || outputs != nil || len(b.Errors) != 1 || !strings.Contains(b.Errors[0].Msg, "matmul") {
		t.Errorf("%v, errors %v", finals, b.Errors)
	}
}

func TestScanErrors(t *testing.T) {
	body := func(extra func(b *ir.Builder) *ir.Value) *ir.Graph {
		b := ir.NewBuilder("body")
		h := InputOf(b, Input{Port: "h", Kind: Bound, Of: ir.Type{Shape: ir.Shape{n, 2}}})
		x := InputOf(b, Input{Port: "x", Kind: Bound, Of: ir.Type{Shape: ir.Shape{n, 2}}})
		y := Binary(b, "add", h, x)
		if extra != nil {
			y = extra(b)
		}
		b.Graph.Outputs = []*ir.Value{y}
		return b.Graph
	}
	plain := body(nil)
	h, x := ir.Type{Shape: ir.Shape{n, 2}}, ir.Type{Shape: ir.Shape{n, 3, 2}}
	for _, k := range []struct {
		scan Scan
		args []ir.Type
		want string
	}{
		{Scan{Body: plain, Carried: 1, Steps: 1}, []ir.Type{h, x}, "over 0 steps"},
		{Scan{Body: plain, Length: 3, Carried: 1, Steps: 1}, []ir.Type{h}, "operands"},
		{Scan{Body: plain, Length: 4, Carried: 1, Steps: 1}, []ir.Type{h, x}, "not [n,4,...]"},
		{Scan{Body: plain, Length: 3, Carried: 1, Steps: 1}, []ir.Type{{Shape: ir.Shape{n, 5}}, x}, "the body takes"},
		{Scan{Body: body(func(b *ir.Builder) *ir.Value { return f32(b, "w", 2) }), Length: 3, Carried: 1, Steps: 1}, []ir.Type{h, x}, "output 0"},
		{Scan{Body: body(func(b *ir.Builder) *ir.Value { return Uniform(b, "s", ir.Shape{n, 2}) }), Length: 3, Carried: 1, Steps: 1}, []ir.Type{h, x}, "belongs outside"},
		{Scan{Body: body(func(b *ir.Builder) *ir.Value {
			return MapOf(b, scalar.Arg(0), "", InputOf(b, Input{Port: "z", Of: h}))
		}), Length: 3, Carried: 1, Steps: 1}, []ir.Type{h, x, h}, "belongs outside"},
	} {
		if _, err := k.scan.Infer(k.args); err == nil || !strings.Contains(err.Error(), k.want) {
			t.Errorf("%v, want %q", err, k.want)
		}
	}
}

// A body may give one list, or a part of it, as next states and as outputs: what a mask
// repeats of an output, 0 before the first step that counts, is not the state.
func TestRecurSharedList(t *testing.T) {
	graph := func(outputs func(next []*ir.Value) []*ir.Value) string {
		b := &ir.Builder{Graph: &ir.Graph{Name: "shared"}}
		finals, outs := Recur(b, Recurrence{
			Length: 3, Mask: f32(b, "mask", n, 3), Initial: []*ir.Value{f32(b, "h0", n, 2)}, Steps: []*ir.Value{f32(b, "x", n, 3, 2)},
			Body: func(b *ir.Builder, carried, steps, _ []*ir.Value) (next, outs []*ir.Value) {
				next = []*ir.Value{Binary(b, "add", carried[0], steps[0])}
				return next, outputs(next)
			},
		})
		b.Graph.Outputs = append(finals, outs...)
		return b.Graph.String()
	}
	want := graph(func(next []*ir.Value) []*ir.Value { return []*ir.Value{next[0]} })
	if got := graph(func(next []*ir.Value) []*ir.Value { return next[:1] }); got != want {
		t.Errorf("with one list\n%s\nand with two\n%s", got, want)
	}
}
