package onnx

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
)

var piecesRows = map[string]row{
	"Concat":          {least: 1, most: 1 << 16, moves: []int{-1}, all: true, known: concatKnown, graph: concat},
	"Slice":           {least: 1, most: 5, ids: true, moves: []int{0}, known: sliceKnown, graph: slice},
	"Split":           {least: 1, most: 2, ids: true, moves: []int{0}, graph: split},
	"Gather":          {least: 2, most: 2, ids: true, moves: []int{0}, known: gatherKnown, graph: gather},
	"Pad":             {least: 1, most: 4, moves: []int{0, 2}, graph: pad},
	"Compress":        {least: 2, most: 2, moves: []int{0}, graph: compress},
	"NonZero":         {least: 1, most: 1, known: nonZero, graph: func(n *node) []*Value { return n.errorf(openExtent) }},
	"ReverseSequence": {least: 2, most: 2, moves: []int{0}, graph: reverseSequence},
	"CenterCropPad":   {least: 2, most: 2, moves: []int{0}, graph: centred},
	"Trilu":           {least: 1, most: 2, moves: []int{0}, graph: trilu},
	"CumSum":          {least: 2, most: 2, graph: cumulated},
	"OneHot":          {least: 3, most: 3, ids: true, moves: []int{2}, graph: oneHot},
}

func concatKnown(n *node) []*tensor.Tensor {
	first := n.in[0]
	axis := n.axis(n.int("axis", 1), first.rank())
	s := slices.Clone(first.Shape)
	for _, v := range n.in[1:] {
		if v.rank() != len(s) || tensor.IsFloat(v.Type) != tensor.IsFloat(first.Type) {
			n.errorf("shapes %v do not go together", n.shapes())
			return nil
		}
		s[axis] += v.Shape[axis]
	}
	if n.failed {
		return nil
	}
	t := tensor.New(first.Type, s)
	at, run := 0, tensor.Count(s[axis:])
	for _, v := range n.in {
		part := tensor.Count(v.Shape[axis:])
		for i := range tensor.Count(s[:axis]) {
			if i*run+at+part > tensor.Count(s) || (i+1)*part > tensor.Count(v.Shape) {
				n.errorf("shapes %v do not go together", n.shapes())
				return nil
			}
			if tensor.IsFloat(t.Type) {
				copy(t.F[i*run+at:], v.Known.F[i*part:][:part])
			} else {
				copy(t.I[i*run+at:], v.Known.I[i*part:][:part])
			}
		}
		at += part
	}
	return []*tensor.Tensor{t}
}

func concat(n *node) []*Value {
	in := n.in[:0:0]
	for _, v := range n.in { // what has no elements adds none
		if tensor.Count(v.Shape) > 0 {
			in = append(in, v)
		}
	}
	rank := in[0].rank()
	axis := n.axis(n.int("axis", 1), rank)
	if n.failed {
		return nil
	}
	if len(in) == 1 {
		return in
	}
	wide := rank > 2
	for _, v := range in {
		if v.rank() != rank {
			return n.errorf("shapes %v do not go together", n.shapes())
		}
		wide = wide && (v.Known != nil || v.channelsLast != nil)
	}
	parts := make([]*ir.Value, len(in))
	rows := 0
	for i, v := range in {
		if wide {
			parts[i] = n.wide(v, rank)
		} else {
			parts[i] = n.plain(v)
		}
		if parts[i].Valid() {
			rows = max(rows, front(parts[i]))
		}
	}
	for i, x := range parts {
		if x.Valid() && front(x) < rows {
			parts[i] = op.BroadcastTo(n.b, op.ReshapeTo(n.b, x, append(ir.Shape{1}, x.Shape...)), append(ir.Shape{ir.Batch}, x.Shape...))
		}
	}
	if wide {
		at := slices.Index(lastPerm(rank), axis)
		return one(n.computedLast(op.Concatenate(n.b, rows+at, parts...), in[0].Type))
	}
	return one(n.computed(op.Concatenate(n.b, rows+axis, parts...), in[0].Type))
}

// cut is what a Slice takes of one axis.
type cut struct{ start, size, step int }

// cutsOf are those of every axis, of all opsets.
func cutsOf(n *node) []cut {
	s := n.in[0].Shape
	out := make([]cut, len(s))
	for i, d := range s {
		out[i] = cut{0, d, 1}
	}
	starts, _ := n.list("starts", 1)
	ends, _ := n.list("ends", 2)
	axes, some := n.list("axes", 3)
	steps, stepped := n.list("steps", 4)
	if !some {
		axes = tensor.Identity(len(starts))
	}
	if !stepped {
		steps = slices.Repeat([]int{1}, len(starts))
	}
	if n.failed || len(ends) != len(starts) || len(axes) != len(starts) || len(steps) != len(starts) {
		n.errorf("starts %v, ends %v, axes %v and steps %v of %v", starts, ends, axes, steps, s)
		return nil
	}
	for i, a := range axes {
		a, step := n.axis(a, len(s)), steps[i]
		if n.failed || step == 0 {
			n.errorf("a slice by steps of 0")
			return nil
		}
		out[a] = cutOf(s[a], starts[i], ends[i], step)
	}
	return out
}

