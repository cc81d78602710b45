package contract

import (
	"slices"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/codegen/plan"
)

// shares writes the loop over this worker's units: a panel and some of the rows.
func (d *writer) shares(at position, full, rest int) {
	var packed *gotree.Var
	if d.Packing != plan.InPlace {
		packed = d.Named("packed")
		d.Add(gotree.Let(packed, gotree.Int(-1)))
	}
	each := d.units(1)
	write := func(from, to, panel gotree.Expr, at position, lanes int) {
		u := d.Var("u")
		defer d.Free(u)
		d.In(&gotree.For{Var: u, From: from, To: to}, func() {
			if panel == nil {
				j := d.Var("j")
				defer d.Free(j)
				number := gotree.Expr(u)
				if each > 1 {
					number = gotree.Op(u, "/", gotree.Int(each))
				}
				d.Add(gotree.Let(j, gotree.Op(number, "*", gotree.Int(d.Width))))
				panel, at = j, at.plus(d.Lane, j, (full-1)*d.Width)
			}
			d.panel = nil
			if packed != nil {
				d.In(&gotree.If{Cond: gotree.Op(packed, "!=", panel)}, func() {
					d.Add(gotree.Set(packed, "=", panel))
					d.packed(at, lanes)
				})
			}
			d.share(at, lanes, u, each)
		})
	}
	whole := gotree.Int(full * each)
	var panel gotree.Expr // the number of the only one
	if full <= 1 {
		panel = gotree.Int(0)
	}
	switch {
	case full == 0:
		write(d.from, d.to, panel, at, rest)
	case rest == 0:
		write(d.from, d.to, panel, at, d.Width)
	default:
		write(d.from, gotree.CallOf("min", d.to, whole), panel, at, d.Width)
		write(gotree.CallOf("max", d.from, whole), d.to, gotree.Int(full*d.Width), d.last(at, full), rest)
	}
}

// share writes the calls of unit u: the rows are the remainder of u, the outer
// ones first.
func (d *writer) share(at position, lanes int, u *gotree.Var, each int) {
	rest := each
	for _, l := range d.Around {
		v := d.Var(driver.Letter(l.Name), "i")
		defer d.Free(v)
		rest /= l.N
		d.Add(gotree.Let(v, digit(u, rest, l.N)))
		at = at.plus(l, v, most(l))
	}
	chunks := d.chunks()
	if n := len(d.Regions); n > 1 {
		d.Add(gotree.Let(d.table.row, gotree.At(d.table.Var, digit(u, chunks, n))))
	}
	if chunks == 1 {
		d.region(at, lanes, gotree.Int(0))
		return
	}
	unit := d.Var("i", "c")
	defer d.Free(unit)
	d.Add(gotree.Let(unit, digit(u, 1, chunks)))
	if list := d.of(func(r plan.Region) int { return r.Rows }); slices.Max(list) != slices.Min(list) {
		done := gotree.Op(gotree.Op(unit, "*", gotree.Int(d.UnitRows)), ">=", d.table.field("rows", list))
		d.Add(&gotree.If{Cond: done, Then: gotree.Block{gotree.Continue}})
	}
	d.region(at, lanes, unit)
}

// digit is u/unit%n, where u counts below all once panels are left out.
func digit(u *gotree.Var, unit, n int) gotree.Expr {
	var x gotree.Expr = u
	if n == 1 {
		return gotree.Int(0)
	}
	if unit > 1 {
		x = gotree.Op(x, "/", gotree.Int(unit))
	}
	return gotree.Op(x, "%", gotree.Int(n))
}
