package layout

import (
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
)

// shape is the shape of the operand, from start to end.
func shape(n *node.Node) []*node.Value {
	rank := n.In[0].Rank()
	bound := func(name string, otherwise int) int {
		i := n.Int(name, otherwise)
		if i < 0 {
			i += rank
		}
		return max(0, min(i, rank))
	}
	from, to := bound("start", 0), bound("end", rank)
	t := tensor.Ints()
	for _, d := range n.In[0].Shape[from:max(from, to)] {
		t.I = append(t.I, int64(d))
	}
	t.Shape = []int{len(t.I)}
	return node.One(&node.Value{Type: proto.Int64, Shape: t.Shape, Known: t})
}

func constant(n *node.Node) []*tensor.Tensor {
	for _, a := range n.Proto.Attributes {
		switch a.Name {
		case "value":
			if a.Tensor == nil {
				break
			}
			t, err := tensor.Read(a.Tensor, nil)
			if err != nil {
				n.Errorf("%v", err)
				return nil
			}
			return []*tensor.Tensor{t}
		case "value_int":
			return []*tensor.Tensor{{Type: proto.Int64, I: []int64{a.Int}}}
		case "value_ints":
			return []*tensor.Tensor{tensor.Ints(a.Ints...)}
		case "value_float":
			return []*tensor.Tensor{{Type: proto.Float32, F: []float64{float64(a.Float)}}}
		case "value_floats":
			t := tensor.New(proto.Float32, []int{len(a.Floats)})
			for i, f := range a.Floats {
				t.F[i] = float64(f)
			}
			return []*tensor.Tensor{t}
		}
	}
	n.Errorf("it has no value of a supported kind")
	return nil
}

// extentsOf are the elements of a known vector as a shape.
func extentsOf(n *node.Node, t *tensor.Tensor) ([]int, bool) {
	s, err := tensor.ShapeOf(t.I)
	if err != nil || tensor.IsFloat(t.Type) {
		n.Errorf("%v is no shape", t.I)
		return nil, false
	}
	return s, true
}

func constantOfShape(n *node.Node) []*tensor.Tensor {
	s, ok := extentsOf(n, n.In[0].Known)
	if !ok || n.Large(s) {
		return nil
	}
	value := &tensor.Tensor{Type: proto.Float32, F: []float64{0}}
	if a := n.Attribute("value"); a != nil && a.Tensor != nil {
		v, err := tensor.Read(a.Tensor, nil)
		if err != nil || tensor.Count(v.Shape) != 1 {
			n.Errorf("its value is not one number")
			return nil
		}
		value = v
	}
	t := tensor.New(value.Type, s)
	for i := range t.F {
		t.F[i] = value.F[0]
	}
	for i := range t.I {
		t.I[i] = value.I[0]
	}
	return []*tensor.Tensor{t}
}

func ranged(n *node.Node) []*tensor.Tensor {
	for _, v := range n.In {
		if tensor.Count(v.Shape) != 1 {
			n.Errorf("its operands are of shapes %v, not one number each", n.Shapes())
			return nil
		}
	}
	from, to, by := n.In[0].Known.At(0), n.In[1].Known.At(0), n.In[2].Known.At(0)
	if by == 0 || !((to-from)/by <= tensor.MaxKnown) {
		n.Errorf("a range from %v to %v by %v", from, to, by)
		return nil
	}
	size := 0
	for v := from; by > 0 && v < to || by < 0 && v > to; v = from + float64(size)*by {
		size++
	}
	t := tensor.New(n.In[0].Type, []int{size})
	for i := range size {
		t.Set(i, from+float64(i)*by)
	}
	return []*tensor.Tensor{t}
}

func eye(n *node.Node) []*node.Value {
	s := n.In[0].Shape
	if len(s) != 2 {
		return n.Errorf("shape %v is no matrix", s)
	}
	if n.Large(s) {
		return nil
	}
	t := tensor.New(proto.Type(n.Int("dtype", int(n.In[0].Type))), s)
	for i := range s[0] {
		if j := i + n.Int("k", 0); j >= 0 && j < s[1] {
			t.Set(i*s[1]+j, 1)
		}
	}
	return node.One(&node.Value{Type: t.Type, Shape: t.Shape, Known: t})
}
