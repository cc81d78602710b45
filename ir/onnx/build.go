package onnx

import (
	"fmt"
	"maps"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/random"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/onnx/trainable"
	"github.com/nngen-go/nngen/ir/op"
)

// Built is a model in a graph.
type Built struct {
	Outputs []*node.Value
	Weights []node.Weight
	// BatchStatistics says that a step of training takes statistics over its batch.
	BatchStatistics bool
	tensors         *node.Tensors
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
	return b.tensors.Restored(b.Weights, values)
}

// Build is [Model.BuildFor] for prediction alone.
func (m *Model) Build(b *ir.Builder, inputs []*ir.Value, prefix string) (*Built, error) {
	return m.BuildFor(node.Use{}, b, inputs, prefix)
}

// BuildFor appends a model to a graph: inputs are its inputs in order, [n, shape…], of
// which those with a batch lack the first extent; segments of parameters begin with
// prefix. The error is a diag.List of every node that is not supported or not valid.
//
// Inputs of many bits that the model computes with take the whole numbers up to the
// largest of some limits with which all that it computes is exact; they check that.
func (m *Model) BuildFor(use node.Use, b *ir.Builder, inputs []*ir.Value, prefix string) (*Built, error) {
	trains, err := trainable.Of(m.proto.Graph, m.order, use.Weights)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.File, err)
	}
	if len(inputs) != len(m.Inputs) {
		return nil, fmt.Errorf("%s: %d inputs for a model of %d", m.File, len(inputs), len(m.Inputs))
	}
	of := node.Settings{Use: use, Trainable: trains, Prefix: prefix}
	for _, next := range limits {
		if !slices.ContainsFunc(m.Inputs, func(p Port) bool { return tensor.IsInteger(p.Type) && tensor.Width(p.Type) > 16 }) {
			break
		}
		trial := ir.NewBuilder("trial")
		list := make([]*ir.Value, len(inputs))
		for i, x := range inputs {
			list[i] = op.InputOf(trial, op.Input{Port: m.Inputs[i].Name, Index: i, Of: x.Type})
		}
		s := node.NewScope(&m.file, m.proto.Graph, trial, of)
		if m.run(s, list); !s.Inexact {
			break
		}
		of.Limit = next
	}
	s := node.NewScope(&m.file, m.proto.Graph, b, of)
	return m.run(s, inputs), s.Errs.Err()
}

// limits are how far whole numbers of an input may go; 0: as far as their type does.
var limits = []float64{1 << 24, 1 << 20, 1 << 16, 1 << 12, 1 << 8, 1 << 6, 1 << 4, 0}

// give gives an input in a graph to the nodes.
func (p Port) give(s *node.Scope, x *ir.Value) {
	if p.Batch || len(p.Shape) == 0 && x.Valid() && len(x.Shape) > 1 {
		x = op.ReshapeTo(s.B, x, append(ir.Shape{ir.Batch}, p.Shape...))
	}
	s.Input(p.Name, p.Type, p.Shape, x)
}

// run computes the outputs from the inputs.
func (m *Model) run(s *node.Scope, inputs []*ir.Value) *Built {
	for i, p := range m.Inputs {
		p.give(s, inputs[i])
	}
	for name, t := range m.known {
		s.Initializer(name, t)
	}
	s.Unknown()
	if len(s.Errs) == 0 {
		s.Run(m.order)
	}
	built := &Built{}
	if len(s.Errs) == 0 {
		for _, p := range m.Outputs {
			if v := s.Output(p.Name); v != nil {
				built.Outputs = append(built.Outputs, v)
			}
		}
		built.Weights, built.BatchStatistics, built.tensors = s.Weights, s.BatchStatistics, m.file.Tensors
	}
	s.Errs.Sort()
	return built
}

// draws finds the inputs of random numbers, whose shapes are known once a graph is built.
// Mistakes of the model are left to those who build it.
func (m *Model) draws() {
	if !slices.ContainsFunc(m.proto.Graph.Nodes, func(n *proto.Node) bool { return node.DomainOf(n.Domain) == "" && random.Kinds[n.Op] != "" }) {
		return
	}
	trains, err := trainable.Of(m.proto.Graph, m.order, trainable.Choice{})
	if err != nil {
		return
	}
	var found []Port
	for _, limit := range limits {
		b := ir.NewBuilder("trial")
		var inputs []*ir.Value
		for i, p := range m.Inputs {
			inputs = append(inputs, p.in(b, i))
		}
		var s *node.Scope
		of := node.Settings{Trainable: trains, Limit: limit, Draws: func(name, of string, shape []int) {
			p := Port{Name: name, Type: proto.Float32, Shape: slices.Clone(shape), Drawn: of}
			p.Batch = len(shape) > 1 && shape[0] == 1 && slices.ContainsFunc(m.Inputs, func(p Port) bool { return p.Batch })
			found = append(found, p)
			p.give(s, p.in(b, len(m.Inputs)+len(found)))
		}}
		found, s = nil, node.NewScope(&m.file, m.proto.Graph, b, of)
		if m.run(s, inputs); len(s.Errs) == 0 {
			break
		}
	}
	m.Inputs = append(m.Inputs, found...)
}

// in is the input in a graph.
func (p Port) in(b *ir.Builder, i int) *ir.Value {
	shape := p.Shape
	if p.Batch {
		shape = shape[1:]
	}
	t := ir.Type{Shape: append(ir.Shape{ir.Batch}, shape...)}
	if tensor.IsInteger(p.Type) {
		t.DType = ir.I32
	}
	return op.InputOf(b, op.Input{Port: p.Name, Index: i, Of: t})
}
