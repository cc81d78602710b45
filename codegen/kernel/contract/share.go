package contract

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/codegen/plan"
)

// shares writes the loop over this worker's units: a panel and some of the rows.
func (d *writer) shares(at position, full, rest int) error {
	if d.Packing != plan.InPlace {
		d.Names["packed"] = true
		d.Line("packed := -1")
	}
	each := d.units(1)
	write := func(from, to, panel string, at position, lanes int) error {
		u := d.Name("u")
		defer delete(d.Names, u)
		return d.Block(fmt.Sprintf("for %s := %s; %s < %s; %s++", u, from, u, to, u), func() error {
			if panel == "" {
				panel = d.Name("j")
				defer delete(d.Names, panel)
				if each > 1 {
					d.Line("%s := %s / %d * %d", panel, u, each, d.Width)
				} else {
					d.Line("%s := %s * %d", panel, u, d.Width)
				}
				at = at.plus(d.Lane, panel, (full-1)*d.Width)
			}
			if d.Packing == plan.InPlace {
				d.panel = ""
			} else {
				d.Line("if packed != %s {", panel)
				d.Line("packed = %s", panel)
				err := d.packed(at, lanes)
				d.Line("}")
				if err != nil {
					return err
				}
			}
			return d.share(at, lanes, u, each)
		})
	}
	switch {
	case full == 0:
		return write("from", "to", "0", at, rest)
	case full == 1 && rest == 0:
		return write("from", "to", "0", at, d.Width)
	case rest == 0:
		return write("from", "to", "", at, d.Width)
	}
	panel := ""
	if full == 1 {
		panel = "0"
	}
	if err := write("from", fmt.Sprintf("min(to, %d)", full*each), panel, at, d.Width); err != nil {
		return err
	}
	return write(fmt.Sprintf("max(from, %d)", full*each), "to", fmt.Sprint(full*d.Width), d.last(at, full), rest)
}

// share writes the calls of unit u: the rows are the remainder of u, the outer
// ones first.
func (d *writer) share(at position, lanes int, u string, each int) error {
	rest := each
	for _, l := range d.Around {
		v := d.Name(driver.Letter(l.Name), "i")
		defer delete(d.Names, v)
		rest /= l.N
		d.Line("%s := %s", v, digit(u, rest, l.N))
		at = at.plus(l, v, most(l))
	}
	chunks := d.chunks()
	if n := len(d.Regions); n > 1 {
		d.Line("%s := %s[%s]", d.table.row, driver.TableMark, digit(u, chunks, n))
	}
	unit := "0"
	if chunks > 1 {
		unit = d.Name("i", "c")
		defer delete(d.Names, unit)
		d.Line("%s := %s", unit, digit(u, 1, chunks))
		if list := d.of(func(r plan.Region) int { return r.Rows }); slices.Max(list) != slices.Min(list) {
			d.Line("if %s*%d >= %s {", unit, d.UnitRows, d.table.text(d.table.field("rows", list)))
			d.Line("continue")
			d.Line("}")
		}
	}
	return d.region(at, lanes, unit)
}

// digit is Go for u/unit%n, where u counts below all once panels are left out.
func digit(u string, unit, n int) string {
	s := u
	if unit > 1 {
		s += fmt.Sprintf(" / %d", unit)
	}
	if n == 1 {
		return "0"
	}
	return s + fmt.Sprintf(" %% %d", n)
}
