package canonical

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/loop/looptest"
	"github.com/nngen-go/nngen/ir/scalar"
)

func rows(name string, shape ...int) *loop.Buffer {
	return &loop.Buffer{Name: name, Class: loop.Arena, Rows: true, Shape: shape}
}

var (
	batch = loop.Axis{Name: "n", N: 1, Rows: true}
	y     = loop.Axis{Name: "y", N: 3}
	x     = loop.Axis{Name: "x", N: 4}
	one   = loop.Axis{Name: "o", N: 1}
)

func at(b *loop.Buffer, strides ...int) loop.Access { return loop.Access{Buf: b, Strides: strides} }

func TestKernel(t *testing.T) {
	in, out, draw := rows("in", 3, 4), rows("out", 3, 4), &loop.Buffer{Name: "noise", Class: loop.Random, Rows: true, Shape: []int{3, 4}}
	total, w, dw := rows("total"), &loop.Buffer{Name: "w", Class: loop.Param, Shape: []int{4}}, &loop.Buffer{Name: "dw", Shape: []int{12}}
	copied := scalar.Expr(scalar.Arg(0))
	for name, tt := range map[string]struct {
		k    loop.Kernel
		want string
	}{
		"one run": {&loop.Nest{Outer: []loop.Axis{batch, y, one, x}, Body: []loop.Stmt{{Dst: at(out, 12, 4, 0, 1), Value: copied, Srcs: []loop.Access{at(in, 12, 4, 0, 1)}}}},
			"nest [n:12n]\n  out[n] = in[n]"},
		"rows and draws": {&loop.Nest{Outer: []loop.Axis{{Name: "n", N: 12, Rows: true, Max: 60}}, Body: []loop.Stmt{{Dst: at(out, 1), Value: copied, Srcs: []loop.Access{at(draw, 1)}}}},
			"nest [n, i:12]\n  out[12*n + i] = random(noise)[12*n + i]"},
		"repeated": {&loop.Nest{Outer: []loop.Axis{batch, y, x}, Body: []loop.Stmt{{Dst: at(out, 12, 4, 1), Value: copied, Srcs: []loop.Access{at(w, 0, 0, 1)}}}},
			"nest [n:3n, x:4]\n  out[4*n + x] = w[x]"},
		"turned": {&loop.Nest{Outer: []loop.Axis{x, batch, y}, Body: []loop.Stmt{{Dst: at(out, 1, 12, 4), Value: copied, Srcs: []loop.Access{at(in, 3, 12, 1)}}}},
			"nest [n, y:3, x:4]\n  out[12*n + 4*y + x] = in[12*n + 3*x + y]"},
		"over nothing": {&loop.Nest{Outer: []loop.Axis{batch}, Body: []loop.Stmt{{Dst: at(total, 1), Reduce: loop.Sum, Value: copied, Finish: scalar.Call("exp", scalar.Arg(0)), Srcs: []loop.Access{at(in, 12), at(in, 12)}}}},
			"nest [n]\n  total[n] = exp(in[12*n])"},
		"a sum": {&loop.Nest{Outer: []loop.Axis{batch}, Body: []loop.Stmt{{Inner: []loop.Axis{y, x}, Dst: at(total, 1, 0, 0), Reduce: loop.Sum, Value: scalar.Arg(1), Srcs: []loop.Access{at(out, 12, 4, 1), at(in, 12, 4, 1)}}}},
			"nest [n]\n  total[n] = sum over [x:12] of in[12*n + x]"},
		"outer product": {&loop.Contract{M: []loop.Axis{y, x}, K: []loop.Axis{batch}, Lhs: at(in, 4, 1, 12), Rhs: at(total, 0, 0, 1), Out: at(dw, 4, 1, 0)},
			"contract n=[x:12] k=[n]\n  dw[x] = sum(total[n] * in[12*n + x])"},
		"a clip of no effect": {&loop.Contract{M: []loop.Axis{batch, one}, K: []loop.Axis{x}, Lhs: at(in, 12, 0, 1), Rhs: at(w, 0, 0, 1), Out: at(total, 1, 0, 0),
			Clip: []loop.Clip{{Terms: []loop.ClipTerm{{Axis: 1, Coef: 1}, {Axis: 2, Coef: 1}}, Size: 4}}},
			"contract m=[n] k=[x:4]\n  total[n] = sum(in[12*n + x] * w[x])"},
		"clipped on one side": {&loop.Contract{M: []loop.Axis{batch, one}, K: []loop.Axis{x}, Lhs: at(in, 12, 0, 1), Rhs: at(w, 0, 0, 1), Out: at(total, 1, 0, 0),
			Clip: []loop.Clip{{Terms: []loop.ClipTerm{{Axis: 1, Coef: 1}, {Axis: 2, Coef: 1}}, Size: 3}}},
			"contract m=[n] k=[x:4] 0<=x<3\n  total[n] = sum(in[12*n + x] * w[x])"},
	} {
		before := tt.k.String()
		got := Kernel(tt.k)
		if got.String() != tt.want {
			t.Errorf("%s: got\n%v\nwant\n%s", name, got, tt.want)
		}
		if again := Kernel(got); again.String() != got.String() {
			t.Errorf("%s: a second time gives\n%v", name, again)
		}
		if tt.k.String() != before {
			t.Errorf("%s: the kernel itself has changed", name)
		}
	}
}

// Random stores and sums compute the same bits in canonical form, which is that
// of a program.
func TestRandom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const n = 3
		extents := rapid.SliceOfN(rapid.IntRange(1, 3), 1, 4).Draw(t, "extents")
		axes, size := []loop.Axis{batch}, 1
		for _, e := range extents {
			axes, size = append(axes, loop.Axis{Name: "i", N: e}), size*e
		}
		dense := func(order []int) []int {
			strides, next := make([]int, len(axes)), 1
			for _, i := range slices.Backward(order) {
				strides[1+i], next = next, next*extents[i]
			}
			strides[0] = size
			return strides
		}
		orders := rapid.Permutation(slices.Collect(func(yield func(int) bool) {
			for i := range extents {
				if !yield(i) {
					return
				}
			}
		}))
		in, out := rows("in", size), rows("out", size)
		s := loop.Stmt{Value: scalar.Arg(0), Srcs: []loop.Access{at(in, dense(orders.Draw(t, "in"))...)}}
		k := &loop.Nest{Outer: axes}
		if kept := rapid.IntRange(0, len(extents)).Draw(t, "kept"); kept < len(extents) && rapid.Bool().Draw(t, "sum") {
			k.Outer, s.Inner, s.Reduce = axes[:1], axes[1:], loop.Sum
			out = rows("out")
			s.Dst = at(out, append([]int{1}, make([]int, len(extents))...)...)
		} else {
			s.Dst = at(out, dense(orders.Draw(t, "out"))...)
		}
		k.Body = []loop.Stmt{s}
		run := func(k loop.Kernel) []float64 {
			mem := &looptest.Memory{}
			x := make([]float64, n*size)
			for i := range x {
				x[i] = 1 / float64(i+3)
			}
			mem.Set(in, looptest.Block{F: x})
			if err := looptest.Run([]loop.Step{&loop.Run{Kernel: k}}, mem, n); err != nil {
				t.Fatalf("%v\n%v", err, k)
			}
			return mem.Block(out, n).F
		}
		c := Kernel(k)
		if got, want := run(c), run(k); !slices.Equal(got, want) {
			t.Errorf("%v gives %v, %v %v", c, got, k, want)
		}
		if again := Kernel(c); again.String() != c.String() {
			t.Errorf("%v, and again %v", c, again)
		}
	})
}
