// Package idle finds what a step of masked sequences need not compute. A turn of a loop
// over time may have nothing to do: a mask takes it out for all rows. What is left of the
// loop's kernels where the mask is 0 (a state that stays, an output that is repeated,
// gradients that are 0) is what such a turn runs instead, if that costs a small part.
//
// A kernel is followed element by element, for one row: what it stores is 0, or what
// another element held before the turn, or anything. No factor of 0 is taken to be
// infinite.
package idle

import (
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Turns gives the loops over time of a plan their idle turns, and tells of which steps
// products before and after them are needed.
func Turns(p *loop.Plan) {
	f := &finder{plan: p, zero: map[*loop.Buffer]*turn{}, blank: map[*loop.Buffer]*loop.Loop{}}
	// The gradient comes first: what the steps keep for it may be anything where it
	// does not read it.
	for _, s := range slices.Backward(slices.Concat(p.Forward, p.Backward)) {
		if l, ok := s.(*loop.Loop); ok && l.ByRows() {
			f.loop(l)
		}
	}
	f.products()
}

// runs are the steps of a loop, or the one that a step is, that run kernels.
func runs(s loop.Step) []*loop.Run {
	list, _ := (&loop.Plan{Forward: []loop.Step{s}}).Flat()
	return list
}

// finder looks for the loops of a plan that have idle turns.
type finder struct {
	plan  *loop.Plan
	blank map[*loop.Buffer]*loop.Loop // results of products, all of which are 0 in the idle turns of a loop
	zero  map[*loop.Buffer]*turn      // what is 0 in idle turns, and of which loop
}

// worth is how many times the work of an idle turn a turn must be.
const worth = 4

// loop gives a loop its idle turns.
func (f *finder) loop(l *loop.Loop) {
	for _, m := range masks(l) {
		t := &turn{finder: f, loop: l, mask: m, known: map[spot]spot{}, written: map[spot]bool{}, carried: map[*loop.Buffer]bool{}}
		for _, at := range m.spots {
			t.known[at] = zero
		}
		followed := !slices.ContainsFunc(runs(l), func(r *loop.Run) bool { return !t.run(r) })
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
			if !ok || slices.ContainsFunc(at, func(p spot) bool { return p != at[0] }) {
				continue
			}
			known := slices.ContainsFunc(list, func(c condition) bool { return c.spots[0] == at[0] })
			if !known && chooses(e, first+i) {
				list = append(list, condition{a, at[:1]})
			}
		}
	}
	for _, r := range runs(l) {
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
