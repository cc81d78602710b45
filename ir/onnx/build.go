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
	"github.com/nngen-go/nngen/runtime/nearest"
)

// Built is a model in a graph.
type Built struct {
	Outputs []*Value
	Weights []Weight
	// BatchStatistics says that a step of training takes statistics over its batch.
	BatchStatistics bool
	tensors         *tensors
}

// Build is [Model.BuildFor] for prediction alone.
func (m *Model) Build(b *ir.Builder, inputs []*ir.Value, prefix string) (*Built, error) {
	return m.BuildFor(Use{}, b, inputs, prefix)
}

// BuildFor appends a model to a graph: inputs are its inputs in order, [n, shape…], of
// which those with a batch lack the first extent; segments of parameters begin with
// prefix. The error is a diag.List of every node that is not supported or not valid.
func (m *Model) BuildFor(use Use, b *ir.Builder, inputs []*ir.Value, prefix string) (*Built, error) {
	s := &scope{
		model: m, b: b, prefix: prefix, opset: m.opset[""], use: use,
		values: map[string]*Value{}, weights: map[string]bool{}, params: map[string]placed{},
		tensors: m.tensors, states: map[string]bool{},
	}
	var err error
	if s.trainable, err = trainable.Of(m.proto.Graph, m.order, use.Weights); err != nil {
		return nil, fmt.Errorf("%s: %w", m.File, err)
	}
	if len(inputs) != len(m.Inputs) {
		return nil, fmt.Errorf("%s: %d inputs for a model of %d", m.File, len(inputs), len(m.Inputs))
	}
	for i, p := range m.Inputs {
		x := inputs[i]
		if p.Batch {
			x = op.ReshapeTo(b, x, append(ir.Shape{ir.Batch}, p.Shape...))
		}
		s.values[p.Name] = &Value{Name: p.Name, Type: p.Type, Shape: p.Shape, inOrder: x}
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
			v, ok := s.values[p.Name]
			if !ok {
				s.errs.Add(diag.Pos{File: m.File}, "output %s is made by no node", diag.Quote(p.Name))
				continue
			}
			built.Outputs = append(built.Outputs, v)
			if v.Known == nil {
				s.plain(v)
			}
		}
		built.Weights, built.BatchStatistics, built.tensors = s.Weights, s.statistics, s.tensors
	}
	s.errs.Sort()
	return built, s.errs.Err()
}

// Result is a computed output in the graph: [n, shape…].
func (v *Value) Result() *ir.Value { return v.inOrder }

// scope is what the nodes of a graph share while they are built.
type scope struct {
	model   *Model
	b       *ir.Builder
	prefix  string
	opset   int64
	values  map[string]*Value
	weights map[string]bool // the initializers, and what is one in another order or shape
	params  map[string]placed
	Weights []Weight
	use     Use
	tensors *tensors
	// trainable is which of the tensors training changes.
	trainable *trainable.Set
	// states are the tensors that a step of training moves itself.
	states map[string]bool
	// statistics is set where a node takes them over the batch.
	statistics bool
	errs       diag.List
}

// unknown reports the operators that are not there, all of them at once.
func (s *scope) unknown() {
	for i, n := range s.model.proto.Graph.Nodes {
		if _, ok := rowOf(n); !ok {
			s.errs.Add(diag.Pos{File: s.model.File}, "%s: %s", nodeName(i, n), refusal(n))
		}
	}
}

// refusal says why an operator is not there.
func refusal(n *proto.Node) string {
	if d := domain(n.Domain); d == "ai.onnx.ml" {
		return "of the domain ai.onnx.ml, what scalers, encoders and neural networks need is supported: " + strings.Join(slices.Sorted(maps.Keys(learned)), ", ")
	} else if d != "" {
		return fmt.Sprintf("operators of the domain %s are not supported", d)
	}
	if why, ok := refused[n.Op]; ok {
		return why
	}
	hint := ""
	if near, ok := nearest.Of(n.Op, names()); ok {
		hint = fmt.Sprintf("; did you mean %s?", near)
	}
	return fmt.Sprintf("the operator %s is not supported%s", n.Op, hint)
}

func (s *scope) run(nodes []*proto.Node) {
	at := map[*proto.Node]int{}
	for i, n := range s.model.proto.Graph.Nodes {
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
	n := &node{scope: s, proto: p, what: nodeName(i, p)}
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
	r, _ := rowOf(p)
	before := len(s.b.Errors)
	s.b.At(strings.TrimSuffix(s.prefix, "/"), diag.Pos{File: s.model.File, Path: n.what})
	out := n.build(r)
	for _, e := range s.b.Errors[before:] {
		n.errorf("%s", e.Msg)
	}
	s.b.Errors = s.b.Errors[:before]
	if n.failed {
		return false
	}
	n.trace(r, out)
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
		v.Name = name
		for _, x := range []*ir.Value{v.inOrder, v.channelsLast} {
			if x != nil {
				s.b.Named(x, name)
			}
		}
	}
	s.values[name] = v
}

// read reports whether a node or the model uses a value.
func (s *scope) read(name string) bool {
	if slices.ContainsFunc(s.model.Outputs, func(p Port) bool { return p.Name == name }) {
		return true
	}
	return slices.ContainsFunc(s.model.proto.Graph.Nodes, func(n *proto.Node) bool { return slices.Contains(operands(n), name) })
}
