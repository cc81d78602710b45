package looptest

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// The expected numbers below are worked out by hand.

func buffer(class loop.Class, rows bool, shape ...int) *loop.Buffer {
	return &loop.Buffer{Name: "b", Class: class, Rows: rows, Shape: shape}
}

func idBuffer(unique bool) *loop.Buffer {
	return &loop.Buffer{Name: "ids", Class: loop.Input, DType: loop.I32, Rows: true, Ragged: true, Unique: unique}
}

func at(b *loop.Buffer, strides ...int) loop.Access { return loop.Access{Buf: b, Strides: strides} }

func run(t *testing.T, mem *Memory, n int, kernels ...loop.Kernel) {
	t.Helper()
	var steps []loop.Step
	for _, k := range kernels {
		steps = append(steps, &loop.Run{Kernel: k})
	}
	if err := Run(steps, mem, n); err != nil {
		t.Fatal(err)
	}
}

func equal(t *testing.T, got, want []float64) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

var (
	rows = loop.Axis{Name: "n", N: 1, Rows: true}
	two  = loop.Axis{Name: "i", N: 2}
)

func TestContract(t *testing.T) {
	x, w, bias, out := buffer(loop.Input, true, 2), buffer(loop.Param, false, 2, 2), buffer(loop.Param, false, 2), buffer(loop.Arena, true, 2)
	k := &loop.Contract{
		M: []loop.Axis{rows}, N: []loop.Axis{two}, K: []loop.Axis{two},
		Out: at(out, 2, 1, 0), Lhs: at(x, 2, 0, 1), Rhs: at(w, 0, 1, 2),
		Epilogue: scalar.Call("max", scalar.Call("add", scalar.Arg(0), scalar.Arg(1)), scalar.Num(0)), Extra: []loop.Access{at(bias, 0, 1, 0)},
	}
	mem := &Memory{}
	mem.Set(x, Block{F: []float64{1, 2, 3, 4}})
	mem.Set(w, Block{F: []float64{5, 6, 7, 8}})
	mem.Set(bias, Block{F: []float64{1, -30}})
	run(t, mem, 2, k)
	equal(t, mem.Block(out, 2).F, []float64{20, 0, 44, 20})
	k.Accumulate = true
	run(t, mem, 2, k)
	equal(t, mem.Block(out, 2).F, []float64{40, 0, 88, 40})
}

// A convolution of three taps whose ends hang over the image.
func TestClip(t *testing.T) {
	x, w, out := buffer(loop.Input, true, 3), buffer(loop.Param, false, 3), buffer(loop.Arena, true, 3)
	k := &loop.Contract{
		M: []loop.Axis{rows, {Name: "x", N: 3}}, K: []loop.Axis{{Name: "k", N: 3}},
		Out: at(out, 3, 1, 0), Lhs: loop.Access{Buf: x, Offset: -1, Strides: []int{3, 1, 1}}, Rhs: at(w, 0, 0, 1),
		Clip: []loop.Clip{{Terms: []loop.ClipTerm{{Axis: 1, Coef: 1}, {Axis: 2, Coef: 1}}, Offset: -1, Size: 3}},
	}
	mem := &Memory{}
	mem.Set(x, Block{F: []float64{1, 2, 3, 4, 5, 6}})
	mem.Set(w, Block{F: []float64{100, 10, 1}})
	run(t, mem, 2, k)
	equal(t, mem.Block(out, 2).F, []float64{12, 123, 230, 45, 456, 560})
	k.Clip = nil
	if err := Run([]loop.Step{&loop.Run{Kernel: k}}, mem, 2); err == nil || !strings.Contains(err.Error(), "element -1 of 6") {
		t.Errorf("without the clip: %v", err)
	}
}

