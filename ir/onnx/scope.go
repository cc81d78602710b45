package onnx

import (
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

func (m *Model) scope(use Use, trains *trainable.Set, b *ir.Builder, prefix string, limit float64) *scope {
	return &scope{
		file: m.File, operators: domains, functions: m.proto.Functions, opsets: m.opset, opset: m.opset[""],
		graph: m.proto.Graph, b: b, prefix: prefix, limit: limit,
		values: map[string]*Value{}, weights: map[string]bool{}, params: map[string]placed{},
		use: use, trainable: trains, tensors: m.tensors, states: map[string]bool{},
	}
}

// input is an input of the model as a value.
func (s *scope) input(name string, t proto.Type, shape []int, x *ir.Value) *Value {
	v := &Value{Name: name, Type: t, Shape: shape, inOrder: x}
	if all := rangeOf(t); tensor.IsInteger(t) && tensor.Width(t) <= 16 {
		bounded(x, all)
		v.whole = &all
		if x.Valid() && x.DType == ir.I32 {
			v.inOrder = op.MapOf(s.b, scalar.Arg(0), "number", x)
		}
	} else if tensor.IsInteger(t) && s.limit > 0 && x.Valid() && x.DType == ir.I32 {
		v.whole = &span{low: max(all.low, -s.limit), high: min(all.high, s.limit)}
	}
	return v
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
	if !tensor.IsInteger(v.Type) || whole && !s.use.Numbers {
		return
	}
	if v.span().rough {
		s.inexact = true
		s.errs.Add(diag.Pos{File: s.file}, "output %s is %v and may be beyond %d, up to where all whole numbers are exact in float32", diag.Quote(v.Name), v.Type, mostExact)
	} else if whole {
		bounded(v.inOrder, v.span())
		v.inOrder = op.MapOf(s.b, scalar.Arg(0), "number", v.inOrder)
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

// placed is a parameter with the order of its axes.
type placed struct {
	value *ir.Value
	perm  []int
}
