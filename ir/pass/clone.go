package pass

import "github.com/nngen-go/nngen/ir"

// Clone copies a graph, so that passes can rewrite the copy. Operations are
// shared: a pass replaces them and never changes one.
func Clone(g *ir.Graph) *ir.Graph {
	copies := make(map[*ir.Value]*ir.Value, len(g.Values))
	list := func(vs []*ir.Value) []*ir.Value {
		out := make([]*ir.Value, len(vs))
		for i, v := range vs {
			out[i] = copies[v]
		}
		return out
	}
	c := &ir.Graph{Name: g.Name}
	for _, v := range g.Values {
		w := *v
		w.Args = list(v.Args)
		copies[v] = &w
		c.Values = append(c.Values, &w)
	}
	for _, w := range c.Values {
		if of, ok := copies[w.GradOf]; ok {
			w.GradOf = of
		}
	}
	c.Inputs, c.Params = list(g.Inputs), list(g.Params)
	c.Outputs, c.Losses, c.Loss = list(g.Outputs), list(g.Losses), copies[g.Loss]
	for _, u := range g.Updates {
		c.Updates = append(c.Updates, ir.Update{State: copies[u.State], New: copies[u.New]})
	}
	for _, gr := range g.Grads {
		c.Grads = append(c.Grads, ir.Grad{Param: copies[gr.Param], Value: copies[gr.Value]})
	}
	return c
}
