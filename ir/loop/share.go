package loop

import (
	"slices"

	"github.com/nngen-go/nngen/ir/scalar"
)

// Sharing says how the workers of a team divide a kernel among themselves.
type Sharing uint8

const (
	// Solo: one worker runs the kernel, the others pass it by.
	Solo Sharing = iota
	// ByRows: every row of the batch is computed from the same row of other
	// buffers, so that a worker may run the kernel over rows of its own.
	ByRows
	// ByUnits: the kernel reads all rows, for results that do not depend on one
	// another: each worker computes some of them over all rows.
	ByUnits
)

var sharings = [...]string{Solo: "solo", ByRows: "rows", ByUnits: "units"}

func (s Sharing) String() string { return sharings[s] }

// SharingOf tells how a kernel may be divided so that no bit of its results
// depends on the number of workers.
func SharingOf(k Kernel) Sharing {
	k, _ = Turn(k)
	switch k := k.(type) {
	case *GatherSum, *MultiHot:
		return ByRows
	case *ScatterSum, *Shuffle, *Pairs, *PairsGrad:
		return ByUnits
	case *Contract:
		axes := k.Axes()
		if rowByRow(axes, k.Out, append([]Access{k.Lhs, k.Rhs}, k.Extra...)) && !countsRows(k.Epilogue) {
			return ByRows
		}
		if !k.Out.Buf.Rows {
			return ByUnits
		}
	case *Nest:
		return k.sharing()
	case *Window:
		if rowByRow(k.Axes(), k.Out, []Access{k.In}) {
			return ByRows
		}
	case *WindowGrad:
		if rowByRow(k.Window.Axes(), k.DIn, []Access{k.DOut, k.Window.In}) {
			return ByRows
		}
	}
	return Solo
}

func (k *Nest) sharing() Sharing {
	rows, units := true, len(k.Outer) > 0 && !hasRows(k.Outer)
	for _, s := range k.Body {
		axes := k.Axes(s)
		rows = rows && rowByRow(axes, s.Dst, s.Srcs) && !countsRows(s.Value) && !countsRows(s.Finish)
		units = units && s.Dst.Index == nil && !s.Dst.Buf.Rows && s.Dst.Strides[0] != 0
	}
	switch {
	case rows:
		return ByRows
	case units && len(k.Body) == 1:
		return ByUnits
	}
	return Solo
}

// countsRows reports whether the value of e depends on how many rows there are.
func countsRows(e scalar.Expr) bool {
	switch e := e.(type) {
	case scalar.Rows:
		return true
	case scalar.Apply:
		return slices.ContainsFunc(e.Args, countsRows)
	}
	return false
}

// rowByRow reports whether one axis counts the rows, and a row of dst is made
// of the same row of every source that has rows.
func rowByRow(axes []Axis, dst Access, srcs []Access) bool {
	at := slices.IndexFunc(axes, func(a Axis) bool { return a.Rows })
	if at < 0 || hasRows(axes[at+1:]) {
		return false
	}
	aligned := func(a Access) bool {
		if a.Buf.Class == Local || a.Buf.Class == Random {
			return true
		}
		return a.Buf.Rows && axes[at].N*a.Strides[at] == a.Buf.Row()
	}
	if !aligned(dst) {
		return false
	}
	for _, a := range withIndices(srcs, []Access{dst}) {
		if a.Buf.Rows && !aligned(a) {
			return false
		}
	}
	return true
}

// ByRows reports a loop all of whose kernels are: every worker runs it over rows of
// its own without waiting for the others. Of another loop they wait before every turn.
func (l *Loop) ByRows() bool {
	for _, r := range flatten(l.all()) {
		if SharingOf(r.Kernel) != ByRows {
			return false
		}
	}
	return true
}

// Stages numbers the steps of a plan, in the order of Flat. Workers of a team
// run the steps of a stage without waiting for one another, and wait before
// the next: a stage is either steps by rows, where each worker stays with its
// rows, or other steps, of which none that is shared out touches what another
// one writes. Loops that are not by rows begin a stage, and so does what follows.
func (p *Plan) Stages() []int {
	var list []int
	s := newStage()
	var walk func(steps []Step)
	walk = func(steps []Step) {
		for _, x := range steps {
			switch x := x.(type) {
			case *Loop:
				apart := !x.ByRows()
				if apart {
					s.next()
				}
				walk(x.all())
				if apart {
					s.next()
				}
			case *Run:
				sharing := SharingOf(x.Kernel)
				reads, writes := x.Kernel.Reads(), x.Kernel.Writes()
				if s.waits(sharing, reads, writes) {
					s.next()
				}
				s.add(sharing, reads, writes)
				list = append(list, s.number)
			}
		}
	}
	walk(p.Forward)
	walk(p.Backward)
	return list
}

// stage is what the steps of the stage that is being filled touch. A buffer is
// marked with the last stage in which it was touched, so that a step is held
// against its own accesses and not against every step before it.
type stage struct {
	number int
	steps  [len(sharings)]int // how many there are of each sharing
	// all of the steps that are not by rows, and those by units among them
	all, units touched
}

// touched is the last stage that read and that wrote a buffer.
type touched struct{ read, written map[*Buffer]int }

func newStage() *stage {
	marks := func() touched { return touched{map[*Buffer]int{}, map[*Buffer]int{}} }
	return &stage{all: marks(), units: marks()}
}

func (s *stage) next() {
	s.number++
	s.steps = [len(sharings)]int{}
}

// waits reports whether no worker may begin with a step before all have done
// with those of the stage.
func (s *stage) waits(sharing Sharing, reads, writes []Access) bool {
	switch sharing {
	case ByRows:
		return s.steps[Solo]+s.steps[ByUnits] > 0
	case ByUnits:
		return s.steps[ByRows] > 0 || s.meets(s.all, reads, writes)
	}
	return s.steps[ByRows] > 0 || s.meets(s.units, reads, writes)
}

// meets reports whether one side writes what the other touches.
func (s *stage) meets(t touched, reads, writes []Access) bool {
	in := func(marks map[*Buffer]int) func(a Access) bool {
		return func(a Access) bool {
			n, ok := marks[a.Buf]
			return ok && n == s.number
		}
	}
	return slices.ContainsFunc(writes, in(t.written)) || slices.ContainsFunc(writes, in(t.read)) || slices.ContainsFunc(reads, in(t.written))
}

func (s *stage) add(sharing Sharing, reads, writes []Access) {
	s.steps[sharing]++
	mark := func(t touched) {
		for _, a := range reads {
			t.read[a.Buf] = s.number
		}
		for _, a := range writes {
			t.written[a.Buf] = s.number
		}
	}
	switch sharing {
	case ByUnits:
		mark(s.units)
		mark(s.all)
	case Solo:
		mark(s.all)
	}
}
