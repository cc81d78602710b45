package op

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir"
)

// VJP is the reversed scan. Its body computes one step again from the carried
// values that went into it, which the forward scan has kept, and takes the
// step's gradient: it carries the gradients of the carried values, stacks
// those of the per-step operands and sums those of the captures.
func (s *Scan) VJP(b *ir.Builder, v, dy *ir.Value) []*ir.Value {
	out := make([]*ir.Value, len(v.Args))
	l := s.layout()
	forward, kept := v, l.kept
	if !s.Keep || s.Shared {
		again := *s
		again.Keep, again.Shared = true, false
		forward, kept = b.Apply(&again, v.Args...), again.layout().kept
	}
	if !forward.Valid() {
		return out
	}
	r := s.reversed(b)
	if r == nil {
		return out
	}

	// The operands of the reversed scan, in the order of its body's inputs.
	var args []*ir.Value
	for i := range s.Carried {
		if s.Shared {
			args = append(args, BroadcastTo(b, Scalar(b, 0), l.finals[i].shape))
		} else {
			args = append(args, unpack(b, dy, l.finals[i]))
		}
	}
	for _, p := range kept {
		args = append(args, unpack(b, forward, p))
	}
	args = append(args, v.Args[s.Carried:s.Carried+s.Steps]...)
	for _, p := range l.stacked {
		if !s.Shared {
			args = append(args, unpack(b, dy, p))
		}
	}
	if s.Keep && !s.Shared {
		for _, p := range l.kept {
			args = append(args, unpack(b, dy, p))
		}
	}
	args = append(args, v.Args[s.Carried+s.Steps:]...)
	for _, p := range l.sums {
		if p.shape.Batched() != s.Shared {
			args = append(args, unpack(b, dy, p))
		}
	}

	back := &Scan{
		Body: r.body, Length: s.Length, Carried: s.Carried, Reverse: !s.Reverse,
		Steps: len(kept) + s.Steps + r.seeds, Sums: len(r.captures),
	}
	rows := b.Apply(back, args...)
	if !rows.Valid() {
		return out
	}
	bl := back.layout()
	var shared *ir.Value
	if bl.shared > 0 {
		half := *back
		half.Shared = true
		shared = b.Apply(&half, args...)
	}
	for i := range s.Carried {
		out[i] = unpack(b, rows, bl.finals[i])
	}
	for i, at := range r.steps {
		out[at] = unpack(b, rows, bl.stacked[i])
	}
	for i, at := range r.captures {
		from := rows
		if !bl.sums[i].shape.Batched() {
			from = shared
		}
		out[at] = unpack(b, from, bl.sums[i])
	}
	return out
}

// reversal is the body of a reversed scan: seeds counts its per-step inputs
// that are gradients; steps and captures say which operands of the forward
// scan its stacked outputs and its sums are the gradients of.
type reversal struct {
	body            *ir.Graph
	seeds           int
	steps, captures []int
}

// reversed builds the body of the reversed scan; nil after a mistake.
func (s *Scan) reversed(b *ir.Builder) *reversal {
	inner := *b
	inner.Graph = &ir.Graph{Name: "body"}
	declare := func(name string, types []*ir.Value) []*ir.Value {
		out := make([]*ir.Value, len(types))
		for i, v := range types {
			out[i] = InputOf(&inner, Input{Port: fmt.Sprintf("%s%d", name, i), Kind: Bound, Index: i, Of: v.Type})
		}
		return out
	}
	in, results := s.Body.Inputs, s.Body.Outputs
	stacked := results[s.Carried : s.Carried+s.outputs()]
	var sums []*ir.Value
	for _, v := range results[s.Carried+s.outputs():] {
		if v.Shape.Batched() != s.Shared {
			sums = append(sums, v)
		}
	}
	dCarried := declare("d_carried", in[:s.Carried])
	carried := declare("carried", in[:s.Carried])
	steps := declare("step", in[s.Carried:s.Carried+s.Steps])
	var dStacked, dKept []*ir.Value
	if !s.Shared {
		dStacked = declare("d_output", stacked)
	}
	if s.Keep && !s.Shared {
		dKept = declare("d_kept", in[:s.Carried])
	}
	captures := declare("capture", in[s.Carried+s.Steps:])
	dSums := declare("d_sum", sums)

	// The step itself.
	copies := map[*ir.Value]*ir.Value{}
	for i, v := range slices.Concat(carried, steps, captures) {
		copies[in[i]] = v
	}
	values := copyValues(&inner, s.Body.Values, copies)

	// Its gradient.
	seeds := map[*ir.Value][]*ir.Value{}
	seed := func(results, grads []*ir.Value) {
		for i, g := range grads {
			seeds[copies[results[i]]] = append(seeds[copies[results[i]]], g)
		}
	}
	seed(results[:s.Carried], dCarried)
	seed(stacked, dStacked)
	seed(sums, dSums)
	seed(in[:s.Carried], dKept)
	grads := backward(&inner, values, seeds)
	b.Errors = inner.Errors
	if len(b.Errors) > 0 {
		return nil
	}
	r := &reversal{body: inner.Graph, seeds: len(dStacked) + len(dKept)}
	for _, v := range carried {
		g := grads[v]
		if g == nil {
			g = BroadcastTo(&inner, Scalar(&inner, 0), v.Shape)
		}
		r.body.Outputs = append(r.body.Outputs, g)
	}
	for i, v := range steps {
		if g := grads[v]; g != nil {
			r.body.Outputs = append(r.body.Outputs, g)
			r.steps = append(r.steps, s.Carried+i)
		}
	}
	for i, v := range captures {
		if g := grads[v]; g != nil {
			r.body.Outputs = append(r.body.Outputs, g)
			r.captures = append(r.captures, s.Carried+s.Steps+i)
		}
	}
	return r
}

// copyValues applies again what a graph has computed, to copies of its inputs, and
// adds the copies of its values.
func copyValues(b *ir.Builder, values []*ir.Value, copies map[*ir.Value]*ir.Value) (list []*ir.Value) {
	for _, v := range values {
		if copies[v] == nil {
			args := make([]*ir.Value, len(v.Args))
			for i, a := range v.Args {
				args[i] = copies[a]
			}
			copies[v] = b.Apply(v.Op, args...)
		}
		list = append(list, copies[v])
	}
	return list
}

// backward accumulates gradients from the last value to the first (Griewank
// and Walther 2008, section 3.2), given those that arrive from outside. It
// gives the gradients of the inputs.
func backward(b *ir.Builder, values []*ir.Value, parts map[*ir.Value][]*ir.Value) map[*ir.Value]*ir.Value {
	total := map[*ir.Value]*ir.Value{}
	for i := len(values) - 1; i >= 0; i-- {
		v := values[i]
		var dy *ir.Value
		for _, p := range parts[v] {
			if dy == nil {
				dy = p
			} else {
				dy = Binary(b, "add", dy, p)
			}
		}
		if dy == nil {
			continue
		}
		if _, ok := v.Op.(*Input); ok {
			total[v] = dy
			continue
		}
		for j, g := range v.Op.VJP(b, v, dy) {
			if g != nil {
				parts[v.Args[j]] = append(parts[v.Args[j]], g)
			}
		}
	}
	return total
}

// Lower reports that recurrence is not lowered yet.
func (s *Scan) Lower(l Lowering, v *ir.Value) {
	l.Errorf(v, "recurrence is not lowered by this version")
}
