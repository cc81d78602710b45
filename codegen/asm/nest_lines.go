package asm

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
)

// share is how many elements of a run go to a worker at least.
const share = 64

// lines are the Go statements that cut an elementwise store into calls.
func (m *mapping) lines(function string) []string {
	g := newCalls(m.request, m.axes)
	if m.draws() {
		g.line("%s := %s.Words()", keyWords(m.random().Name), m.random().Name)
	}
	unit := 1
	if m.chunk == m.lane() {
		unit = share
	}
	turns := gotree.Literal(m.turns)
	if m.request.Shape != nil && m.chunk < m.lane() {
		most := g.name("most", "turns")
		g.line("%s := %d / %v", most, m.turns, m.request.Shape.Count(m.axes[m.lane()]))
		turns.Text = most
	}
	g.cut(m.chunk, turns, unit, m.sharing, func(count string) {
		args := m.arguments(m.axes, g.vars)
		if hasRows(m.Value) {
			args = append(args, "float32("+m.request.Shape.RowCount()+")")
		}
		if m.draws() {
			args = append(args, strings.TrimSuffix("first+"+g.vars[0], "+"))
		}
		args = append(args, m.passed...)
		g.line("%s(%s)", function, strings.Join(append(args, count), ", "))
	})
	return g.script.lines
}

// calls is Go text that cuts loops into calls.
type calls struct {
	script
	shape *shape.Shape
	axes  []loop.Axis
	vars  []string // of the loops around, by axis
}

func newCalls(r Request, axes []loop.Axis) *calls {
	g := &calls{shape: r.Shape, axes: axes}
	g.names = map[string]bool{"n": true, "s": true, "t": true, "work": true, "first": true}
	for _, o := range r.Operands {
		g.names[o.Name] = true
	}
	return g
}

// cut prints loops over the axes up to the given one, of which each call takes
// as many turns as it may. Workers share the first axis, in units.
func (g *calls) cut(axis int, turns gotree.Number, unit int, sharing loop.Sharing, call func(count string)) {
	ends := 0
	for i, a := range g.axes[:axis+1] {
		from, to := "0", g.shape.Extent(a)
		if i == 0 && sharing == loop.ByUnits {
			to0 := to
			from, to = g.name("from"), g.name("to")
			if unit == 1 || i < axis {
				g.line("%s, %s := t.Share(%s)", from, to, to0)
			} else {
				g.line("%s, %s := t.Share(%s)", from, to, g.unitsOf(a, unit))
				g.line("%s, %s = %s*%d, min(%s*%d, %s)", from, to, from, unit, to, unit, to0)
			}
		}
		if most := a.Most(); i == axis && from == "0" && 0 < most && most <= turns.Value && g.shape == nil {
			g.vars = append(g.vars, "")
			call(to)
			break
		}
		v := g.name(letter(a.Name), "r")
		g.vars = append(g.vars, v)
		ends++
		switch {
		case i == axis:
			g.line("for %s := %s; %s < %s; %s += %v {", v, from, v, to, v, turns)
			call(fmt.Sprintf("min(%v, %s-%s)", turns, to, v))
		case from == "0":
			g.line("for %s := range %s {", v, to)
		default:
			g.line("for %s := %s; %s < %s; %s++ {", v, from, v, to, v)
		}
	}
	for range ends {
		g.line("}")
	}
}

// unitsOf is how many units an axis has, in Go.
func (g *calls) unitsOf(a loop.Axis, unit int) string {
	if !a.Rows && g.shape.Count(a).Known() {
		return fmt.Sprint((a.N + unit - 1) / unit)
	}
	return fmt.Sprintf("(%s+%d)/%d", g.shape.Extent(a), unit-1, unit)
}
