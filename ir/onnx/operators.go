package onnx

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

// operators are those of every domain, by its name.
type operators map[string]operatorsOf

// operatorsOf is what there is of a domain.
type operatorsOf struct {
	rows    map[string]row
	refused map[string]string // operators that cannot be, with the reason
	about   string            // of those that are there, for who asks for another; may be empty
}

// joined is one table of several. An operator is in one of them.
func joined(lists ...map[string]row) map[string]row {
	out := map[string]row{}
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

// domain is the name of a domain without its alias.
func domain(name string) string {
	if name == "ai.onnx" {
		return ""
	}
	return name
}

// openExtent is why a result cannot be.
const openExtent = "the extent of its result depends on the data"

// rowOf finds the operator of a node: a function of the file, or one of the standard.
func (f *file) rowOf(n *proto.Node) (row, bool) {
	if called := f.functionOf(n); called != nil {
		return inlined(called), true
	}
	r, ok := f.operators[domain(n.Domain)].rows[n.Op]
	return r, ok
}

// unknown reports the operators that are not there, all of them at once.
func (s *scope) unknown() {
	for i, n := range s.graph.Nodes {
		if _, ok := s.file.rowOf(n); !ok {
			what := s.inside + nodeName(i, n)
			if version := s.file.opsets[domain(n.Domain)]; version > 0 {
				what += fmt.Sprintf(" of opset %d", version)
			}
			s.Errs.Add(diag.Pos{File: s.file.name}, "%s: %s", what, s.file.operators.refusal(n))
		}
	}
}

// refusal says why an operator is not there.
func (o operators) refusal(n *proto.Node) string {
	d := domain(n.Domain)
	of := o[d]
	names := slices.Sorted(maps.Keys(of.rows))
	if why, ok := of.refused[n.Op]; ok {
		return why
	}
	switch {
	case of.about != "":
		return of.about + ": " + strings.Join(names, ", ")
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

// operands are the names that a node reads, those of its subgraphs included.
func operands(n *proto.Node) []string {
	out := slices.Clone(n.Inputs)
	for _, a := range n.Attributes {
		for _, g := range append(slices.Clone(a.Graphs), a.Graph) {
			if g == nil {
				continue
			}
			for _, inner := range g.Nodes {
				out = append(out, operands(inner)...)
			}
			for _, v := range g.Outputs { // which may be of the graph around
				out = append(out, v.Name)
			}
		}
	}
	return out
}

// nodeName is how messages call a node.
func nodeName(i int, n *proto.Node) string {
	op := n.Op
	if d := domain(n.Domain); d != "" {
		op = d + "." + op
	}
	if n.Name == "" {
		return fmt.Sprintf("node %d (%s)", i, op)
	}
	return fmt.Sprintf("node %d %s (%s)", i, diag.Quote(n.Name), op)
}

// row is an operator.
type row struct {
	// known computes the results of known operands; nil where the operator is left to
	// graph then too.
	known func(n *node) []*tensor.Tensor
	// graph composes the results.
	graph func(n *node) []*Value
	// most is how many operands there may be, least how many there must be.
	least, most int
	ids         bool // it reads whole numbers of an input as they are, not as numbers
	apart       bool // it holds a graph, which known operands alone do not settle
	all         bool // none of them may be left out
	// moves are the operands whose elements the results of their type hold, and 0; -1: all.
	moves []int
}
