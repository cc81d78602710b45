package layout

import (
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var placesRows = map[string]node.Row{
	"GatherElements":  {Least: 2, Most: 2, IDs: true, Moves: []int{0}, Known: gatherElementsKnown, Graph: gatherElements},
	"GatherND":        {Least: 2, Most: 2, Moves: []int{0}, Known: gatherNDKnown, Graph: gatherND},
	"ScatterElements": {Least: 3, Most: 3, Moves: []int{0, 2}, Known: scatterElementsKnown, Graph: scatterElements},
	"Scatter":         {Least: 3, Most: 3, Moves: []int{0, 2}, Known: scatterElementsKnown, Graph: scatterElements},
	"ScatterND":       {Least: 3, Most: 3, Moves: []int{0, 2}, Known: scatterNDKnown, Graph: scatterND},
}

// offsets are the places in a tensor of shape s that GatherElements names by ids.
func elementOffsets(n *node.Node, s []int, ids *tensor.Tensor, axis int) []int {
	if len(ids.Shape) != len(s) || tensor.IsFloat(ids.Type) {
		n.Errorf("indices %v of %v", ids.Shape, s)
		return nil
	}
	own := tensor.Strides(s)
	index, out := make([]int, len(s)), make([]int, 0, len(ids.I))
	for _, id := range ids.I {
		if id < 0 {
			id += int64(s[axis])
		}
		at := 0
		for a := range s {
			i := index[a]
			if a == axis {
				if id < 0 || id >= int64(s[a]) {
					n.Errorf("index %d of an axis of %d", id, s[a])
					return nil
				}
				i = int(id)
			} else if i >= s[a] {
				n.Errorf("indices %v of %v", ids.Shape, s)
				return nil
			}
			at += i * own[a]
		}
		out = append(out, at)
		for a := len(s) - 1; a >= 0; a-- {
			if index[a]++; index[a] < ids.Shape[a] {
				break
			}
			index[a] = 0
		}
	}
	return out
}

// ndOffsets are the places that rows of ids name, of so many elements each, after
// batch shared axes.
func ndOffsets(n *node.Node, s []int, ids *tensor.Tensor, batch int) (offsets []int, run int, out []int) {
	r := len(ids.Shape)
	if r == 0 || tensor.IsFloat(ids.Type) || batch < 0 || batch >= r || batch > len(s) || !slices.Equal(s[:batch], ids.Shape[:batch]) || ids.Shape[r-1] > len(s)-batch {
		n.Errorf("indices %v of %v after %d shared axes", ids.Shape, s, batch)
		return nil, 0, nil
	}
	k := ids.Shape[r-1]
	own := tensor.Strides(s)
	run = tensor.Count(s[batch+k:])
	each := tensor.Count(ids.Shape[batch : r-1])
	for i := range tensor.Count(ids.Shape[:r-1]) {
		at := i / max(each, 1) * tensor.Count(s[batch:])
		for j := range k {
			id := ids.I[i*k+j]
			if id < 0 {
				id += int64(s[batch+j])
			}
			if id < 0 || id >= int64(s[batch+j]) {
				n.Errorf("index %d of an axis of %d", id, s[batch+j])
				return nil, 0, nil
			}
			at += int(id) * own[batch+j]
		}
		offsets = append(offsets, at)
	}
	return offsets, run, slices.Concat(ids.Shape[:r-1], s[batch+k:])
}

// taken are runs of elements of a known tensor.
func taken(from *tensor.Tensor, offsets []int, run int, shape []int) []*tensor.Tensor {
	t := tensor.New(from.Type, shape)
	for i, at := range offsets {
		for j := range run {
			t.Set(i*run+j, from.At(at+j))
		}
	}
	return []*tensor.Tensor{t}
}

// runsOf are runs of elements of a computed tensor: neighbours are taken at once.
func runsOf(n *node.Node, offsets []int, run int, shape []int) []*node.Value {
	v := n.In[0]
	x := n.X(0)
	if n.Failed || !x.Valid() || len(offsets) == 0 {
		return n.Errorf("it gathers nothing")
	}
	size := tensor.Count(v.Shape)
	x = op.ReshapeTo(n.B, x, append(append(ir.Shape{}, x.Shape[:node.Front(x)]...), size))
	flat := n.With(&node.Value{Type: v.Type, Shape: []int{size}, InOrder: x}, nil)
	if n.Large([]int{len(offsets), run}) {
		return nil
	}
	var list []int64
	for _, at := range offsets {
		for j := range run {
			list = append(list, int64(at+j))
		}
	}
	flat.In[1] = &node.Value{Known: tensor.Ints(list...)}
	out := Picked(flat, 0, tensor.Count(v.Shape), []int{len(list)})
	if n.Take(flat) {
		return nil
	}
	return node.Reshaped(n.With(out[0]), shape)
}

func gatherElementsKnown(n *node.Node) []*tensor.Tensor {
	axis := n.Axis(n.Int("axis", 0), n.In[0].Rank())
	offsets := elementOffsets(n, n.In[0].Shape, n.In[1].Known, axis)
	if n.Failed {
		return nil
	}
	return taken(n.In[0].Known, offsets, 1, n.In[1].Shape)
}

func gatherElements(n *node.Node) []*node.Value {
	axis := n.Axis(n.Int("axis", 0), n.In[0].Rank())
	if n.In[1].Known == nil {
		return elementsAt(n, axis)
	}
	offsets := elementOffsets(n, n.In[0].Shape, n.In[1].Known, axis)
	return runsOf(n, offsets, 1, n.In[1].Shape)
}

// elementsAt picks by ids that are computed, along the last axis.
func elementsAt(n *node.Node, axis int) []*node.Value {
	v, ids := n.In[0], n.In[1]
	rank := v.Rank()
	if n.Failed || ids.Rank() != rank || !slices.Equal(slices.Delete(slices.Clone(v.Shape), axis, axis+1), slices.Delete(slices.Clone(ids.Shape), axis, axis+1)) {
		return n.Errorf("indices %v, which are computed, of %v", ids.Shape, v.Shape)
	}
	last := append(slices.Delete(tensor.Identity(rank), axis, axis+1), axis)
	v = node.Numbered(n, v)
	x, at := n.Turned(node.Rowed(n, n.Plain(v)), last), IndicesOf(n, ids, v.Shape[axis])
	if !x.Valid() || !at.Valid() || n.Failed {
		return n.Errorf("its operands are not valid")
	}
	at = n.Turned(node.Rowed(n, at), last)
	y := op.GatherAlong(n.B, x, at, rank)
	back := slices.Insert(tensor.Identity(rank-1), axis, rank-1)
	return node.One(n.Computed(n.Turned(y, back), v.Type))
}

func gatherNDKnown(n *node.Node) []*tensor.Tensor {
	offsets, run, shape := ndOffsets(n, n.In[0].Shape, n.In[1].Known, n.Int("batch_dims", 0))
	if n.Failed {
		return nil
	}
	return taken(n.In[0].Known, offsets, run, shape)
}

func gatherND(n *node.Node) []*node.Value {
	if n.In[1].Known == nil {
		return n.Errorf("its indices %s are computed; only known ones are supported", n.In[1].Name)
	}
	offsets, run, shape := ndOffsets(n, n.In[0].Shape, n.In[1].Known, n.Int("batch_dims", 0))
	if n.Failed {
		return nil
	}
	return runsOf(n, offsets, run, shape)
}

// combiner is what a scatter does with the element that is there.
func combiner(n *node.Node) func(old, new float64) float64 {
	switch r := n.Text("reduction", "none"); r {
	case "none":
		return func(_, v float64) float64 { return v }
	case "add":
		return func(a, b float64) float64 { return a + b }
	case "mul":
		return func(a, b float64) float64 { return a * b }
	case "max":
		return func(a, b float64) float64 { return max(a, b) }
	case "min":
		return func(a, b float64) float64 { return min(a, b) }
	default:
		n.Errorf("reduction %s", r)
		return nil
	}
}

func scattered(n *node.Node, offsets []int, run int) []*tensor.Tensor {
	f := combiner(n)
	data, updates := n.In[0].Known, n.In[2].Known
	if n.Failed || tensor.Count(updates.Shape) != len(offsets)*run {
		n.Errorf("%v updates for %d places", updates.Shape, len(offsets)*run)
		return nil
	}
	t := tensor.New(data.Type, data.Shape)
	for i := range tensor.Count(data.Shape) {
		t.Set(i, data.At(i))
	}
	for i, at := range offsets {
		for j := range run {
			t.Set(at+j, f(t.At(at+j), updates.At(i*run+j)))
		}
	}
	return []*tensor.Tensor{t}
}

func scatterElementsKnown(n *node.Node) []*tensor.Tensor {
	offsets := elementOffsets(n, n.In[0].Shape, n.In[1].Known, n.Axis(n.Int("axis", 0), n.In[0].Rank()))
	if n.Failed {
		return nil
	}
	return scattered(n, offsets, 1)
}

func scatterNDKnown(n *node.Node) []*tensor.Tensor {
	offsets, run, _ := ndOffsets(n, n.In[0].Shape, n.In[1].Known, 0)
	if n.Failed {
		return nil
	}
	return scattered(n, offsets, run)
}

// neutral is what a reduction leaves an element as with.
var neutral = map[string]float64{"add": 0, "mul": 1, "max": math.Inf(-1), "min": math.Inf(1)}

// Replaced puts updates in the places of an operand, or reduces them with what is there:
// the first of every place, then the second of those with two, and so on.
func Replaced(n *node.Node, offsets []int, run int) []*node.Value {
	v, u := n.In[0], n.In[2]
	if tensor.Count(u.Shape) != len(offsets)*run {
		return n.Errorf("%v updates for %d places", u.Shape, len(offsets)*run)
	}
	size := tensor.Count(v.Shape)
	if n.Large(v.Shape) {
		return nil
	}
	x, y := node.ShapedAs(n, v, []int{size}), node.ShapedAs(n, u, []int{tensor.Count(u.Shape)})
	r := n.Text("reduction", "none")
	if r == "none" {
		list := tensor.Identity(size)
		for i, at := range offsets {
			for j := range run {
				list[at+j] = size + i*run + j
			}
		}
		x = chosenOf(n, list, x, y)
	} else if _, ok := neutral[r]; !ok {
		return n.Errorf("reduction %s", r)
	}
	for len(offsets) > 0 && r != "none" && !n.Failed {
		if tensor.IsInteger(v.Type) {
			return n.Errorf("reduction %s of %v that is computed is not supported", r, v.Type)
		}
		list := slices.Repeat([]int{tensor.Count(u.Shape)}, size)
		done := true
		for i, at := range offsets {
			if at < 0 {
				continue
			}
			done = false
			if list[at] != tensor.Count(u.Shape) {
				continue
			}
			for j := range run {
				list[at+j] = i*run + j
			}
			offsets[i] = -1
		}
		if done {
			break
		}
		none := tensor.New(u.Type, []int{1})
		none.F[0] = neutral[r]
		of := chosenOf(n, list, y, &node.Value{Type: u.Type, Shape: none.Shape, Known: none})
		x = n.Then(scalar.Call(r, scalar.Arg(0), scalar.Arg(1)), r, v.Type, x, of)
	}
	if x = node.ShapedAs(n, x, v.Shape); n.Failed {
		return nil
	}
	return node.One(x)
}

// chosenOf are elements of two vectors laid one after the other.
func chosenOf(n *node.Node, list []int, a, b *node.Value) *node.Value {
	if n.Failed {
		return nil
	}
	x, y := n.Plain(a), n.Plain(b)
	if !x.Valid() || !y.Valid() {
		n.Errorf("its operands are not valid")
		return nil
	}
	if node.Front(x)+node.Front(y) > 0 {
		x, y = node.Rowed(n, x), node.Rowed(n, y)
	}
	if x.DType != y.DType {
		x, y = op.MapOf(n.B, scalar.Arg(0), "number", x), op.MapOf(n.B, scalar.Arg(0), "number", y)
	}
	ids := make([]int64, len(list))
	for i, at := range list {
		ids[i] = int64(at)
	}
	size := tensor.Count(a.Shape) + tensor.Count(b.Shape)
	of := n.With(&node.Value{Type: a.Type, Shape: []int{size}, InOrder: op.Concatenate(n.B, -1, x, y)}, &node.Value{Known: tensor.Ints(ids...)})
	out := Picked(of, 0, size, []int{len(list)})
	if n.Take(of) {
		return nil
	}
	return out[0]
}

func scatterElements(n *node.Node) []*node.Value {
	if n.In[1].Known == nil {
		return n.Errorf("its indices %s are computed; only known ones are supported", n.In[1].Name)
	}
	offsets := elementOffsets(n, n.In[0].Shape, n.In[1].Known, n.Axis(n.Int("axis", 0), n.In[0].Rank()))
	if n.Failed {
		return nil
	}
	return Replaced(n, offsets, 1)
}

func scatterND(n *node.Node) []*node.Value {
	if n.In[1].Known == nil {
		return n.Errorf("its indices %s are computed; only known ones are supported", n.In[1].Name)
	}
	offsets, run, _ := ndOffsets(n, n.In[0].Shape, n.In[1].Known, 0)
	if n.Failed {
		return nil
	}
	return Replaced(n, offsets, run)
}
