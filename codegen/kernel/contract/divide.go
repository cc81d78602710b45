package contract

import (
	"slices"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/codegen/plan"
)

// sharers names the Go variables that divide a contraction among workers, all of
// which have all rows: whole panels, whole turns of the first loop around the
// regions, or lines and rows within them. Which of them, a call decides by the
// number of its rows. Nothing depends on it but who computes what.
type sharers struct {
	from, to *gotree.Var // the panels of this worker; nil: there is one for all
	across   gotree.Expr // who share the loop around the regions; nil: there is none
	within   gotree.Expr // who share lines, or rows
}

// divide writes who shares what.
func (d *writer) divide() {
	lines := slices.Max(d.of(func(r plan.Region) int { return r.Lines }))
	parts := func(of gotree.Expr) gotree.Expr { return of }
	turns, h := gotree.Int(lines), d.Heights[0]
	switch {
	case d.Open:
		parts = func(of gotree.Expr) gotree.Expr { return gotree.Op(of, "/", gotree.Int(h)) }
		turns = gotree.Op(total(d.Regions[0].Row), "+", gotree.Int(h-1))
	case lines == 1:
		turns = gotree.Int((slices.Max(d.of(func(r plan.Region) int { return r.Rows })) + h - 1) / h)
	}
	all := turns
	if len(d.Around) > 0 {
		all = gotree.Op(total(d.Around[0]), "*", turns)
	}
	var rows gotree.Expr = driver.Worker
	if panels := (d.Lane.N + d.Width - 1) / d.Width; panels > 1 {
		lanes, others := d.Var("lanes"), d.Var("rows")
		d.team.from, d.team.to = d.Var("from"), d.Var("to")
		d.Add(gotree.LetTwo(lanes, others, driver.CallMethod(rows, "Split", gotree.Int(panels), parts(all))),
			driver.Share(d.team.from, d.team.to, lanes, gotree.Int(panels)))
		rows = others
	}
	d.team.across, d.team.within = nil, rows
	if len(d.Around) > 0 {
		across, within := d.Var("across"), d.Var("within")
		d.Add(gotree.LetTwo(across, within, driver.CallMethod(rows, "Split", total(d.Around[0]), parts(turns))))
		d.team.across, d.team.within = across, within
	}
}

// own is a loop over a worker's share of the turns of v.
func own(v *gotree.Var, worker, turns gotree.Expr) gotree.Nest {
	end := &gotree.Var{Name: "end"}
	return &gotree.While{Init: driver.Share(v, end, worker, turns), Cond: gotree.Op(v, "<", end), Post: gotree.Increment{Var: v}}
}

// ownPanels writes the loop over a worker's panels, and the last one apart where
// it is narrower.
func (d *writer) ownPanels(at position, full, rest int) {
	end := gotree.Op(d.team.to, "*", gotree.Int(d.Width))
	if rest > 0 {
		end = gotree.CallOf("min", end, gotree.Int(full*d.Width))
	}
	d.everyPanel(at, gotree.Op(d.team.from, "*", gotree.Int(d.Width)), end, full)
	if rest == 0 {
		return
	}
	n := gotree.Int(full)
	d.In(&gotree.If{Cond: gotree.Op(gotree.Op(d.team.from, "<=", n), "&&", gotree.Op(n, "<", d.team.to))}, func() { lastPanel(d, at, full, rest) })
}

// ownRows writes the calls for a worker's share of the rows of a line.
func (d *writer) ownRows(at position, lanes int, panel driver.Index, rows gotree.Expr, points int) {
	v, end := d.Var("r", "i"), d.Var("end", "last")
	defer d.Free(v, end)
	most := gotree.Int(d.MostRows)
	each := driver.Every(v, nil, end, most)
	each.Init = gotree.LetTwo(v, end, driver.CallMethod(d.team.within, "ShareRuns", rows, gotree.Int(d.Heights[0])))
	d.In(each, func() { d.call(d.table.alongRows(at, v, 1, points-1), lanes, panel, driver.Left(most, end, v)) })
}
