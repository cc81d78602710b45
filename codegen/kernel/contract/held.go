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
	return keeps(p) && p.Cut < 0 && p.Whole(p.Width)%p.Width == 0
}

// Holds reports that there is a body, at some level, that can be Held.
func Holds(u *driver.Unit, k *loop.Contract) bool {
	return slices.ContainsFunc(amd64.Levels, func(l amd64.Level) bool {
		p := plan.Contract(k, u.Processor(l))
		return p != nil && holds(p)
	})
}

// Weights are the same in all predictions until they change: their panels stay with
// the model, for all calls to read, each in a slot as large as the first.

// keeps reports that a contraction packs a panel for every block of its sum and every
// Width lanes, and no others.
func keeps(p *plan.Contraction) bool {
	return p.Packing != plan.InPlace && len(p.Outer) == 0 && !p.Units
}

// Keeps is the room of the panels that are kept for a product of weights. It is none
// where nothing is packed, or packing takes little of the time of even a single row,
// since that has more than mostUses products for each weight.
func Keeps(u *driver.Unit, k *loop.Contract, mostUses int) (room driver.Panels) {
	room.Segment = k.Rhs.Buf.Segment
	if k.Rhs.Buf.Class != loop.Param || k.Flops(1)/2 > mostUses*k.Rhs.Buf.Row() {
		return room
	}
	for _, l := range amd64.Levels {
		p := plan.Contract(k, u.Processor(l))
		if p == nil || !keeps(p) {
			continue
		}
		n, each := p.Panels()
		room.N, room.Floats = max(room.N, n), max(room.Floats, n*each)
	}
	return room
}

// places are where what is packed lies.
type places struct {
	place driver.Index // of the panel, in the scratch
	kept  *gotree.Var  // the panel as a slice, of those that are kept; nil: it is in the scratch
	block gotree.Sum   // the number of the first panel of this block of the sum
	slot  gotree.Sum   // the number of this panel
}

// placed says where the next panel is packed: each of a Held body has a place of its
// own in the scratch. Of those that are kept it is number slot of this block.
func placed(d *writer, slot gotree.Expr, place driver.Index) {
	d.slot = d.block.Plus(slot, gotree.Literal(1))
	if d.Body.Held {
		d.place = place
	}
}

// inBlock counts the panels of the blocks before point v of reduced axis i, until its
// result is called.
func inBlock(d *writer, i int, v *gotree.Var) func() {
	before, number := d.block, gotree.Expr(v)
	if i == d.Cut && d.Size > 1 {
		number = gotree.Op(v, "/", gotree.Int(d.Size))
	}
	d.block = before.Plus(number, gotree.Literal(d.BlocksFrom(i+1)*d.Across()))
	return func() { d.block = before }
}

// packOnce packs, unless that has been done by an earlier call.
func packOnce(d *writer, at position, lanes int) {
	switch {
	case d.Body.Keeps:
		packKept(d, at, lanes)
	case d.Body.Held:
		d.In(&gotree.If{Cond: gotree.Unary{Op: "!", X: driver.Again}}, func() { d.packPoints(at, lanes) })
	default:
		d.packPoints(at, lanes)
	}
}

// packKept takes the panel from those that are kept, or the scratch where none are,
// and packs it if no call has.
func packKept(d *writer, at position, lanes int) {
	scratch, again := gotree.Expr(driver.Work), gotree.Expr(gotree.Word("false"))
	if d.Body.Held {
		again = driver.Again
		if place := d.place.Expr(); !gotree.Is(place, 0) {
			scratch = gotree.Slice{X: driver.Work, From: place}
		}
	}
	_, floats := d.Panels()
	packed := d.Var("packed", "made")
	d.kept = d.Var("slot", "last")
	d.Add(gotree.LetTwo(d.kept, packed, driver.CallMethod(driver.Kept, "panel", d.slot.Expr(), gotree.Int(floats), scratch, again)))
	d.In(&gotree.If{Cond: gotree.Unary{Op: "!", X: packed}}, func() {
		d.packPoints(at, lanes)
		d.Add(gotree.Do{Call: driver.CallMethod(driver.Kept, "done", d.slot.Expr())})
	})
}

// element is one of the packed panel.
func (p *places) element(at driver.Index) gotree.Expr {
	if p.kept != nil {
		return at.Of(p.kept)
	}
	return at.From(p.place.Expr()).Of(driver.Work)
}

// inPanel is its address.
func (p *places) inPanel(at driver.Index) gotree.Expr { return gotree.Ref(p.element(at)) }
