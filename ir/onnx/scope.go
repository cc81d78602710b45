package onnx

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/onnx/trainable"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// file is what the graphs of a file share.
type file struct {
	name      string // for messages
	operators operators
	functions []*proto.Function
	opsets    map[string]int64 // by domain
	tensors   *tensors
}

// settings are what a graph is built with.
type settings struct {
	Use
	// Trainable is which of the tensors training changes.
	Trainable *trainable.Set
	// Prefix is before the names of the segments of parameters.
	Prefix string
	// Limit is up to where whole numbers of the inputs go; 0: as far as their types.
	Limit float64
	// Draws makes an input of random numbers by its name, of what they are said to be, where
	// such inputs are looked for; nil: they are there.
	Draws func(name, of string, shape []int)
}

// newScope is the scope of a graph of the file, which becomes part of b.
func newScope(f *file, g *proto.Graph, b *ir.Builder, of settings) *scope {
	return &scope{
		file: f, graph: g, b: b, use: of.Use, opset: f.opsets[""], settings: of,
		values: map[string]*Value{}, weights: map[string]bool{}, params: map[string]placed{}, states: map[string]bool{},
	}
}

// input gives a value of the graph to the nodes, as an input of the file.
func (s *scope) input(name string, t proto.Type, shape []int, x *ir.Value) {
	v := &Value{Name: name, Type: t, Shape: shape, inOrder: x}
	if all := rangeOf(t); tensor.IsInteger(t) && tensor.Width(t) <= 16 {
		bounded(x, all)
		v.whole = &all
		if x.Valid() && x.DType == ir.I32 {
			v.inOrder = op.MapOf(s.b, scalar.Arg(0), "number", x)
		}
	} else if tensor.IsInteger(t) && s.settings.Limit > 0 && x.Valid() && x.DType == ir.I32 {
		v.whole = &span{low: max(all.low, -s.settings.Limit), high: min(all.high, s.settings.Limit)}
	}
	s.values[name] = v
}

// initializer gives a known tensor to the nodes, as an initializer of the file.
func (s *scope) initializer(name string, t *tensor.Tensor) {
	s.values[name] = &Value{Name: name, Type: t.Type, Shape: t.Shape, Known: t}
	s.weights[name] = true
}

// named is the value that a node reads under a name, where there is one.
func (s *scope) named(name string) (*Value, bool) {
	v, ok := s.values[name]
	return v, ok
}

// isWeight reports whether v is an initializer, or one in another order or shape.
func (s *scope) isWeight(v *Value) bool { return s.weights[v.Name] }

// state makes an initializer one that a step of training moves itself, and reports whether
// it could: it is so once.
func (s *scope) state(v *Value) bool {
	if !s.isWeight(v) || s.states[v.Name] {
		return false
	}
	s.states[v.Name] = true
	return true
}

// noise is the input of random numbers of a shape that is called name.
func (s *scope) noise(name, of string, shape []int) (*Value, error) {
	if s.depth > 0 {
		return nil, errors.New("it draws random numbers within a function or a graph of another node, which is not supported; draw them outside of it")
	}
	if s.settings.Draws != nil {
		s.settings.Draws(name, of, shape)
	}
	v, ok := s.values[name]
	if !ok || !slices.Equal(v.Shape, shape) {
		return nil, fmt.Errorf("%s, the input of its random numbers, is not there or not %v", diag.Quote(name), shape)
	}
	return v, nil
}

// output is a value by its name, as it leaves the graph; nil where nothing makes it.
func (s *scope) output(name string) *Value {
	v, ok := s.values[name]
	if !ok {
		s.Errs.Add(diag.Pos{File: s.file.name}, "output %s is made by no node", diag.Quote(name))
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
	if !tensor.IsInteger(v.Type) || whole && !s.use.Numbers {
		return
	}
	if v.span().rough {
		s.Inexact = true
		s.Errs.Add(diag.Pos{File: s.file.name}, "output %s is %v and may be beyond %d, up to where all whole numbers are exact in float32", diag.Quote(v.Name), v.Type, mostExact)
	} else if whole {
		bounded(v.inOrder, v.span())
		v.inOrder = op.MapOf(s.b, scalar.Arg(0), "number", v.inOrder)
	}
}

// Result is a computed output in the graph: [n, shape…].
func (v *Value) Result() *ir.Value { return v.inOrder }

// scope is what the nodes of a graph share while they are built.
type scope struct {
	found
	b     *ir.Builder
	opset int64 // of the default domain
	use   Use

	file     *file
	settings settings
	graph    *proto.Graph // of the model, or one within a node
	inside   string       // the node that it is within, for messages
	label    string       // before the names of values of a graph within
	depth    int          // of graphs within graphs
	values   map[string]*Value
	weights  map[string]bool // the initializers, and what is one in another order or shape
	params   map[string]placed
	states   map[string]bool // the tensors that a step of training moves itself
	folding  bool            // the graph is of known values alone
}

// found is what comes of a graph besides its values.
type found struct {
	Weights []Weight
	// BatchStatistics is set where a node takes them over the batch.
	BatchStatistics bool
	// Inexact is set where smaller whole numbers of the inputs would be exact.
	Inexact bool
	Errs    diag.List
}

// run builds nodes, each of which follows what it reads.
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
	r, _ := s.file.rowOf(p)
	before := len(s.b.Errors)
	s.b.At(strings.TrimSuffix(s.settings.Prefix, "/"), diag.Pos{File: s.file.name, Path: n.what})
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

// placed is a parameter with the order of its axes.
type placed struct {
	value *ir.Value
	perm  []int
}
