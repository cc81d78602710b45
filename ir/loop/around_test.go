package loop

import (
	"slices"
	"testing"

	"github.com/nngen-go/nngen/ir/scalar"
)

// carrying is a loop of 5 turns over a carried value of which all are kept: h[t+1] is
// h[t]·w + x[t], computed in two kernels, and the sum of its rows where total is set.
func carrying(total bool) (l *Loop, x, h *Buffer) {
	x, h = rowsOf("x", 0, 5, 8), rowsOf("h", 0, 6, 8)
	z, w := rowsOf("z", 0, 8), &Buffer{Name: "w", Class: Param, Shape: []int{8, 8}}
	product := &Contract{M: []Axis{batch}, N: []Axis{columns}, K: []Axis{{Name: "i", N: 8}},
		Out: Access{Buf: z, Strides: []int{0, 8, 1, 0}}, Lhs: Access{Buf: h, Strides: []int{8, 48, 0, 1}}, Rhs: Access{Buf: w, Strides: []int{0, 0, 1, 8}}}
	add := &Nest{Outer: []Axis{batch, columns}, Body: []Stmt{{Dst: Access{Buf: h, Offset: 8, Strides: []int{8, 48, 1}}, Value: scalar.Call("add", scalar.Arg(0), scalar.Arg(1)),
		Srcs: []Access{{Buf: z, Strides: []int{0, 8, 1}}, {Buf: x, Strides: []int{8, 40, 1}}}}}}
	l = &Loop{Axis: Axis{Name: "t", N: 5}, Body: []Step{run(product), run(add)}}
	if total {
		sum := &Buffer{Name: "sum", Class: Arena}
		l.Body = append(l.Body, run(&Nest{Body: []Stmt{{Inner: []Axis{batch}, Dst: Access{Buf: sum, Strides: []int{0, 0}}, Reduce: Sum, Value: scalar.Arg(0), Srcs: []Access{{Buf: z, Strides: []int{0, 8}}}}}}))
	}
	return l, x, h
}

func TestTurn(t *testing.T) {
	l, x, h := carrying(false)
	for _, s := range l.Body {
		k := s.(*Run).Kernel
		before := k.String()
		turn, moves := Turn(k)
		if Around(k) != 1 || Around(turn) != 0 {
			t.Errorf("%d loops around %v, %d around its turn", Around(k), k, Around(turn))
		}
		if back := Turned(turn, moves).String(); back != before || k.String() != before {
			t.Errorf("got\n%s\nwant\n%s", back, before)
		}
		if SharingOf(k) != ByRows {
			t.Errorf("%v is shared by %v", k, SharingOf(k))
		}
	}
	step, parts := InTurn(l.Body[1].(*Run).Kernel)
	s := step.(*Nest).Body[0]
	for _, want := range []struct {
		a    Access
		part Part
	}{{s.Dst, Part{h, 8, 8}}, {s.Srcs[1], Part{x, 0, 8}}} {
		if got := parts[want.a.Buf]; got != want.part || want.a.Offset != 0 || want.a.Buf.Reach != 8 || want.a.Buf.Row() != want.part.Of.Row() {
			t.Errorf("%v at %d of %+v, want %+v", want.a.Buf, want.a.Offset, got, want.part)
		}
	}
	if b := s.Srcs[0].Buf; b.Name != "z" || b.Reach != 0 || len(parts) != 2 {
		t.Errorf("%v does not move, and is %+v", b, parts[b])
	}
	if h.Reach != 0 {
		t.Error("the buffer itself has changed")
	}
}

// Of a loop by rows nobody waits within, of another all do.
func TestLoopStages(t *testing.T) {
	_, _, _, _, k := shared()
	for _, tt := range []struct {
		total bool
		want  []int
	}{
		{false, []int{0, 0, 0, 0}},
		{true, []int{0, 1, 1, 2, 3}},
	} {
		l, _, _ := carrying(tt.total)
		p := &Plan{Forward: []Step{run(k["relu"]), l, run(k["relu"])}}
		if got := p.Stages(); !slices.Equal(got, tt.want) {
			t.Errorf("stages %v, want %v", got, tt.want)
		}
		if l.ByRows() == tt.total {
			t.Errorf("the loop is by rows: %v", l.ByRows())
		}
	}
}

func TestTurns(t *testing.T) {
	_, _, _, _, k := shared()
	l, x, h := carrying(false)
	p := &Plan{Forward: []Step{run(k["dense"]), l}, Backward: []Step{run(k["dense"])}}
	if got, want := p.Turns(), []int{1, 5, 5, 1}; !slices.Equal(got, want) {
		t.Errorf("turns %v, want %v", got, want)
	}
	const rows = 3
	if got, want := p.Flops(rows), 2*k["dense"].Flops(rows)+5*(2*rows*8*8+rows*8); got != want {
		t.Errorf("%d operations, want %d", got, want)
	}
	if !l.Writes(h) || l.Writes(x) {
		t.Errorf("it writes h: %v, x: %v", l.Writes(h), l.Writes(x))
	}
}
