package onnx

import (
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// learned are the operators of the domain ai.onnx.ml that pipelines of scikit-learn
// have around a neural network, as skl2onnx writes them.
var learned = map[string]row{
	"Scaler":     {least: 1, most: 1, graph: scaler},
	"Normalizer": {least: 1, most: 1, graph: normalizer},
	"Imputer":    {least: 1, most: 1, graph: imputer},
	"Binarizer": {least: 1, most: 1, graph: func(n *node) []*Value {
		return unary(n, scalar.Call("gt", scalar.Arg(0), scalar.Num(n.float("threshold", 0))), "binarizer")
	}},
	"ArrayFeatureExtractor": {least: 2, most: 2, moves: []int{0}, ids: true, graph: extractor},
	"FeatureVectorizer":     {least: 1, most: 64, all: true, graph: vectorizer},
	"ZipMap":                {least: 1, most: 1, graph: func(n *node) []*Value { return n.in[:1] }},
	"LinearRegressor":       {least: 1, most: 1, graph: linearRegressor},
	"LinearClassifier":      {least: 1, most: 1, graph: linearClassifier},
	"OneHotEncoder":         {least: 1, most: 1, graph: oneHotEncoder},
	"LabelEncoder":          {least: 1, most: 1, graph: labelEncoder},
}

// floats is a list attribute of numbers as a known vector, for the last axis of the
// operand: one number, or one an element.
func floatsFor(n *node, name string) (*Value, bool) {
	a := n.attribute(name)
	if a == nil || len(a.Floats) == 0 {
		return nil, false
	}
	v := n.in[0]
	if d := len(a.Floats); d != 1 && (v.rank() == 0 || d != v.Shape[v.rank()-1]) {
		n.errorf("%s has %d numbers for %v", name, d, v.Shape)
		return nil, false
	}
	t := tensor.New(proto.Float32, []int{len(a.Floats)})
	for i, f := range a.Floats {
		t.F[i] = float64(f)
	}
	return &Value{Type: t.Type, Shape: t.Shape, Known: t}, true
}

// number32 is the operand in float32, which these operators answer in.
func number32(n *node) *Value {
	v := n.in[0]
	if v.Type == proto.Float32 {
		return v
	}
	of := n.with(v)
	out := mapped(of, scalar.Arg(0), "cast", proto.Float32)
	if n.take(of) {
		return v
	}
	return out[0]
}

// scaler is (x-offset)·scale. Source: ONNX-ML 5, Scaler.
func scaler(n *node) []*Value {
	y := number32(n)
	for _, part := range []struct{ name, fn string }{{"offset", "sub"}, {"scale", "mul"}} {
		w, ok := floatsFor(n, part.name)
		if n.failed {
			return nil
		}
		if !ok {
			continue
		}
		of := n.with(y, w)
		out := mapped(of, scalar.Call(part.fn, scalar.Arg(0), scalar.Arg(1)), part.name, proto.Float32)
		if n.take(of) {
			return nil
		}
		y = out[0]
	}
	return one(y)
}

// normalizer divides rows by their norm. Source: ONNX-ML 1, Normalizer.
func normalizer(n *node) []*Value {
	x := n.plain(number32(n))
	if n.failed || !x.Valid() || n.in[0].rank() == 0 {
		return n.errorf("its operand is not valid")
	}
	var norm *ir.Value
	switch n.string("norm", "MAX") {
	case "L1":
		norm = op.Sum(n.b, op.MapOf(n.b, scalar.Call("abs", scalar.Arg(0)), "abs", x), true, -1)
	case "L2":
		norm = op.MapOf(n.b, scalar.Call("sqrt", scalar.Arg(0)), "norm", op.Sum(n.b, op.MapOf(n.b, square, "square", x), true, -1))
	default:
		norm = op.Max(n.b, x, true, -1)
	}
	return one(n.computed(op.MapOf(n.b, scalar.Call("select", scalar.Call("eq", scalar.Arg(1), scalar.Num(0)), scalar.Arg(0), scalar.Call("div", scalar.Arg(0), scalar.Arg(1))), "normalized", x, norm), proto.Float32))
}

// imputer puts numbers in the places of a value that stands for none. Source: ONNX-ML 1,
// Imputer.
func imputer(n *node) []*Value {
	w, ok := floatsFor(n, "imputed_value_floats")
	if n.failed || !ok {
		return n.errorf("it has no imputed_value_floats")
	}
	missing := n.float("replaced_value_float", 0)
	is := scalar.Call("eq", scalar.Arg(0), scalar.Num(missing))
	if math.IsNaN(missing) {
		is = scalar.Call("sub", scalar.Num(1), scalar.Call("eq", scalar.Arg(0), scalar.Arg(0)))
	}
	of := n.with(n.in[0], w)
	out := mapped(of, scalar.Call("select", is, scalar.Arg(1), scalar.Arg(0)), "imputed", n.in[0].Type)
	n.take(of)
	return out
}

// extractor takes columns of the last axis, or classes by their computed number.
// Source: ONNX-ML 1, ArrayFeatureExtractor.
func extractor(n *node) []*Value {
	v, ids := n.in[0], n.in[1]
	if v.rank() == 0 {
		return n.errorf("an operand of no axes")
	}
	width := v.Shape[v.rank()-1]
	out := append(slices.Clone(v.Shape[:v.rank()-1]), tensor.Count(ids.Shape))
	if v.rank() == 1 {
		out = []int{1, tensor.Count(ids.Shape)}
	}
	if ids.Known != nil && v.Known == nil {
		flat := *ids.Known
		flat.Shape = []int{tensor.Count(ids.Shape)}
		of := n.with(v, &Value{Known: &flat})
		picked := picked(of, v.rank()-1, width, append(slices.Clone(v.Shape[:v.rank()-1]), tensor.Count(ids.Shape)))
		if n.take(of) {
			return nil
		}
		return reshaped(n.with(picked[0]), out)
	}
	if v.Known == nil || v.rank() > 1 && tensor.Count(v.Shape) != width {
		return n.errorf("its table must be one known row where its indices are computed")
	}
	x := indicesOf(n, ids, width)
	if !x.Valid() {
		return n.errorf("its indices are not valid")
	}
	table := make([]float64, width)
	for i := range table {
		table[i] = v.Known.At(i)
	}
	y := op.GatherRows(n.b, op.ConstOf(n.b, ir.Shape{width}, table), x)
	return reshaped(n.with(n.computed(y, v.Type)), out)
}

// vectorizer joins columns. Source: ONNX-ML 1, FeatureVectorizer.
func vectorizer(n *node) []*Value {
	axis := n.in[0].rank() - 1
	var parts []*ir.Value
	for i := range n.in {
		of := n.with(n.in[i])
		parts = append(parts, rowed(n, of.plain(number32(of))))
		if n.take(of) {
			return nil
		}
	}
	return one(n.computed(op.Concatenate(n.b, 1+axis, parts...), proto.Float32))
}
