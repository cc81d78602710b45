package layout

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
)

var piecesRows = map[string]node.Row{
	"Concat":          {Least: 1, Most: 1 << 16, Moves: []int{-1}, All: true, Known: concatKnown, Graph: concat},
	"Slice":           {Least: 1, Most: 5, IDs: true, Moves: []int{0}, Known: sliceKnown, Graph: slice},
	"Split":           {Least: 1, Most: 2, IDs: true, Moves: []int{0}, Graph: split},
	"Gather":          {Least: 2, Most: 2, IDs: true, Moves: []int{0}, Known: GatherKnown, Graph: gather},
	"Pad":             {Least: 1, Most: 4, Moves: []int{0, 2}, Graph: pad},
	"Compress":        {Least: 2, Most: 2, Moves: []int{0}, Graph: compress},
	"NonZero":         {Least: 1, Most: 1, Known: nonZero, Graph: func(n *node.Node) []*node.Value { return n.Errorf(OpenExtent) }},
	"ReverseSequence": {Least: 2, Most: 2, Moves: []int{0}, Graph: reverseSequence},
	"CenterCropPad":   {Least: 2, Most: 2, Moves: []int{0}, Graph: centred},
	"Trilu":           {Least: 1, Most: 2, Moves: []int{0}, Graph: trilu},
	"OneHot":          {Least: 3, Most: 3, IDs: true, Moves: []int{2}, Graph: oneHot},
}

