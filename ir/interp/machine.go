package interp

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

// Machine holds the parameters of a network and runs its graphs. It is not safe
// for concurrent use.
type Machine[F ir.Float] struct {
	// Params is the parameter block by segment name: trainable, frozen, state.
	Params map[string]*ir.Tensor[F]
	// Seed feeds the random numbers, with the step of the batch.
	Seed uint64
	// Uniform, where set, replaces the random numbers of a stream.
	Uniform func(stream string, shape ir.Shape) []F

	plans map[*ir.Graph]*plan
	pool  pool[F]
}

// New makes a machine whose parameters, those of all graphs, are zero.
func New[F ir.Float](graphs ...*ir.Graph) *Machine[F] {
	m := &Machine[F]{Params: map[string]*ir.Tensor[F]{}, plans: map[*ir.Graph]*plan{}, pool: newPool[F]()}
	for _, g := range graphs {
		for _, v := range g.Params {
			p := v.Op.(*op.Param)
			if m.Params[p.Segment] == nil {
				m.Params[p.Segment] = ir.NewTensor[F](p.Shape)
			}
		}
	}
	return m
}

// Batch is what one call works on.
type Batch[F ir.Float] struct {
	Rows int
	// Feed holds the inputs by port. Sample weights may be left out, which
	// makes them 1; the scalars inv_total and share follow from Total.
	Feed map[string]*ir.Tensor[F]
	// First is the index of row 0 within the logical batch, which has Total
	// rows; Total 0 means Rows.
	First, Total int
	Step         uint64
}

// Result is what a graph was asked for, in the graph's order. Its tensors are
// valid until the next call of the machine.
type Result[F ir.Float] struct {
	Outputs, Losses []*ir.Tensor[F]
	Loss            F // 0 where the graph has none
	Updates, Grads  []Assigned[F]
}

// Assigned is a tensor that belongs to a segment of the parameter block.
type Assigned[F ir.Float] struct {
	Segment string
	Value   *ir.Tensor[F]
}

// Run evaluates what the roots of g depend on. A batch that does not fit the
// graph is an error that names the port.
func (m *Machine[F]) Run(g *ir.Graph, b Batch[F]) (*Result[F], error) {
	feed, err := m.feed(g, b)
	if err != nil {
		return nil, fmt.Errorf("interp: graph %s: %w", g.Name, err)
	}
	for _, v := range g.Params {
		p := v.Op.(*op.Param)
		if t := m.Params[p.Segment]; t == nil || !t.Shape.Equal(p.Shape) || len(t.F) != p.Shape.Elements() {
			return nil, fmt.Errorf("interp: graph %s: parameter %q is not %v", g.Name, p.Segment, p.Shape)
		}
	}
	c := &ir.Context[F]{
		Rows: b.Rows, Feed: feed, Params: m.Params,
		Seed: m.Seed, Step: b.Step, First: b.First,
		Uniform: m.Uniform, Alloc: m.pool.alloc,
	}
	values := m.evaluate(c, m.planOf(g))
	list := func(vs []*ir.Value) []*ir.Tensor[F] {
		out := make([]*ir.Tensor[F], len(vs))
		for i, v := range vs {
			out[i] = values[v]
		}
		return out
	}
	r := &Result[F]{Outputs: list(g.Outputs), Losses: list(g.Losses)}
	if g.Loss != nil {
		r.Loss = values[g.Loss].F[0]
	}
	for _, u := range g.Updates {
		r.Updates = append(r.Updates, Assigned[F]{u.State.Op.(*op.Param).Segment, values[u.New]})
	}
	for _, gr := range g.Grads {
		r.Grads = append(r.Grads, Assigned[F]{gr.Param.Op.(*op.Param).Segment, values[gr.Value]})
	}
	return r, nil
}

// Train takes one training step on a differentiated graph: it runs g, assigns
// what g updates, and hands every trainable segment with its gradient to update,
// which changes it in place. It returns the batch's share of the loss.
func (m *Machine[F]) Train(g *ir.Graph, b Batch[F], update func(segment string, params, grad []F)) (F, error) {
	r, err := m.Run(g, b)
	if err != nil {
		return 0, err
	}
	for _, a := range r.Updates {
		copy(m.Params[a.Segment].F, a.Value.F)
	}
	for _, a := range r.Grads {
		update(a.Segment, m.Params[a.Segment].F, a.Value.F)
	}
	return r.Loss, nil
}
