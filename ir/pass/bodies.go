package pass

import (
	"maps"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
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

// turns makes the kernels of loops those of one turn. The function that it returns
// puts them into their loops again.
func turns(p *loop.Plan) (again func()) {
	moves := map[*loop.Loop]map[*loop.Buffer]int{}
	each := func(f func(l *loop.Loop, r *loop.Run)) {
		for _, s := range slices.Concat(p.Forward, p.Backward) {
			if l, ok := s.(*loop.Loop); ok {
				for _, r := range runsOf(l) {
					f(l, r)
				}
			}
		}
	}
	each(func(l *loop.Loop, r *loop.Run) {
		k, m := loop.Turn(r.Kernel)
		if moves[l] == nil {
			moves[l] = map[*loop.Buffer]int{}
		}
		maps.Copy(moves[l], m)
		r.Kernel = k
	})
	return func() {
		each(func(l *loop.Loop, r *loop.Run) { r.Kernel = loop.Turned(r.Kernel, moves[l]) })
	}
}
