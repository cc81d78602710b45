package exporter

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/op"
)

// The versions that models are written in. Source: onnx/docs/Versioning.md.
const (
	opset     = 21
	irVersion = 10
)

// batch is what the first extent of everything that has rows is called.
const batch = "N"

// Options say what of a model is not in its graph.
type Options struct {
	Name    string
	Version string // of the program that writes the model
	// Outputs are the names of the graph's outputs, in their order.
	Outputs []string
	// Weights are what the parameters hold, by segment.
	Weights  map[string][]float32
	Metadata map[string]string
}

// Model is an ONNX model, and what whoever runs it has to know of it.
type Model struct {
	*proto.Model
	Notes []string
}

// Export writes a graph that predicts. The error is a [diag.List] of everything that
// ONNX cannot say, with the layers that it is in.
func Export(g *ir.Graph, o Options) (*Model, error) {
	graph := &proto.Graph{Name: o.Name}
	e := &exporter{
		known: &known{
			file:   &file{nodes: &graph.Nodes, taken: map[string]bool{}, element: map[string]proto.Type{}, stored: map[string]string{}},
			report: &report{refused: map[string]bool{}},
			params: o.Weights,
			same:   map[*ir.Value]*ir.Value{},
			values: map[*ir.Value]*ir.Tensor[float32]{},
			is:     map[*ir.Value]bool{},
			has:    map[*ir.Value]bool{},
		},
		kept:  map[string]*ir.Value{},
		last:  map[*ir.Value]string{},
		first: map[*ir.Value]string{},
		tried: map[*ir.Value]bool{},
		uses:  map[*ir.Value]int{},
		loops: map[*ir.Value]*loopResults{},
	}
	e.count(g)
	for _, v := range g.Inputs {
		e.input(graph, v)
	}
	for i, name := range o.Outputs {
		e.taken[name] = true
		if v := g.Outputs[i]; v.Name == name {
			e.kept[name] = v
		}
	}
	for i, v := range g.Outputs {
		x := e.value(v)
		if len(e.errs) > 0 {
			continue
		}
		name := o.Outputs[i]
		if x != name {
			e.append("Identity", []string{x}, name)
			e.element[name] = e.element[x]
		}
		graph.Outputs = append(graph.Outputs, info(name, e.element[name], v.Shape))
	}
	e.errs.Sort()
	if err := e.errs.Err(); err != nil {
		return nil, err
	}
	graph.Nodes = slices.Concat(e.front, graph.Nodes)
	graph.Initializers = e.initializers
	m := &proto.Model{
		IRVersion: irVersion, Producer: "nngen", Version: o.Version, Graph: graph,
		Opsets: []proto.Opset{{Version: opset}}, Metadata: o.Metadata,
	}
	return &Model{m, e.notes}, nil
}

// exporter is a graph while it is written.
type exporter struct {
	*known
	kept map[string]*ir.Value // names of outputs, and the values that have them
	// last and first are the names of values with their channels last, as they are in the
	// graph, and with axis 1 being the channels.
	last, first map[*ir.Value]string
	tried       map[*ir.Value]bool // those that have been written, or refused
	uses        map[*ir.Value]int
	loops       map[*ir.Value]*loopResults
	rows        string // the name of the number of rows, as a vector of one
	source      string // an input that has rows
}

// report is what has to be said.
type report struct {
	notes   []string
	errs    diag.List
	refused map[string]bool // what has been reported
}

// errorf reports what cannot be said, once for a layer.
func (r *report) errorf(v *ir.Value, format string, args ...any) string {
	msg := fmt.Sprintf(format, args...)
	if v.Layer != "" {
		msg = fmt.Sprintf("layer %s: %s", diag.Quote(v.Layer), msg)
	}
	if !r.refused[msg] {
		r.refused[msg] = true
		r.errs.Add(v.Pos, "%s", msg)
	}
	return ""
}

// count says how often values are used, bodies of loops included.
func (e *exporter) count(g *ir.Graph) {
	for _, v := range g.Values {
		for _, a := range v.Args {
			e.uses[a]++
		}
		if s, ok := v.Op.(*op.Scan); ok {
			e.count(s.Body)
		}
	}
	for _, v := range g.Outputs {
		e.uses[v]++
	}
}

// input declares an input of the model.
func (e *exporter) input(g *proto.Graph, v *ir.Value) {
	in := v.Op.(*op.Input)
	if in.Kind != op.Feature {
		e.errorf(v, "the input %s is a %v, which a network that predicts does not have", diag.Quote(in.Port), in.Kind)
		return
	}
	t := proto.Float32
	if v.DType == ir.I32 {
		t = proto.Int32
	}
	e.taken[in.Port] = true
	e.last[v], e.element[in.Port] = in.Port, t
	if e.source == "" && v.Shape.Batched() {
		e.source = in.Port
	}
	declared := info(in.Port, t, v.Shape)
	if v.Shape.Ragged() {
		declared.Dims[1] = proto.Dim{Value: -1, Param: in.Port + "_length"}
	}
	g.Inputs = append(g.Inputs, declared)
}

// info declares a value.
func info(name string, t proto.Type, shape ir.Shape) *proto.ValueInfo {
	v := &proto.ValueInfo{Name: name, Kind: "tensor", Element: t, Shaped: true}
	for _, d := range shape {
		if d == ir.Batch {
			v.Dims = append(v.Dims, proto.Dim{Value: -1, Param: batch})
		} else {
			v.Dims = append(v.Dims, proto.Dim{Value: int64(d)})
		}
	}
	return v
}

// rowCount is the name of the number of rows.
func (e *exporter) rowCount() string {
	if e.rows == "" {
		e.rows = e.unique("rows")
		e.front = append(e.front, &proto.Node{Name: e.rows, Op: "Shape", Inputs: []string{e.source}, Outputs: []string{e.rows}, Attributes: []*attribute{intOf("start", 0), intOf("end", 1)}})
		e.element[e.rows] = proto.Int64
	}
	return e.rows
}
