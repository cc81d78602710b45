package onnx

import (
	"fmt"
	"maps"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
)

// mostDeep is how deep graphs may be within graphs.
const mostDeep = 32

// scopeWithin is the scope of a graph that the node holds: it sees all that the node's own
// graph has. Its values are called after the node and the times it was called.
func scopeWithin(n *node, g *proto.Graph, b *ir.Builder) *scope {
	s := *n.scope
	s.graph, s.b, s.Errs, s.inside = g, b, nil, n.what+": "
	s.values = maps.Clone(n.values)
	s.label, s.depth = fmt.Sprintf("%s%s.%d.", n.label, n.proto.Outputs[0], n.calls), n.depth+1
	n.calls++
	return &s
}

// adopt hands over what a scope within has found.
func adopt(n *node, s *scope) {
	n.Weights, n.Inexact, n.BatchStatistics = s.Weights, n.Inexact || s.Inexact, n.BatchStatistics || s.BatchStatistics
	n.Errs = append(n.Errs, s.Errs...)
	n.failed = n.failed || len(s.Errs) > 0
}

// apart is the scope of a graph within that is built on its own: what it reads from outside
// is given to it.
func apart(n *node, g *proto.Graph, b *ir.Builder, outside []*Value, captures []*ir.Value) *scope {
	s := scopeWithin(n, g, b)
	s.params = map[string]placed{}
	for i, v := range outside {
		s.values[v.Name] = &Value{Name: v.Name, Type: v.Type, Shape: v.Shape, inOrder: captures[i], whole: v.whole}
	}
	return s
}

// of is the node itself in a graph within.
func (n *node) of(s *scope) *node { return &node{scope: s, proto: n.proto, what: n.what} }

// results computes a graph whose inputs are in, and gives its outputs.
func (s *scope) results(in []*Value) []*Value {
	if len(in) != len(s.graph.Inputs) {
		s.Errs.Add(diag.Pos{File: s.file.name}, "%s%d operands for a graph of %d", s.inside, len(in), len(s.graph.Inputs))
		return nil
	}
	for i, v := range s.graph.Inputs {
		s.values[v.Name] = in[i]
	}
	for _, t := range s.graph.Initializers {
		known, err := tensor.Read(t, nil)
		if err != nil {
			s.Errs.Add(diag.Pos{File: s.file.name}, "%sinitializer %s: %v", s.inside, diag.Quote(t.Name), err)
			return nil
		}
		s.weights[s.label+t.Name] = true
		s.values[t.Name] = &Value{Name: s.label + t.Name, Type: known.Type, Shape: known.Shape, Known: known}
	}
	if s.depth > mostDeep {
		s.Errs.Add(diag.Pos{File: s.file.name}, "%sgraphs are nested more than %d deep", s.inside, mostDeep)
	}
	if s.unknown(); len(s.Errs) > 0 {
		return nil
	}
	s.run(s.graph.Nodes)
	var out []*Value
	for _, o := range s.graph.Outputs {
		v, ok := s.values[o.Name]
		if !ok && len(s.Errs) == 0 {
			s.Errs.Add(diag.Pos{File: s.file.name}, "%soutput %s is made by no node", s.inside, diag.Quote(o.Name))
		}
		out = append(out, v)
	}
	return out
}

// called gives the results of a graph in place.
func called(n *node, g *proto.Graph, in ...*Value) []*Value {
	s := scopeWithin(n, g, n.b)
	out := s.results(in)
	if adopt(n, s); n.failed {
		return nil
	}
	return out
}

// mostNodes is how many nodes a loop may become.
const mostNodes = 1 << 14

// outsideOf are the values of the graph around that a graph reads, those aside that are
// small and known.
func outsideOf(n *node, g *proto.Graph) []*Value {
	seen := map[string]bool{}
	for _, v := range g.Inputs {
		seen[v.Name] = true
	}
	for _, t := range g.Initializers {
		seen[t.Name] = true
	}
	var out []*Value
	read := func(name string) {
		v, ok := n.values[name]
		if seen[name] || !ok || v.Known != nil && (!tensor.IsFloat(v.Type) || tensor.Count(v.Shape) <= constants && !n.kept(v)) {
			return
		}
		seen[name] = true
		same := *v
		same.Name = name
		out = append(out, &same)
	}
	for _, p := range g.Nodes {
		for _, name := range operands(p) {
			read(name)
		}
		for _, name := range p.Outputs {
			seen[name] = true
		}
	}
	for _, o := range g.Outputs {
		read(o.Name)
	}
	return out
}
