package build

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/encoding"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/op"
)

// checkOutputs reports outputs that are no numbers, and what their losses,
// metrics and data say about their shapes.
func (p *plan) checkOutputs(g *built) {
	for i, r := range p.spec.OutputRefs() {
		y := g.outputs[i]
		if !y.Valid() {
			continue
		}
		if y.DType != ir.F32 || y.Shape.Ragged() {
			p.errs.Add(r.Pos, "output %s holds ids (%v); an output holds numbers: put an Embedding or CategoryEncoding layer behind it", diag.Quote(r.Name), y.Type)
			continue
		}
		p.checkLoss(i, r.Name, y)
	}
	p.checkData(g)
	p.checkFit()
}

// segments lays the parameters out, which arrange has ordered.
func segments(g *ir.Graph) []block.Segment {
	var list []block.Segment
	offset := 0
	for _, v := range g.Params {
		q := v.Op.(*op.Param)
		s := block.Segment{Name: q.Segment, Layer: v.Layer, Shape: slices.Clone(q.Shape), Offset: offset, Role: q.Role, Init: q.Init}
		offset += s.Len()
		list = append(list, s)
	}
	return list
}

func dtype(t ir.Type) loop.DType {
	if t.DType == ir.I32 {
		return loop.I32
	}
	return loop.F32
}

func (p *plan) inputPorts(g *built, e *encoding.Encoding) []loop.Port {
	var ports []loop.Port
	for i, v := range g.inputs {
		in := v.Op.(*op.Input)
		port := loop.Port{Name: in.Port, Layer: in.Port, DType: dtype(in.Of), Ragged: in.Of.Shape.Ragged(), Limit: in.Limit}
		if !port.Ragged {
			port.Shape = slices.Clone(in.Of.Shape.Row())
		}
		port.Fields = fields(e, i)
		ports = append(ports, port)
	}
	return ports
}

func (p *plan) outputPorts(g *built) []loop.Port {
	var ports []loop.Port
	for i, r := range p.spec.OutputRefs() {
		ports = append(ports, loop.Port{Name: r.Name, Layer: r.Name, Shape: slices.Clone(g.outputs[i].Shape.Row())})
	}
	return ports
}

func (p *plan) targetPorts(inputs []loop.Port) []loop.Port {
	var ports []loop.Port
	for i, t := range p.compile.targets {
		name := p.spec.OutputRefs()[i].Name
		port := loop.Port{
			Name: name, Layer: name, Shape: slices.Clone(t.of.Shape.Row()), DType: dtype(t.of), Limit: t.limit, Loss: p.compile.losses[i].name,
		}
		port.Fields = p.targetFields(i, inputs)
		ports = append(ports, port)
	}
	return ports
}

// rows is the summary table, in the order in which the layers run.
func (p *plan) rows(g *built) []loop.Layer {
	params := map[string]int{}
	for _, v := range g.net.B.Graph.Params {
		params[v.Layer] += v.Shape.Elements()
	}
	var rows []loop.Layer
	for _, i := range p.order {
		l := p.spec.Layers[i]
		row := loop.Layer{
			Name: p.names[i], Type: l.Type, Output: slices.Clone(g.values[p.names[i]].Shape.Row()), Params: params[p.names[i]],
			Trainable: l.Trainable == nil || *l.Trainable, Pos: l.Pos,
		}
		for _, r := range p.reads[i] {
			row.Inputs = append(row.Inputs, r.Name)
		}
		rows = append(rows, row)
	}
	return rows
}

// adapts are the graphs of what reaches the Normalization layers.
func (p *plan) adapts(h *loop.Program) []Adapt {
	g := p.graph("adapt", false)
	var list []Adapt
	for _, fit := range g.net.Adapts {
		list = append(list, p.adapt(upTo(g.net.B.Graph, fit.Input), fit, h))
	}
	return list
}

// adapt ends a graph that computes the input of a Normalization layer.
func (p *plan) adapt(g *ir.Graph, fit layer.Adapt, h *loop.Program) Adapt {
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
