package asm

import (
	"fmt"
	"strings"
)

// packed writes what brings the right operand's panel into place.
func (d *driver) packed(at position, lanes int) error {
	d.w, d.step = "", ""
	switch {
	case d.void || d.contraction.void || d.pack == inPlace:
		return nil
	case d.pack == rowsIfShared:
		last := d.sum[len(d.sum)-1]
		d.line("panel, step := %s, %d", d.rhs.address(at.rhs), 4*last.rhs)
		d.line("if %s > %d { // more than one tile reads it", total(d.around[0]), d.height)
		if err := d.packPoints(at, lanes); err != nil {
			return err
		}
		d.line("panel, step = &work[0], %d", 4*d.stridePanel(lanes))
		d.line("}")
		d.w, d.step = "panel", "step"
		return nil
	}
	return d.packPoints(at, lanes)
}

// stridePanel is how far points lie apart in a panel of some lanes.
func (p *plan) stridePanel(lanes int) int {
	l := p.level.Lanes()
	return (lanes + l - 1) / l * l
}

// panelStrides are the steps of the reduced axes within a panel.
func (p *plan) panelStrides(lanes int) []int {
	s := make([]int, len(p.sum))
	n := p.stridePanel(lanes)
	for i := len(p.sum) - 1; i >= 0; i-- {
		s[i] = n
		n *= p.extent(i, p.sum[i])
	}
	return s
}

// pointsOf is Go for the number of points of a reduced axis in a block.
func (d *driver) pointsOf(i int) string {
	if i == d.block && d.countedBlock() {
		return d.count
	}
	return fmt.Sprint(d.extent(i, d.sum[i]))
}

// packPoints writes the loops that pack.
func (d *driver) packPoints(at position, lanes int) error {
	strides := d.panelStrides(lanes)
	dst := sum{}
	open := 0
	inner := len(d.sum) - 1
	counts := []string{d.pointsOf(inner)}
	if d.pack == byRows || d.pack == rowsIfShared {
		for inner > 0 && d.sum[inner-1].rhs == d.sum[inner].rhs*d.sum[inner].n && inner != d.block {
			inner--
			counts = append([]string{d.pointsOf(inner)}, counts...)
		}
	}
	for i, l := range d.sum[:inner] {
		v := d.name(letter(l.name), "k")
		d.line("for %s := range %s {", v, d.pointsOf(i))
		at = at.plus(l, v, d.extent(i, l)-1)
		dst = dst.plus(v, strides[i], d.extent(i, l)-1)
		open++
	}
	bytes := 8 * lanes
	for i := inner; i < len(d.sum); i++ {
		bytes *= d.extent(i, d.sum[i])
	}
	switch d.pack {
	case byColumns:
		s, isNew, err := d.unit.packColumns(d.level, lanes, d.sum[inner].n)
		if err != nil {
			return err
		}
		d.keep(s, isNew, bytes)
		d.line("%s(&work[%v], %s, %d)", s.Name, dst, d.rhs.address(at.rhs), 4*d.v.rhs)
	case byElement:
		last := d.sum[len(d.sum)-1]
		k, v := d.name("k"), d.name("o")
		d.line("for %s := range %s {", k, counts[0])
		d.line("for %s := range %d {", v, lanes)
		to := dst.plus(k, d.stridePanel(lanes), -1).plus(v, 1, -1)
		from := at.rhs.plus(k, last.rhs, d.extent(len(d.sum)-1, last)-1).plus(v, d.v.rhs, lanes-1)
		d.line("work[%v] = %s", to, d.rhs.address(from)[1:])
		d.line("}")
		d.line("}")
	default:
		s, isNew, err := d.unit.packRows(d.level, lanes)
		if err != nil {
			return err
		}
		d.keep(s, isNew, bytes)
		d.line("%s(&work[%v], %s, %d, %s)", s.Name, dst, d.rhs.address(at.rhs), 4*d.sum[len(d.sum)-1].rhs, strings.Join(counts, "*"))
	}
	for range open {
		d.line("}")
	}
	return nil
}

// keep adds a routine that kernels share to the body that brings it in.
func (d *driver) keep(s Stub, isNew bool, bytes int) {
	if isNew {
		s.Bytes = bytes
		d.b.Stubs = append(d.b.Stubs, s)
	}
}