func TestNest(t *testing.T) {
	x, total, best, mean := buffer(loop.Input, true, 3), buffer(loop.Local, false), buffer(loop.Arena, true), buffer(loop.Arena, true, 3)
	best.DType = loop.I32
	three := []loop.Axis{{Name: "i", N: 3}}
	k := &loop.Nest{Outer: []loop.Axis{rows}, Body: []loop.Stmt{
		{Inner: three, Dst: at(total, 0, 0), Reduce: loop.Sum, Value: scalar.Arg(0), Srcs: []loop.Access{at(x, 3, 1)}, Finish: scalar.Call("div", scalar.Arg(0), scalar.Num(3))},
		{Inner: three, Dst: at(best, 1, 0), Reduce: loop.ArgMax, Value: scalar.Arg(0), Srcs: []loop.Access{at(x, 3, 1)}},
		{Inner: three, Dst: at(mean, 3, 1), Value: scalar.Call("sub", scalar.Arg(0), scalar.Arg(1)), Srcs: []loop.Access{at(x, 3, 1), at(total, 0, 0)}},
	}}
	mem := &Memory{}
	mem.Set(x, Block{F: []float64{1, 3, 2, 7, 7, 1}})
	run(t, mem, 2, k)
	equal(t, mem.Block(mean, 2).F, []float64{-1, 1, 0, 2, 2, -4})
	if got := mem.Block(best, 2).I; !slices.Equal(got, []int32{1, 0}) {
		t.Errorf("argmax %v", got)
	}
	top := buffer(loop.Arena, false)
	run(t, mem, 2, &loop.Nest{Body: []loop.Stmt{{Inner: []loop.Axis{rows}, Dst: at(top, 0), Reduce: loop.Max, Value: scalar.Call("mul", scalar.Arg(0), scalar.Rows{}), Srcs: []loop.Access{at(x, 3)}}}})
	equal(t, mem.Block(top, 2).F, []float64{14})
}

func TestIndex(t *testing.T) {
	table, ids, out := buffer(loop.Param, false, 3, 2), buffer(loop.Input, true), buffer(loop.Arena, true, 2)
	ids.DType = loop.I32
	index := at(ids, 1, 0)
	rowsOf := loop.Access{Buf: table, Strides: []int{0, 1}, Index: &index, IndexStride: 2}
	mem := &Memory{}
	mem.Set(table, Block{F: []float64{1, 2, 3, 4, 5, 6}})
	mem.Set(ids, Block{I: []int32{2, 0, 2}})
	run(t, mem, 3, &loop.Nest{Outer: []loop.Axis{rows, two}, Body: []loop.Stmt{{Dst: at(out, 2, 1), Value: scalar.Arg(0), Srcs: []loop.Access{rowsOf}}}})
	equal(t, mem.Block(out, 3).F, []float64{5, 6, 1, 2, 5, 6})
	run(t, mem, 3, &loop.Nest{Outer: []loop.Axis{rows, two}, Body: []loop.Stmt{{Dst: rowsOf, Value: scalar.Num(10), Accumulate: true}}})
	equal(t, mem.Block(table, 3).F, []float64{11, 12, 3, 4, 25, 26})
	mem.Set(ids, Block{I: []int32{2, 3, 2}})
	err := Run([]loop.Step{&loop.Run{Layer: "emb", Kernel: &loop.Nest{Outer: []loop.Axis{rows, two}, Body: []loop.Stmt{{Dst: at(out, 2, 1), Value: scalar.Arg(0), Srcs: []loop.Access{rowsOf}}}}}}, mem, 3)
	if err == nil || !strings.Contains(err.Error(), `layer "emb": nest: buffer "b": element 6 of 6`) {
		t.Errorf("an id out of range: %v", err)
	}
}

