package spatial

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var convRows = map[string]node.Row{
	"Conv":          {Least: 2, Most: 3, Graph: Conv},
	"ConvTranspose": {Least: 2, Most: 3, Graph: convTranspose},
}

// sliding is a contraction of an image, its channels last, with a kernel.
type sliding struct {
	op.Contract
	lead         []op.Index // of the rows and of ONNX's batch
	points, taps []int
}

func (s *sliding) axis(name string, extent int) int {
	s.Axes = append(s.Axes, op.Axis{Name: name, Extent: extent})
	return len(s.Axes) - 1
}

// slide begins with rows, batch and positions.
func slide(x *ir.Value, out []int) *sliding {
	s := &sliding{}
	if node.Front(x) == 1 {
		s.lead, s.Shape = append(s.lead, op.At(s.axis("n", ir.Batch))), append(s.Shape, ir.Batch)
	}
	batch := op.Index{}
	if d := x.Shape[node.Front(x)]; d > 1 {
		batch = op.At(s.axis("b", d))
	}
	s.lead, s.Shape = append(s.lead, batch), append(s.Shape, x.Shape[node.Front(x)])
	for i, d := range out {
		s.points = append(s.points, s.axis(fmt.Sprintf("y%d", i), d))
	}
	return s
}

// inBlock is element i of block g, of size elements each.
func inBlock(g, size, i int) op.Index {
	if g < 0 {
		return op.At(i)
	}
	return op.Index{Terms: []op.Term{{Axis: g, Coef: size}, {Axis: i, Coef: 1}}}
}

// kernelOf is the weights [filters, channels, taps…] as [taps…, channels, filters], or with
// the last two the other way around.
func kernelOf(n *node.Node, v *node.Value, first, second int) *ir.Value {
	perm := append(tensor.Identity(v.Rank())[2:], first, second)
	if v.Known != nil {
		return n.Constant(v, perm)
	}
	return n.Turned(n.Plain(v), perm)
}

// asRowed is x with an axis of rows where k has one.
func asRowed(n *node.Node, x, k *ir.Value) *ir.Value {
	if node.Front(k) == 1 {
		return node.Rowed(n, x)
	}
	return x
}

// biased adds operand 2 to every pixel of y, whose channels are last.
func biased(n *node.Node, y *ir.Value) []*node.Value {
	v := n.ComputedLast(y, n.In[0].Type)
	if n.Failed || n.Operand(2) == nil {
		return node.One(v)
	}
	bias := n.X(2)
	if !bias.Valid() || n.In[2].Rank() != 1 || n.In[2].Shape[0] != v.Shape[1] {
		return n.Errorf("a bias of shape %v for %d filters", n.In[2].Shape, v.Shape[1])
	}
	if node.Front(bias) == 1 {
		bias = op.ReshapeTo(n.B, bias, append(append(ir.Shape{ir.Batch}, slices.Repeat([]int{1}, v.Rank()-1)...), v.Shape[1]))
	}
	return node.One(n.ComputedLast(op.MapOf(n.B, scalar.Call("add", scalar.Arg(0), scalar.Arg(1)), "bias", y, bias), v.Type))
}

// Conv is a cross-correlation: out[b, p…, f] = Σ x[b, p·stride + t·dilation - before,
// c]·w[f, c, t…]. Source: ONNX 1.22, Conv.
func Conv(n *node.Node) []*node.Value {
	w := n.In[1]
	groups := n.Int("group", 1)
	if n.In[0].Rank() != w.Rank() || w.Rank() < 3 || groups < 1 || w.Shape[0]%groups != 0 || n.In[0].Shape[1] != w.Shape[1]*groups {
		return n.Errorf("weights %v over %v in %d groups", w.Shape, n.In[0].Shape, groups)
	}
	f, ok := frameOf(n, w.Shape[2:])
	if !ok {
		return node.Unless(n, "its window is not valid")
	}
	autoPad(n, &f)
	if !fits(n, f) {
		return nil
	}
	x := n.Wide(n.In[0], n.In[0].Rank())
	k := kernelOf(n, w, 1, 0)
	if !x.Valid() || !k.Valid() {
		return n.Errorf("its operands are not valid")
	}
	x = asRowed(n, x, k)
	var out []int
	for i := range f.in {
		out = append(out, f.out(i))
	}
	s := slide(x, out)
	g := -1
	if groups > 1 {
		g = s.axis("g", groups)
	}
	o := s.axis("o", w.Shape[0]/groups)
	for i, d := range f.size {
		s.taps = append(s.taps, s.axis(fmt.Sprintf("t%d", i), d))
	}
	c := s.axis("c", w.Shape[1])
	s.Lhs, s.Rhs, s.Out = slices.Clone(s.lead), slices.Clone(s.lead[:node.Front(k)]), slices.Clone(s.lead)
	for i := range f.in {
		at := op.Index{Terms: []op.Term{{Axis: s.points[i], Coef: f.strides[i]}, {Axis: s.taps[i], Coef: f.dilations[i]}}, Offset: -f.before[i]}
		s.Lhs, s.Rhs, s.Out = append(s.Lhs, at), append(s.Rhs, op.At(s.taps[i])), append(s.Out, op.At(s.points[i]))
		s.Shape = append(s.Shape, out[i])
	}
	filter := inBlock(g, w.Shape[0]/groups, o)
	s.Lhs, s.Rhs, s.Out = append(s.Lhs, inBlock(g, w.Shape[1], c)), append(s.Rhs, op.At(c), filter), append(s.Out, filter)
	s.Shape = append(s.Shape, w.Shape[0])
	return biased(n, n.B.Apply(&s.Contract, x, k))
}

