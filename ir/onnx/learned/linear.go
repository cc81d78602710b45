package learned

import (
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/arithmetic"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/product"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Refused are operators of ai.onnx.ml that are no part of neural networks, with
// what to do.
var Refused = map[string]string{
	"TreeEnsemble": trees, "TreeEnsembleClassifier": trees, "TreeEnsembleRegressor": trees,
	"SVMClassifier":   "support vectors are not compiled; a linear one (LogisticRegression, or MLPClassifier with hidden layers) is",
	"SVMRegressor":    "support vectors are not compiled; a linear one (LinearRegression, or MLPRegressor with hidden layers) is",
	"DictVectorizer":  "maps are not supported; give the model columns of numbers",
	"CastMap":         "maps are not supported; give the model columns of numbers",
	"CategoryMapper":  "strings are not supported; number the categories before",
	"TfIdfVectorizer": "strings are not supported; give the model counts",
}

const trees = "trees are not compiled, which decide and do not compute; fit an MLPClassifier, MLPRegressor or linear model to the same rows, or run the trees with a library for them"

// linear is x·coefficientsᵀ + intercepts of the attributes, for so many results.
func linear(n *node.Node, results int) *node.Value {
	v, c := number32(n), n.Attribute("coefficients")
	if n.Failed || c == nil || v.Rank() != 2 || results < 1 || len(c.Floats) != results*v.Shape[1] {
		n.Errorf("coefficients that do not fit %v and %d results", n.In[0].Shape, results)
		return nil
	}
	t := tensor.New(proto.Float32, []int{results, v.Shape[1]})
	for i, f := range c.Floats {
		t.F[i] = float64(f)
	}
	w := &node.Value{Name: resultOf(n) + ".coefficients", Type: t.Type, Shape: t.Shape, Known: t}
	n.Weigh(w.Name)
	y := n.Computed(product.Multiplied(n, n.Plain(v), n.Constant(w, []int{1, 0})), proto.Float32)
	a := n.Attribute("intercepts")
	if n.Failed || a == nil || len(a.Floats) == 0 {
		return y
	}
	if len(a.Floats) != results {
		n.Errorf("%d intercepts for %d results", len(a.Floats), results)
		return nil
	}
	b := tensor.New(proto.Float32, []int{results})
	for i, f := range a.Floats {
		b.F[i] = float64(f)
	}
	of := n.With(y, &node.Value{Name: resultOf(n) + ".intercepts", Type: b.Type, Shape: b.Shape, Known: b})
	n.Weigh(of.In[1].Name)
	out := node.Mapped(of, scalar.Call("add", scalar.Arg(0), scalar.Arg(1)), "linear", proto.Float32)
	if n.Take(of) {
		return nil
	}
	return out[0]
}

// resultOf is the name of the first result that is read.
func resultOf(n *node.Node) string {
	for _, name := range n.Proto.Outputs {
		if name != "" {
			return name
		}
	}
	return n.Proto.Op
}

// linearRegressor is a sum of products. Source: ONNX-ML 1, LinearRegressor.
func linearRegressor(n *node.Node) []*node.Value {
	if n.Text("post_transform", "NONE") != "NONE" {
		return n.Errorf("post_transform %s is not supported", n.Text("post_transform", "NONE"))
	}
	if v := linear(n, n.Int("targets", 1)); v != nil {
		return node.One(v)
	}
	return nil
}

// linearClassifier gives the score of every class; the label is that of the largest.
// Where two classes have one score, it is that of the second. Source: ONNX-ML 1,
// LinearClassifier.
func linearClassifier(n *node.Node) []*node.Value {
	classes := 0
	for _, name := range []string{"classlabels_strings", "classlabels_ints"} {
		if a := n.Attribute(name); a != nil {
			classes = max(classes, len(a.Strings), len(a.Ints))
		}
	}
	if len(n.Proto.Outputs) != 2 || n.Proto.Outputs[0] != "" {
		return n.Errorf("its label is used otherwise than as that of the largest score; only the scores are supported")
	}
	results, transform := classes, n.Text("post_transform", "NONE")
	if c, v := n.Attribute("coefficients"), n.In[0]; c != nil && v.Rank() == 2 && len(c.Floats) == v.Shape[1] && classes == 2 {
		results = 1
	}
	v := linear(n, results)
	if v == nil {
		return nil
	}
	y := n.Plain(v)
	switch {
	case transform == "LOGISTIC":
		y = op.Unary(n.B, "sigmoid", y)
	case transform == "SOFTMAX" && results > 1:
		y = op.Softmax(n.B, y, -1)
	case transform != "NONE" || results == 1 && classes == 2:
		return n.Errorf("post_transform %s of %d scores for %d classes is not supported", transform, results, classes)
	}
	if results == 1 && y.Valid() {
		y = op.Concatenate(n.B, -1, op.MapOf(n.B, scalar.Call("sub", scalar.Num(1), scalar.Arg(0)), "complement", y), y)
	}
	return []*node.Value{nil, n.Computed(y, proto.Float32)}
}

// oneHotEncoder is 1 at the place of the category that a number is; the axis of the
// categories is the last, and new. Source: ONNX-ML 1, OneHotEncoder.
func oneHotEncoder(n *node.Node) []*node.Value {
	var categories []float64
	if a := n.Attribute("cats_int64s"); a != nil {
		for _, i := range a.Ints {
			categories = append(categories, float64(i))
		}
	}
	if n.Attribute("cats_strings") != nil || len(categories) == 0 {
		return n.Errorf("its categories are no whole numbers; number them before")
	}
	if n.Int("zeros", 1) == 0 {
		return n.Errorf("zeros 0, which makes an error of an unknown category, is not supported")
	}
	if slices.ContainsFunc(categories, func(c float64) bool { return math.Abs(c) > 1<<24 }) {
		return n.Errorf("a category that float32 does not have")
	}
	v := n.In[0]
	x := n.Plain(v)
	if !x.Valid() {
		return n.Errorf("its operand is not valid")
	}
	x = op.ReshapeTo(n.B, x, append(slices.Clone(x.Shape), 1))
	whole := scalar.Expr(scalar.Arg(0))
	if v.Type == proto.Float32 { // which the operator takes the whole part of
		whole = arithmetic.Truncated(scalar.Arg(0))
	}
	y := op.MapOf(n.B, scalar.Call("eq", whole, scalar.Arg(1)), "one_hot", x, op.ConstOf(n.B, ir.Shape{len(categories)}, categories))
	return node.One(n.Computed(y, proto.Float32))
}

// labelEncoder gives another number for each of some. Source: ONNX-ML 4, LabelEncoder.
func labelEncoder(n *node.Node) []*node.Value {
	list := func(kind string) (out []float64, ok bool) {
		if a := n.Attribute(kind + "_floats"); a != nil {
			for _, f := range a.Floats {
				out = append(out, float64(f))
			}
			return out, true
		}
		if a := n.Attribute(kind + "_int64s"); a != nil {
			for _, i := range a.Ints {
				out = append(out, float64(i))
			}
			return out, true
		}
		return nil, false
	}
	keys, ok := list("keys")
	values, ok2 := list("values")
	if !ok || !ok2 || len(keys) != len(values) || len(keys) == 0 || len(keys) > node.Constants {
		return n.Errorf("it does not go from numbers to numbers, at most %d of them; strings are not supported", node.Constants)
	}
	otherwise, to := n.Float("default_float", 0), proto.Float32
	if n.Attribute("values_int64s") != nil {
		otherwise, to = float64(n.Int("default_int64", -1)), proto.Int64
	}
	e := scalar.Expr(scalar.Num(otherwise))
	for i, k := range slices.Backward(keys) { // the first of equal ones counts
		is := scalar.Call("eq", scalar.Arg(0), scalar.Num(k))
		if math.IsNaN(k) {
			is = scalar.Call("sub", scalar.Num(1), scalar.Call("eq", scalar.Arg(0), scalar.Arg(0)))
		}
		e = scalar.Call("select", is, scalar.Num(values[i]), e)
	}
	return node.Mapped(n, e, "label", to)
}
