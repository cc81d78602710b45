package node

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

// File is what the graphs of a file share.
type File struct {
	Name      string // for messages
	Operators Operators
	Functions []*proto.Function
	Opsets    map[string]int64 // by domain
	Tensors   *Tensors
}

// Settings are what a graph is built with.
type Settings struct {
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

// NewScope is the scope of a graph of the file, which becomes part of b.
func NewScope(f *File, g *proto.Graph, b *ir.Builder, of Settings) *Scope {
	return &Scope{
		file: f, graph: g, B: b, Use: of.Use, Opset: f.Opsets[""], settings: of,
		values: map[string]*Value{}, initializers: map[string]bool{}, params: map[string]placed{}, states: map[string]bool{},
	}
}

// Input gives a value of the graph to the nodes, as an input of the file.
func (s *Scope) Input(name string, t proto.Type, shape []int, x *ir.Value) {
	v := &Value{Name: name, Type: t, Shape: shape, InOrder: x}
	if all := RangeOf(t); tensor.IsInteger(t) && tensor.Width(t) <= 16 {
		Bounded(x, all)
		v.Whole = &all
		if x.Valid() && x.DType == ir.I32 {
			v.InOrder = op.MapOf(s.B, scalar.Arg(0), "number", x)
		}
	} else if tensor.IsInteger(t) && s.settings.Limit > 0 && x.Valid() && x.DType == ir.I32 {
		v.Whole = &Span{Low: max(all.Low, -s.settings.Limit), High: min(all.High, s.settings.Limit)}
	}
	s.values[name] = v
}

// Initializer gives a known tensor to the nodes, as an initializer of the file.
func (s *Scope) Initializer(name string, t *tensor.Tensor) {
	s.values[name] = &Value{Name: name, Type: t.Type, Shape: t.Shape, Known: t}
	s.initializers[name] = true
}

// Named is the value that a node reads under a name, where there is one.
func (s *Scope) Named(name string) (*Value, bool) {
	v, ok := s.values[name]
	return v, ok
}

// IsWeight reports whether v is an initializer, or one in another order or shape.
func (s *Scope) IsWeight(v *Value) bool { return s.initializers[v.Name] }

// Weigh has a value count as an initializer.
func (s *Scope) Weigh(name string) { s.initializers[name] = true }

// Parameter is the parameter that v has become, and the order of its axes, where it is one.
func (s *Scope) Parameter(v *Value) (x *ir.Value, perm []int) {
	p := s.params[v.Name]
	return p.value, p.perm
}

// State makes an initializer one that a step of training moves itself, and reports whether
// it could: it is so once.
func (s *Scope) State(v *Value) bool {
	if !s.IsWeight(v) || s.states[v.Name] {
		return false
	}
	s.states[v.Name] = true
	return true
}

// Noise is the input of random numbers of a shape that is called name.
func (s *Scope) Noise(name, of string, shape []int) (*Value, error) {
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

// Output is a value by its name, as it leaves the graph; nil where nothing makes it.
func (s *Scope) Output(name string) *Value {
	v, ok := s.values[name]
	if !ok {
		s.Errs.Add(diag.Pos{File: s.file.Name}, "output %s is made by no node", diag.Quote(name))
		return nil
	}
	if v.Known == nil {
		s.Plain(v)
		s.settled(v)
	}
	return v
}

// settled reports an output of whole numbers that are not exact, and makes numbers of
// them where they leave as such.
func (s *Scope) settled(v *Value) {
	whole := v.InOrder.Valid() && v.InOrder.DType == ir.I32
	if !tensor.IsInteger(v.Type) || whole && !s.Use.Numbers {
		return
	}
	if v.Span().Rough {
		s.Inexact = true
		s.Errs.Add(diag.Pos{File: s.file.Name}, "output %s is %v and may be beyond %d, up to where all whole numbers are exact in float32", diag.Quote(v.Name), v.Type, MostExact)
	} else if whole {
		Bounded(v.InOrder, v.Span())
		v.InOrder = op.MapOf(s.B, scalar.Arg(0), "number", v.InOrder)
	}
}

// Result is a computed output in the graph: [n, shape…].
func (v *Value) Result() *ir.Value { return v.InOrder }

// Scope is what the nodes of a graph share while they are built.
type Scope struct {
	found
	B     *ir.Builder
	Opset int64 // of the default domain
	Use   Use

	file         *File
	settings     Settings
	graph        *proto.Graph // of the model, or one within a node
	inside       string       // the node that it is within, for messages
	label        string       // before the names of values of a graph within
	depth        int          // of graphs within graphs
	values       map[string]*Value
	initializers map[string]bool // the initializers, and what is one in another order or shape
	params       map[string]placed
	states       map[string]bool // the tensors that a step of training moves itself
	folding      bool            // the graph is of known values alone
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

// Run builds nodes, each of which follows what it reads.
func (s *Scope) Run(nodes []*proto.Node) {
	at := map[*proto.Node]int{}
	for i, n := range s.graph.Nodes {
		at[n] = i
	}
	for _, p := range nodes {
		if !s.step(at[p], p) {
			// What reads its results would fail only for that.
			return
		}
	}
}

// step builds one node, and reports whether it could.
func (s *Scope) step(i int, p *proto.Node) bool {
	n := &Node{Scope: s, Proto: p, what: s.inside + NameOf(i, p)}
	for _, name := range p.Inputs {
		if name == "" {
			n.In = append(n.In, nil)
			continue
		}
		v, ok := s.values[name]
		if !ok {
			n.Errorf("it reads %s, which nothing makes", diag.Quote(name))
			return false
		}
		n.In = append(n.In, v)
	}
	r, _ := s.file.rowOf(p)
	before := len(s.B.Errors)
	s.B.At(strings.TrimSuffix(s.settings.Prefix, "/"), diag.Pos{File: s.file.Name, Path: n.what})
	out := n.build(r)
	for _, e := range s.B.Errors[before:] {
		n.Errorf("%s", e.Msg)
	}
	s.B.Errors = s.B.Errors[:before]
	if n.Failed {
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
			n.Errorf("its result %d is not supported", i)
			return false
		}
	}
	return true
}

// define gives a value its name.
func (s *Scope) define(name string, v *Value) {
	if v.Name == "" {
		v.Name = s.label + name
		for _, x := range []*ir.Value{v.InOrder, v.ChannelsLast} {
			if x != nil {
				s.B.Named(x, v.Name)
			}
		}
	}
	s.values[name] = v
}

// read reports whether a node or the graph uses a value.
func (s *Scope) read(name string) bool {
	if slices.ContainsFunc(s.graph.Outputs, func(v *proto.ValueInfo) bool { return v.Name == name }) {
		return true
	}
	return slices.ContainsFunc(s.graph.Nodes, func(n *proto.Node) bool { return slices.Contains(Operands(n), name) })
}

// placed is a parameter with the order of its axes.
type placed struct {
	value *ir.Value
	perm  []int
}