func TestSparse(t *testing.T) {
	for _, set := range []bool{false, true} {
		ids, table, sum, grad, hot := idBuffer(set), buffer(loop.Param, false, 3, 2), buffer(loop.Arena, true, 2), buffer(loop.Gradient, false, 3, 2), buffer(loop.Arena, true, 3)
		mem := &Memory{}
		mem.Set(ids, Block{I: []int32{2, 0, 2}, Offsets: []int{0, 3, 3}})
		mem.Set(table, Block{F: []float64{1, 2, 3, 4, 5, 6}})
		run(t, mem, 2,
			&loop.GatherSum{Ids: ids, Table: table, Out: sum, Limit: 3, Width: 2, Set: set, Epilogue: scalar.Call("add", scalar.Arg(0), scalar.Num(0.5))},
			&loop.ScatterSum{Ids: ids, Grad: sum, Table: grad, Limit: 3, Width: 2, Set: set},
			&loop.MultiHot{Ids: ids, Out: hot, Limit: 3, Set: set})
		if set {
			equal(t, mem.Block(sum, 2).F, []float64{6.5, 8.5, 0.5, 0.5})
			equal(t, mem.Block(grad, 2).F, []float64{6.5, 8.5, 0, 0, 6.5, 8.5})
			equal(t, mem.Block(hot, 2).F, []float64{1, 0, 1, 0, 0, 0})
		} else {
			equal(t, mem.Block(sum, 2).F, []float64{11.5, 14.5, 0.5, 0.5})
			equal(t, mem.Block(grad, 2).F, []float64{11.5, 14.5, 0, 0, 23, 29})
			equal(t, mem.Block(hot, 2).F, []float64{1, 0, 2, 0, 0, 0})
		}
		mem.Set(ids, Block{I: []int32{3}, Offsets: []int{0, 0, 1}})
		if err := Run([]loop.Step{&loop.Run{Kernel: &loop.MultiHot{Ids: ids, Out: hot, Limit: 3, Set: set}}}, mem, 2); err == nil || !strings.Contains(err.Error(), "row 1 holds id 3 of 3") {
			t.Errorf("an id out of range: %v", err)
		}
	}
}

func TestWindow(t *testing.T) {
	x, y, dy, dx := buffer(loop.Input, true, 4), buffer(loop.Arena, true, 2), buffer(loop.Arena, true, 2), buffer(loop.Arena, true, 4)
	// Taps 2p-1, 2p and 2p+1 of four points: the first window has two of them.
	w := loop.Window{
		Outer: []loop.Axis{rows, two}, Taps: []loop.Axis{{Name: "k", N: 3}},
		Space: []loop.WindowAxis{{Outer: 1, Tap: 0, Size: 4, Stride: 2, Dilation: 1, Pad: 1, InStride: 1}},
		In:    loop.Access{Buf: x, Offset: -1, Strides: []int{4, 2, 1}}, Out: at(y, 2, 1, 0), Reduce: loop.Max,
	}
	mem := &Memory{}
	mem.Set(x, Block{F: []float64{5, 5, 1, 4}})
	mem.Set(dy, Block{F: []float64{10, 30}})
	grad := &loop.WindowGrad{Window: w, DOut: at(dy, 2, 1, 0), DIn: loop.Access{Buf: dx, Offset: -1, Strides: []int{4, 2, 1}}}
	run(t, mem, 1, &w, grad)
	equal(t, mem.Block(y, 1).F, []float64{5, 5})
	equal(t, mem.Block(dx, 1).F, []float64{10, 30, 0, 0})
	w.Reduce, w.Mean = loop.Sum, true
	grad.Window = w
	run(t, mem, 1, &w, grad)
	equal(t, mem.Block(y, 1).F, []float64{5, 10.0 / 3})
	equal(t, mem.Block(dx, 1).F, []float64{5, 15, 10, 10})
	w.Mean = false
	grad.Window = w
	run(t, mem, 1, &w, grad)
	equal(t, mem.Block(y, 1).F, []float64{10, 10})
	equal(t, mem.Block(dx, 1).F, []float64{10, 40, 30, 30})
}

// TestLoop runs a body over time: accesses with one stride more than their
// kernel has axes move with it.
func TestLoop(t *testing.T) {
	x, state, out := buffer(loop.Input, true, 3), buffer(loop.Arena, true), buffer(loop.Arena, true, 3)
	step := &loop.Run{Kernel: &loop.Nest{Outer: []loop.Axis{rows}, Body: []loop.Stmt{
		{Dst: at(state, 1), Value: scalar.Call("add", scalar.Call("mul", scalar.Arg(0), scalar.Num(10)), scalar.Arg(1)), Srcs: []loop.Access{at(state, 1), at(x, 1, 3)}},
		{Dst: at(out, 1, 3), Value: scalar.Arg(0), Srcs: []loop.Access{at(state, 1)}},
	}}}
	for reverse, want := range map[bool][]float64{false: {1, 12, 123, 4, 45, 456}, true: {321, 32, 3, 654, 65, 6}} {
		mem := &Memory{}
		mem.Set(x, Block{F: []float64{1, 2, 3, 4, 5, 6}})
		mem.Set(state, Block{F: []float64{0, 0}})
		if err := Run([]loop.Step{&loop.Loop{Axis: loop.Axis{Name: "t", N: 3}, Reverse: reverse, Body: []loop.Step{step}}}, mem, 2); err != nil {
			t.Fatal(err)
		}
		equal(t, mem.Block(out, 2).F, want)
	}
}

