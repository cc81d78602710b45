package build

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/op"
)

// adapts are the graphs of what reaches the Normalization layers.
func (p *plan) adapts(h *loop.Program) []Adapt {
	g := p.graph("adapt", false)
	var list []Adapt
	for _, fit := range g.net.Adapts {
		list = append(list, adapt(upTo(g.net.B.Graph, fit.Input), fit, h))
	}
	return list
}

// adapt ends a graph that computes the input of a Normalization layer.
func adapt(g *ir.Graph, fit layer.Adapt, h *loop.Program) Adapt {
	b, x := &ir.Builder{Graph: g}, g.Outputs[0]
	b.Graph.Name = "adapt " + fit.Layer
	// Kept axes go to the end, so that a group is an index modulo their size.
	var perm []int
	groups := 1
	for a := range x.Shape {
		if !slices.Contains(fit.Kept, a) {
			perm = append(perm, a)
		}
	}
	perm = append(perm, fit.Kept...)
	for _, a := range fit.Kept {
		groups *= x.Shape[a]
	}
	if !slices.IsSorted(perm) {
		b.At(fit.Layer, x.Pos)
		x = b.Named(op.TransposeTo(b, x, perm...), fit.Layer+".rows")
	}
	b.Graph.Outputs = []*ir.Value{x}
	segment := func(name string) int {
		return slices.IndexFunc(h.Segments, func(s block.Segment) bool { return s.Name == name })
	}
	return Adapt{
		Layer: fit.Layer, Graph: b.Graph, Width: x.Shape.Elements(), Groups: groups,
		Mean: segment(fit.Mean), Variance: segment(fit.Variance), Count: segment(fit.Count),
	}
}
