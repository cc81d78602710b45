package interp

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

// plan is what the roots of a graph depend on, in order, with the number of
// uses of every value: gradients that nobody asks for are not computed, and
// memory is free after the last use.
type plan struct {
	values []*ir.Value
	uses   map[*ir.Value]int
}

// planOf gives the plan of a graph, which must not change from here on.
func (m *Machine[F]) planOf(g *ir.Graph) *plan {
	if p, ok := m.plans[g]; ok {
		return p
	}
	p := &plan{uses: map[*ir.Value]int{}}
	for _, r := range g.Roots() {
		p.uses[r]++ // never taken back: a root outlives the run
	}
	for i := len(g.Values) - 1; i >= 0; i-- {
		v := g.Values[i]
		if p.uses[v] == 0 {
			continue
		}
		p.values = append(p.values, v)
		for _, a := range v.Args {
			p.uses[a]++
		}
	}
	slices.Reverse(p.values)
	m.plans[g] = p
	return p
}

// evaluate computes the values of a plan.
func (m *Machine[F]) evaluate(c *ir.Context[F], p *plan) map[*ir.Value]*ir.Tensor[F] {
	m.pool.reset()
	values := make(map[*ir.Value]*ir.Tensor[F], len(p.values))
	left := make(map[*ir.Value]int, len(p.values))
	for _, v := range p.values {
		args := make([]*ir.Tensor[F], len(v.Args))
		for i, a := range v.Args {
			args[i] = values[a]
		}
		t := m.apply(c, v, args)
		values[v], left[v] = t, p.uses[v]
		m.pool.keep(t.F)
		for _, a := range v.Args {
			if left[a]--; left[a] == 0 {
				m.pool.release(values[a].F)
				delete(values, a)
			}
		}
	}
	return values
}

// apply evaluates one value: contractions through BLAS where they are matrix
// products or convolutions, and pooling by all channels of a point at a time.
func (m *Machine[F]) apply(c *ir.Context[F], v *ir.Value, args []*ir.Tensor[F]) *ir.Tensor[F] {
	switch k := v.Op.(type) {
	case *op.Contract:
		if t := product(c, k, v, args); t != nil {
			return t
		}
		if t := convolution(c, &m.pool, k, v, args); t != nil {
			return t
		}
	case *op.Window:
		if len(args) == 1 {
			return pooled(c, k, v, args[0])
		}
	case *op.WindowGrad:
		return unpooled(c, k, args[0], args[1])
	}
	return op.Eval(c, v, args)
}
