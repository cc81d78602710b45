package loop

import "slices"

// Sharing says how the workers of a team divide a kernel among themselves.
type Sharing uint8

const (
	// Solo: one worker runs the kernel, the others pass it by.
	Solo Sharing = iota
	// ByRows: every row of the batch is computed from the same row of other
	// buffers, so that a worker may run the kernel over rows of its own.
	ByRows
	// ByUnits: the kernel reduces over the rows, into results that do not
	// depend on one another: each worker computes some of them over all rows.
	ByUnits
)

func (s Sharing) String() string { return [...]string{"solo", "rows", "units"}[s] }

// SharingOf tells how a kernel may be divided so that no bit of its results
// depends on the number of workers.
func SharingOf(k Kernel) Sharing {
	switch k := k.(type) {
	case *GatherSum, *MultiHot:
		return ByRows
	case *ScatterSum:
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
func countsRows(e Expr) bool {
	switch e := e.(type) {
	case Rows:
		return true
	case Apply:
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

// Stages numbers the steps of a plan, in the order of Flat. Workers of a team
// run the steps of a stage without waiting for one another, and wait before
// the next: a stage is either steps by rows, where each worker stays with its
// rows, or other steps, of which none that is shared out touches what another
// one writes.
func (p *Plan) Stages() []int {
	runs, _ := p.Flat()
	list := make([]int, len(runs))
	stage := 0
	var here []*Run // the steps of the stage
	for i, r := range runs {
		if slices.ContainsFunc(here, func(other *Run) bool { return waits(r.Kernel, other.Kernel) }) {
			stage++
			here = here[:0]
		}
		here = append(here, r)
		list[i] = stage
	}
	return list
}

// waits reports whether no worker may begin with kernel k before all have done
// with the one before.
func waits(k, before Kernel) bool {
	a, b := SharingOf(k), SharingOf(before)
	if a == ByRows || b == ByRows {
		return a != b
	}
	return (a == ByUnits || b == ByUnits) && (touches(k.Writes(), before.Writes()) || touches(k.Writes(), before.Reads()) || touches(k.Reads(), before.Writes()))
}

func touches(a, b []Access) bool {
	return slices.ContainsFunc(a, func(x Access) bool {
		return slices.ContainsFunc(b, func(y Access) bool { return x.Buf == y.Buf })
	})
}
