package loop

import (
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/scalar"
)

// pooling is the maximum over windows of three, two apart, with a border of one
// on the left, and its gradient.
func pooling() (*Window, *WindowGrad) {
	img, pooled := rowsOf("image", 0, 6, 8), rowsOf("pooled", 0, 3, 8)
	pool := &Window{
		Outer: []Axis{batch, {Name: "x", N: 3}, {Name: "c", N: 8}}, Taps: []Axis{{Name: "x", N: 3}},
		Space: []WindowAxis{{Outer: 1, Size: 6, Stride: 2, Dilation: 1, Pad: 1, InStride: 8}},
		In:    Access{Buf: img, Offset: -8, Strides: []int{48, 16, 1, 8}},
		Out:   Access{Buf: pooled, Strides: []int{24, 8, 1, 0}}, Reduce: Max,
	}
	dimg, dpooled := *img, *pooled
	dimg.Grad, dpooled.Grad = true, true
	return pool, &WindowGrad{
		Window: *pool,
		DOut:   Access{Buf: &dpooled, Strides: pool.Out.Strides},
		DIn:    Access{Buf: &dimg, Offset: -8, Strides: pool.In.Strides},
	}
}

// alone is a program whose prediction runs one kernel, from an input to an
// output of four rows at most.
func alone(k Kernel, in, out *Buffer, more ...*Buffer) *Program {
	in.Class, out.Class, out.Offset = Input, Arena, 0
	plan := &Plan{Name: "predict", Buffers: append([]*Buffer{in, out}, more...), Forward: []Step{run(k)}, Outputs: []*Buffer{out}}
	if out.DType == I32 {
		plan.ArenaInts = out.Len(4)
	} else {
		plan.ArenaFloats = out.Len(4)
	}
	return &Program{
		Name: "alone", Batch: 4, Predict: plan,
		Inputs: []Port{{Name: in.Name, Shape: in.Shape, DType: in.DType}}, Outputs: []Port{{Name: out.Name, Shape: out.Shape}},
	}
}

// rejects expects a violation; an empty want expects none.
func rejects(t *testing.T, name string, p *Program, want string) {
	t.Helper()
	err := Verify(p)
	switch {
	case want == "" && err != nil:
		t.Errorf("%s: %v", name, err)
	case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
		t.Errorf("%s: got %v, want %q", name, err, want)
	}
}

func TestVerifyWindow(t *testing.T) {
	for name, tt := range map[string]struct {
		breaks func(k *Window)
		want   string
	}{
		"right":             {func(*Window) {}, ""},
		"border forgotten":  {func(k *Window) { k.Space[0].Pad = 0 }, "accessed from -8 to"},
		"another stride":    {func(k *Window) { k.Space[0].Stride = 1 }, "does not move as its window does"},
		"larger image":      {func(k *Window) { k.Space[0].Size = 7 }, "image has 48 elements for 1 rows and is accessed from 48 to 55"},
		"no such tap":       {func(k *Window) { k.Space[0].Tap = 1 }, "a window axis names a loop"},
		"stride over taps":  {func(k *Window) { k.Out.Strides[3], k.Taps[0].N = 1, 1 }, "has a stride over the taps"},
		"one place for all": {func(k *Window) { k.Out.Strides[1] = 0 }, "store to the same element"},
		"few strides":       {func(k *Window) { k.In.Strides = k.In.Strides[:3] }, "3 strides for 4 axes"},
	} {
		pool, _ := pooling()
		tt.breaks(pool)
		rejects(t, name, alone(pool, pool.In.Buf, pool.Out.Buf), tt.want)
	}
	_, grad := pooling()
	img := grad.Window.In.Buf
	p := alone(grad, grad.DOut.Buf, grad.DIn.Buf, img)
	img.Class, img.Port = Input, 1
	p.Inputs = append(p.Inputs, Port{Name: "image", Shape: img.Shape})
	rejects(t, "gradient", p, "")
	grad.DIn.Offset = 0
	rejects(t, "gradient without its border", p, "∂image has 48 elements")
}

