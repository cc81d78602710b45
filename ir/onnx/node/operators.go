package node

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/runtime/nearest"
)

// Operators are those of every domain, by its name.
type Operators map[string]Domain

// Domain is what there is of a domain.
type Domain struct {
	Rows    map[string]Row
	Refused map[string]string // operators that cannot be, with the reason
	About   string            // of those that are there, for users who ask for another; may be empty
}

// Join is one table of several. An operator is in one of them.
func Join(lists ...map[string]Row) map[string]Row {
	out := map[string]Row{}
	for _, list := range lists {
		for name, r := range list {
			if _, twice := out[name]; twice {
				panic("the operator " + name + " has two rows")
			}
			out[name] = r
		}
	}
	return out
}

// DomainOf is the name of a domain without its alias.
func DomainOf(name string) string {
	if name == "ai.onnx" {
		return ""
	}
	return name
}

// rowOf finds the operator of a node: a function of the file, or one of the standard.
func (f *File) rowOf(n *proto.Node) (Row, bool) {
	if called := f.functionOf(n); called != nil {
		return inlined(called), true
	}
	r, ok := f.Operators[DomainOf(n.Domain)].Rows[n.Op]
	return r, ok
}

// Unknown reports the operators that are not there, all of them at once.
func (s *Scope) Unknown() {
	for i, n := range s.graph.Nodes {
		if _, ok := s.file.rowOf(n); !ok {
			what := s.inside + NameOf(i, n)
			if version := s.file.Opsets[DomainOf(n.Domain)]; version > 0 {
				what += fmt.Sprintf(" of opset %d", version)
			}
			s.Errs.Add(diag.Pos{File: s.file.Name}, "%s: %s", what, s.file.Operators.refusal(n))
		}
	}
}

// refusal says why an operator is not there.
func (o Operators) refusal(n *proto.Node) string {
	d := DomainOf(n.Domain)
	of := o[d]
	names := slices.Sorted(maps.Keys(of.Rows))
	if why, ok := of.Refused[n.Op]; ok {
		return why
	}
	switch {
	case of.About != "":
		return of.About + ": " + strings.Join(names, ", ")
	case d != "":
		return fmt.Sprintf("operators of the domain %s are not supported", d)
	case n.Op == "":
		return "it names no operator"
	}
	hint := ""
	if near, ok := nearest.Of(n.Op, names); ok {
		hint = fmt.Sprintf("; did you mean %s?", near)
	}
	return fmt.Sprintf("the operator %s is not supported%s", n.Op, hint)
}

// Operands are the names that a node reads, those of its subgraphs included.
func Operands(n *proto.Node) []string {
	out := slices.Clone(n.Inputs)
	for _, a := range n.Attributes {
		for _, g := range append(slices.Clone(a.Graphs), a.Graph) {
			if g == nil {
				continue
			}
			for _, inner := range g.Nodes {
				out = append(out, Operands(inner)...)
			}
			for _, v := range g.Outputs { // which may be of the graph around
				out = append(out, v.Name)
			}
		}
	}
	return out
}

// NameOf is how messages call a node.
func NameOf(i int, n *proto.Node) string {
	op := n.Op
	if d := DomainOf(n.Domain); d != "" {
		op = d + "." + op
	}
	if n.Name == "" {
		return fmt.Sprintf("node %d (%s)", i, op)
	}
	return fmt.Sprintf("node %d %s (%s)", i, diag.Quote(n.Name), op)
}

// Row is an operator.
type Row struct {
	// Known computes the results of known operands; nil where the operator is left to
	// graph then too.
	Known func(n *Node) []*tensor.Tensor
	// Graph composes the results.
	Graph func(n *Node) []*Value
	// most is how many operands there may be, least how many there must be.
	Least, Most int
	IDs         bool // it reads whole numbers of an input as they are, not as numbers
	Apart       bool // it holds a graph, which known operands alone do not settle
	All         bool // none of them may be left out
	// Moves are the operands whose elements the results of their type hold, and 0; -1: all.
	Moves []int
}
