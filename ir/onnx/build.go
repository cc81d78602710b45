package onnx

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/trainable"
	"github.com/nngen-go/nngen/ir/op"
)

// Built is a model in a graph.
type Built struct {
	Outputs []*Value
	Weights []Weight
	// BatchStatistics says that a step of training takes statistics over its batch.
	BatchStatistics bool
	tensors         *tensors
}

// TensorNames are the tensors of the file that parameters are made of, sorted.
func (b *Built) TensorNames() []string {
	seen := map[string]bool{}
	for _, w := range b.Weights {
		for _, name := range w.Tensors() {
			seen[name] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// Tensors puts the values of parameters, by segment, where the file has them: the
// tensors of initializers and Constant nodes, of which some training has changed, in
// the order of the file.
func (b *Built) Tensors(values func(segment string) []float32) (map[string][]float32, error) {
	return b.tensors.restored(b.Weights, values)
}

// Build is [Model.BuildFor] for prediction alone.
func (m *Model) Build(b *ir.Builder, inputs []*ir.Value, prefix string) (*Built, error) {
	return m.BuildFor(Use{}, b, inputs, prefix)
}

// BuildFor appends a model to a graph: inputs are its inputs in order, [n, shape…], of
// which those with a batch lack the first extent; segments of parameters begin with
// prefix. The error is a diag.List of every node that is not supported or not valid.
//
// Inputs of many bits that the model computes with take the whole numbers up to the
// largest of some limits with which all that it computes is exact; they check that.
func (m *Model) BuildFor(use Use, b *ir.Builder, inputs []*ir.Value, prefix string) (*Built, error) {
	trains, err := trainable.Of(m.proto.Graph, m.order, use.Weights)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.File, err)
	}
	if len(inputs) != len(m.Inputs) {
		return nil, fmt.Errorf("%s: %d inputs for a model of %d", m.File, len(inputs), len(m.Inputs))
	}
	limit := 0.0
	for _, next := range limits {
		if !slices.ContainsFunc(m.Inputs, func(p Port) bool { return isInteger(p.Type) && width(p.Type) > 16 }) {
			break
		}
		trial := ir.NewBuilder("trial")
		list := make([]*ir.Value, len(inputs))
		for i, x := range inputs {
			list[i] = op.InputOf(trial, op.Input{Port: m.Inputs[i].Name, Index: i, Of: x.Type})
		}
		s := m.scope(use, trains, trial, prefix, limit)
		if m.run(s, list); !s.inexact {
			break
		}
		limit = next
	}
	s := m.scope(use, trains, b, prefix, limit)
	return m.run(s, inputs), s.errs.Err()
}

// limits are how far whole numbers of an input may go; 0: as far as their type does.
var limits = []float64{1 << 24, 1 << 20, 1 << 16, 1 << 12, 1 << 8, 1 << 6, 1 << 4, 0}

func (m *Model) scope(use Use, trains *trainable.Set, b *ir.Builder, prefix string, limit float64) *scope {
	return &scope{
		file: m.File, operators: domains, functions: m.proto.Functions, opsets: m.opset, opset: m.opset[""],
		graph: m.proto.Graph, b: b, prefix: prefix, limit: limit,
		values: map[string]*Value{}, weights: map[string]bool{}, params: map[string]placed{},
		use: use, trainable: trains, tensors: m.tensors, states: map[string]bool{},
	}
}

// value is the input in a graph as a value of the model.
func (p Port) value(s *scope, x *ir.Value) *Value {
	if p.Batch || len(p.Shape) == 0 && x.Valid() && len(x.Shape) > 1 {
		x = op.ReshapeTo(s.b, x, append(ir.Shape{ir.Batch}, p.Shape...))
	}
	return s.input(p.Name, p.Type, p.Shape, x)
}

// input is an input of the model as a value.
func (s *scope) input(name string, t proto.Type, shape []int, x *ir.Value) *Value {
	v := &Value{Name: name, Type: t, Shape: shape, inOrder: x}
	if all := rangeOf(t); isInteger(t) && width(t) <= 16 {
		bounded(x, all)
		v.whole = &all
		if x.Valid() && x.DType == ir.I32 {
			v.inOrder = op.MapOf(s.b, a0, "number", x)
		}
	} else if isInteger(t) && s.limit > 0 && x.Valid() && x.DType == ir.I32 {
		v.whole = &span{low: max(all.low, -s.limit), high: min(all.high, s.limit)}
	}
	return v
}

// run computes the outputs from the inputs.
func (m *Model) run(s *scope, inputs []*ir.Value) *Built {
	for i, p := range m.Inputs {
		s.values[p.Name] = p.value(s, inputs[i])
	}
	for name, t := range m.known {
		s.values[name] = &Value{Name: name, Type: t.Type, Shape: t.Shape, Known: t}
		s.weights[name] = true
	}
	s.unknown()
	if len(s.errs) == 0 {
		s.run(m.order)
	}
	built := &Built{}
	if len(s.errs) == 0 {
		for _, p := range m.Outputs {
			if v := s.output(p.Name); v != nil {
				built.Outputs = append(built.Outputs, v)
			}
		}
		built.Weights, built.BatchStatistics, built.tensors = s.Weights, s.statistics, s.tensors
	}
	s.errs.Sort()
	return built
}

// output is a value by its name, as it leaves the graph; nil where nothing makes it.
func (s *scope) output(name string) *Value {
	v, ok := s.values[name]
	if !ok {
		s.errs.Add(diag.Pos{File: s.file}, "output %s is made by no node", diag.Quote(name))
		return nil
	}
	if v.Known == nil {
		s.plain(v)
		s.settled(v)
	}
	return v
}

// settled reports an output of whole numbers that are not exact, and makes numbers of
// them where they leave as such.
func (s *scope) settled(v *Value) {
	whole := v.inOrder.Valid() && v.inOrder.DType == ir.I32
	if !isInteger(v.Type) || whole && !s.use.Numbers {
		return
	}
	if v.span().rough {
		s.inexact = true
		s.errs.Add(diag.Pos{File: s.file}, "output %s is %v and may be beyond %d, up to where all whole numbers are exact in float32", diag.Quote(v.Name), v.Type, mostExact)
	} else if whole {
		bounded(v.inOrder, v.span())
		v.inOrder = op.MapOf(s.b, a0, "number", v.inOrder)
	}
}

// Result is a computed output in the graph: [n, shape…].
func (v *Value) Result() *ir.Value { return v.inOrder }

// scope is what the nodes of a graph share while they are built.
type scope struct {
	file      string // for messages
	operators operators
	functions []*proto.Function // of the file
	opsets    map[string]int64  // by domain
	graph     *proto.Graph      // of the model, or one within a node
	inside    string            // the node that it is within, for messages
	label     string            // before the names of values of a graph within
	depth     int               // of graphs within graphs
	b         *ir.Builder
	prefix    string
	opset     int64
	values    map[string]*Value
	weights   map[string]bool // the initializers, and what is one in another order or shape
	params    map[string]placed
	Weights   []Weight
	use       Use
	tensors   *tensors
	// trainable is which of the tensors training changes.
	trainable *trainable.Set
	// states are the tensors that a step of training moves itself.
	states map[string]bool
	// statistics is set where a node takes them over the batch.
	statistics bool
	errs       diag.List
	limit      float64 // of whole numbers of the inputs; 0: none
	folding    bool    // the graph is of known values alone
	// draws makes an input of random numbers of what it is told, where they are looked for.
	draws   func(name, of string, shape []int) *Value
	inexact bool // some of them would not be exact
}

func (s *scope) run(nodes []*proto.Node) {
	at := map[*proto.Node]int{}
	for i, n := range s.graph.Nodes {
		at[n] = i
	}
	for _, p := range nodes {
		if !s.node(at[p], p) {
			// What reads its results would fail only for that.
			return
		}
	}
}

// node builds one node, and reports whether it could.
func (s *scope) node(i int, p *proto.Node) bool {
	n := &node{scope: s, proto: p, what: s.inside + nodeName(i, p)}
	for _, name := range p.Inputs {
		if name == "" {
			n.in = append(n.in, nil)
			continue
		}
		v, ok := s.values[name]
		if !ok {
			n.errorf("it reads %s, which nothing makes", diag.Quote(name))
			return false
		}
		n.in = append(n.in, v)
	}
	r, _ := s.rowOf(p)
	before := len(s.b.Errors)
	s.b.At(strings.TrimSuffix(s.prefix, "/"), diag.Pos{File: s.file, Path: n.what})
	out := n.build(r)
	for _, e := range s.b.Errors[before:] {
		n.errorf("%s", e.Msg)
	}
	s.b.Errors = s.b.Errors[:before]
	if n.failed {
		return false
	}
	trace(n, r, out)
	for i, v := range out {
		if i < len(p.Outputs) && p.Outputs[i] != "" {
			s.define(p.Outputs[i], v)
		}
	}
	for i := len(out); i < len(p.Outputs); i++ {
		if p.Outputs[i] != "" && s.read(p.Outputs[i]) {
			n.errorf("its result %d is not supported", i)
			return false
		}
	}
	return true
}

// define gives a value its name.
func (s *scope) define(name string, v *Value) {
	if v.Name == "" {
		v.Name = s.label + name
		for _, x := range []*ir.Value{v.inOrder, v.channelsLast} {
			if x != nil {
				s.b.Named(x, v.Name)
			}
		}
	}
	s.values[name] = v
}

// read reports whether a node or the graph uses a value.
func (s *scope) read(name string) bool {
	if slices.ContainsFunc(s.graph.Outputs, func(v *proto.ValueInfo) bool { return v.Name == name }) {
		return true
	}
	return slices.ContainsFunc(s.graph.Nodes, func(n *proto.Node) bool { return slices.Contains(operands(n), name) })
}
