package pass

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

// everywhere calls f with the bodies of the recurrences of a graph, copies of which
// take their places, and then with the graph.
func everywhere(g *ir.Graph, f func(g *ir.Graph) error) error {
	for _, v := range g.Values {
		s, ok := v.Op.(*op.Scan)
		if !ok {
			continue
		}
		c := *s
		c.Body = Clone(s.Body)
		if err := everywhere(c.Body, f); err != nil {
			return err
		}
		v.Op = &c
	}
	return f(g)
}
