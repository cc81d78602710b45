package contract

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/codegen/plan"
	"github.com/nngen-go/nngen/ir/loop"
)

// Tiled writes a contraction. Shapes that tiles do not fit are left to the
// portable body.
func Tiled(u *driver.Unit, r driver.Request, k *loop.Contract, l amd64.Level) (*driver.Body, error) {
	p := plan.Contract(k, u.Processor(l))
	if p == nil || len(p.Extras) > maxTileExtras {
		return nil, nil
	}
	how := &scheme{Contraction: p, loops: map[int]string{}}
	d := &writer{scheme: how, table: regionTable{scheme: how}, Script: driver.NewScript(r), unit: u, level: l, req: r, b: &driver.Body{}}
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
	err := d.body()
	return d.b, err
}

// writer is the Go text around the tiles of a contraction.
type writer struct {
	*scheme
	driver.Script
	unit    *driver.Unit
	level   amd64.Level
	req     driver.Request
	b       *driver.Body
	y, x, w driver.Operand
	e       []driver.Operand

	sums  string // the variable that tiles are told by
	panel string // Go for the packed panel, "": the operand is read as it lies
	table regionTable
	team  sharers
}

// position is where the operands are at a point of the loops so far.
type position struct {
	out, lhs, rhs driver.Sum
	extra         []driver.Sum
	panel         driver.Sum // what is packed
}

func (a position) plus(l plan.Axis, name string, most int) position {
	b := position{a.out.Plus(name, l.Out, most), a.lhs.Plus(name, l.Lhs, most), a.rhs.Plus(name, l.Rhs, most), slices.Clone(a.extra), a.panel.Plus(name, l.Rhs, most)}
	for e := range b.extra {
		b.extra[e] = b.extra[e].Plus(name, l.Extra[e], most)
	}
	return b
}

// body writes the tiles and the Go text around them.
func (d *writer) body() error {
	d.b.Work, d.b.RowWork = d.PanelFloats()
	d.sums = d.Name("sums", "s")
	d.unit.Declare(tileType)
	d.table.read(d.Name("p", "q"))
	d.Line("%s := tile{%s}", d.sums, d.table.told())
	at := position{extra: make([]driver.Sum, len(d.Extras))}
	if d.Streams() {
		if err := d.streamed(at); err != nil {
			return err
		}
	}
	d.b.Divided = d.req.Divide
	err := d.outside(at, 0)
	d.b.Lines, d.b.Table = d.Lines, d.table.declaration()
	if d.b.Table != "" && !d.req.Joins {
		d.b.NameTable(d.unit.Constant(d.b.Table, d.req.Name))
	}
	return err
}

// outside writes the loops over the batch axes, from number i on.
func (d *writer) outside(at position, i int) error {
	if i == len(d.Outer) {
		return d.blocks(at)
	}
	l := d.Outer[i]
	v := d.Name(driver.Letter(l.Name), "b")
	return d.Block(fmt.Sprintf("for %s := range %s", v, total(l)), func() error {
		at := at.plus(l, v, most(l))
		if from, to := l.Inside(); l.Parts != nil && !d.Void {
			if err := d.nothing(fmt.Sprintf("%s < %d || %s >= %d", v, from, v, to), at, i+1); err != nil {
				return err
			}
		}
		return d.outside(at, i+1)
	})
}

// nothing writes what is done where no point takes part: the same with sums of
// nothing.
func (d *writer) nothing(condition string, at position, i int) error {
	k := "k: [3]int{1, 1, 1}"
	if told := d.table.told(); strings.HasPrefix(told, "k: ") {
		k = told[:strings.IndexByte(told, '}')+1]
	}
	d.Line("if %s { // nothing lies inside", condition)
	d.Line("%s.k = [3]int{}", d.sums)
	d.Void = true
	if d.Cut >= 0 {
		d.Line("%s.part = %d", d.sums, d.firstPart())
	}
	err := d.outside(at, i)
	d.Void = false
	d.Line("continue")
	d.Line("}")
	d.Line("%s.k%s", d.sums, strings.Replace(k[1:], ":", " =", 1))
	return err
}

