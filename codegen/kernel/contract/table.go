package contract

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/codegen/plan"
)

// regionTable holds what the regions of a result differ in, a column for each
// number; numbers that are the same in all of them are literals.
type regionTable struct {
	*scheme
	driver.Table
	row        *gotree.Var // of the loop over it
	rowSteps   []gotree.Expr
	extraSteps []gotree.Expr
}

// rowFields are what tiles are told of rowSteps.
var rowFields = []string{"xRow", "yRow"}

// field is a number of a region: a literal, or a column where regions differ.
func (t *regionTable) field(name string, values []int) gotree.Expr {
	if !differ(values) {
		return gotree.Int(values[0])
	}
	wish := name
	for letter := 0; ; letter++ {
		i := slices.Index(t.Columns, name)
		if i < 0 {
			t.add(name, values)
		}
		if i < 0 || slices.EqualFunc(t.Table.Rows, values, func(row []int, v int) bool { return row[i] == v }) {
			return gotree.Member{X: t.row, Name: name}
		}
		name = wish + gotree.Letters(letter)
	}
}

func differ(values []int) bool {
	return slices.ContainsFunc(values, func(v int) bool { return v != values[0] })
}

// add adds a column.
func (t *regionTable) add(name string, values []int) {
	t.Columns = append(t.Columns, name)
	if t.Table.Rows == nil {
		t.Table.Rows = make([][]int, len(values))
	}
	for i, v := range values {
		t.Table.Rows[i] = append(t.Table.Rows[i], v)
	}
}

// read finds how far apart rows are. row is the variable of the loop over the table.
func (t *regionTable) read(row *gotree.Var) {
	t.row = row
	step := func(name string, of func(a plan.Axis) int) gotree.Expr {
		return t.field(name, t.moving(func(r plan.Region) (int, bool) { return 4 * of(r.Row), t.Open || r.Rows > 1 }))
	}
	t.rowSteps = []gotree.Expr{
		step(rowFields[0], func(a plan.Axis) int { return a.Lhs }),
		step(rowFields[1], func(a plan.Axis) int { return a.Out }),
	}
	for i := range t.Extras {
		t.extraSteps = append(t.extraSteps, step(fmt.Sprintf("e%dRow", i), func(a plan.Axis) int { return a.Extra[i] }))
	}
}

// alongRows moves the operands v times n steps along the rows of a region.
func (t *regionTable) alongRows(at position, v gotree.Expr, n, most int) position {
	return t.along(at, "Row", func(r plan.Region) (plan.Axis, bool) { return r.Row, true }, v, n, most)
}

// along moves the operands v times n steps along an axis that regions may differ in.
func (t *regionTable) along(at position, what string, axis func(plan.Region) (a plan.Axis, moves bool), v gotree.Expr, n, most int) position {
	move := func(x driver.Index, name string, step func(a plan.Axis) int) driver.Index {
		f := t.field(name+what, t.moving(func(r plan.Region) (int, bool) {
			a, moves := axis(r)
			if r.Void && name == "x" {
				return 0, moves
			}
			return n * step(a), moves
		}))
		if stride, ok := f.(gotree.Number); ok {
			return x.Plus(v, stride, most)
		}
		return x.Step(gotree.Op(v, "*", f), 1, -1)
	}
	at.out = move(at.out, "y", func(a plan.Axis) int { return a.Out })
	at.lhs = move(at.lhs, "x", func(a plan.Axis) int { return a.Lhs })
	at.extra = slices.Clone(at.extra)
	for i := range at.extra {
		at.extra[i] = move(at.extra[i], extraName(i), func(a plan.Axis) int { return a.Extra[i] })
	}
	return at
}

// address is a pointer into an operand at a place in a region; offsets are where the
// regions begin.
func (t *regionTable) address(o driver.Operand, name string, at driver.Index, offsets []int) gotree.Expr {
	if differ(offsets) {
		if x, ok := o.Places(at, offsets, func(dim int, values []int) gotree.Expr { return t.field(fmt.Sprint(name, dim), values) }); ok {
			return x
		}
	}
	return o.Address(at.From(t.field(name, offsets)))
}

// turns are those of the loops of a tile from the beginning.
func (t *regionTable) turns() gotree.Expr {
	k := slices.Repeat([]gotree.Expr{gotree.Int(1)}, t.depth())
	for i, s := range t.Sum {
		j := t.turn(i)
		switch {
		case t.Void: // sums of nothing
			k[j] = gotree.Int(0)
		case t.Looped(i):
		case i == t.Cut:
			k[j] = gotree.Int(t.Size)
		case t.runsOn(i): // counted with the axis around it
		default:
			s.N *= t.points(i)
			k[j] = total(s)
		}
	}
	return t.perLoop(k)
}

// perLoop has values for the loops that a tile runs.
func (t *regionTable) perLoop(list []gotree.Expr) gotree.Expr {
	if t.nested() {
		return t.each(list...)
	}
	last := t.depth() - 1
	return t.each(gotree.Keyed{Key: strconv.Itoa(last), Value: list[last]})
}

// told is what tiles are told from the beginning.
func (t *regionTable) told() gotree.Expr {
	x := t.zeros()
	for i, s := range t.Sum {
		x[t.turn(i)] = gotree.Int(4 * s.Lhs)
	}
	all := gotree.Composite{Type: gotree.Word(tileName(t.depth()))}
	add := func(name string, value gotree.Expr) {
		all.Elems = append(all.Elems, gotree.Keyed{Key: name, Value: value})
	}
	nonzero := func(e gotree.Expr) bool {
		n, ok := e.(gotree.Number)
		return ok && !n.Is(0)
	}
	add("k", t.turns())
	for i, list := range [][]gotree.Expr{x, t.panelSteps(t.Width)} {
		if slices.ContainsFunc(list, nonzero) {
			add([]string{"x", "w"}[i], t.perLoop(list))
		}
	}
	for i, f := range t.rowSteps {
		if nonzero(f) {
			add(rowFields[i], f)
		}
	}
	e := gotree.Composite{Type: gotree.ArrayType{N: gotree.Literal(maxTileExtras), Elem: gotree.Word("int")}}
	for i, f := range t.extraSteps {
		if nonzero(f) {
			e.Elems = append(e.Elems, gotree.Keyed{Key: fmt.Sprint(i), Value: f})
		}
	}
	if len(e.Elems) > 0 {
		add("e", e)
	}
	if part := t.firstPart(); part > 0 {
		add("part", gotree.Int(part))
	}
	return all
}
