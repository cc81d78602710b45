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
		room = Panels(kernel.Keeps(e.unit, k, e.Machine.KeptUses))
	}
	out, fn, err = e.function(k, held, room.N > 0)
	if err != nil || !fn.Keeps || room.N == 0 || out.Shape != nil {
		return out, fn, -1, err
	}
	return out, fn, e.keep(panelsOf{e.known[key(out, held)], room.Segment}, room), nil
}

// keep counts the panels of weights among those that are kept, as long as there is
// memory for them.
func (e *Set) keep(of panelsOf, room Panels) int {
	number, ok := e.kept[of]
	if ok {
		return number
	}
	number = -1
	if 4*(e.keptFloats+room.Floats) <= e.Machine.KeptBytes {
		number = len(e.panels)
		e.panels = append(e.panels, room)
		e.keptFloats += room.Floats
	}
	e.kept[of] = number
	return number
}

// Panels lists what is kept.
func (e *Set) Panels() []Panels { return e.panels }