// blocks writes the loops over the blocks of the sum.
func (d *writer) blocks(at position) error {
	if d.Units {
		d.Line("from, to := t.Share(%d)", d.units(d.Lane.N/d.Width)+d.units(min(1, d.Lane.N%d.Width)))
		d.Names["from"], d.Names["to"] = true, true
	}
	if d.req.Divide {
		d.divide()
	}
	if d.Cut < 0 || d.Void {
		return d.panels(at)
	}
	if len(d.Outer) > 0 {
		d.Line("%s.part = %d", d.sums, d.firstPart())
	}
	return d.cut(at, 0, nil)
}

// cut writes the loop over the points, or blocks of points, of a reduced axis.
func (d *writer) cut(at position, i int, last []string) error {
	l := d.Sum[i]
	v := d.Name(driver.Letter(l.Name), "k")
	d.loops[i] = v
	tied := d.isTied(i)
	to := at.plus(l, v, most(l))
	if tied { // what is read begins where its range does
		to.lhs, to.rhs = at.lhs, at.rhs
	}
	if i < d.Cut {
		return d.Block(fmt.Sprintf("for %s := range %s", v, total(l)), func() error {
			return d.cut(to, i+1, append(last, fmt.Sprintf("%s == %s-1", v, total(l))))
		})
	}
	return d.Block(fmt.Sprintf("for %s := 0; %s < %s; %s += %d", v, v, total(l), v, d.Size), func() error {
		if d.counted() && !tied {
			d.Line("%s.k[%d] = %s", d.sums, d.turn(i), d.pointsOf(i))
		}
		if d.Epilogue != nil {
			last = append(last, fmt.Sprintf("%s+%d >= %s", v, d.Size, total(l)))
			d.Line("if %s {", strings.Join(last, " && "))
			d.Line("%s.part &^= %d // the last block", d.sums, partRest)
			d.Line("}")
		}
		err := d.panels(to)
		if !d.Accumulate {
			d.Line("%s.part |= %d // add to what is there", d.sums, partMore)
		}
		return err
	})
}

// panels writes the loop over the panels, and the last one apart where it is
// narrower.
func (d *writer) panels(at position) error {
	full, rest := d.Lane.N/d.Width, d.Lane.N%d.Width
	if d.Units {
		return d.shares(at, full, rest)
	}
	if d.team.to != "" {
		return d.ownPanels(at, full, rest)
	}
	var err error
	switch {
	case full == 1:
		err = d.onePanel(at, d.Width)
	case full > 1:
		j := d.Name("j")
		err = d.Block(fmt.Sprintf("for %s := 0; %s < %d; %s += %d", j, j, full*d.Width, j, d.Width), func() error {
			return d.onePanel(at.plus(d.Lane, j, (full-1)*d.Width), d.Width)
		})
		delete(d.Names, j)
	}
	if err != nil || rest == 0 {
		return err
	}
	if full > 0 {
		d.Line("// The last %d columns:", rest)
	}
	return d.onePanel(d.last(at, full), rest)
}

// last is where the panel after full whole ones starts.
func (d *writer) last(at position, full int) position {
	n := full * d.Width
	at.out.Offset += n * d.Lane.Out
	at.lhs.Offset += n * d.Lane.Lhs
	at.rhs.Offset += n * d.Lane.Rhs
	at.panel.Offset += n * d.Lane.Rhs
	at.extra = slices.Clone(at.extra)
	for e := range at.extra {
		at.extra[e].Offset += n * d.Lane.Extra[e]
	}
	return at
}

// onePanel writes one panel: packing, then the rows.
func (d *writer) onePanel(at position, lanes int) error {
	if err := d.packed(at, lanes); err != nil {
		return err
	}
	return d.around(at, lanes, 0)
}

// around writes the loops over the row axes outside the regions.
func (d *writer) around(at position, lanes, i int) error {
	if i < len(d.Around) {
		l := d.Around[i]
		v := d.Name(driver.Letter(l.Name), "i")
		defer delete(d.Names, v)
		head := fmt.Sprintf("for %s := range %s", v, total(l))
		if i == 0 && d.team.across != "" {
			head = d.own(v, d.team.across, total(l))
		}
		return d.Block(head, func() error { return d.around(at.plus(l, v, most(l)), lanes, i+1) })
	}
	if len(d.Regions) == 1 {
		return d.region(at, lanes, "")
	}
	return d.Block(fmt.Sprintf("for _, %s := range %s", d.table.row, driver.TableMark), func() error { return d.region(at, lanes, "") })
}
