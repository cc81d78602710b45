package pass

import (
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// idle finds the loops over time in which a turn may have nothing to do: one that a
// mask takes out for all rows. What is left of its kernels where the mask is 0 (a
// state that stays, an output that is repeated, gradients that are 0) is what such a
// turn runs instead, if that costs a small part.
func idle(u *unit) error {
	p := u.plan
	found := &idling{plan: p, zero: map[*loop.Buffer]*idleTurn{}}
	// The gradient comes first: what the steps keep for it may be anything where it
	// does not read it.
	for _, s := range slices.Backward(slices.Concat(p.Forward, p.Backward)) {
		if l, ok := s.(*loop.Loop); ok && l.ByRows() {
			found.loop(l)
		}
	}
	found.products()
	again := turns(p)
	for _, s := range slices.Concat(p.Forward, p.Backward) {
		if l, ok := s.(*loop.Loop); ok {
			l.Idle = merger{u.header, true}.steps(l.Idle)
		}
	}
	again()
	collect(p)
	return nil
}

// idling knows the loops of a plan that have idle turns.
type idling struct {
	plan *loop.Plan
	zero map[*loop.Buffer]*idleTurn // what is 0 in idle turns, and of which loop
}

// worth is how many times the work of an idle turn a turn must be.
const worth = 4

// loop gives a loop its idle turns.
func (f *idling) loop(l *loop.Loop) {
	for _, m := range masks(l) {
		t := &idleTurn{idling: f, loop: l, mask: m, known: map[spot]spot{}, written: map[spot]bool{}, carried: map[*loop.Buffer]bool{}}
		for _, at := range m.spots {
			t.known[at] = zero
		}
		followed := !slices.ContainsFunc(runsOf(l), func(r *loop.Run) bool { return !t.run(r) })
		l.Mask = &loop.Access{Buf: m.Buf, Offset: m.Offset, Strides: []int{m.Strides[0], m.Buf.Row()}}
		if !followed || !t.settle() {
			l.Mask = nil
			continue
		}
		l.Idle = t.steps()
		for p := range t.written {
			if t.moves(p.buf) {
				f.zero[p.buf] = t
			}
		}
		return
	}
}

// condition is an access that expressions choose by.
type condition struct {
	loop.Access
	spots []spot
}

// masks are the numbers, one for every row and turn, that kernels of a loop choose by.
func masks(l *loop.Loop) (list []condition) {
	add := func(e scalar.Expr, first int, srcs []loop.Access, axes []loop.Axis) {
		for i, a := range srcs {
			if a.Buf.Class != loop.Arena && a.Buf.Class != loop.Input || a.Buf.DType != loop.F32 || a.Strides[0] == 0 || l.Writes(a.Buf) {
				continue
			}
			at, ok := spots(a, axes)
			one := ok && !slices.ContainsFunc(at, func(p spot) bool { return p != at[0] })
			known := slices.ContainsFunc(list, func(c condition) bool { return c.spots[0] == at[0] })
			if one && !known && chooses(e, first+i) {
				list = append(list, condition{a, at[:1]})
			}
		}
	}
	for _, r := range runsOf(l) {
		switch k := r.Kernel.(type) {
		case *loop.Nest:
			for _, s := range k.Body {
				add(s.Value, 0, s.Srcs, k.Axes(s))
			}
		case *loop.Contract:
			if k.Epilogue != nil {
				add(k.Epilogue, 1, k.Extra, k.Axes())
			}
		}
	}
	return list
}

// chooses reports that an operand is the condition of a choice.
func chooses(e scalar.Expr, arg int) bool {
	a, ok := e.(scalar.Apply)
	if !ok {
		return false
	}
	return a.Fn == "select" && a.Args[0] == scalar.Arg(arg) ||
		slices.ContainsFunc(a.Args, func(x scalar.Expr) bool { return chooses(x, arg) })
}

// spot is an element of a row of a buffer, as a turn counts them.
type spot struct {
	buf *loop.Buffer
	at  int
}

// What a spot may be found to hold, besides what another did before the turn.
var zero, anything = spot{}, spot{at: 1}

// mostSpots bounds the work of looking at elements one by one.
const mostSpots = 1 << 16

// spots are the elements of a row that an access in a loop reaches, in the order of
// its axes; false: the rows that it reaches are not those that the kernel is at.
func spots(a loop.Access, axes []loop.Axis) ([]spot, bool) {
	if a.Buf.Class == loop.Local {
		return []spot{{a.Buf, 0}}, true
	}
	if a.Index != nil || !a.Buf.Rows || len(a.Strides) != len(axes)+1 {
		return nil, false
	}
	rows := 0
	for i, x := range axes {
		if !x.Rows {
			continue
		}
		if rows++; x.N*a.Strides[i+1] != a.Buf.Row() {
			return nil, false
		}
	}
	list := make([]spot, 0, 16)
	for _, at := range elements(a.Offset, axes, a.Strides[1:]) {
		list = append(list, spot{a.Buf, at})
	}
	return list, rows == 1 && len(list) > 0
}

// elements are those that are reached from an offset on, for one row, in the order of
// the axes; nil: there are too many of them.
func elements(offset int, axes []loop.Axis, strides []int) []int {
	list := []int{offset}
	for i, x := range axes {
		if len(list)*x.N > mostSpots {
			return nil
		}
		next := make([]int, 0, len(list)*x.N)
		for _, at := range list {
			for j := range x.N {
				next = append(next, at+j*strides[i])
			}
		}
		list = next
	}
	return list
}
