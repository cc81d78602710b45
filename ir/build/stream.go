package build

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/op"
)

// stream is the graph of one step and what it reads and gives, of a network whose
// inputs have an axis of steps first and whose layers compute every step by itself
// or from what those before have left. Of other networks with a recurrent layer, or
// one that attends to the steps before, it says what prevents it.
func (p *plan) stream(predict *built) (*ir.Graph, *loop.Stream, string) {
	if !slices.ContainsFunc(p.configs, layer.Recurrent) {
		return nil, nil, ""
	}
	if why := p.unsteady(predict); why != "" {
		return nil, nil, why
	}
	b := ir.NewBuilder("step")
	g := &built{net: layer.NewNet(b, false), values: map[string]*ir.Value{}, masks: map[string]*ir.Value{}}
	s := &layer.Streaming{Timed: map[*ir.Value]bool{}, Steps: predict.inputs[0].Shape[1]}
	g.net.Streaming = s
	for i, in := range p.spec.Inputs {
		in.Shape = append([]int{1}, in.Shape[1:]...)
		v := feature(b, i, in)
		g.values[in.Name], s.Timed[v] = v, true
		g.inputs = append(g.inputs, v)
	}
	for _, i := range p.order {
		var in []*ir.Value
		for _, r := range p.reads[i] {
			in = append(in, g.values[r.Name])
		}
		info, _ := layer.Find(p.spec.Layers[i].Type)
		if !s.Stepwise(info, p.configs[i], in) {
			return nil, nil, fmt.Sprintf("layer %s needs all steps", diag.Quote(p.names[i]))
		}
		y := p.layer(g, i)
		switch {
		case s.Why != "":
			return nil, nil, fmt.Sprintf("layer %s needs all steps: %s", diag.Quote(p.names[i]), s.Why)
		case !y.Valid():
			return nil, nil, fmt.Sprintf("layer %s takes no single step", diag.Quote(p.names[i]))
		}
		g.values[p.names[i]] = y
		s.Gives(p.configs[i], in, y)
	}
	if name := otherParameter(predict.net.B.Graph, b.Graph); name != "" {
		return nil, nil, fmt.Sprintf("parameter %s depends on the number of steps", diag.Quote(name))
	}
	if !slices.ContainsFunc(s.States, func(v *ir.Value) bool { return v.DType == ir.F32 }) {
		return nil, nil, "no layer reads the steps before one"
	}
	arrange(b.Graph)
	stream := &loop.Stream{}
	for _, v := range g.inputs {
		stream.Inputs = append(stream.Inputs, stepPort(v.Op.(*op.Input).Port, v, true))
	}
	for _, r := range p.spec.OutputRefs() {
		v := g.values[r.Name]
		b.Graph.Outputs = append(b.Graph.Outputs, v)
		stream.Outputs = append(stream.Outputs, stepPort(r.Name, v, s.Timed[v]))
	}
	for _, v := range s.States {
		stream.States = append(stream.States, stepPort(v.Op.(*op.Input).Port, v, false))
	}
	b.Graph.Outputs = append(b.Graph.Outputs, s.Next...)
	return b.Graph, stream, ""
}

// unsteady says what of the inputs is no sequence of steps, or not of as many as the
// others.
func (p *plan) unsteady(predict *built) string {
	steps := predict.inputs[0].Shape
	for _, v := range predict.inputs {
		title := "input " + diag.Quote(v.Op.(*op.Input).Port)
		switch least := map[ir.DType]int{ir.F32: 3, ir.I32: 2}[v.DType]; {
		case v.Shape.Ragged() || len(v.Shape) < least:
			return title + " has no axis of steps"
		case v.Shape[1] != steps[1]:
			return title + " has other steps than the one before it"
		}
	}
	return ""
}

// otherParameter names a parameter that one graph does not have as the other has it.
func otherParameter(a, b *ir.Graph) string {
	shapes := func(g *ir.Graph) map[string]ir.Shape {
		m := map[string]ir.Shape{}
		for _, v := range g.Params {
			m[v.Op.(*op.Param).Segment] = v.Shape
		}
		return m
	}
	of, other := shapes(a), shapes(b)
	for _, v := range slices.Concat(a.Params, b.Params) {
		name := v.Op.(*op.Param).Segment
		if s, ok := of[name]; !ok || !s.Equal(other[name]) {
			return name
		}
	}
	return ""
}

// stepPort is a value as it is of one step; those of a step alone lose its axis.
func stepPort(name string, v *ir.Value, timed bool) loop.Port {
	port := loop.Port{Name: name, Layer: v.Layer, DType: dtype(v.Type), Shape: slices.Clone(v.Shape.Row())}
	if in, ok := v.Op.(*op.Input); ok {
		port.Limit, port.Least = in.Limit, in.Least
	}
	if timed {
		port.Shape = port.Shape[1:]
	}
	return port
}
