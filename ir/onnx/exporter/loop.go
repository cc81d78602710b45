package exporter

import (
	"fmt"
	"maps"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/op"
)

// loops writes loops.
type loops struct{ *exporter }

// loopResults are the results of a loop that has been written.
type loopResults struct {
	pieces []op.Piece
	// result writes result i for a value, which takes its name; the shape of the result is
	// that of the piece.
	result func(i int, v *ir.Value) string
}

// unpacked writes a value that is one of the results of a loop: a part of its packed
// value, or that in the shape of the result.
func (e loops) unpacked(v *ir.Value) bool {
	part := e.of(v)
	if _, ok := part.Op.(*op.Reshape); ok {
		part = e.of(part.Args[0])
	}
	s, ok := part.Op.(*op.Slice)
	if !ok {
		return false
	}
	from := e.of(part.Args[0])
	scan, ok := from.Op.(*op.Scan)
	if !ok {
		return false
	}
	l := e.loop(from, scan)
	if l == nil { // refused
		return true
	}
	at := slices.IndexFunc(l.pieces, func(p op.Piece) bool {
		return p.Offset == s.Starts[1] && p.Shape.Elements() == s.Sizes[1] && s.Steps[1] == 1
	})
	if at < 0 {
		return false
	}
	if l.pieces[at].Shape.Equal(v.Shape) {
		e.last[v] = l.result(at, v)
		return true
	}
	if v != part { // a reshape of the flat part
		return false
	}
	flat := *v
	flat.Name = inner(title(v), "result")
	e.setLike(v, "Reshape", []string{l.result(at, &flat), e.ints(extents(v.Shape)...)})
	return true
}

// packed writes the results of a loop one after the other.
func (e loops) packed(v *ir.Value, k *op.Scan) {
	l := e.loop(v, k)
	if l == nil {
		return
	}
	var parts []string
	for i, p := range l.pieces {
		one := *v
		one.Name = inner(title(v), "result")
		parts = append(parts, e.reshaped(l.result(i, &one), []int{0, p.Shape.Elements()}, inner(title(v), "flat")))
	}
	e.set(v, "Concat", parts, intOf("axis", 1))
}

// loop writes a loop once: as the recurrent operator that it is, or as a Scan.
func (e loops) loop(v *ir.Value, k *op.Scan) *loopResults {
	if l, ok := e.exporter.loops[v]; ok {
		return l
	}
	if k.Sums > 0 || k.Keep || k.Shared {
		e.errorf(v, "its loop keeps what a gradient needs, which a network that predicts does not have")
		return nil
	}
	l := e.recurrent(v, k)
	if l == nil {
		l = e.scan(v, k)
	}
	if l != nil {
		finals, stacked := k.Pieces()
		l.pieces = slices.Concat(finals, stacked)
	}
	e.exporter.loops[v] = l
	return l
}

// scan writes a Scan, which has the axis of steps where the graph has it.
func (e loops) scan(v *ir.Value, k *op.Scan) *loopResults {
	in := k.Body.Inputs
	var inputs []string
	for i, a := range v.Args {
		if i >= k.Carried+k.Steps {
			e.same[in[i]] = a
			if e.free(a) { // the body may read it as it is, or what it makes of it
				continue
			}
		}
		x := e.value(a)
		if x == "" {
			return nil
		}
		if i < k.Carried+k.Steps {
			inputs = append(inputs, x)
		}
	}
	body := &proto.Graph{Name: inner(title(v), "body")}
	outside, last, first := e.nodes, e.last, e.first
	e.nodes, e.last, e.first = &body.Nodes, maps.Clone(last), maps.Clone(first)
	for i, x := range in[:k.Carried+k.Steps] {
		what := "carried"
		if i >= k.Carried {
			what = "step"
		}
		name := e.unique(inner(title(v), what))
		e.last[x], e.element[name] = name, e.element[inputs[i]]
		body.Inputs = append(body.Inputs, info(name, e.element[name], x.Shape))
	}
	outputs := k.Body.Outputs
	for _, o := range outputs {
		x := e.value(o)
		if x == "" {
			break
		}
		name := e.append("Identity", []string{x}, e.unique(inner(x, "out"))) // several may be one value
		e.element[name] = proto.Float32
		body.Outputs = append(body.Outputs, info(name, proto.Float32, o.Shape))
	}
	e.nodes, e.last, e.first = outside, last, first
	if len(body.Outputs) < len(outputs) {
		return nil
	}
	stacked := len(outputs) - k.Carried
	axes := func(n int) []int { return slices.Repeat([]int{1}, n) }
	attributes := []*attribute{
		{Name: "body", Kind: proto.GraphA, Graph: body}, intOf("num_scan_inputs", k.Steps), intsOf("scan_input_axes", axes(k.Steps)...),
	}
	if stacked > 0 {
		attributes = append(attributes, intsOf("scan_output_axes", axes(stacked)...))
	}
	if k.Reverse {
		attributes = append(attributes, intsOf("scan_input_directions", axes(k.Steps)...))
		if stacked > 0 {
			attributes = append(attributes, intsOf("scan_output_directions", axes(stacked)...))
		}
	}
	node := &proto.Node{Name: e.unique(title(v)), Op: "Scan", Inputs: inputs, Attributes: attributes}
	for i := range outputs {
		what := "final"
		if i >= k.Carried {
			what = "outputs"
		}
		name := e.unique(inner(title(v), what))
		e.element[name] = proto.Float32
		node.Outputs = append(node.Outputs, name)
	}
	*e.nodes = append(*e.nodes, node)
	return &loopResults{result: func(i int, v *ir.Value) string { return node.Outputs[i] }}
}

// recurrentNode is an operator of which results are named as they are asked for.
func (e loops) recurrentNode(v *ir.Value, kind string, inputs []string, states int, attributes ...*attribute) *loopResults {
	node := &proto.Node{Name: e.unique(inner(title(v), kind)), Op: kind, Inputs: inputs, Attributes: attributes}
	*e.nodes = append(*e.nodes, node)
	named := func(i int, what string) string {
		for len(node.Outputs) <= i {
			node.Outputs = append(node.Outputs, "")
		}
		if node.Outputs[i] == "" {
			node.Outputs[i] = e.unique(fmt.Sprintf("%s/%s", node.Name, what))
			e.element[node.Outputs[i]] = proto.Float32
		}
		return node.Outputs[i]
	}
	return &loopResults{result: func(i int, v *ir.Value) string {
		if i < states { // [directions, N, units]
			y := named(1+i, []string{"Y_h", "Y_c"}[i])
			return e.node("Squeeze", []string{y, e.ints(0)}, e.called(v, ""))
		}
		y := named(0, "Y") // [steps, directions, N, units]
		y = e.node("Squeeze", []string{y, e.ints(1)}, inner(node.Name, "steps"))
		return e.node("Transpose", []string{y}, e.called(v, ""), intsOf("perm", 1, 0, 2))
	}}
}
