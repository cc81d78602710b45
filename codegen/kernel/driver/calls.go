package driver

import (
	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
)

// Calls cuts loops into calls.
type Calls struct {
	Script
	shape *shape.Shape
	axes  []loop.Axis
	Vars  []*gotree.Var // of the loops around, by axis; nil: there is none
}

// NewCalls writes a body of loops over some axes, around calls of routines.
func NewCalls(r Request, axes []loop.Axis, stubs ...amd64.Stub) *Calls {
	g := &Calls{Script: NewScript(r, "n", "s", "t", "work", "first", shape.Upto), shape: r.Shape, axes: axes}
	g.Body.Stubs = stubs
	return g
}

// Cut writes loops over the axes up to the given one, of which each call takes
// as many turns as it may. Workers share the first axis, in units.
func (g *Calls) Cut(axis int, turns gotree.Expr, unit int, sharing loop.Sharing, call func(count gotree.Expr)) {
	var around []gotree.Nest
	var count gotree.Expr
	for i, a := range g.axes[:axis+1] {
		var from, to gotree.Expr = gotree.Int(0), g.shape.Extent(a)
		divided := i == 0 && sharing == loop.ByUnits
		if divided {
			from, to = g.own(a, unit, i == axis)
		}
		if n, ok := turns.(gotree.Number); i == axis && !divided && ok && 0 < a.Most() && a.Most() <= n.Value && g.shape == nil {
			g.Vars, count = append(g.Vars, nil), to
			break
		}
		v := g.Var(Letter(a.Name), "r")
		g.Vars = append(g.Vars, v)
		switch {
		case i == axis:
			around, count = append(around, Every(v, from, to, turns)), Left(turns, to, v)
		case divided:
			around = append(around, &gotree.For{Var: v, From: from, To: to})
		default:
			around = append(around, &gotree.Range{Key: v, Over: to})
		}
	}
	g.Inside(around, func() { call(count) })
}

// own declares a worker's share of an axis, in units where it is cut along it.
func (g *Calls) own(a loop.Axis, unit int, cut bool) (from, to *gotree.Var) {
	from, to = g.Var("from"), g.Var("to")
	all := g.shape.Extent(a)
	if unit == 1 || !cut {
		g.Add(Share(from, to, Worker, all))
		return from, to
	}
	n := gotree.Int(unit)
	units := gotree.Op(gotree.Op(all, "+", gotree.Int(unit-1)), "/", n)
	if !a.Rows && all.Known() {
		units = gotree.Int((a.N + unit - 1) / unit)
	}
	g.Add(Share(from, to, Worker, units), gotree.Assign{To: []gotree.Expr{from, to}, Op: "=",
		Values: []gotree.Expr{gotree.Op(from, "*", n), gotree.CallOf("min", gotree.Op(to, "*", n), all)}})
	return from, to
}

// Smallest is the least number of elements that are worth a vector.
const Smallest = 4
