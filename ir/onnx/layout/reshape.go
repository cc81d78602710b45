package layout

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
)

var reshapeRows = map[string]node.Row{
	"Shape":           {Least: 1, Most: 1, IDs: true, Graph: shape},
	"Size":            {Least: 1, Most: 1, IDs: true, Graph: func(n *node.Node) []*node.Value { return node.Number64(n, int64(tensor.Count(n.In[0].Shape))) }},
	"Constant":        {Known: constant},
	"ConstantOfShape": {Least: 1, Most: 1, Known: constantOfShape},
	"Range":           {Least: 3, Most: 3, Known: ranged},
	"EyeLike":         {Least: 1, Most: 1, IDs: true, Graph: eye},
	"Reshape":         {Least: 1, Most: 2, IDs: true, Moves: []int{0}, Graph: reshape},
	"Flatten":         {Least: 1, Most: 1, IDs: true, Moves: []int{0}, Graph: flatten},
	"Squeeze":         {Least: 1, Most: 2, IDs: true, Moves: []int{0}, Graph: squeeze},
	"Unsqueeze":       {Least: 1, Most: 2, IDs: true, Moves: []int{0}, Graph: unsqueeze},
	"Transpose":       {Least: 1, Most: 1, Moves: []int{0}, Known: transposeKnown, Graph: transpose},
	"Expand":          {Least: 2, Most: 2, Moves: []int{0}, Known: expandKnown, Graph: expand},
	"Tile":            {Least: 2, Most: 2, Moves: []int{0}, Known: tileKnown, Graph: tile},
	"DepthToSpace":    {Least: 1, Most: 1, Moves: []int{0}, Graph: depthToSpace},
	"SpaceToDepth":    {Least: 1, Most: 1, Moves: []int{0}, Graph: spaceToDepth},
}

func reshape(n *node.Node) []*node.Value {
	list, ok := n.List("shape", 1)
	if !ok || n.Failed {
		return n.Errorf("it needs a shape that is known when the model is built")
	}
	in, s, open, rest := n.In[0].Shape, slices.Clone(list), -1, 1
	for i, d := range s {
		switch {
		case d == 0 && n.Int("allowzero", 0) == 0:
			if i >= len(in) {
				return n.Errorf("shape %v keeps extent %d of %v", list, i, in)
			}
			s[i] = in[i]
		case d == -1 && open < 0:
			open = i
			continue
		case d < 0:
			return n.Errorf("shape %v", list)
		}
		rest *= s[i]
	}
	if open >= 0 {
		if rest == 0 || tensor.Count(in)%rest != 0 {
			return n.Errorf("shape %v does not fit %v", list, in)
		}
		s[open] = tensor.Count(in) / rest
	}
	return node.Reshaped(n, s)
}

func flatten(n *node.Node) []*node.Value {
	in := n.In[0].Shape
	axis := n.Int("axis", 1)
	if axis < 0 {
		axis += len(in)
	}
	if axis < 0 || axis > len(in) {
		return n.Errorf("axis %d of %v", axis, in)
	}
	return node.Reshaped(n, []int{tensor.Count(in[:axis]), tensor.Count(in[axis:])})
}

func squeeze(n *node.Node) []*node.Value {
	in := n.In[0].Shape
	axes, given := n.List("axes", 1)
	drop := n.Axes(axes, len(in))
	var s []int
	for i, d := range in {
		if gone := slices.Contains(drop, i); gone && d != 1 {
			return n.Errorf("axis %d of %v is not 1", i, in)
		} else if gone || !given && d == 1 {
			continue
		}
		s = append(s, d)
	}
	if n.Failed {
		return nil
	}
	return node.Reshaped(n, s)
}

func unsqueeze(n *node.Node) []*node.Value {
	in := n.In[0].Shape
	axes, _ := n.List("axes", 1)
	at := n.Axes(axes, len(in)+len(axes))
	if n.Failed || len(at) != len(axes) {
		return n.Errorf("axes %v for %v", axes, in)
	}
	var s []int
	for i := range len(in) + len(axes) {
		if slices.Contains(at, i) {
			s = append(s, 1)
		} else {
			s, in = append(s, in[0]), in[1:]
		}
	}
	return node.Reshaped(n, s)
}

// permutation is the order of axes that a Transpose asks for.
func permutation(n *node.Node) []int {
	rank := n.In[0].Rank()
	perm, ok := n.Ints("perm")
	if !ok {
		for i := range rank {
			perm = append(perm, rank-1-i)
		}
	}
	if sorted := slices.Sorted(slices.Values(perm)); !slices.Equal(sorted, tensor.Identity(rank)) {
		n.Errorf("perm %v of %v", perm, n.In[0].Shape)
		return tensor.Identity(rank)
	}
	return perm
}

func transposeKnown(n *node.Node) []*tensor.Tensor {
	from, perm := n.In[0].Known, permutation(n)
	t := tensor.New(from.Type, tensor.Permuted(from.Shape, perm))
	for i, v := range from.Permuted(perm) {
		t.Set(i, v)
	}
	n.PassOn()
	return []*tensor.Tensor{t}
}

