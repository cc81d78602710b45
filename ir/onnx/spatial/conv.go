package spatial

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/convolution"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var convRows = map[string]node.Row{
	"Conv":          {Least: 2, Most: 3, Graph: Conv},
	"ConvTranspose": {Least: 2, Most: 3, Graph: convTranspose},
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
	return biased(n, convolution.Of(n.B, x, k, f.window(f.outs()), groups))
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
	s := convolution.Slide(x, f.window(f.in))
	g := s.Blocks(groups)
	o := s.Axis("o", w.Shape[1])
	s.Tap()
	c := s.Axis("c", w.Shape[0]/groups)
	channel, filter := convolution.Within(g, w.Shape[0]/groups, c), convolution.Within(g, w.Shape[1], o)
	return biased(n, s.Spread(n.B, x, k, channel, []op.Index{channel, op.At(o)}, filter, out, w.Shape[1]*groups))
}
