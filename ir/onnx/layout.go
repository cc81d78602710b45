package onnx

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/op"
)

var _ = add(map[string]row{
	"Shape":           {least: 1, most: 1, graph: shape},
	"Size":            {least: 1, most: 1, graph: func(n *node) []*Value { return n.number64(int64(count(n.in[0].Shape))) }},
	"Constant":        {known: constant},
	"ConstantOfShape": {least: 1, most: 1, known: constantOfShape},
	"Range":           {least: 3, most: 3, known: ranged},
	"EyeLike":         {least: 1, most: 1, graph: eye},
	"Reshape":         {least: 1, most: 2, graph: reshape},
	"Flatten":         {least: 1, most: 1, graph: flatten},
	"Squeeze":         {least: 1, most: 2, graph: squeeze},
	"Unsqueeze":       {least: 1, most: 2, graph: unsqueeze},
	"Transpose":       {least: 1, most: 1, known: transposeKnown, graph: transpose},
	"Expand":          {least: 2, most: 2, known: expandKnown, graph: expand},
	"Tile":            {least: 2, most: 2, known: tileKnown, graph: tile},
	"DepthToSpace":    {least: 1, most: 1, graph: depthToSpace},
	"SpaceToDepth":    {least: 1, most: 1, graph: spaceToDepth},
})

// number64 is a known scalar of int64.
func (n *node) number64(v int64) []*Value {
	return one(&Value{Type: proto.Int64, Known: &Tensor{Type: proto.Int64, I: []int64{v}}})
}

// shape is the shape of the operand, from start to end.
func shape(n *node) []*Value {
	rank := n.in[0].rank()
	bound := func(name string, otherwise int) int {
		i := n.int(name, otherwise)
		if i < 0 {
			i += rank
		}
		return max(0, min(i, rank))
	}
	from, to := bound("start", 0), bound("end", rank)
	t := ints()
	for _, d := range n.in[0].Shape[from:max(from, to)] {
		t.I = append(t.I, int64(d))
	}
	t.Shape = []int{len(t.I)}
	return one(&Value{Type: proto.Int64, Shape: t.Shape, Known: t})
}

func constant(n *node) []*Tensor {
	for _, a := range n.proto.Attributes {
		switch a.Name {
		case "value":
			if a.Tensor == nil {
				break
			}
			t, err := ReadTensor(a.Tensor, nil)
			if err != nil {
				n.errorf("%v", err)
				return nil
			}
			return []*Tensor{t}
		case "value_int":
			return []*Tensor{{Type: proto.Int64, I: []int64{a.Int}}}
		case "value_ints":
			return []*Tensor{ints(a.Ints...)}
		case "value_float":
			return []*Tensor{{Type: proto.Float32, F: []float64{float64(a.Float)}}}
		case "value_floats":
			t := newTensor(proto.Float32, []int{len(a.Floats)})
			for i, f := range a.Floats {
				t.F[i] = float64(f)
			}
			return []*Tensor{t}
		}
	}
	n.errorf("it has no value of a supported kind")
	return nil
}

// extents are the elements of a known vector as a shape.
func (n *node) extents(t *Tensor) ([]int, bool) {
	s, err := shapeOf(t.I)
	if err != nil || isFloat(t.Type) {
		n.errorf("%v is no shape", t.I)
		return nil, false
	}
	return s, true
}

func constantOfShape(n *node) []*Tensor {
	s, ok := n.extents(n.in[0].Known)
	if !ok || n.large(s) {
		return nil
	}
	value := &Tensor{Type: proto.Float32, F: []float64{0}}
	if a := n.attribute("value"); a != nil && a.Tensor != nil {
		v, err := ReadTensor(a.Tensor, nil)
		if err != nil || count(v.Shape) != 1 {
			n.errorf("its value is not one number")
			return nil
		}
		value = v
	}
	t := newTensor(value.Type, s)
	for i := range t.F {
		t.F[i] = value.F[0]
	}
	for i := range t.I {
		t.I[i] = value.I[0]
	}
	return []*Tensor{t}
}

func ranged(n *node) []*Tensor {
	from, to, by := n.in[0].Known.at(0), n.in[1].Known.at(0), n.in[2].Known.at(0)
	if by == 0 || !((to-from)/by <= maxKnown) {
		n.errorf("a range from %v to %v by %v", from, to, by)
		return nil
	}
	size := 0
	for v := from; by > 0 && v < to || by < 0 && v > to; v = from + float64(size)*by {
		size++
	}
	t := newTensor(n.in[0].Type, []int{size})
	for i := range size {
		t.set(i, from+float64(i)*by)
	}
	return []*Tensor{t}
}

func eye(n *node) []*Value {
	s := n.in[0].Shape
	if len(s) != 2 {
		return n.errorf("shape %v is no matrix", s)
	}
	if n.large(s) {
		return nil
	}
	t := newTensor(proto.Type(n.int("dtype", int(n.in[0].Type))), s)
	for i := range s[0] {
		if j := i + n.int("k", 0); j >= 0 && j < s[1] {
			t.set(i*s[1]+j, 1)
		}
	}
	return one(&Value{Type: t.Type, Shape: t.Shape, Known: t})
}

