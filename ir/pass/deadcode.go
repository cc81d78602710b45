package pass

import "github.com/nngen-go/nngen/ir"

// deadCode drops the values that no root needs. Inputs and parameters stay:
// they describe the network, and cost nothing unless they are read.
func deadCode(g *ir.Graph) error {
	live := ancestors(g.Roots())
	for _, u := range g.Updates {
		live[u.State] = true
	}
	for _, vs := range [][]*ir.Value{g.Inputs, g.Params} {
		for _, v := range vs {
			live[v] = true
		}
	}
	kept := make([]*ir.Value, 0, len(live))
	for _, v := range g.Values {
		if live[v] {
			kept = append(kept, v)
		}
	}
	g.Values = kept
	return nil
}

// ancestors is the set of the values that roots depend on, roots included.
func ancestors(roots []*ir.Value) map[*ir.Value]bool {
	set := map[*ir.Value]bool{}
	stack := append([]*ir.Value(nil), roots...)
	for len(stack) > 0 {
		v := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if !set[v] {
			set[v] = true
			stack = append(stack, v.Args...)
		}
	}
	return set
}
