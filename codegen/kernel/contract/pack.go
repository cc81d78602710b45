package contract

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/codegen/plan"
)

// packed writes what brings the right operand's panel into place.
func (d *writer) packed(at position, lanes int) error {
	d.panel = ""
	switch {
	case d.Void || d.Packing == plan.InPlace:
		return nil
	case d.Packing == plan.RowsIfShared:
		at.panel.Offset += d.Rhs.Offset
		d.panel = d.Name("panel", "rest")
		d.Line("%s := %s", d.panel, d.w.Address(at.panel))
		steps := []string{"0", "0", "0"}
		for i, s := range d.Sum {
			steps[d.turn(i)] = fmt.Sprint(4 * s.Rhs)
		}
		d.Line("%s.w = [3]int{%s}", d.sums, strings.Join(steps, ", "))
		at.panel.Offset -= d.Rhs.Offset
		d.Line("if %s > %d { // more than one tile reads it", total(d.Regions[0].Row), d.Heights[0])
		if err := d.packPoints(at, lanes); err != nil {
			return err
		}
		d.Line("%s = &work[0]", d.panel)
		d.Line("%s.w = [3]int{%s}", d.sums, strings.Join(d.panelSteps(lanes), ", "))
		d.Line("}")
		return nil
	}
	d.panel = "&work[0]"
	if full, rest := d.Lane.N/d.Width, d.Lane.N%d.Width; full > 0 && rest > 0 && d.Whole(rest) != d.Whole(d.Width) {
		d.Line("%s.w = [3]int{%s}", d.sums, strings.Join(d.panelSteps(lanes), ", "))
	}
	return d.packPoints(at, lanes)
}

// packPoints writes the loops that pack.
func (d *writer) packPoints(at position, lanes int) error {
	from := at.panel
	from.Offset += d.Rhs.Offset
	strides := d.PanelSteps(lanes)
	dst := driver.Sum{}
	open := 0
	inner := len(d.Sum) - 1
	counts := []string{d.pointsOf(inner)}
	if d.Packing == plan.ByRows || d.Packing == plan.RowsIfShared {
		for inner > 0 && inner-1 >= d.Cut && d.Sum[inner-1].Rhs == d.Sum[inner].Rhs*d.Sum[inner].N {
			inner--
			counts = append([]string{d.pointsOf(inner)}, counts...)
		}
	}
	for i, l := range d.Sum[:inner] {
		if d.Looped(i) {
			continue
		}
		v := d.Name(driver.Letter(l.Name), "k")
		defer delete(d.Names, v)
		d.Line("for %s := range %s {", v, d.pointsOf(i))
		from = from.Plus(v, l.Rhs, d.Extent(i)-1)
		dst = dst.Plus(v, strides[i], d.Extent(i)-1)
		open++
	}
	bytes := 8 * lanes
	for i := inner; i < len(d.Sum); i++ {
		bytes *= d.Extent(i)
	}
	step := d.Sum[len(d.Sum)-1].Rhs
	switch d.Packing {
	case plan.ByColumns:
		s, isNew, err := packColumns(d.unit, d.level, lanes)
		if err != nil {
			return err
		}
		d.keep(s, isNew, bytes)
		d.Line("%s(&work[%v], %s, %d, %s)", s.Name, dst, d.w.Address(from), 4*d.Lane.Rhs, counts[0])
	case plan.ByElement:
		k, v := d.Name("k"), d.Name("o")
		d.Line("for %s := range %s {", k, counts[0])
		d.Line("for %s := range %d {", v, lanes)
		to := dst.Plus(k, d.Whole(lanes), -1).Plus(v, 1, -1)
		d.Line("work[%v] = %s", to, d.w.Address(from.Plus(k, step, d.Extent(len(d.Sum)-1)-1).Plus(v, d.Lane.Rhs, lanes-1))[1:])
		d.Line("}")
		d.Line("}")
		delete(d.Names, k)
		delete(d.Names, v)
	default:
		s, isNew, err := packRows(d.unit, d.level, lanes)
		if err != nil {
			return err
		}
		d.keep(s, isNew, bytes)
		d.Line("%s(&work[%v], %s, %d, %s)", s.Name, dst, d.w.Address(from), 4*step, strings.Join(counts, "*"))
	}
	for range open {
		d.Line("}")
	}
	return nil
}

// keep adds a routine that kernels share to the body that brings it in.
func (d *writer) keep(s amd64.Stub, isNew bool, bytes int) {
	if isNew {
		s.Bytes = bytes
		d.b.Stubs = append(d.b.Stubs, s)
	}
}