// reshaped is operand 0 in another shape of as many elements.
func (n *node) reshaped(s []int) []*Value {
	v := n.in[0]
	if count(s) != count(v.Shape) {
		return n.errorf("%v has other elements than %v", s, v.Shape)
	}
	if v.Known != nil {
		t := *v.Known
		t.Shape = s
		// An initializer in another shape is an initializer still.
		if n.weights[v.Name] {
			n.weights[n.proto.Outputs[0]] = true
		}
		return one(&Value{Type: v.Type, Shape: s, Known: &t})
	}
	x := n.x(0)
	return one(n.computed(op.ReshapeTo(n.b, x, append(append(ir.Shape{}, x.Shape[:front(x)]...), s...)), v.Type))
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
		if rest == 0 || count(in)%rest != 0 {
			return n.errorf("shape %v does not fit %v", list, in)
		}
		s[open] = count(in) / rest
	}
	return n.reshaped(s)
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
	return n.reshaped([]int{count(in[:axis]), count(in[axis:])})
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
	return n.reshaped(s)
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
	return n.reshaped(s)
}

// permutation is the order of axes that a Transpose asks for.
func (n *node) permutation() []int {
	rank := n.in[0].rank()
	perm, ok := n.ints("perm")
	if !ok {
		for i := range rank {
			perm = append(perm, rank-1-i)
		}
	}
	if sorted := slices.Sorted(slices.Values(perm)); !slices.Equal(sorted, identity(rank)) {
		n.errorf("perm %v of %v", perm, n.in[0].Shape)
		return identity(rank)
	}
	return perm
}

func transposeKnown(n *node) []*Tensor {
	from, perm := n.in[0].Known, n.permutation()
	t := newTensor(from.Type, permuted(from.Shape, perm))
	for i, v := range from.permuted(perm) {
		t.set(i, v)
	}
	if n.weights[n.in[0].Name] {
		n.weights[n.proto.Outputs[0]] = true
	}
	return []*Tensor{t}
}

func permuted(s, perm []int) []int {
	out := make([]int, len(perm))
	for i, a := range perm {
		out[i] = s[a]
	}
	return out
}

// transpose moves nothing where the operand lies in the wanted order already, and
// where channels only go to the front.
func transpose(n *node) []*Value {
	v, perm := n.in[0], n.permutation()
	rank := v.rank()
	if n.failed {
		return nil
	}
	if rank > 2 && v.channelsLast != nil && slices.Equal(perm, lastPerm(rank)) {
		return one(n.computed(v.channelsLast, v.Type))
	}
	if back := append([]int{0, rank - 1}, identity(rank)[1:max(rank-1, 1)]...); rank > 2 && v.inOrder != nil && slices.Equal(perm, back) {
		return one(n.computedLast(v.inOrder, v.Type))
	}
	return one(n.computed(n.turned(n.x(0), perm), v.Type))
}

// target is the shape that Expand and its operand broadcast to.
func (n *node) target() []int {
	list, _ := n.list("shape", 1)
	s, ok := stretched(n.in[0].Shape, list)
	if !ok {
		n.errorf("%v does not expand to %v", n.in[0].Shape, list)
		return nil
	}
	return s
}

func expandKnown(n *node) []*Tensor {
	s := n.target()
	if n.failed || n.large(s) {
		return nil
	}
	from := n.in[0].Known
	t, i := newTensor(from.Type, s), 0
	for at := range walk(s, broadcastStrides(from.Shape, s)) {
		t.set(i, from.at(at))
		i++
	}
	return []*Tensor{t}
}

func expand(n *node) []*Value {
	s := n.target()
	if n.failed {
		return nil
	}
	return one(n.computed(n.stretch(n.x(0), s), n.in[0].Type))
}

// stretch is x broadcast to a shape.
func (n *node) stretch(x *ir.Value, s []int) *ir.Value {
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

func (n *node) repeats() []int {
	list, _ := n.list("repeats", 1)
	if len(list) != n.in[0].rank() || slices.ContainsFunc(list, func(r int) bool { return r < 1 }) {
		n.errorf("repeats %v of %v", list, n.in[0].Shape)
		return nil
	}
	return list
}

func tileKnown(n *node) []*Tensor {
	repeats, from := n.repeats(), n.in[0].Known
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
	t, own := newTensor(from.Type, s), strides(from.Shape)
	index := make([]int, len(s))
	for i := range count(s) {
		at := 0
		for a := range s {
			at += index[a] % from.Shape[a] * own[a]
		}
		t.set(i, from.at(at))
		for a := len(s) - 1; a >= 0; a-- {
			if index[a]++; index[a] < s[a] {
				break
			}
			index[a] = 0
		}
	}
	return []*Tensor{t}
}

// tile puts an axis of its own before each that is repeated.
func tile(n *node) []*Value {
	repeats := n.repeats()
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
func (n *node) rearranged(split []int, perm []int, out []int) []*Value {
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
		return n.rearranged([]int{s[0], c, k, k, s[2], s[3]}, []int{0, 1, 4, 2, 5, 3}, out)
	}
	return n.rearranged([]int{s[0], k, k, c, s[2], s[3]}, []int{0, 3, 4, 1, 5, 2}, out)
}

func spaceToDepth(n *node) []*Value {
	s, k := n.in[0].Shape, n.int("blocksize", 0)
	if len(s) != 4 || k < 1 || s[2]%k != 0 || s[3]%k != 0 {
		return n.errorf("blocksize %d of %v", k, s)
	}
	return n.rearranged([]int{s[0], s[1], s[2] / k, k, s[3] / k, k}, []int{0, 3, 5, 1, 2, 4}, []int{s[0], s[1] * k * k, s[2] / k, s[3] / k})
}
