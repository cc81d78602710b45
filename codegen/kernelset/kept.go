package kernelset

import (
	"github.com/nngen-go/nngen/codegen/gokernel"
	"github.com/nngen-go/nngen/codegen/kernel"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/ir/loop"
)

// Panels is the room of weights that stay packed between predictions.
type Panels driver.Panels

// panelsOf is what panels are kept of.
type panelsOf struct {
	fn      *Function
	segment int
}

// Call is Function for a call. Held says that it is one in a loop of several turns that
// all read the same right operand: a product packs that once. Kept says that its plan
// is run again and again while no parameter changes: panels is the number of those
// that it is given, among those of Panels; -1: none.
func (e *Set) Call(k loop.Kernel, held, kept bool) (out *gokernel.Kernel, fn *Function, panels int, err error) {
	held = held && e.holds(k)
	var room Panels
	if kept && e.unit != nil {
		room = e.room(k)
	}
	kept = room.N > 0 && 4*(e.keptFloats+room.Floats) <= e.Machine.KeptBytes // there is memory
	out, own, err := e.function(k, held, kept)
	if err != nil {
		return nil, nil, -1, err
	}
	fn = own.as(out)
	if room.N == 0 || !own.Keeps {
		return out, fn, -1, nil
	}
	of := panelsOf{own, room.Segment}
	if number, ok := e.kept[of]; ok {
		return out, fn, number, nil
	}
	if !kept {
		return out, fn, -1, nil
	}
	e.kept[of] = len(e.panels)
	e.panels = append(e.panels, room)
	e.keptFloats += room.Floats
	return out, fn, e.kept[of], nil
}

// room is what a kernel would keep.
func (e *Set) room(k loop.Kernel) Panels {
	room, ok := e.rooms[k]
	if !ok {
		room = Panels(kernel.Keeps(e.unit, k, e.Machine.KeptUses))
		e.rooms[k] = room
	}
	return room
}

// Panels lists what is kept.
func (e *Set) Panels() []Panels { return e.panels }
