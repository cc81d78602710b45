package onnx

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
)

var layoutRows = map[string]row{
	"Shape":           {least: 1, most: 1, ids: true, graph: shape},
	"Size":            {least: 1, most: 1, ids: true, graph: func(n *node) []*Value { return number64(n, int64(tensor.Count(n.in[0].Shape))) }},
	"Constant":        {known: constant},
	"ConstantOfShape": {least: 1, most: 1, known: constantOfShape},
	"Range":           {least: 3, most: 3, known: ranged},
	"EyeLike":         {least: 1, most: 1, ids: true, graph: eye},
	"Reshape":         {least: 1, most: 2, ids: true, moves: []int{0}, graph: reshape},
	"Flatten":         {least: 1, most: 1, ids: true, moves: []int{0}, graph: flatten},
	"Squeeze":         {least: 1, most: 2, ids: true, moves: []int{0}, graph: squeeze},
	"Unsqueeze":       {least: 1, most: 2, ids: true, moves: []int{0}, graph: unsqueeze},
	"Transpose":       {least: 1, most: 1, moves: []int{0}, known: transposeKnown, graph: transpose},
	"Expand":          {least: 2, most: 2, moves: []int{0}, known: expandKnown, graph: expand},
	"Tile":            {least: 2, most: 2, moves: []int{0}, known: tileKnown, graph: tile},
	"DepthToSpace":    {least: 1, most: 1, moves: []int{0}, graph: depthToSpace},
	"SpaceToDepth":    {least: 1, most: 1, moves: []int{0}, graph: spaceToDepth},
}

func reshape(n *node) []*Value {
	list, ok := n.list("shape", 1)
	if !ok || n.failed {
		return n.errorf("it needs a shape that is known when the model is built")
	}
	in, s, open, rest := n.in[0].Shape, slices.Clone(list), -1, 1
	for i, d := range s {
		switch {
		case d == 0 && n.int("allowzero", 0) == 0:
			if i >= len(in) {
				return n.errorf("shape %v keeps extent %d of %v", list, i, in)
			}
			s[i] = in[i]
		case d == -1 && open < 0:
			open = i
			continue
		case d < 0:
			return n.errorf("shape %v", list)
		}
		rest *= s[i]
	}
	if open >= 0 {
		if rest == 0 || tensor.Count(in)%rest != 0 {
			return n.errorf("shape %v does not fit %v", list, in)
		}
		s[open] = tensor.Count(in) / rest
	}
	return reshaped(n, s)
}

func flatten(n *node) []*Value {
	in := n.in[0].Shape
	axis := n.int("axis", 1)
	if axis < 0 {
		axis += len(in)
	}
	if axis < 0 || axis > len(in) {
		return n.errorf("axis %d of %v", axis, in)
	}
	return reshaped(n, []int{tensor.Count(in[:axis]), tensor.Count(in[axis:])})
}

func squeeze(n *node) []*Value {
	in := n.in[0].Shape
	axes, given := n.list("axes", 1)
	drop := n.axes(axes, len(in))
	var s []int
	for i, d := range in {
		if gone := slices.Contains(drop, i); gone && d != 1 {
			return n.errorf("axis %d of %v is not 1", i, in)
		} else if gone || !given && d == 1 {
			continue
		}
		s = append(s, d)
	}
	if n.failed {
		return nil
	}
	return reshaped(n, s)
}

func unsqueeze(n *node) []*Value {
	in := n.in[0].Shape
	axes, _ := n.list("axes", 1)
	at := n.axes(axes, len(in)+len(axes))
	if n.failed || len(at) != len(axes) {
		return n.errorf("axes %v for %v", axes, in)
	}
	var s []int
	for i := range len(in) + len(axes) {
		if slices.Contains(at, i) {
			s = append(s, 1)
		} else {
			s, in = append(s, in[0]), in[1:]
		}
	}
	return reshaped(n, s)
}

// permutation is the order of axes that a Transpose asks for.
func permutation(n *node) []int {
	rank := n.in[0].rank()
	perm, ok := n.ints("perm")
	if !ok {
		for i := range rank {
			perm = append(perm, rank-1-i)
		}
	}
	if sorted := slices.Sorted(slices.Values(perm)); !slices.Equal(sorted, tensor.Identity(rank)) {
		n.errorf("perm %v of %v", perm, n.in[0].Shape)
		return tensor.Identity(rank)
	}
	return perm
}

func transposeKnown(n *node) []*tensor.Tensor {
	from, perm := n.in[0].Known, permutation(n)
	t := tensor.New(from.Type, tensor.Permuted(from.Shape, perm))
	for i, v := range from.Permuted(perm) {
		t.Set(i, v)
	}
	n.passOn()
	return []*tensor.Tensor{t}
}

// transpose moves nothing where the operand lies in the wanted order already, and
// where channels only go to the front.
func transpose(n *node) []*Value {
	v, perm := n.in[0], permutation(n)
	rank := v.rank()
	if n.failed {
		return nil
	}
	if rank > 2 && v.channelsLast != nil && slices.Equal(perm, lastPerm(rank)) {
		return one(n.computed(v.channelsLast, v.Type))
	}
	if back := append([]int{0, rank - 1}, tensor.Identity(rank)[1:max(rank-1, 1)]...); rank > 2 && v.inOrder != nil && slices.Equal(perm, back) {
		return one(n.computedLast(v.inOrder, v.Type))
	}
	return one(n.computed(n.turned(n.x(0), perm), v.Type))
}