func TestMemory(t *testing.T) {
	x, y := buffer(loop.Arena, false, 2), buffer(loop.Arena, false, 2)
	y.Offset = 1
	mem := &Memory{Floats: []float64{1, 2, 3}}
	mem.Block(x, 1).F[1] = 7
	equal(t, mem.Block(y, 1).F, []float64{7, 3})
	ints := &loop.Buffer{DType: loop.I32, Shape: []int{1}, Offset: 1}
	mem.Ints = []int32{4, 5}
	if mem.Block(ints, 1).I[0] != 5 {
		t.Error("an i32 buffer does not lie in its arena")
	}
	fresh := &Memory{}
	if b := fresh.Block(x, 1); !math.IsNaN(b.F[0]) {
		t.Error("scratch does not start as NaN")
	}
	if b := fresh.Block(ints, 1); b.I[0] != math.MinInt32 {
		t.Error("i32 scratch starts as a valid id")
	}
	if b := fresh.Block(&loop.Buffer{Class: loop.Const, Shape: []int{1}, Data: []float32{0.5}}, 1); b.F[0] != 0.5 {
		t.Error("a constant is not its data")
	}
	out := buffer(loop.Arena, true)
	random := &loop.Buffer{Name: "s", Class: loop.Random, Rows: true, Shape: []int{2}}
	draw := &Memory{Random: func(stream string, row, element int) float64 { return float64(10*row + element) }}
	run(t, draw, 2, &loop.Nest{Outer: []loop.Axis{rows}, Body: []loop.Stmt{{Dst: at(out, 1), Value: scalar.Arg(0), Srcs: []loop.Access{{Buf: random, Offset: 1, Strides: []int{2}}}}}})
	equal(t, draw.Block(out, 2).F, []float64{1, 11})
}

func TestErrors(t *testing.T) {
	x, y := buffer(loop.Input, true, 2), buffer(loop.Arena, true, 2)
	copyOf := func(a loop.Access) loop.Kernel {
		return &loop.Nest{Outer: []loop.Axis{rows, two}, Body: []loop.Stmt{{Dst: at(y, 2, 1), Value: scalar.Arg(0), Srcs: []loop.Access{a}}}}
	}
	mem := &Memory{}
	mem.Set(x, Block{F: []float64{1, 2}})
	for want, k := range map[string]loop.Kernel{
		`element 2 of 2 at [0 1]`:              copyOf(loop.Access{Buf: x, Offset: 1, Strides: []int{2, 1}}),
		`element -1 of 2`:                      copyOf(loop.Access{Buf: x, Offset: -1, Strides: []int{2, 1}}),
		`3 strides for 2 axes in 0 loops`:      copyOf(at(x, 1, 2, 1)),
		`buffer "b" was not set`:               copyOf(at(buffer(loop.Input, true, 2), 2, 1)),
		`multihot: buffer "ids" was not set`:   &loop.MultiHot{Ids: idBuffer(false), Out: y, Limit: 2},
		`gathersum: buffer "ids" was not set`:  &loop.GatherSum{Ids: idBuffer(false), Table: x, Out: y, Limit: 1, Width: 2},
		`scattersum: buffer "ids" was not set`: &loop.ScatterSum{Ids: idBuffer(false), Table: y, Grad: x, Limit: 1, Width: 2},
	} {
		if err := Run([]loop.Step{&loop.Run{Kernel: k}}, mem, 1); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