func TestVerifyIndex(t *testing.T) {
	build := func(limit int) *Program {
		classes := &Buffer{Name: "class", DType: I32, Rows: true}
		table := &Buffer{Name: "table", Class: Const, Shape: []int{3, 2}, Data: make([]float32, 6)}
		out := rowsOf("out", 0, 2)
		k := &Nest{Outer: []Axis{batch, oAxis}, Body: []Stmt{{
			Value: scalar.Arg(0), Dst: Access{Buf: out, Strides: []int{2, 1}},
			Srcs: []Access{{Buf: table, Strides: []int{0, 1}, Index: &Access{Buf: classes, Strides: []int{1, 0}}, IndexStride: 2}},
		}}}
		p := alone(k, classes, out, table)
		p.Inputs[0].Limit = limit
		return p
	}
	rejects(t, "within the table", build(3), "")
	rejects(t, "one row too far", build(4), "table has 6 elements for 1 rows and is accessed from 6 to 7")
	rejects(t, "any number", build(0), "not known to be bounded")
	p := build(3)
	p.Predict.Forward[0].(*Run).Kernel.(*Nest).Body[0].Srcs[0].IndexStride = 0
	rejects(t, "no stride", p, "table is indexed with stride 0")
}

// What ArgMax gives is an index of what it went over.
func TestVerifyArgMax(t *testing.T) {
	build := func(table *Buffer) *Program {
		x, out := rowsOf("x", 0, 3), rowsOf("out", 0)
		best := &Buffer{Name: "best", Class: Arena, DType: I32, Rows: true}
		k := &Nest{Outer: []Axis{batch}, Body: []Stmt{
			{Inner: []Axis{inAxis}, Reduce: ArgMax, Value: scalar.Arg(0), Dst: Access{Buf: best, Strides: []int{1, 0}}, Srcs: []Access{{Buf: x, Strides: []int{3, 1}}}},
			{Value: scalar.Arg(0), Dst: Access{Buf: out, Strides: []int{1}}, Srcs: []Access{{Buf: table, Strides: []int{0}, Index: &Access{Buf: best, Strides: []int{1}}, IndexStride: 1}}},
		}}
		p := alone(k, x, out, table, best)
		p.Predict.ArenaInts = best.Len(4)
		return p
	}
	rejects(t, "a price for each", build(&Buffer{Name: "table", Class: Const, Shape: []int{3}, Data: make([]float32, 3)}), "")
	rejects(t, "one is missing", build(&Buffer{Name: "table", Class: Const, Shape: []int{2}, Data: make([]float32, 2)}), "table has 2 elements for 1 rows and is accessed from 2 to 2")
}

// Buffers may share a place in the step where one dies and the other is born.
func TestVerifyOverlay(t *testing.T) {
	x, a, b := rowsOf("x", 0, 2), rowsOf("a", 0, 2), rowsOf("b", 0, 2)
	same := []int{1}
	from := func(dst, src *Buffer) *Run {
		return run(&Nest{Outer: []Axis{pairs}, Body: []Stmt{{Value: scalar.Arg(0), Dst: Access{Buf: dst, Strides: same}, Srcs: []Access{{Buf: src, Strides: same}}}}})
	}
	p := alone(from(a, x).Kernel, x, b, a)
	p.Predict.Forward = append(p.Predict.Forward, from(b, a))
	rejects(t, "in place", p, "")
	a.Offset, p.Predict.ArenaFloats = 2, 10
	rejects(t, "next to the place", p, "overlap in the arena")
	a.Offset = 0
	p.Predict.Forward[1] = run(&Nest{Outer: []Axis{batch, oAxis}, Body: []Stmt{{Value: scalar.Arg(0), Dst: Access{Buf: b, Strides: []int{2, 1}}, Srcs: []Access{{Buf: a, Offset: 1, Strides: []int{2, -1}}}}}})
	rejects(t, "the wrong way round", p, "overlap in the arena")
}
