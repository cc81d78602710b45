package loop

import (
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/scalar"
)

// Idle turns leave behind what is read, and nothing else.
func TestVerifyIdle(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(n *net, l *Loop)
		want   string // in the error
	}{
		{"all is stored", func(*net, *Loop) {}, ""},
		{"nothing is stored", func(n *net, l *Loop) { l.Idle = nil }, "steps that do not count are not written"},
		{"no mask", func(n *net, l *Loop) { l.Mask = nil }, "a loop without a mask has idle turns"},
		{"what is written is the mask", func(n *net, l *Loop) {
			l.Mask = &Access{Buf: n.dout.Body[0].Dst.Buf, Strides: []int{1, 2}}
		}, "is no mask of the loop"},
		{"no row of the mask", func(n *net, l *Loop) { l.Mask.Strides = []int{1} }, "is no mask of the loop"},
		{"a mask beyond its buffer", func(n *net, l *Loop) { l.Mask.Strides = []int{2, 2} }, "is accessed from"},
		{"another buffer", func(n *net, l *Loop) {
			k := *l.Idle[0].(*Run).Kernel.(*Nest)
			k.Body = []Stmt{k.Body[0]}
			k.Body[0].Dst.Buf = n.out
			l.Idle[0] = run(&k)
		}, "an idle turn writes"},
		{"steps of no product", func(n *net, l *Loop) {
			l.Idle[0].(*Run).Steps = &Steps{N: 2, Mask: *l.Mask}
		}, "does not go over 2 steps"},
		{"steps that rows do not have", func(n *net, l *Loop) {
			n.Train.Forward[0].(*Run).Steps = &Steps{N: 2, Mask: *l.Mask}
		}, "does not go over 2 steps"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := newNet()
			d := n.dout.Body[0]
			dst := Access{Buf: d.Dst.Buf, Strides: []int{1, 2}}
			step := Stmt{Dst: dst, Value: d.Value, Srcs: []Access{{Buf: n.out, Strides: []int{1, 2}}, {Buf: n.y, Strides: []int{1, 2}}}}
			l := &Loop{Axis: Axis{Name: "t", N: 2}, Mask: &Access{Buf: n.out, Strides: []int{1, 2}},
				Body: []Step{run(&Nest{Outer: []Axis{batch}, Body: []Stmt{step}})},
				Idle: []Step{run(&Nest{Outer: []Axis{batch}, Body: []Stmt{{Dst: dst, Value: scalar.Num(0)}}})}}
			n.Train.Backward[0] = l
			tt.change(n, l)
			err := Verify(n.Program)
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
}

// A product over the steps of rows is, for some of them, one of rows.
func TestStepRows(t *testing.T) {
	x, z, mask := rowsOf("x", 0, 6, 3), rowsOf("z", 0, 5, 8), rowsOf("mask", 0, 5)
	w := &Buffer{Name: "w", Class: Param, Shape: []int{3, 8}}
	steps := &Steps{N: 5, Mask: Access{Buf: mask, Strides: []int{1, 5}}}
	i := Axis{Name: "i", N: 3}
	forward := &Contract{M: []Axis{batch, {Name: "t", N: 5}}, N: []Axis{columns}, K: []Axis{i},
		Out: Access{Buf: z, Strides: []int{40, 8, 1, 0}}, Lhs: Access{Buf: x, Offset: 3, Strides: []int{18, 3, 0, 1}}, Rhs: Access{Buf: w, Strides: []int{0, 0, 1, 8}}}
	gradient := &Contract{M: []Axis{i}, N: []Axis{columns}, K: []Axis{batch, {Name: "t", N: 5}},
		Out: Access{Buf: w, Strides: []int{8, 1, 0, 0}}, Lhs: Access{Buf: x, Offset: 3, Strides: []int{1, 0, 18, 3}}, Rhs: Access{Buf: z, Strides: []int{0, 1, 40, 8}}}
	for _, k := range []*Contract{forward, gradient} {
		if !steps.Fits(k) {
			t.Errorf("it does not fit: %v", k)
			continue
		}
		step, parts := steps.StepRows(k)
		if sums := k == gradient; steps.Sums(k) != sums || step.Accumulate != sums || len(step.Axes()) != 3 {
			t.Errorf("%v of %v", step, k)
		}
		for b, want := range map[*Buffer]Part{step.Lhs.Buf: {x, 3, 3}} {
			if parts[b] != want || b.Row() != 3 || !b.Rows || step.Lhs.Offset != 0 {
				t.Errorf("%+v, want %+v of rows of 3, not %d", parts[b], want, b.Row())
			}
		}
		if len(parts) != 2 || k.Lhs.Buf != x {
			t.Errorf("%d parts; the product itself reads %v", len(parts), k.Lhs.Buf)
		}
	}
	window := *forward
	window.K, window.Lhs.Strides = []Axis{{Name: "i", N: 4}}, []int{18, 3, 0, 1}
	if steps.Fits(&window) {
		t.Error("what is read for a step belongs to the next, too")
	}
	if (&Steps{N: 4, Mask: steps.Mask}).Fits(forward) {
		t.Error("rows have 5 steps")
	}
}
