package contract

import (
	"slices"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/codegen/plan"
)

// packed writes what brings the right operand's panel into place.
func (d *writer) packed(at position, lanes int) {
	d.panel, d.kept = nil, nil
	if d.Void || d.Packing == plan.InPlace {
		return
	}
	if d.Packing == plan.RowsIfShared {
		panel := d.Var("panel", "rest")
		d.panel = panel
		d.Add(gotree.Let(panel, d.w.Address(at.panel.Ahead(d.Rhs.Offset))))
		steps := d.zeros()
		for i, s := range d.Sum {
			steps[d.turn(i)] = gotree.Int(4 * s.Rhs)
		}
		d.tell("w", "=", d.each(steps...), "")
		shared := gotree.Op(total(d.Regions[0].Row), ">", gotree.Int(d.Heights[0]))
		if d.Body.Keeps && !d.Body.Held { // the scratch of few rows has no room for it
			shared = gotree.Op(shared, "||", gotree.Op(driver.Kept, "!=", gotree.Word("nil")))
		}
		d.In(&gotree.If{Cond: shared, Note: gotree.Say("more than one tile reads it")}, func() {
			packOnce(d, at, lanes)
			d.Add(gotree.Set(panel, "=", d.inPanel(driver.Index{})))
			d.tell("w", "=", d.each(d.panelSteps(lanes)...), "")
		})
		return
	}
	if full, rest := d.Lane.N/d.Width, d.Lane.N%d.Width; full > 0 && rest > 0 && d.Whole(rest) != d.Whole(d.Width) {
		d.tell("w", "=", d.each(d.panelSteps(lanes)...), "")
	}
	packOnce(d, at, lanes)
	d.panel = d.inPanel(driver.Index{})
}

// packPoints writes the loops that pack.
func (d *writer) packPoints(at position, lanes int) {
	from, to := at.panel.Ahead(d.Rhs.Offset), driver.Index{}
	strides := d.PanelSteps(lanes)
	inner := len(d.Sum) - 1
	counts := []gotree.Expr{d.pointsOf(inner)}
	if d.Packing == plan.ByRows || d.Packing == plan.RowsIfShared {
		for inner > 0 && inner-1 >= d.Cut && d.Sum[inner-1].Rhs == d.Sum[inner].Rhs*d.Sum[inner].N {
			inner--
			counts = slices.Insert(counts, 0, d.pointsOf(inner))
		}
	}
	var around []gotree.Nest
	for i, l := range d.Sum[:inner] {
		if d.Looped(i) {
			continue
		}
		v := d.Var(driver.Letter(l.Name), "k")
		defer d.Free(v)
		around = append(around, &gotree.Range{Key: v, Over: d.pointsOf(i)})
		from = from.Step(v, l.Rhs, d.Extent(i)-1)
		to = to.Step(v, strides[i], d.Extent(i)-1)
	}
	bytes := 8 * lanes
	for i := inner; i < len(d.Sum); i++ {
		bytes *= d.Extent(i)
	}
	count := gotree.Chain("*", counts...)
	d.Inside(around, func() {
		step := d.Sum[len(d.Sum)-1].Rhs
		switch d.Packing {
		case plan.ByColumns:
			s, isNew, err := packColumns(d.unit, d.level, lanes)
			d.pack(s, isNew, err, bytes, to, from, 4*d.Lane.Rhs, count)
		case plan.ByElement:
			k, v := d.Var("k"), d.Var("o")
			defer d.Free(k, v)
			d.Inside([]gotree.Nest{&gotree.Range{Key: k, Over: count}, &gotree.Range{Key: v, Over: gotree.Int(lanes)}}, func() {
				to := to.Step(k, d.Whole(lanes), -1).Step(v, 1, -1)
				from := from.Step(k, step, d.Extent(len(d.Sum)-1)-1).Step(v, d.Lane.Rhs, lanes-1)
				d.Add(gotree.Set(d.element(to), "=", d.w.Element(from)))
			})
		default:
			s, isNew, err := packRows(d.unit, d.level, lanes)
			d.pack(s, isNew, err, bytes, to, from, 4*step, count)
		}
	})
}

// pack calls a routine that packs.
func (d *writer) pack(s amd64.Stub, isNew bool, err error, bytes int, to, from driver.Index, step int, count gotree.Expr) {
	d.keep(s, isNew, err, bytes)
	d.Call(s, []gotree.Expr{d.inPanel(to), d.w.Address(from), gotree.Int(step), count})
}

// keep adds a routine that kernels share to the body that brings it in.
func (d *writer) keep(s amd64.Stub, isNew bool, err error, bytes int) {
	if d.err == nil {
		d.err = err
	}
	if isNew {
		s.Bytes = bytes
		d.Body.Stubs = append(d.Body.Stubs, s)
	}
}