// expandTarget is the shape that Expand and its operand broadcast to.
func expandTarget(n *node) []int {
	list, _ := n.list("shape", 1)
	s, ok := tensor.Broadcast(n.in[0].Shape, list)
	if !ok || slices.ContainsFunc(s, func(d int) bool { return d < 0 }) {
		n.errorf("%v does not expand to %v", n.in[0].Shape, list)
		return nil
	}
	return s
}

func expandKnown(n *node) []*tensor.Tensor {
	s := expandTarget(n)
	if n.failed || n.large(s) {
		return nil
	}
	from := n.in[0].Known
	t, i := tensor.New(from.Type, s), 0
	for at := range tensor.Walk(s, tensor.BroadcastStrides(from.Shape, s)) {
		t.Set(i, from.At(at))
		i++
	}
	return []*tensor.Tensor{t}
}

func expand(n *node) []*Value {
	s := expandTarget(n)
	if n.failed {
		return nil
	}
	return one(n.computed(stretchTo(n, n.x(0), s), n.in[0].Type))
}

// stretchTo is x broadcast to a shape.
func stretchTo(n *node, x *ir.Value, s []int) *ir.Value {
	if !x.Valid() {
		return x
	}
	f := front(x)
	lead := append(ir.Shape{}, x.Shape[:f]...)
	from := slices.Clone(lead)
	for range len(s) - (len(x.Shape) - f) {
		from = append(from, 1)
	}
	from = append(from, x.Shape[f:]...)
	to := append(lead, s...)
	if x = op.ReshapeTo(n.b, x, from); from.Equal(to) {
		return x
	}
	return op.BroadcastTo(n.b, x, to)
}

func repeatsOf(n *node) []int {
	list, _ := n.list("repeats", 1)
	if len(list) != n.in[0].rank() || slices.ContainsFunc(list, func(r int) bool { return r < 1 }) {
		n.errorf("repeats %v of %v", list, n.in[0].Shape)
		return nil
	}
	return list
}

func tileKnown(n *node) []*tensor.Tensor {
	repeats, from := repeatsOf(n), n.in[0].Known
	if n.failed {
		return nil
	}
	s := slices.Clone(from.Shape)
	for i := range s {
		s[i] *= repeats[i]
	}
	if n.large(s) {
		return nil
	}
	t, own := tensor.New(from.Type, s), tensor.Strides(from.Shape)
	index := make([]int, len(s))
	for i := range tensor.Count(s) {
		at := 0
		for a := range s {
			at += index[a] % from.Shape[a] * own[a]
		}
		t.Set(i, from.At(at))
		for a := len(s) - 1; a >= 0; a-- {
			if index[a]++; index[a] < s[a] {
				break
			}
			index[a] = 0
		}
	}
	return []*tensor.Tensor{t}
}

// tile puts an axis of its own before each that is repeated.
func tile(n *node) []*Value {
	repeats := repeatsOf(n)
	if n.failed {
		return nil
	}
	x, in := n.x(0), n.in[0].Shape
	lead := append(ir.Shape{}, x.Shape[:front(x)]...)
	from, to, out := slices.Clone(lead), slices.Clone(lead), slices.Clone(lead)
	for i, d := range in {
		if repeats[i] > 1 {
			from, to = append(from, 1), append(to, repeats[i])
		}
		from, to, out = append(from, d), append(to, d), append(out, d*repeats[i])
	}
	if from.Equal(to) {
		return one(n.computed(x, n.in[0].Type))
	}
	return one(n.computed(op.ReshapeTo(n.b, op.BroadcastTo(n.b, op.ReshapeTo(n.b, x, from), to), out), n.in[0].Type))
}

// rearranged splits the axes of an image, orders the parts and joins them.
func rearranged(n *node, split []int, perm []int, out []int) []*Value {
	x := n.x(0)
	lead := append(ir.Shape{}, x.Shape[:front(x)]...)
	y := n.turned(op.ReshapeTo(n.b, x, append(slices.Clone(lead), split...)), perm)
	return one(n.computed(op.ReshapeTo(n.b, y, append(lead, out...)), n.in[0].Type))
}

func depthToSpace(n *node) []*Value {
	s, k := n.in[0].Shape, n.int("blocksize", 0)
	if len(s) != 4 || k < 1 || s[1]%(k*k) != 0 {
		return n.errorf("blocksize %d of %v", k, s)
	}
	c := s[1] / (k * k)
	out := []int{s[0], c, s[2] * k, s[3] * k}
	if n.string("mode", "DCR") == "CRD" {
		return rearranged(n, []int{s[0], c, k, k, s[2], s[3]}, []int{0, 1, 4, 2, 5, 3}, out)
	}
	return rearranged(n, []int{s[0], k, k, c, s[2], s[3]}, []int{0, 3, 4, 1, 5, 2}, out)
}

func spaceToDepth(n *node) []*Value {
	s, k := n.in[0].Shape, n.int("blocksize", 0)
	if len(s) != 4 || k < 1 || s[2]%k != 0 || s[3]%k != 0 {
		return n.errorf("blocksize %d of %v", k, s)
	}
	return rearranged(n, []int{s[0], s[1], s[2] / k, k, s[3] / k, k}, []int{0, 3, 5, 1, 2, 4}, []int{s[0], s[1] * k * k, s[2] / k, s[3] / k})
}
