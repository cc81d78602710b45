package contract

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/codegen/plan"
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
)

// Tiled writes a contraction. Shapes that tiles do not fit are left to the
// portable body.
func Tiled(u *driver.Unit, r driver.Request, k *loop.Contract, l amd64.Level) (*driver.Body, error) {
	p := plan.Contract(k, u.Processor(l))
	if p == nil || len(p.Extras) > maxTileExtras {
		return nil, nil
	}
	how := &scheme{Contraction: p, loops: map[int]*gotree.Var{}}
	words := []string{"n", "t", "work", "again", "kept", "part", "step", "w", "p", shape.Upto, driver.TableMark}
	if r.Joins { // it may be given its sizes
		words = append(words, shape.Argument)
	}
	d := &writer{teller: teller{scheme: how, Script: driver.NewScript(r, words...)}, unit: u, level: l, req: r}
	d.table = regionTable{scheme: how, Table: driver.Table{Var: &gotree.Var{Name: driver.TableMark}}}
	for i, o := range append([]plan.Operand{p.Out, p.Lhs, p.Rhs}, p.Extras...) {
		given, ok := r.Operand(o.Buf)
		if !ok {
			return nil, nil
		}
		switch i {
		case 0:
			d.y = given
		case 1:
			d.x = given
		case 2:
			d.w = given
		default:
			d.e = append(d.e, given)
		}
	}
	d.write()
	if d.Body != nil {
		d.Body.Order = fmt.Sprint(p.Parts, p.Halved(), p.Cut, p.Size)
	}
	return d.Body, d.err
}

// writer writes the Go around the tiles of a contraction.
type writer struct {
	teller
	unit    *driver.Unit
	level   amd64.Level
	req     driver.Request
	y, x, w driver.Operand
	e       []driver.Operand
	err     error // the first of a routine

	panel gotree.Expr // the packed panel; nil: the operand is read as it lies
	places
	from, to *gotree.Var // the units of this worker
	table    regionTable
	team     sharers
}

// position is where the operands are at a point of the loops so far.
type position struct {
	out, lhs, rhs driver.Index
	extra         []driver.Index
	panel         driver.Index // what is packed
}

func (a position) plus(l plan.Axis, of gotree.Expr, most int) position {
	b := position{a.out.Step(of, l.Out, most), a.lhs.Step(of, l.Lhs, most), a.rhs.Step(of, l.Rhs, most), slices.Clone(a.extra), a.panel.Step(of, l.Rhs, most)}
	for e := range b.extra {
		b.extra[e] = b.extra[e].Step(of, l.Extra[e], most)
	}
	return b
}

// write writes the tiles and the Go around them.
func (d *writer) write() {
	b := d.Body
	b.Work, b.RowWork = d.PanelFloats()
	if b.Held = d.req.Held && holds(d.Contraction); b.Held {
		b.Work = d.Points() * (d.Lane.N/d.Width*d.Whole(d.Width) + d.Whole(d.Lane.N%d.Width))
	}
	b.Keeps = d.req.Keep && keeps(d.Contraction)
	d.sums = d.Var("sums", "s")
	d.unit.Declare(typeOfTile(d.depth()))
	d.table.read(d.Var("p", "q"))
	d.Add(gotree.Let(d.sums, d.table.told()))
	at := position{extra: make([]driver.Index, len(d.Extras))}
	if d.Streams() {
		streamed(d, at)
	}
	b.Divided = d.req.Divide
	d.outside(at, 0)
	if len(d.table.Columns) == 0 {
		return
	}
	b.Table = &d.table.Table
	if !d.req.Joins {
		b.Table.Var.Name = d.unit.Constant(b.Table.Value(), d.req.Name)
	}
}

// outside writes the loops over the batch axes, from number i on.
func (d *writer) outside(at position, i int) {
	if i == len(d.Outer) {
		d.blocks(at)
		return
	}
	l := d.Outer[i]
	v := d.Var(driver.Letter(l.Name), "b")
	d.In(&gotree.Range{Key: v, Over: total(l)}, func() {
		at := at.plus(l, v, most(l))
		if from, to := l.Inside(); l.Parts != nil && !d.Void {
			d.nothing(gotree.Op(gotree.Op(v, "<", gotree.Int(from)), "||", gotree.Op(v, ">=", gotree.Int(to))), at, i+1)
		}
		d.outside(at, i+1)
	})
}

// nothing writes what is done where no point takes part: the same with sums of
// nothing.
func (d *writer) nothing(condition gotree.Expr, at position, i int) {
	usual := d.table.turns()
	d.In(&gotree.If{Cond: condition, Note: gotree.Say("nothing lies inside")}, func() {
		d.tell("k", "=", d.each(), "")
		d.Void = true
		if d.Cut >= 0 {
			d.begin()
		}
		d.outside(at, i)
		d.Void = false
		d.Add(gotree.Continue)
	})
	d.tell("k", "=", usual, "")
}

