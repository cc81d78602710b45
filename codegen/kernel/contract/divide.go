package contract

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/codegen/plan"
)

// sharers names the Go variables that divide a contraction among workers, all of
// which have all rows: whole panels, whole turns of the first loop around the
// regions, or lines and rows within them. Which of them, a call decides by the
// number of its rows. Nothing depends on it but who computes what.
type sharers struct {
	from, to string // the panels of this worker; "": there is one for all
	across   string // who share the loop around the regions; "": there is none
	within   string // who share lines, or rows
}

// divide writes who shares what.
func (d *writer) divide() {
	lines := slices.Max(d.of(func(r plan.Region) int { return r.Lines }))
	parts := fmt.Sprint(lines)
	switch h := d.Heights[0]; {
	case d.Open:
		parts = fmt.Sprintf("(%s+%d)/%d", total(d.Regions[0].Row), h-1, h)
	case lines == 1:
		parts = fmt.Sprint((slices.Max(d.of(func(r plan.Region) int { return r.Rows })) + h - 1) / h)
	}
	all := parts
	if len(d.Around) > 0 {
		all = total(d.Around[0]) + "*" + parts
	}
	rows := "t"
	if panels := (d.Lane.N + d.Width - 1) / d.Width; panels > 1 {
		lanes := d.Name("lanes")
		rows, d.team.from, d.team.to = d.Name("rows"), d.Name("from"), d.Name("to")
		d.Line("%s, %s := t.Split(%d, %s)", lanes, rows, panels, all)
		d.Line("%s, %s := %s.Share(%d)", d.team.from, d.team.to, lanes, panels)
	}
	d.team.across, d.team.within = "", rows
	if len(d.Around) > 0 {
		d.team.across, d.team.within = d.Name("across"), d.Name("within")
		d.Line("%s, %s := %s.Split(%s, %s)", d.team.across, d.team.within, rows, total(d.Around[0]), parts)
	}
}

// own is Go for a loop over a worker's share of the turns of v.
func (d *writer) own(v, worker, turns string) string {
	return fmt.Sprintf("for %[1]s, end := %[2]s.Share(%[3]s); %[1]s < end; %[1]s++", v, worker, turns)
}

// ownPanels writes the loop over a worker's panels, and the last one apart where
// it is narrower.
func (d *writer) ownPanels(at position, full, rest int) error {
	j := d.Name("j")
	end := fmt.Sprintf("%s*%d", d.team.to, d.Width)
	if rest > 0 {
		end = fmt.Sprintf("min(%s, %d)", end, full*d.Width)
	}
	err := d.Block(fmt.Sprintf("for %[1]s := %[2]s*%[3]d; %[1]s < %[4]s; %[1]s += %[3]d", j, d.team.from, d.Width, end), func() error {
		return d.onePanel(at.plus(d.Lane, j, (full-1)*d.Width), d.Width)
	})
	delete(d.Names, j)
	if err != nil || rest == 0 {
		return err
	}
	return d.Block(fmt.Sprintf("if %s <= %d && %d < %s", d.team.from, full, full, d.team.to), func() error { return d.onePanel(d.last(at, full), rest) })
}

// ownRows writes the calls for a worker's share of the rows of a line.
func (d *writer) ownRows(at position, lanes int, panel driver.Sum, rows string, points int) error {
	v, end := d.Name("r", "i"), d.Name("end", "last")
	defer func() { delete(d.Names, v); delete(d.Names, end) }()
	head := fmt.Sprintf("for %[1]s, %[2]s := %[3]s.ShareRuns(%[4]s, %[5]d); %[1]s < %[2]s; %[1]s += %[6]d", v, end, d.team.within, rows, d.Heights[0], d.MostRows)
	return d.Block(head, func() error {
		at := d.table.along(at, "Row", func(r plan.Region) (plan.Axis, bool) { return r.Row, true }, v, 1, points-1)
		return d.call(at, lanes, panel, fmt.Sprintf("min(%d, %s-%s)", d.MostRows, end, v))
	})
}