// transpose moves nothing where the operand lies in the wanted order already, and
// where channels only go to the front.
func transpose(n *node.Node) []*node.Value {
	v, perm := n.In[0], permutation(n)
	rank := v.Rank()
	if n.Failed {
		return nil
	}
	if rank > 2 && v.ChannelsLast != nil && slices.Equal(perm, node.LastPerm(rank)) {
		return node.One(n.Computed(v.ChannelsLast, v.Type))
	}
	if back := append([]int{0, rank - 1}, tensor.Identity(rank)[1:max(rank-1, 1)]...); rank > 2 && v.InOrder != nil && slices.Equal(perm, back) {
		return node.One(n.ComputedLast(v.InOrder, v.Type))
	}
	return node.One(n.Computed(n.Turned(n.X(0), perm), v.Type))
}

// expandTarget is the shape that Expand and its operand broadcast to.
func expandTarget(n *node.Node) []int {
	list, _ := n.List("shape", 1)
	s, ok := tensor.Broadcast(n.In[0].Shape, list)
	if !ok || slices.ContainsFunc(s, func(d int) bool { return d < 0 }) {
		n.Errorf("%v does not expand to %v", n.In[0].Shape, list)
		return nil
	}
	return s
}

func expandKnown(n *node.Node) []*tensor.Tensor {
	s := expandTarget(n)
	if n.Failed || n.Large(s) {
		return nil
	}
	from := n.In[0].Known
	t, i := tensor.New(from.Type, s), 0
	for at := range tensor.Walk(s, tensor.BroadcastStrides(from.Shape, s)) {
		t.Set(i, from.At(at))
		i++
	}
	return []*tensor.Tensor{t}
}

func expand(n *node.Node) []*node.Value {
	s := expandTarget(n)
	if n.Failed {
		return nil
	}
	return node.One(n.Computed(stretchTo(n, n.X(0), s), n.In[0].Type))
}

// stretchTo is x broadcast to a shape.
func stretchTo(n *node.Node, x *ir.Value, s []int) *ir.Value {
	if !x.Valid() {
		return x
	}
	f := node.Front(x)
	lead := append(ir.Shape{}, x.Shape[:f]...)
	from := slices.Clone(lead)
	for range len(s) - (len(x.Shape) - f) {
		from = append(from, 1)
	}
	from = append(from, x.Shape[f:]...)
	to := append(lead, s...)
	if x = op.ReshapeTo(n.B, x, from); from.Equal(to) {
		return x
	}
	return op.BroadcastTo(n.B, x, to)
}

func repeatsOf(n *node.Node) []int {
	list, _ := n.List("repeats", 1)
	if len(list) != n.In[0].Rank() || slices.ContainsFunc(list, func(r int) bool { return r < 1 }) {
		n.Errorf("repeats %v of %v", list, n.In[0].Shape)
		return nil
	}
	return list
}

func tileKnown(n *node.Node) []*tensor.Tensor {
	repeats, from := repeatsOf(n), n.In[0].Known
	if n.Failed {
		return nil
	}
	s := slices.Clone(from.Shape)
	for i := range s {
		s[i] *= repeats[i]
	}
	if n.Large(s) {
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
func tile(n *node.Node) []*node.Value {
	repeats := repeatsOf(n)
	if n.Failed {
		return nil
	}
	x, in := n.X(0), n.In[0].Shape
	lead := append(ir.Shape{}, x.Shape[:node.Front(x)]...)
	from, to, out := slices.Clone(lead), slices.Clone(lead), slices.Clone(lead)
	for i, d := range in {
		if repeats[i] > 1 {
			from, to = append(from, 1), append(to, repeats[i])
		}
		from, to, out = append(from, d), append(to, d), append(out, d*repeats[i])
	}
	if from.Equal(to) {
		return node.One(n.Computed(x, n.In[0].Type))
	}
	return node.One(n.Computed(op.ReshapeTo(n.B, op.BroadcastTo(n.B, op.ReshapeTo(n.B, x, from), to), out), n.In[0].Type))
}

// rearranged splits the axes of an image, orders the parts and joins them.
func rearranged(n *node.Node, split []int, perm []int, out []int) []*node.Value {
	x := n.X(0)
	lead := append(ir.Shape{}, x.Shape[:node.Front(x)]...)
	y := n.Turned(op.ReshapeTo(n.B, x, append(slices.Clone(lead), split...)), perm)
	return node.One(n.Computed(op.ReshapeTo(n.B, y, append(lead, out...)), n.In[0].Type))
}

func depthToSpace(n *node.Node) []*node.Value {
	s, k := n.In[0].Shape, n.Int("blocksize", 0)
	if len(s) != 4 || k < 1 || s[1]%(k*k) != 0 {
		return n.Errorf("blocksize %d of %v", k, s)
	}
	c := s[1] / (k * k)
	out := []int{s[0], c, s[2] * k, s[3] * k}
	if n.Text("mode", "DCR") == "CRD" {
		return rearranged(n, []int{s[0], c, k, k, s[2], s[3]}, []int{0, 1, 4, 2, 5, 3}, out)
	}
	return rearranged(n, []int{s[0], k, k, c, s[2], s[3]}, []int{0, 3, 4, 1, 5, 2}, out)
}

func spaceToDepth(n *node.Node) []*node.Value {
	s, k := n.In[0].Shape, n.Int("blocksize", 0)
	if len(s) != 4 || k < 1 || s[2]%k != 0 || s[3]%k != 0 {
		return n.Errorf("blocksize %d of %v", k, s)
	}
	return rearranged(n, []int{s[0], s[1], s[2] / k, k, s[3] / k, k}, []int{0, 3, 5, 1, 2, 4}, []int{s[0], s[1] * k * k, s[2] / k, s[3] / k})
}
