package contract

import (
	"slices"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/codegen/plan"
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
)

// scheme is the plan of a contraction, and what follows from it for the Go around the
// tiles.
type scheme struct {
	*plan.Contraction
	loops map[int]*gotree.Var // variables of the reduced axes that Go runs along
}

// depth is how many loops a tile of this sum has: three, or four where it has so many,
// as the gradients of a volume have.
func (d *scheme) depth() int {
	n := usualDepth
	for i := range d.Sum {
		n = max(n, usualDepth-d.turnBeforeLast(i))
	}
	return n
}

// turn is the place of a reduced axis among the loops of a tile: that of the loop that
// it is a part of.
func (d *scheme) turn(i int) int { return d.depth() - usualDepth + d.turnBeforeLast(i) }

// turnBeforeLast is turn among three loops, less than 0 where there are more.
func (d *scheme) turnBeforeLast(i int) int {
	t := usualDepth - 1
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
	if i == 0 || i-1 <= d.Cut || d.isTied(i) || d.Sum[i-1].Rows || d.Sum[i-1].Upto || d.Sum[i].Upto {
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

// panelSteps is how far the reduced axes move the right operand, in bytes.
func (d *scheme) panelSteps(lanes int) []gotree.Expr {
	list := d.zeros()
	for i, s := range d.PanelSteps(lanes) {
		list[d.turn(i)] = gotree.Int(4 * s)
	}
	return list
}

// zeros are for the loops of a tile.
func (d *scheme) zeros() []gotree.Expr { return slices.Repeat([]gotree.Expr{gotree.Int(0)}, d.depth()) }

// each is a value for each of the loops of a tile.
func (d *scheme) each(list ...gotree.Expr) gotree.Expr {
	return gotree.Composite{Type: gotree.ArrayType{N: gotree.Literal(d.depth()), Elem: gotree.Word("int")}, Elems: list}
}

// counted reports that blocks differ in their number of points.
func (d *scheme) counted() bool {
	l := d.Sum[d.Cut]
	return d.Size > 1 && (l.Rows || l.Upto || l.N%d.Size != 0)
}

// pointsOf is the number of points of a reduced axis in a block.
func (d *scheme) pointsOf(i int) gotree.Expr {
	switch l := d.Sum[i]; {
	case i == d.Cut && d.counted():
		return driver.Left(gotree.Int(d.Size), total(l), d.loops[i])
	case l.Rows && d.Cut < 0, l.Upto && i != d.Cut:
		return total(l)
	}
	return gotree.Int(d.Extent(i))
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

// total is the number of points of an axis.
func total(l plan.Axis) gotree.Expr {
	switch {
	case l.Upto:
		return gotree.Word(shape.Upto)
	case !l.Rows:
		return gotree.Int(l.N)
	case l.N == 1:
		return driver.Rows
	}
	return gotree.Op(gotree.Int(l.N), "*", driver.Rows)
}

func most(l plan.Axis) int {
	if l.Rows {
		return -1
	}
	return l.N - 1
}

// times turns the points of an axis in a row of the batch into all.
func times(points gotree.Expr, l plan.Axis) gotree.Expr {
	if l.Rows {
		return gotree.Op(points, "*", driver.Rows)
	}
	return points
}
