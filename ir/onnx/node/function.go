package node

import (
	"slices"

	"github.com/nngen-go/nngen/ir/onnx/proto"
)

// functionOf finds the function of the file that a node calls: that of its overload, or
// the one without.
func (f *File) functionOf(n *proto.Node) *proto.Function {
	i := slices.IndexFunc(f.Functions, func(f *proto.Function) bool {
		return f.Name == n.Op && DomainOf(f.Domain) == DomainOf(n.Domain) && f.Overload == n.Overload
	})
	if i < 0 {
		return nil
	}
	return f.Functions[i]
}

// inlined is the row of a function: its nodes in place of the call.
func inlined(f *proto.Function) Row {
	return Row{Most: len(f.Inputs), Apart: true, Graph: func(n *Node) []*Value {
		given := map[string]*proto.Attribute{}
		for _, a := range slices.Concat(f.Defaults, n.Proto.Attributes) {
			given[a.Name] = a
		}
		g := &proto.Graph{Nodes: bound(f.Nodes, given)}
		for _, name := range f.Outputs {
			g.Outputs = append(g.Outputs, &proto.ValueInfo{Name: name})
		}
		s := Within(n, g, n.B)
		s.values = map[string]*Value{}
		for i, name := range f.Inputs {
			s.values[name] = n.Operand(i) // nil: left out
		}
		for _, o := range f.Opsets {
			if DomainOf(o.Domain) == "" {
				s.Opset = o.Version
			}
		}
		out := s.Results(nil)
		if Adopt(n, s); n.Failed {
			return nil
		}
		return out
	}}
}

// bound are the nodes of a function with the attributes of a call in the places that
// refer to them; what was not given is left out.
func bound(nodes []*proto.Node, given map[string]*proto.Attribute) []*proto.Node {
	var out []*proto.Node
	for _, p := range nodes {
		q := *p
		q.Attributes = nil
		for _, a := range p.Attributes {
			b := *a
			if a.Ref != "" {
				of, ok := given[a.Ref]
				if !ok {
					continue
				}
				b = *of
				b.Name = a.Name
			}
			if b.Graph != nil {
				g := *b.Graph
				g.Nodes = bound(g.Nodes, given)
				b.Graph = &g
			}
			q.Attributes = append(q.Attributes, &b)
		}
		out = append(out, &q)
	}
	return out
}
