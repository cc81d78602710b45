package pass

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/op"
)

// Autodiff extends a training graph by the gradient of its loss with respect to
// every trainable parameter, by reverse accumulation (Griewank and Walther,
// Evaluating Derivatives, 2008, section 3.2), and fills g.Grads in the order of
// g.Params. It visits nothing that does not depend on a trainable parameter. What
// becomes of a parameter in g.Updates stands for it: the gradient goes no further. A
// parameter that the loss does not depend on is an error at its layer.
func Autodiff(g *ir.Graph) error {
	if g.Loss == nil {
		return diag.List{diag.Errorf(diag.Pos{}, "graph %s has no loss to differentiate", g.Name)}
	}
	needed := map[*ir.Value]bool{}
	for _, v := range g.Values {
		if p, ok := v.Op.(*op.Param); ok {
			needed[v] = p.Role == block.Trainable
			continue
		}
		for _, a := range v.Args {
			needed[v] = needed[v] || needed[a]
		}
	}
	d := &tape{
		b:      &ir.Builder{Graph: g},
		needed: needed,
		parts:  map[*ir.Value][]*ir.Value{},
		stands: map[*ir.Value]*ir.Value{},
	}
	for _, u := range g.Updates {
		if u.State.Op.(*op.Param).Role == block.Trainable {
			d.stands[u.New] = u.State
		}
	}
	for _, v := range g.Values {
		d.next = max(d.next, v.ID+1)
	}
	forward := g.Values
	d.b.At(g.Loss.Layer, g.Loss.Pos)
	if needed[g.Loss] {
		d.parts[g.Loss] = []*ir.Value{op.Scalar(d.b, 1)}
	}
	for i := len(forward) - 1; i >= 0; i-- {
		d.visit(forward[i])
	}
	var missing diag.List
	measured := ancestors(g.Losses) // which an output's weight of 0 takes out of the sum
	for _, p := range g.Params {
		q := p.Op.(*op.Param)
		if q.Role != block.Trainable {
			continue
		}
		if len(d.parts[p]) == 0 && measured[p] {
			d.parts[p] = []*ir.Value{op.BroadcastTo(d.b, op.Scalar(d.b, 0), p.Shape)}
		}
		if len(d.parts[p]) == 0 {
			missing.Add(p.Pos, "layer %s: parameter %s has no gradient: the loss does not depend on it through anything differentiable; set trainable: false or connect the layer",
				diag.Quote(p.Layer), diag.Quote(q.Segment))
			continue
		}
		g.Grads = append(g.Grads, ir.Grad{Param: p, Value: d.parts[p][0]})
	}
	d.number(forward)
	if err := d.b.Errors.Err(); err != nil {
		return err
	}
	return missing.Err()
}

// tape is the state of the reverse walk.
type tape struct {
	b      *ir.Builder
	needed map[*ir.Value]bool
	// parts are the contributions to the gradient of a value found so far, from
	// its last use to its first; once it is visited, their sum alone.
	parts  map[*ir.Value][]*ir.Value
	stands map[*ir.Value]*ir.Value // for which parameter a value stands
	next   int
}

// visit sums the gradient of v, all of whose uses have been visited, and hands
// it on to its operands.
func (d *tape) visit(v *ir.Value) {
	parts := d.parts[v]
	if len(parts) == 0 {
		return
	}
	d.b.At(v.Layer, v.Pos)
	dy := parts[0]
	if len(parts) > 1 {
		dy = op.SumOf(d.b, "sum of gradients", parts...)
		for _, p := range parts {
			// A part is the gradient along one path, called after the layer that it comes from.
			if p.GradOf == v && p.Name == v.Name {
				p.Name = join(v.Name, "from_"+p.Layer)
			}
		}
	}
	param := d.stands[v]
	if param == nil {
		param = v
	}
	d.label(dy, param)
	d.parts[param] = []*ir.Value{dy}
	if param != v || len(v.Args) == 0 {
		return
	}
	before := len(d.b.Graph.Values)
	hand := func(to, grad *ir.Value) {
		if grad != nil && grad.Valid() && d.needed[to] {
			d.label(grad, to)
			d.parts[to] = append(d.parts[to], grad)
		}
	}
	if x, dx := op.SoftmaxVJP(d.b, v, dy); x != nil {
		hand(x, dx)
	} else {
		grads := v.Op.VJP(d.b, v, dy)
		for i, a := range v.Args {
			if i < len(grads) {
				hand(a, grads[i])
			}
		}
	}
	// What the rule computes on the way belongs to the gradient of v too.
	for _, t := range d.b.Graph.Values[before:] {
		if t.Name == "" && len(t.Args) > 0 {
			t.Name, t.GradOf = join(v.Name, word(t)), v
		}
	}
}

// label marks w as the gradient of v, unless it is that of another value
// already: the gradient of a sum is that of each summand.
func (d *tape) label(w, v *ir.Value) {
	_, forward := d.needed[w]
	if w.Valid() && !forward && w.GradOf == nil && w.Name == "" {
		w.Name, w.GradOf = v.Name, v
	}
}

// number gives the new values numbers that follow those of the forward graph,
// whatever gaps earlier passes have left there.
func (d *tape) number(forward []*ir.Value) {
	for _, v := range d.b.Graph.Values[len(forward):] {
		v.ID = d.next
		d.next++
	}
}
