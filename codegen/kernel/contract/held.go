package contract

import (
	"slices"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/codegen/plan"
	"github.com/nngen-go/nngen/ir/loop"
)

// A product in a loop over time has the same right operand in every turn: its panels
// are packed in the first and stay in the scratch, each in a place of its own.

// holds reports that all that a contraction packs can be kept from one call to the next.
func holds(p *plan.Contraction) bool {
	return p.Packing != plan.InPlace && p.Cut < 0 && len(p.Outer) == 0 && !p.Units && p.Whole(p.Width)%p.Width == 0
}

// Holds reports that there is a body, at some level, that can be Held.
func Holds(u *driver.Unit, k *loop.Contract) bool {
	return slices.ContainsFunc(amd64.Levels, func(l amd64.Level) bool {
		p := plan.Contract(k, u.Processor(l))
		return p != nil && holds(p)
	})
}

// placed says where the next panel is packed: each has a place of its own, or all
// have the same.
func placed(d *writer, place func() driver.Index) {
	d.place = driver.Index{}
	if d.Body.Held {
		d.place = place()
	}
}

// packOnce packs, unless that has been done by an earlier call.
func packOnce(d *writer, at position, lanes int) {
	if !d.Body.Held {
		d.packPoints(at, lanes)
		return
	}
	d.In(&gotree.If{Cond: gotree.Unary{Op: "!", X: driver.Again}}, func() { d.packPoints(at, lanes) })
}