// blocks writes the loops over the blocks of the sum.
func (d *writer) blocks(at position) {
	if d.Units {
		d.from, d.to = d.Named("from"), d.Named("to")
		d.Add(driver.Share(d.from, d.to, driver.Worker, gotree.Int(d.units(d.Lane.N/d.Width)+d.units(min(1, d.Lane.N%d.Width)))))
	}
	if d.req.Divide {
		d.divide()
	}
	if d.Cut < 0 || d.Void {
		d.panels(at)
		return
	}
	if len(d.Outer) > 0 {
		d.begin()
	}
	d.cut(at, 0, nil)
}

// cut writes the loop over the points, or blocks of points, of a reduced axis; last
// is what the loops around have at their ends.
func (d *writer) cut(at position, i int, last []gotree.Expr) {
	l := d.Sum[i]
	v := d.Var(driver.Letter(l.Name), "k")
	d.loops[i] = v
	tied := d.isTied(i)
	defer inBlock(d, i, v)()
	to := at.plus(l, v, most(l))
	if tied { // what is read begins where its range does
		to.lhs, to.rhs = at.lhs, at.rhs
	}
	if i < d.Cut {
		d.In(&gotree.Range{Key: v, Over: total(l)}, func() {
			d.cut(to, i+1, append(last, gotree.Op(v, "==", gotree.Op(total(l), "-", gotree.Int(1)))))
		})
		return
	}
	size := gotree.Int(d.Size)
	d.In(driver.Every(v, gotree.Int(0), total(l), size), func() {
		if d.counted() && !tied {
			d.Add(gotree.Set(d.turns(i), "=", d.pointsOf(i)))
		}
		if d.Epilogue != nil {
			d.lastBlock(gotree.Chain("&&", append(last, gotree.Op(gotree.Op(v, "+", size), ">=", total(l)))...))
		}
		d.panels(to)
		if !d.Accumulate {
			d.more()
		}
	})
}

// panels writes the loop over the panels, and the last one apart where it is
// narrower.
func (d *writer) panels(at position) {
	full, rest := d.Lane.N/d.Width, d.Lane.N%d.Width
	switch {
	case d.Units:
		d.shares(at, full, rest)
		return
	case d.team.to != nil:
		d.ownPanels(at, full, rest)
		return
	case d.Lane.Upto:
		panelsSoFar(d, at, full, rest)
		return
	case full == 1:
		placed(d, gotree.Int(0), driver.Index{})
		d.onePanel(at, d.Width)
	case full > 1:
		d.everyPanel(at, gotree.Int(0), gotree.Int(full*d.Width), full)
	}
	if rest == 0 {
		return
	}
	if full > 0 {
		d.Add(gotree.Remark(gotree.Say("The last", rest, "columns:")))
	}
	lastPanel(d, at, full, rest)
}

// panelsSoFar writes the panels that some of the first lanes are in.
func panelsSoFar(d *writer, at position, full, rest int) {
	whole := gotree.Int(full * d.Width)
	var to gotree.Expr = gotree.Word(shape.Upto)
	if rest > 0 {
		to = gotree.CallOf("min", to, whole)
	}
	d.everyPanel(at, gotree.Int(0), to, full)
	if rest > 0 {
		d.In(&gotree.If{Cond: gotree.Op(gotree.Word(shape.Upto), ">", whole)}, func() { lastPanel(d, at, full, rest) })
	}
}

// everyPanel writes a loop over whole panels, of which there are full.
func (d *writer) everyPanel(at position, from, to gotree.Expr, full int) {
	j := d.Var("j")
	defer d.Free(j)
	d.In(driver.Every(j, from, to, gotree.Int(d.Width)), func() {
		placed(d, gotree.Op(j, "/", gotree.Int(d.Width)), driver.Index{}.Step(j, d.Points()*d.Whole(d.Width)/d.Width, -1))
		d.onePanel(at.plus(d.Lane, j, (full-1)*d.Width), d.Width)
	})
}

// lastPanel writes the narrower one after full whole ones.
func lastPanel(d *writer, at position, full, rest int) {
	placed(d, gotree.Int(full), driver.Index{}.Ahead(full*d.Points()*d.Whole(d.Width)))
	d.onePanel(d.last(at, full), rest)
}

// last is where the panel after full whole ones starts.
func (d *writer) last(at position, full int) position {
	return at.plus(d.Lane, gotree.Int(full*d.Width), 0)
}

// onePanel writes one panel: packing, then the rows.
func (d *writer) onePanel(at position, lanes int) {
	d.packed(at, lanes)
	d.around(at, lanes, 0)
}

// around writes the loops over the row axes outside the regions.
func (d *writer) around(at position, lanes, i int) {
	if i < len(d.Around) {
		l := d.Around[i]
		v := d.Var(driver.Letter(l.Name), "i")
		defer d.Free(v)
		var head gotree.Nest = &gotree.Range{Key: v, Over: total(l)}
		if i == 0 && d.team.across != nil {
			head = own(v, d.team.across, total(l))
		}
		d.In(head, func() { d.around(at.plus(l, v, most(l)), lanes, i+1) })
		return
	}
	if len(d.Regions) == 1 {
		d.region(at, lanes, nil)
		return
	}
	d.In(&gotree.Range{Value: d.table.row, Over: d.table.Var}, func() { d.region(at, lanes, nil) })
}