// convTranspose spreads every pixel over the places that a convolution with the same
// weights would have read: out[b, p·stride + t·dilation - before, f] += x[b, p…,
// c]·w[c, f, t…]. Source: ONNX 1.22, ConvTranspose.
func convTranspose(n *node.Node) []*node.Value {
	w := n.In[1]
	groups := n.Int("group", 1)
	if n.In[0].Rank() != w.Rank() || w.Rank() < 3 || groups < 1 || w.Shape[0]%groups != 0 || n.In[0].Shape[1] != w.Shape[0] {
		return n.Errorf("weights %v over %v in %d groups", w.Shape, n.In[0].Shape, groups)
	}
	f, ok := frameOf(n, w.Shape[2:])
	if !ok {
		return node.Unless(n, "its window is not valid")
	}
	space := len(f.in)
	extra, given := n.Ints("output_padding")
	if !given {
		extra = make([]int, space)
	}
	wanted, sized := n.Ints("output_shape")
	if sized && len(wanted) == space+2 {
		wanted = wanted[2:]
	}
	if len(extra) != space || sized && len(wanted) != space {
		return n.Errorf("output_padding %v and output_shape %v of %d space axes", extra, wanted, space)
	}
	mode := n.Text("auto_pad", "NOTSET")
	out := make([]int, space)
	for i, d := range f.in {
		full := (d-1)*f.strides[i] + f.span(i) + extra[i]
		same := mode == "SAME_UPPER" || mode == "SAME_LOWER"
		if same && !sized {
			wanted = append(wanted, d*f.strides[i])
		}
		if same || sized {
			total := max(0, full-wanted[i])
			f.before[i], f.after[i] = total-total/2, total/2
			if mode == "SAME_UPPER" {
				f.before[i], f.after[i] = total/2, total-total/2
			}
			out[i] = wanted[i] // beyond all places, what is 0
			continue
		}
		out[i] = full - f.before[i] - f.after[i]
	}
	if slices.Min(out) < 1 {
		return n.Errorf("its result has the extents %v", out)
	}
	x := n.Wide(n.In[0], n.In[0].Rank())
	k := kernelOf(n, w, 0, 1)
	if !x.Valid() || !k.Valid() {
		return n.Errorf("its operands are not valid")
	}
	x = asRowed(n, x, k)
	s := slide(x, f.in)
	g := -1
	if groups > 1 {
		g = s.axis("g", groups)
	}
	o := s.axis("o", w.Shape[1])
	for i, d := range f.size {
		s.taps = append(s.taps, s.axis(fmt.Sprintf("t%d", i), d))
	}
	c := s.axis("c", w.Shape[0]/groups)
	s.Lhs, s.Rhs, s.Out = slices.Clone(s.lead), slices.Clone(s.lead[:node.Front(k)]), slices.Clone(s.lead)
	for i := range f.in {
		at := op.Index{Terms: []op.Term{{Axis: s.points[i], Coef: f.strides[i]}, {Axis: s.taps[i], Coef: f.dilations[i]}}, Offset: -f.before[i]}
		s.Lhs, s.Rhs, s.Out = append(s.Lhs, op.At(s.points[i])), append(s.Rhs, op.At(s.taps[i])), append(s.Out, at)
		s.Shape = append(s.Shape, out[i])
	}
	channel := inBlock(g, w.Shape[0]/groups, c)
	s.Lhs, s.Rhs = append(s.Lhs, channel), append(s.Rhs, channel, op.At(o))
	s.Out, s.Shape = append(s.Out, inBlock(g, w.Shape[1], o)), append(s.Shape, w.Shape[1]*groups)
	return biased(n, n.B.Apply(&s.Contract, x, k))
}
