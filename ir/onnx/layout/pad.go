package layout

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

func pad(n *node.Node) []*node.Value {
	v := n.In[0]
	rank := v.Rank()
	list, ok := n.List("pads", 1)
	if old, is := n.Ints("paddings"); is {
		list, ok = old, true
	}
	axes := tensor.Identity(rank)
	if given, some := n.List("axes", 3); some {
		axes = given
	}
	if n.Failed || !ok || len(list) != 2*len(axes) {
		return n.Errorf("pads %v of %v", list, v.Shape)
	}
	before, after := make([]int, rank), make([]int, rank)
	for i, a := range axes {
		a = n.Axis(a, rank)
		before[a], after[a] = list[i], list[len(axes)+i]
	}
	mode := n.Text("mode", "constant")
	value := n.Number("value", 2, 0)
	x := n.X(0)
	if n.Failed || !x.Valid() {
		return nil
	}
	for a := range rank {
		if b, e := before[a], after[a]; b < 0 || e < 0 { // takes away
			d := v.Shape[a] + min(b, 0) + min(e, 0)
			if d < 1 {
				return n.Errorf("pads %v leave nothing of %v", list, v.Shape)
			}
			x = partOf(n, x, a, -min(b, 0), d)
			before[a], after[a] = max(b, 0), max(e, 0)
		}
	}
	if mode == "constant" {
		f := make([]int, node.Front(x))
		if slices.Max(append(before, after...)) == 0 {
			return node.One(n.Computed(x, v.Type))
		}
		return node.One(n.Computed(op.PadWith(n.B, x, append(f, before...), append(slices.Clone(f), after...), value), v.Type))
	}
	for a := range rank {
		x = mirrored(n, x, a, before[a], after[a], mode)
	}
	if n.Failed {
		return nil
	}
	return node.One(n.Computed(x, v.Type))
}

// centred cuts axes to an extent, or pads them to it, on both sides alike; the odd place is
// cut, or added, at the end. Source: ONNX 1.22, CenterCropPad.
func centred(n *node.Node) []*node.Value {
	v := n.In[0]
	shape, _ := n.List("shape", 1)
	axes, given := n.Ints("axes")
	if !given {
		axes = tensor.Identity(v.Rank())
	}
	if n.Failed || len(shape) != len(axes) {
		return n.Errorf("shape %v of axes %v of %v", shape, axes, v.Shape)
	}
	x := n.X(0)
	before, after := make([]int, v.Rank()), make([]int, v.Rank())
	for i, a := range axes {
		a = n.Axis(a, v.Rank())
		if n.Failed || shape[i] < 1 || n.Large([]int{shape[i]}) {
			return n.Errorf("shape %v of %v", shape, v.Shape)
		}
		more := shape[i] - v.Shape[a]
		if more < 0 {
			x = partOf(n, x, a, -more/2, shape[i])
			continue
		}
		before[a], after[a] = more/2, more-more/2
	}
	if !x.Valid() || slices.Max(after) == 0 {
		return node.One(n.Computed(x, v.Type))
	}
	f := make([]int, node.Front(x))
	return node.One(n.Computed(op.PadWith(n.B, x, append(f, before...), append(slices.Clone(f), after...), 0), v.Type))
}

// mirrored surrounds an axis with what lies at its ends.
func mirrored(n *node.Node, x *ir.Value, axis, before, after int, mode string) *ir.Value {
	if before == 0 && after == 0 || !x.Valid() {
		return x
	}
	at := node.Front(x) + axis
	d := x.Shape[at]
	if n.Large([]int{before + d + after}) {
		return x
	}
	var list []int64
	for i := -before; i < d+after; i++ {
		j := i
		switch mode {
		case "edge":
			j = max(0, min(i, d-1))
		case "wrap":
			j = (i%d + d) % d
		case "reflect":
			if period := 2 * (d - 1); period == 0 {
				j = 0
			} else if j = (i%period + period) % period; j >= d {
				j = period - j
			}
		default:
			n.Errorf("mode %s is not supported", mode)
			return x
		}
		list = append(list, int64(j))
	}
	out := slices.Clone([]int(x.Shape[node.Front(x):]))
	out[axis] = len(list)
	pick := n.With(&node.Value{Shape: x.Shape[node.Front(x):], InOrder: x, Type: proto.Float32}, &node.Value{Known: tensor.Ints(list...)})
	y := Picked(pick, axis, d, out)
	if n.Take(pick) {
		return x
	}
	return y[0].InOrder
}

// trilu keeps the upper or the lower triangle of matrices.
func trilu(n *node.Node) []*node.Value {
	v := n.In[0]
	if v.Rank() < 2 {
		return n.Errorf("%v is no matrix", v.Shape)
	}
	k, upper := int(n.Number("k", 1, 0)), n.Int("upper", 1) != 0
	rows, columns := v.Shape[v.Rank()-2], v.Shape[v.Rank()-1]
	if n.Large([]int{rows, columns}) {
		return nil
	}
	mask := tensor.New(proto.Bool, []int{rows, columns})
	for i := range rows {
		for j := range columns {
			if keep := j-i >= k; keep == upper || j-i == k {
				mask.I[i*columns+j] = 1
			}
		}
	}
	zero := tensor.New(v.Type, nil)
	chosen := n.With(&node.Value{Type: proto.Bool, Shape: mask.Shape, Known: mask}, v, &node.Value{Type: v.Type, Known: zero})
	e := scalar.Call("select", scalar.Arg(0), scalar.Arg(1), scalar.Arg(2))
	if v.Known != nil {
		t := node.Folded(chosen, e, v.Type)
		if n.Take(chosen) {
			return nil
		}
		return node.One(&node.Value{Type: v.Type, Shape: t[0].Shape, Known: t[0]})
	}
	out := node.Mapped(chosen, e, "trilu", v.Type)
	n.Take(chosen)
	return out
}
