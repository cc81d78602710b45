package contract

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/codegen/plan"
	"github.com/nngen-go/nngen/ir/loop"
)

// scheme is the plan of a contraction, and what follows from it for the Go around the
// tiles.
type scheme struct {
	*plan.Contraction
	loops map[int]string // variables of the reduced axes that Go runs along
}

// turn is the place of a reduced axis among the three loops of a tile: that of
// the loop that it is a part of.
func (d *scheme) turn(i int) int {
	t := 2
	for j := len(d.Sum) - 1; j > i; j-- {
		if !d.runsOn(j) {
			t--
		}
	}
	return t
}

// runsOn reports that a reduced axis and the one around it are one loop for tiles:
// in a packed panel their points lie one after the other.
func (d *scheme) runsOn(i int) bool {
	if i == 0 || i-1 <= d.Cut || d.isTied(i) || d.Sum[i-1].Rows {
		return false
	}
	steps := d.PanelSteps(d.Width)
	return d.Sum[i-1].Lhs == d.Sum[i].Lhs*d.Sum[i].N && steps[i-1] == steps[i]*d.Sum[i].N
}

// points is how many points of a tile's loop one of a reduced axis is.
func (d *scheme) points(i int) int {
	n := 1
	for i++; i < len(d.Sum) && d.runsOn(i); i++ {
		n *= d.Sum[i].N
	}
	return n
}

// nested reports that tiles run more than one loop of a sum.
func (d *scheme) nested() bool {
	n := 0
	for i := range d.Sum {
		if (!d.Looped(i) || d.isTied(i)) && !d.runsOn(i) {
			n++
		}
	}
	return n > 1 || d.Machine.Shared
}

// isTied reports that regions differ in the points of a reduced axis that take part.
func (d *scheme) isTied(i int) bool {
	return slices.ContainsFunc(d.Regions, func(r plan.Region) bool {
		return r.Lo[i] != d.Regions[0].Lo[i] || r.Hi[i]-r.Lo[i] != d.Sum[i].N
	})
}

// firstPart is what is said of the first block of a sum.
func (d *scheme) firstPart() int {
	switch {
	case d.Accumulate && d.Epilogue == nil:
		return partMore
	case d.Cut >= 0 && d.Epilogue != nil && !d.Void:
		return partRest
	}
	return 0
}

// panelSteps is Go for how far the reduced axes move the right operand, in bytes.
func (d *scheme) panelSteps(lanes int) []string {
	list := []string{"0", "0", "0"}
	for i, s := range d.PanelSteps(lanes) {
		list[d.turn(i)] = fmt.Sprint(4 * s)
	}
	return list
}

// counted reports that blocks differ in their number of points.
func (d *scheme) counted() bool {
	l := d.Sum[d.Cut]
	return d.Size > 1 && (l.Rows || l.N%d.Size != 0)
}

// pointsOf is Go for the number of points of a reduced axis in a block.
func (d *scheme) pointsOf(i int) string {
	switch l := d.Sum[i]; {
	case i == d.Cut && d.counted():
		return fmt.Sprintf("min(%d, %s-%s)", d.Size, total(l), d.loops[i])
	case l.Rows && d.Cut < 0:
		return total(l)
	}
	return fmt.Sprint(d.Extent(i))
}

// of lists a number of every region.
func (d *scheme) of(f func(r plan.Region) int) []int {
	var list []int
	for _, r := range d.Regions {
		list = append(list, f(r))
	}
	return list
}

// moving lists how far something moves in every region; where it does not move,
// as in another one.
func (d *scheme) moving(f func(r plan.Region) (n int, moves bool)) []int {
	usual := 0
	for _, r := range d.Regions {
		if n, moves := f(r); moves {
			usual = n
			break
		}
	}
	return d.of(func(r plan.Region) int {
		if n, moves := f(r); moves {
			return n
		}
		return usual
	})
}

// extras describes the further operands of the epilogue.
func (d *scheme) extras() []extra {
	var list []extra
	for i, e := range d.Extras {
		list = append(list, extra{scalar: e.Buf.Class == loop.Scalar, spread: d.Lane.Extra[i] == 0, still: !d.MovesAlong(i)})
	}
	return list
}

// chunks is how many units the rows of a line are.
func (d *scheme) chunks() int {
	return (slices.Max(d.of(func(r plan.Region) int { return r.Rows })) + d.UnitRows - 1) / d.UnitRows
}

// units is how many units some panels are.
func (d *scheme) units(panels int) int {
	n := panels * d.chunks() * len(d.Regions)
	for _, a := range d.Around {
		n *= a.N
	}
	return n
}

// total is Go for the number of points of an axis.
func total(l plan.Axis) string {
	switch {
	case !l.Rows:
		return fmt.Sprint(l.N)
	case l.N == 1:
		return "n"
	}
	return fmt.Sprintf("%d*n", l.N)
}

func most(l plan.Axis) int {
	if l.Rows {
		return -1
	}
	return l.N - 1
}

// times is Go for what turns the points of an axis in a row of the batch into all.
func times(l plan.Axis) string {
	if l.Rows {
		return "*n"
	}
	return ""
}
