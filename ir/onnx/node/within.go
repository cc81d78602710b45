package node

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

// Within is the scope of a graph that the node holds: it sees all that the node's own
// graph has. Its values are called after the node and the times it was called.
func Within(n *Node, g *proto.Graph, b *ir.Builder) *Scope {
	s := *n.Scope
	s.graph, s.B, s.Errs, s.inside = g, b, nil, n.what+": "
	s.values = maps.Clone(n.values)
	s.label, s.depth = fmt.Sprintf("%s%s.%d.", n.label, n.Proto.Outputs[0], n.calls), n.depth+1
	n.calls++
	return &s
}

// Adopt hands over what a scope within has found.
func Adopt(n *Node, s *Scope) {
	n.Weights, n.Inexact, n.BatchStatistics = s.Weights, n.Inexact || s.Inexact, n.BatchStatistics || s.BatchStatistics
	n.Errs = append(n.Errs, s.Errs...)
	n.Failed = n.Failed || len(s.Errs) > 0
}

// Apart is the scope of a graph within that is built on its own: what it reads from outside
// is given to it.
func Apart(n *Node, g *proto.Graph, b *ir.Builder, outside []*Value, captures []*ir.Value) *Scope {
	s := Within(n, g, b)
	s.params = map[string]placed{}
	for i, v := range outside {
		s.values[v.Name] = &Value{Name: v.Name, Type: v.Type, Shape: v.Shape, InOrder: captures[i], Whole: v.Whole}
	}
	return s
}

// In is the node itself in a graph within it.
func In(s *Scope, n *Node) *Node { return &Node{Scope: s, Proto: n.Proto, what: n.what} }

// Results computes a graph whose inputs are in, and gives its outputs.
func (s *Scope) Results(in []*Value) []*Value {
	if len(in) != len(s.graph.Inputs) {
		s.Errs.Add(diag.Pos{File: s.file.Name}, "%s%d operands for a graph of %d", s.inside, len(in), len(s.graph.Inputs))
		return nil
	}
	for i, v := range s.graph.Inputs {
		s.values[v.Name] = in[i]
	}
	for _, t := range s.graph.Initializers {
		known, err := tensor.Read(t, nil)
		if err != nil {
			s.Errs.Add(diag.Pos{File: s.file.Name}, "%sinitializer %s: %v", s.inside, diag.Quote(t.Name), err)
			return nil
		}
		s.initializers[s.label+t.Name] = true
		s.values[t.Name] = &Value{Name: s.label + t.Name, Type: known.Type, Shape: known.Shape, Known: known}
	}
	if s.depth > mostDeep {
		s.Errs.Add(diag.Pos{File: s.file.Name}, "%sgraphs are nested more than %d deep", s.inside, mostDeep)
	}
	if s.Unknown(); len(s.Errs) > 0 {
		return nil
	}
	s.Run(s.graph.Nodes)
	var out []*Value
	for _, o := range s.graph.Outputs {
		v, ok := s.values[o.Name]
		if !ok && len(s.Errs) == 0 {
			s.Errs.Add(diag.Pos{File: s.file.Name}, "%soutput %s is made by no node", s.inside, diag.Quote(o.Name))
		}
		out = append(out, v)
	}
	return out
}

// Called gives the results of a graph in place.
func Called(n *Node, g *proto.Graph, in ...*Value) []*Value {
	s := Within(n, g, n.B)
	out := s.Results(in)
	if Adopt(n, s); n.Failed {
		return nil
	}
	return out
}

// MostNodes is how many nodes a loop may become.
const MostNodes = 1 << 14

// OutsideOf are the values of the graph around that a graph reads, those aside that are
// small and known.
func OutsideOf(n *Node, g *proto.Graph) []*Value {
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
		if seen[name] || !ok || v.Known != nil && (!tensor.IsFloat(v.Type) || tensor.Count(v.Shape) <= Constants && !n.kept(v)) {
			return
		}
		seen[name] = true
		same := *v
		same.Name = name
		out = append(out, &same)
	}
	for _, p := range g.Nodes {
		for _, name := range Operands(p) {
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
