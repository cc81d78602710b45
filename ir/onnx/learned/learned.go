// Package learned has the operators of the domain ai.onnx.ml that pipelines of scikit-learn
// have around a neural network, as skl2onnx writes them.
package learned

import (
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/arithmetic"
	"github.com/nngen-go/nngen/ir/onnx/layout"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/reduction"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Rows are the operators.
var Rows = map[string]node.Row{
	"Scaler":     {Least: 1, Most: 1, Graph: scaler},
	"Normalizer": {Least: 1, Most: 1, Graph: normalizer},
	"Imputer":    {Least: 1, Most: 1, Graph: imputer},
	"Binarizer": {Least: 1, Most: 1, Graph: func(n *node.Node) []*node.Value {
		return arithmetic.Unary(n, scalar.Call("gt", scalar.Arg(0), scalar.Num(n.Float("threshold", 0))), "binarizer")
	}},
	"ArrayFeatureExtractor": {Least: 2, Most: 2, Moves: []int{0}, IDs: true, Graph: extractor},
	"FeatureVectorizer":     {Least: 1, Most: 64, All: true, Graph: vectorizer},
	"ZipMap":                {Least: 1, Most: 1, Graph: func(n *node.Node) []*node.Value { return n.In[:1] }},
	"LinearRegressor":       {Least: 1, Most: 1, Graph: linearRegressor},
	"LinearClassifier":      {Least: 1, Most: 1, Graph: linearClassifier},
	"OneHotEncoder":         {Least: 1, Most: 1, Graph: oneHotEncoder},
	"LabelEncoder":          {Least: 1, Most: 1, Graph: labelEncoder},
}

// floats is a list attribute of numbers as a known vector, for the last axis of the
// operand: one number, or one an element.
func floatsFor(n *node.Node, name string) (*node.Value, bool) {
	a := n.Attribute(name)
	if a == nil || len(a.Floats) == 0 {
		return nil, false
	}
	v := n.In[0]
	if d := len(a.Floats); d != 1 && (v.Rank() == 0 || d != v.Shape[v.Rank()-1]) {
		n.Errorf("%s has %d numbers for %v", name, d, v.Shape)
		return nil, false
	}
	t := tensor.New(proto.Float32, []int{len(a.Floats)})
	for i, f := range a.Floats {
		t.F[i] = float64(f)
	}
	return &node.Value{Type: t.Type, Shape: t.Shape, Known: t}, true
}

// number32 is the operand in float32, which these operators answer in.
func number32(n *node.Node) *node.Value {
	v := n.In[0]
	if v.Type == proto.Float32 {
		return v
	}
	of := n.With(v)
	out := node.Mapped(of, scalar.Arg(0), "cast", proto.Float32)
	if n.Take(of) {
		return v
	}
	return out[0]
}

// scaler is (x-offset)·scale. Source: ONNX-ML 5, Scaler.
func scaler(n *node.Node) []*node.Value {
	y := number32(n)
	for _, part := range []struct{ name, fn string }{{"offset", "sub"}, {"scale", "mul"}} {
		w, ok := floatsFor(n, part.name)
		if n.Failed {
			return nil
		}
		if !ok {
			continue
		}
		of := n.With(y, w)
		out := node.Mapped(of, scalar.Call(part.fn, scalar.Arg(0), scalar.Arg(1)), part.name, proto.Float32)
		if n.Take(of) {
			return nil
		}
		y = out[0]
	}
	return node.One(y)
}

// normalizer divides rows by their norm. Source: ONNX-ML 1, Normalizer.
func normalizer(n *node.Node) []*node.Value {
	x := n.Plain(number32(n))
	if n.Failed || !x.Valid() || n.In[0].Rank() == 0 {
		return n.Errorf("its operand is not valid")
	}
	var norm *ir.Value
	switch n.Text("norm", "MAX") {
	case "L1":
		norm = op.Sum(n.B, op.MapOf(n.B, scalar.Call("abs", scalar.Arg(0)), "abs", x), true, -1)
	case "L2":
		norm = op.MapOf(n.B, scalar.Call("sqrt", scalar.Arg(0)), "norm", op.Sum(n.B, op.MapOf(n.B, reduction.Square, "square", x), true, -1))
	default:
		norm = op.Max(n.B, x, true, -1)
	}
	quotient := scalar.Call("select", scalar.Call("eq", scalar.Arg(1), scalar.Num(0)), scalar.Arg(0), scalar.Call("div", scalar.Arg(0), scalar.Arg(1)))
	return node.One(n.Computed(op.MapOf(n.B, quotient, "normalized", x, norm), proto.Float32))
}

// imputer puts numbers in the places of a value that stands for none. Source: ONNX-ML 1,
// Imputer.
func imputer(n *node.Node) []*node.Value {
	w, ok := floatsFor(n, "imputed_value_floats")
	if n.Failed || !ok {
		return n.Errorf("it has no imputed_value_floats")
	}
	missing := n.Float("replaced_value_float", 0)
	is := scalar.Call("eq", scalar.Arg(0), scalar.Num(missing))
	if math.IsNaN(missing) {
		is = scalar.Call("sub", scalar.Num(1), scalar.Call("eq", scalar.Arg(0), scalar.Arg(0)))
	}
	of := n.With(n.In[0], w)
	out := node.Mapped(of, scalar.Call("select", is, scalar.Arg(1), scalar.Arg(0)), "imputed", n.In[0].Type)
	n.Take(of)
	return out
}

// extractor takes columns of the last axis, or classes by their computed number.
// Source: ONNX-ML 1, ArrayFeatureExtractor.
func extractor(n *node.Node) []*node.Value {
	v, ids := n.In[0], n.In[1]
	if v.Rank() == 0 {
		return n.Errorf("an operand of no axes")
	}
	width := v.Shape[v.Rank()-1]
	out := append(slices.Clone(v.Shape[:v.Rank()-1]), tensor.Count(ids.Shape))
	if v.Rank() == 1 {
		out = []int{1, tensor.Count(ids.Shape)}
	}
	if ids.Known != nil && v.Known == nil {
		flat := *ids.Known
		flat.Shape = []int{tensor.Count(ids.Shape)}
		of := n.With(v, &node.Value{Known: &flat})
		picked := layout.Picked(of, v.Rank()-1, width, append(slices.Clone(v.Shape[:v.Rank()-1]), tensor.Count(ids.Shape)))
		if n.Take(of) {
			return nil
		}
		return node.Reshaped(n.With(picked[0]), out)
	}
	if v.Known == nil || v.Rank() > 1 && tensor.Count(v.Shape) != width {
		return n.Errorf("its table must be one known row where its indices are computed")
	}
	x := layout.IndicesOf(n, ids, width)
	if !x.Valid() {
		return n.Errorf("its indices are not valid")
	}
	table := make([]float64, width)
	for i := range table {
		table[i] = v.Known.At(i)
	}
	y := op.GatherRows(n.B, op.ConstOf(n.B, ir.Shape{width}, table), x)
	return node.Reshaped(n.With(n.Computed(y, v.Type)), out)
}

// vectorizer joins columns. Source: ONNX-ML 1, FeatureVectorizer.
func vectorizer(n *node.Node) []*node.Value {
	axis := n.In[0].Rank() - 1
	var parts []*ir.Value
	for i := range n.In {
		of := n.With(n.In[i])
		parts = append(parts, node.Rowed(n, of.Plain(number32(of))))
		if n.Take(of) {
			return nil
		}
	}
	return node.One(n.Computed(op.Concatenate(n.B, 1+axis, parts...), proto.Float32))
}