func concatKnown(n *node.Node) []*tensor.Tensor {
	first := n.In[0]
	axis := n.Axis(n.Int("axis", 1), first.Rank())
	s := slices.Clone(first.Shape)
	for _, v := range n.In[1:] {
		if v.Rank() != len(s) || tensor.IsFloat(v.Type) != tensor.IsFloat(first.Type) {
			n.Errorf("shapes %v do not go together", n.Shapes())
			return nil
		}
		s[axis] += v.Shape[axis]
	}
	if n.Failed {
		return nil
	}
	t := tensor.New(first.Type, s)
	at, run := 0, tensor.Count(s[axis:])
	for _, v := range n.In {
		part := tensor.Count(v.Shape[axis:])
		for i := range tensor.Count(s[:axis]) {
			if i*run+at+part > tensor.Count(s) || (i+1)*part > tensor.Count(v.Shape) {
				n.Errorf("shapes %v do not go together", n.Shapes())
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

func concat(n *node.Node) []*node.Value {
	in := n.In[:0:0]
	for _, v := range n.In { // what has no elements adds none
		if tensor.Count(v.Shape) > 0 {
			in = append(in, v)
		}
	}
	rank := in[0].Rank()
	axis := n.Axis(n.Int("axis", 1), rank)
	if n.Failed {
		return nil
	}
	if len(in) == 1 {
		return in
	}
	wide := rank > 2
	for _, v := range in {
		if v.Rank() != rank {
			return n.Errorf("shapes %v do not go together", n.Shapes())
		}
		wide = wide && (v.Known != nil || v.ChannelsLast != nil)
	}
	parts := make([]*ir.Value, len(in))
	rows := 0
	for i, v := range in {
		if wide {
			parts[i] = n.Wide(v, rank)
		} else {
			parts[i] = n.Plain(v)
		}
		if parts[i].Valid() {
			rows = max(rows, node.Front(parts[i]))
		}
	}
	for i, x := range parts {
		if x.Valid() && node.Front(x) < rows {
			parts[i] = op.BroadcastTo(n.B, op.ReshapeTo(n.B, x, append(ir.Shape{1}, x.Shape...)), append(ir.Shape{ir.Batch}, x.Shape...))
		}
	}
	if wide {
		at := slices.Index(node.LastPerm(rank), axis)
		return node.One(n.ComputedLast(op.Concatenate(n.B, rows+at, parts...), in[0].Type))
	}
	return node.One(n.Computed(op.Concatenate(n.B, rows+axis, parts...), in[0].Type))
}

// Cut is what a Slice takes of one axis.
type Cut struct{ Start, Size, Step int }

// cutsOf are those of every axis, of all opsets.
func cutsOf(n *node.Node) []Cut {
	s := n.In[0].Shape
	out := make([]Cut, len(s))
	for i, d := range s {
		out[i] = Cut{0, d, 1}
	}
	starts, _ := n.List("starts", 1)
	ends, _ := n.List("ends", 2)
	axes, some := n.List("axes", 3)
	steps, stepped := n.List("steps", 4)
	if !some {
		axes = tensor.Identity(len(starts))
	}
	if !stepped {
		steps = slices.Repeat([]int{1}, len(starts))
	}
	if n.Failed || len(ends) != len(starts) || len(axes) != len(starts) || len(steps) != len(starts) {
		n.Errorf("starts %v, ends %v, axes %v and steps %v of %v", starts, ends, axes, steps, s)
		return nil
	}
	for i, a := range axes {
		a, step := n.Axis(a, len(s)), steps[i]
		if n.Failed || step == 0 {
			n.Errorf("a slice by steps of 0")
			return nil
		}
		out[a] = cutOf(s[a], starts[i], ends[i], step)
	}
	return out
}

// cutOf is a slice of an axis, as Python counts.
func cutOf(d, start, end, step int) Cut {
	bound := func(i, low, high int) int {
		if i < 0 {
			i += d
		}
		return max(low, min(i, high))
	}
	if step > 0 {
		from, to := bound(start, 0, d), bound(end, 0, d)
		return Cut{from, max(0, (to-from+step-1)/step), step}
	}
	from, to := bound(start, -1, d-1), bound(end, -1, d-1)
	return Cut{from, max(0, (from-to-step-1)/-step), step}
}

func sliceKnown(n *node.Node) []*tensor.Tensor {
	cuts, from := cutsOf(n), n.In[0].Known
	if n.Failed {
		return nil
	}
	own := tensor.Strides(from.Shape)
	s, step, first := make([]int, len(cuts)), make([]int, len(cuts)), 0
	for i, c := range cuts {
		s[i], step[i] = c.Size, c.Step*own[i]
		first += c.Start * own[i]
	}
	t, i := tensor.New(from.Type, s), 0
	for at := range tensor.Walk(s, step) {
		t.Set(i, from.At(first+at))
		i++
	}
	n.PassOn()
	return []*tensor.Tensor{t}
}

func slice(n *node.Node) []*node.Value {
	cuts := cutsOf(n)
	if n.Failed {
		return nil
	}
	v := n.In[0]
	var s []int
	for _, c := range cuts {
		s = append(s, c.Size)
	}
	if tensor.Count(s) == 0 {
		return node.One(node.Zeros(v.Type, s...))
	}
	if v.ChannelsLast != nil && v.InOrder == nil {
		perm := node.LastPerm(v.Rank())
		turned := make([]Cut, len(cuts))
		for i, a := range perm {
			turned[i] = cuts[a]
		}
		return node.One(n.ComputedLast(Sliced(n, v.ChannelsLast, turned), v.Type))
	}
	return node.One(n.Computed(Sliced(n, n.X(0), cuts), v.Type))
}

// Sliced takes a part of every axis.
func Sliced(n *node.Node, x *ir.Value, cuts []Cut) *ir.Value {
	if !x.Valid() {
		return x
	}
	s := &op.Slice{}
	if node.Front(x) == 1 {
		s.Starts, s.Sizes, s.Steps = []int{0}, []int{ir.Batch}, []int{1}
	}
	whole := true
	for i, c := range cuts {
		if c.Size == 0 {
			return n.B.Errorf("a slice of no elements that is computed")
		}
		whole = whole && c == Cut{0, x.Shape[node.Front(x)+i], 1}
		s.Starts, s.Sizes, s.Steps = append(s.Starts, c.Start), append(s.Sizes, c.Size), append(s.Steps, c.Step)
	}
	if whole {
		return x
	}
	return n.B.Apply(s, x)
}

// partOf is x of which one axis is cut.
func partOf(n *node.Node, x *ir.Value, axis, start, size int) *ir.Value {
	if !x.Valid() {
		return x
	}
	cuts := make([]Cut, len(x.Shape)-node.Front(x))
	for i := range cuts {
		cuts[i] = Cut{0, x.Shape[node.Front(x)+i], 1}
	}
	cuts[axis] = Cut{start, size, 1}
	return Sliced(n, x, cuts)
}

func split(n *node.Node) []*node.Value {
	v := n.In[0]
	axis := n.Axis(n.Int("axis", 0), v.Rank())
	sizes, given := n.List("split", 1)
	if n.Failed {
		return nil
	}
	if outs := len(n.Proto.Outputs); !given {
		each := (v.Shape[axis] + outs - 1) / outs
		for rest := v.Shape[axis]; rest > 0; rest -= each {
			sizes = append(sizes, min(each, rest))
		}
	}
	total := 0
	for _, d := range sizes {
		total += d
	}
	if total != v.Shape[axis] || len(sizes) != len(n.Proto.Outputs) || slices.Min(sizes) < 0 {
		return n.Errorf("sizes %v of axis %d of %v", sizes, axis, v.Shape)
	}
	var out []*node.Value
	at := 0
	for _, d := range sizes {
		if d == 0 {
			s := slices.Clone(v.Shape)
			s[axis] = 0
			out = append(out, node.Zeros(v.Type, s...))
		} else if v.Known != nil {
			part := n.With(v, &node.Value{Known: tensor.Ints(int64(at))}, &node.Value{Known: tensor.Ints(int64(at + d))}, &node.Value{Known: tensor.Ints(int64(axis))})
			t := sliceKnown(part)
			if n.Take(part) {
				return nil
			}
			out = append(out, &node.Value{Type: v.Type, Shape: t[0].Shape, Known: t[0]})
		} else {
			out = append(out, n.Computed(partOf(n, n.X(0), axis, at, d), v.Type))
		}
		at += d
	}
	return out
}
