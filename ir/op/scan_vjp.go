package op

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/scalar"
)

// VJP is the reversed scan. Its body takes the gradient of one step: it carries
// the gradients of the carried values and stacks those of the per-step operands.
// The gradient of a capture is a sum over all steps. Where the body makes it by a
// product or a sum over the rows, that is done once, over (row, step), after the
// scan; what is left is summed in the scan. What the gradient needs of the forward
// step is read where the forward scan has stacked it, and computed again from what
// went into the step elsewhere.
func (s *Scan) VJP(b *ir.Builder, v, dy *ir.Value) []*ir.Value {
	out := make([]*ir.Value, len(v.Args))
	full, forward := s, v
	if !s.Keep || s.Shared {
		again := *s
		again.Keep, again.Shared = true, false
		full, forward = &again, b.Apply(&again, v.Args...)
	}
	if !forward.Valid() {
		return out
	}
	seeds := s.seeds(b, dy)
	r := s.reversed(b, seeds)
	if r == nil {
		return out
	}
	a := &adjoint{reversal: r, b: b, length: s.Length, outer: map[*ir.Value]func() *ir.Value{}, perStep: map[*ir.Value]bool{}}
	a.bind(full, forward, seeds, v.Args)
	return a.apply(s, v.Args)
}

// seeds are the gradients that arrive at the results of a scan; nil where none does.
type seeds struct{ finals, stacked, kept, sums []*ir.Value }

// seeds takes the gradient of a packed value apart.
func (s *Scan) seeds(b *ir.Builder, dy *ir.Value) seeds {
	l := s.layout()
	take := func(ps []piece) []*ir.Value {
		list := make([]*ir.Value, len(ps))
		for i, p := range ps {
			if !s.Shared || !p.shape.Batched() {
				list[i] = gradientOf(b, dy, p)
			}
		}
		return list
	}
	g := seeds{finals: make([]*ir.Value, len(l.finals)), stacked: make([]*ir.Value, len(l.stacked)), sums: make([]*ir.Value, len(l.sums))}
	if s.Shared {
		g.sums = take(l.sums)
		return g
	}
	g.finals, g.stacked, g.kept = take(l.finals), take(l.stacked), take(l.kept)
	for i, p := range l.sums {
		if p.shape.Batched() {
			g.sums[i] = gradientOf(b, dy, p)
		}
	}
	return g
}

// gradientOf takes one piece out of the gradient of a packed value, which is a sum
// of what the users of its pieces say, each among zeros; nil where all is zero.
func gradientOf(b *ir.Builder, dy *ir.Value, p piece) *ir.Value {
	switch o := dy.Op.(type) {
	case *Pad:
		at := len(dy.Shape) - 1
		low, high := o.Before[at], dy.Shape[at]-o.After[at]
		if o.Value != 0 || o.step(at) != 1 || dy.Args[0].Shape[at] != high-low {
			break
		}
		switch {
		case p.offset >= high || p.offset+p.size() <= low:
			return nil
		case p.offset == low && p.offset+p.size() == high:
			return ReshapeTo(b, dy.Args[0], p.shape)
		}
	case *Map:
		if !scalar.AddsUp(o.Expr, len(dy.Args)) || slices.ContainsFunc(dy.Args, func(a *ir.Value) bool { return !a.Shape.Equal(dy.Shape) }) {
			break
		}
		var parts []*ir.Value
		for _, a := range dy.Args {
			if g := gradientOf(b, a, p); g != nil {
				parts = append(parts, g)
			}
		}
		if len(parts) == 0 {
			return nil
		}
		return SumOf(b, "sum of gradients", parts...)
	}
	return unpack(b, dy, p)
}

// reversal is the body of a reversed scan in the making: one step and its
// gradient. The values are those of the body: inputs that stand for gradients, of
// which those that do not arrive are nil, and for what went into the step; the
// step's results that the forward scan has stacked; and the gradients.
type reversal struct {
	builder                           *ir.Builder
	copies                            map[*ir.Value]*ir.Value // of the values of the forward body
	step                              int                     // how many values the step itself has
	dCarried, dStacked, dKept, dSums  []*ir.Value
	carried, steps, captures, stacked []*ir.Value
	grads                             map[*ir.Value]*ir.Value // of what went into the step
}

// reversed builds the body of the reversed scan; nil after a mistake.
func (s *Scan) reversed(b *ir.Builder, g seeds) *reversal {
	inner := *b
	inner.Graph = &ir.Graph{Name: "body"}
	declare := func(name string, types []*ir.Value, which []*ir.Value) []*ir.Value {
		out := make([]*ir.Value, len(types))
		for i, v := range types {
			if which == nil || which[i] != nil {
				out[i] = InputOf(&inner, Input{Port: fmt.Sprintf("%s%d", name, i), Kind: Bound, Index: i, Of: v.Type})
			}
		}
		return out
	}
	in, results := s.Body.Inputs, s.Body.Outputs
	outputs := results[s.Carried : s.Carried+s.outputs()]
	r := &reversal{
		builder: &inner, copies: map[*ir.Value]*ir.Value{},
		dCarried: declare("d_carried", in[:s.Carried], nil),
		carried:  declare("carried", in[:s.Carried], nil),
		steps:    declare("step", in[s.Carried:s.Carried+s.Steps], nil),
		stacked:  declare("output", outputs, nil),
		dStacked: declare("d_output", outputs, g.stacked),
		captures: declare("capture", in[s.Carried+s.Steps:], nil),
		dSums:    declare("d_sum", results[s.Carried+s.outputs():], g.sums),
	}
	if len(g.kept) > 0 {
		r.dKept = declare("d_kept", in[:s.Carried], g.kept)
	}

	// The step itself.
	for i, v := range slices.Concat(r.carried, r.steps, r.captures) {
		r.copies[in[i]] = v
	}
	values := copyValues(&inner, s.Body.Values, r.copies)
	r.step = len(inner.Graph.Values)

	// Its gradient.
	parts := map[*ir.Value][]*ir.Value{}
	seed := func(results, grads []*ir.Value) {
		for i, g := range grads {
			if v := r.copies[results[i]]; g != nil {
				parts[v] = append(parts[v], g)
			}
		}
	}
	seed(results[:s.Carried], r.dCarried)
	seed(outputs, r.dStacked)
	seed(results[s.Carried+s.outputs():], r.dSums)
	seed(in[:s.Carried], r.dKept)
	r.grads = backward(&inner, values, parts)
	b.Errors = inner.Errors
	if len(b.Errors) > 0 {
		return nil
	}
	r.readStacked(outputs)
	return r
}

// readStacked has gradients read the step's results where they are stacked.
func (r *reversal) readStacked(outputs []*ir.Value) {
	read := ir.Replacement{}
	for i, o := range outputs {
		c := r.copies[o]
		if _, input := c.Op.(*Input); !input && read[c] == nil {
			read[c] = r.stacked[i]
		}
	}
	for _, v := range r.builder.Graph.Values {
		read.In(v.Args)
	}
	for v, g := range r.grads {
		if by := read[g]; by != nil {
			r.grads[v] = by
		}
	}
}
