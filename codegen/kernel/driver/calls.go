package driver

import (
	"fmt"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
)

// Calls is Go text that cuts loops into calls.
type Calls struct {
	Script
	shape *shape.Shape
	axes  []loop.Axis
	Vars  []string // of the loops around, by axis
}

func NewCalls(r Request, axes []loop.Axis) *Calls {
	g := &Calls{shape: r.Shape, axes: axes}
	g.Names = map[string]bool{"n": true, "s": true, "t": true, "work": true, "first": true}
	for _, o := range r.Operands {
		g.Names[o.Name] = true
	}
	return g
}

// Cut prints loops over the axes up to the given one, of which each call takes
// as many turns as it may. Workers share the first axis, in units.
func (g *Calls) Cut(axis int, turns gotree.Number, unit int, sharing loop.Sharing, call func(count string)) {
	ends := 0
	for i, a := range g.axes[:axis+1] {
		from, to := "0", g.shape.Extent(a)
		if i == 0 && sharing == loop.ByUnits {
			to0 := to
			from, to = g.Name("from"), g.Name("to")
			if unit == 1 || i < axis {
				g.Line("%s, %s := t.Share(%s)", from, to, to0)
			} else {
				g.Line("%s, %s := t.Share(%s)", from, to, g.unitsOf(a, unit))
				g.Line("%s, %s = %s*%d, min(%s*%d, %s)", from, to, from, unit, to, unit, to0)
			}
		}
		if most := a.Most(); i == axis && from == "0" && 0 < most && most <= turns.Value && g.shape == nil {
			g.Vars = append(g.Vars, "")
			call(to)
			break
		}
		v := g.Name(Letter(a.Name), "r")
		g.Vars = append(g.Vars, v)
		ends++
		switch {
		case i == axis:
			g.Line("for %s := %s; %s < %s; %s += %v {", v, from, v, to, v, turns)
			call(fmt.Sprintf("min(%v, %s-%s)", turns, to, v))
		case from == "0":
			g.Line("for %s := range %s {", v, to)
		default:
			g.Line("for %s := %s; %s < %s; %s++ {", v, from, v, to, v)
		}
	}
	for range ends {
		g.Line("}")
	}
}

// unitsOf is how many units an axis has, in Go.
func (g *Calls) unitsOf(a loop.Axis, unit int) string {
	if !a.Rows && g.shape.Count(a).Known() {
		return fmt.Sprint((a.N + unit - 1) / unit)
	}
	return fmt.Sprintf("(%s+%d)/%d", g.shape.Extent(a), unit-1, unit)
}

// Smallest is the least number of elements that are worth a vector.
const Smallest = 4