// cutOf is a slice of an axis, as Python counts.
func cutOf(d, start, end, step int) cut {
	bound := func(i, low, high int) int {
		if i < 0 {
			i += d
		}
		return max(low, min(i, high))
	}
	if step > 0 {
		from, to := bound(start, 0, d), bound(end, 0, d)
		return cut{from, max(0, (to-from+step-1)/step), step}
	}
	from, to := bound(start, -1, d-1), bound(end, -1, d-1)
	return cut{from, max(0, (from-to-step-1)/-step), step}
}

func sliceKnown(n *node) []*tensor.Tensor {
	cuts, from := cutsOf(n), n.in[0].Known
	if n.failed {
		return nil
	}
	own := tensor.Strides(from.Shape)
	s, step, first := make([]int, len(cuts)), make([]int, len(cuts)), 0
	for i, c := range cuts {
		s[i], step[i] = c.size, c.step*own[i]
		first += c.start * own[i]
	}
	t, i := tensor.New(from.Type, s), 0
	for at := range tensor.Walk(s, step) {
		t.Set(i, from.At(first+at))
		i++
	}
	n.passOn()
	return []*tensor.Tensor{t}
}

func slice(n *node) []*Value {
	cuts := cutsOf(n)
	if n.failed {
		return nil
	}
	v := n.in[0]
	var s []int
	for _, c := range cuts {
		s = append(s, c.size)
	}
	if tensor.Count(s) == 0 {
		return one(zeros(v.Type, s...))
	}
	if v.channelsLast != nil && v.inOrder == nil {
		perm := lastPerm(v.rank())
		turned := make([]cut, len(cuts))
		for i, a := range perm {
			turned[i] = cuts[a]
		}
		return one(n.computedLast(sliced(n, v.channelsLast, turned), v.Type))
	}
	return one(n.computed(sliced(n, n.x(0), cuts), v.Type))
}

// sliced takes a part of every axis.
func sliced(n *node, x *ir.Value, cuts []cut) *ir.Value {
	if !x.Valid() {
		return x
	}
	s := &op.Slice{}
	if front(x) == 1 {
		s.Starts, s.Sizes, s.Steps = []int{0}, []int{ir.Batch}, []int{1}
	}
	whole := true
	for i, c := range cuts {
		if c.size == 0 {
			return n.b.Errorf("a slice of no elements that is computed")
		}
		whole = whole && c == cut{0, x.Shape[front(x)+i], 1}
		s.Starts, s.Sizes, s.Steps = append(s.Starts, c.start), append(s.Sizes, c.size), append(s.Steps, c.step)
	}
	if whole {
		return x
	}
	return n.b.Apply(s, x)
}

// partOf is x of which one axis is cut.
func partOf(n *node, x *ir.Value, axis, start, size int) *ir.Value {
	if !x.Valid() {
		return x
	}
	cuts := make([]cut, len(x.Shape)-front(x))
	for i := range cuts {
		cuts[i] = cut{0, x.Shape[front(x)+i], 1}
	}
	cuts[axis] = cut{start, size, 1}
	return sliced(n, x, cuts)
}

func split(n *node) []*Value {
	v := n.in[0]
	axis := n.axis(n.int("axis", 0), v.rank())
	sizes, given := n.list("split", 1)
	if n.failed {
		return nil
	}
	if outs := len(n.proto.Outputs); !given {
		each := (v.Shape[axis] + outs - 1) / outs
		for rest := v.Shape[axis]; rest > 0; rest -= each {
			sizes = append(sizes, min(each, rest))
		}
	}
	total := 0
	for _, d := range sizes {
		total += d
	}
	if total != v.Shape[axis] || len(sizes) != len(n.proto.Outputs) || slices.Min(sizes) < 0 {
		return n.errorf("sizes %v of axis %d of %v", sizes, axis, v.Shape)
	}
	var out []*Value
	at := 0
	for _, d := range sizes {
		if d == 0 {
			s := slices.Clone(v.Shape)
			s[axis] = 0
			out = append(out, zeros(v.Type, s...))
		} else if v.Known != nil {
			part := n.with(v, &Value{Known: tensor.Ints(int64(at))}, &Value{Known: tensor.Ints(int64(at + d))}, &Value{Known: tensor.Ints(int64(axis))})
			t := sliceKnown(part)
			if n.take(part) {
				return nil
			}
			out = append(out, &Value{Type: v.Type, Shape: t[0].Shape, Known: t[0]})
		} else {
			out = append(out, n.computed(partOf(n, n.x(0), axis, at, d), v.Type))
		}
		at += d
	}
	return out
}
