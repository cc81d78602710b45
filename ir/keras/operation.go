package keras

import (
	"cmp"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/layer/operation"
	"github.com/nngen-go/nngen/ir/spec"
)

// isOperation reports a node that is a function and no layer: one of keras.ops, or
// of TensorFlow in a file of Keras 2.
func isOperation(p *part) bool {
	switch p.class {
	case "TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer", "InstanceMethod", "ClassMethod":
		return true
	}
	return p.bare || strings.HasPrefix(p.module, "keras.src.ops") || strings.HasPrefix(p.module, "keras.ops")
}

// operations are functions of two operands or one, by the last part of their name
// in lower case, and the layer that computes them: with a number for an operand it
// is a Rescaling.
var operations = map[string]struct {
	layer      string // of two tensors
	activation string // of one tensor
	scale      func(x float64, first bool) (scale, offset float64, ok bool)
}{
	"add":      {layer: "Add", scale: func(x float64, _ bool) (float64, float64, bool) { return 1, x, true }},
	"multiply": {layer: "Multiply", scale: func(x float64, _ bool) (float64, float64, bool) { return x, 0, true }},
	"mul":      {layer: "Multiply", scale: func(x float64, _ bool) (float64, float64, bool) { return x, 0, true }},
	"maximum":  {layer: "Maximum"},
	"minimum":  {layer: "Minimum"},
	"relu":     {activation: "relu"},
	"relu6":    {activation: "relu6"},
	"sigmoid":  {activation: "sigmoid"},
	"tanh":     {activation: "tanh"},
	"softplus": {activation: "softplus"},
	"exp":      {activation: "exponential"},
	"silu":     {activation: "silu"},
	"subtract": {layer: "Subtract", scale: func(x float64, first bool) (float64, float64, bool) {
		if first {
			return -1, x, true
		}
		return 1, -x, true
	}},
	"truedivide": {scale: func(x float64, first bool) (float64, float64, bool) { return 1 / x, 0, !first && x != 0 }},
	"divide":     {scale: func(x float64, first bool) (float64, float64, bool) { return 1 / x, 0, !first && x != 0 }},
}

// functions are what TensorFlow calls functions of keras.ops.
var functions = map[string]string{
	"reduce_mean": "mean", "reduce_sum": "sum", "reduce_max": "max", "reduce_min": "min", "reduce_prod": "prod", "truediv": "divide", "pow": "power",
	"getitem": "get_item", "neg": "negative", "concat": "concatenate",
}

// operation writes one function as the layer that computes it, or as an Operation.
func (w *writer) operation(p *part, i int) {
	p.said = w.take(p.name, p.path)
	name := p.class
	if f := text(p.config, "function"); f != "" { // TFOpLambda: math.multiply, __operators__.add
		name = f[strings.LastIndexByte(f, '.')+1:]
	} else if p.class == "SlicingOpLambda" {
		name = "getitem"
	}
	if p.class == "TensorFlowOpLayer" {
		w.fail(p.path, "a TensorFlowOpLayer is an operation of TensorFlow that Python code applied to a tensor, not a layer of Keras; use a layer in its place, such as Reshape or Permute, and save the model again")
		return
	}
	operands := w.operands(p.nodes[i])
	class, inputs, args, ok := w.asLayer(name, operands)
	if !ok {
		class, inputs, args, ok = w.asOperation(p, name, operands, p.nodes[i].given)
	}
	if !ok {
		w.fail(p.path, "the operation %s is not supported by this version of nngen", diag.Quote(name))
	}
	w.results(p, i, class, args)
	w.add(class, p.said, inputs, args...)
}

// asLayer is the function as a plain layer. Tensors of different ranks are stretched
// in other ways by functions and by layers.
func (w *writer) asLayer(name string, operands []operand) (class string, inputs []string, args []spec.Arg, ok bool) {
	known, ok := operations[strings.ToLower(strings.ReplaceAll(name, "_", ""))]
	if !ok {
		return "", nil, nil, false
	}
	for _, o := range operands {
		if o.of != nil {
			inputs = append(inputs, w.refs[*o.of].name)
		}
	}
	switch {
	case len(operands) == 2 && len(inputs) == 2 && known.layer != "":
		return known.layer, inputs, nil, w.ranks[*operands[0].of] == w.ranks[*operands[1].of]
	case len(operands) == 2 && len(inputs) == 1 && known.scale != nil:
		first := operands[0].of == nil
		number, of := operands[1].value, operands[0].of
		if first {
			number, of = operands[0].value, operands[1].of
		}
		if w.ranks[*of] == 1 { // one number a row, which is no input of a layer
			return "", nil, nil, false
		}
		x, plain := number.Number()
		scale, offset, can := known.scale(x, first)
		args = append(args, spec.Arg{Name: "scale", Value: whole(spec.Value{Kind: spec.Float, Float: scale})})
		if offset != 0 {
			args = append(args, spec.Arg{Name: "offset", Value: whole(spec.Value{Kind: spec.Float, Float: offset})})
		}
		return "Rescaling", inputs, args, plain && can
	case len(operands) == 1 && len(inputs) == 1 && known.activation != "":
		return "Activation", inputs, []spec.Arg{textArg("activation", known.activation)}, true
	}
	return "", nil, nil, false
}

// asOperation is the function as the layer Operation, where this version has it:
// tensors are inputs in their order, other operands and the arguments stand under
// their names.
func (w *writer) asOperation(p *part, name string, operands []operand, given []spec.Arg) (class string, inputs []string, args []spec.Arg, ok bool) {
	info, ok := layer.Find("Operation")
	if !ok {
		return "", nil, nil, false
	}
	if now := functions[name]; now != "" {
		name = now
	}
	row, known := functionRow(name)
	args = append(args, textArg("op", row.Name))
	for k, o := range operands {
		switch {
		case o.of != nil:
			inputs = append(inputs, w.refs[*o.of].name)
		case row.Name == "get_item":
			args = append(args, spec.Arg{Name: "key", Value: keyOf(o.value)})
		default:
			at, _, _ := operation.Operand(row.Operands[min(k, len(row.Operands)-1)])
			args = append(args, spec.Arg{Name: cmp.Or(o.name, at), Value: constant(o.value)})
		}
	}
	takes := spec.EntryDoc{}
	if known {
		takes = *find(w.catalog.Operations, row.Name)
	}
	for _, a := range append(slices.Clone(p.config.Map), given...) {
		isArgument := slices.ContainsFunc(takes.Args, func(d spec.ArgDoc) bool { return d.Name == a.Name })
		passed := slices.Contains([]string{"name", "dtype", "trainable", "function", "x", "y", "x1", "x2"}, a.Name) || isNeutral(a)
		if (isArgument && a.Value.Kind != spec.Null || !passed) && !slices.ContainsFunc(args, func(b spec.Arg) bool { return a.Name == b.Name }) {
			args = append(args, a)
		}
	}
	errs := layer.Decode(spec.Args{Owner: "the layer", Kind: "Operation", List: args}, info.New(), "the layer")
	for _, e := range errs {
		w.fail(p.path, "the operation %s: %s", diag.Quote(name), e.Msg)
	}
	return "Operation", inputs, args, true
}

// functionRow is the function of a name, which may be that of its class. Of a function
// that is not known there is the name alone.
func functionRow(name string) (row operation.Row, known bool) {
	if row, known = operation.Find(name); known {
		return row, true
	}
	if row, known = operation.Find(Snake(name)); known {
		return row, true
	}
	return operation.Row{Name: Snake(name), Operands: []string{"x1", "x2"}}, false
}

// constant is a tensor that is written down.
func constant(v spec.Value) spec.Value {
	if class := text(v, "class_name"); class == "__tensor__" || class == "__numpy__" {
		return field(field(v, "config"), "value")
	}
	return v
}

// keyOf is what stands between brackets as a description has it: "1:3" for a slice.
func keyOf(v spec.Value) spec.Value {
	switch text(v, "class_name") {
	case "__ellipsis__":
		return word("...")
	case "__slice__":
		c := field(v, "config")
		return sliceOf(field(c, "start"), field(c, "stop"), field(c, "step"))
	}
	if _, ok := v.Get("start"); ok { // of TensorFlow
		return sliceOf(field(v, "start"), field(v, "stop"), field(v, "step"))
	}
	if v.Kind == spec.List {
		out := spec.Value{Kind: spec.List}
		for _, e := range v.List {
			out.List = append(out.List, keyOf(e))
		}
		return out
	}
	return v
}

func sliceOf(start, stop, step spec.Value) spec.Value {
	end := func(v spec.Value) string {
		if v.Kind == spec.Int {
			return v.Flow()
		}
		return ""
	}
	s := end(start) + ":" + end(stop)
	if step.Kind == spec.Int && step.Int != 1 {
		s += ":" + end(step)
	}
	return word(s)
}

// operand is a tensor, or a value.
type operand struct {
	name  string // where it has one
	of    *tensor
	value spec.Value
}

// operands are those of a call in their order, those with the names y and x2 being
// second.
func (w *writer) operands(n node) (list []operand) {
	inputs := n.inputs
	for _, c := range n.consts {
		if c.Kind == spec.Null && len(inputs) > 0 {
			list = append(list, operand{of: &inputs[0]})
			inputs = inputs[1:]
		} else {
			list = append(list, operand{value: c})
		}
	}
	for i := range n.named {
		if a := &n.named[i]; len(a.of) == 1 {
			list = append(list, operand{of: &a.of[0]})
		}
	}
	for _, a := range n.given {
		if _, number := a.Value.Number(); number && (a.Name == "y" || a.Name == "x2" || a.Name == "x1" || a.Name == "x") {
			list = append(list, operand{name: map[string]string{"y": "x2", "x2": "x2"}[a.Name], value: a.Value})
		}
	}
	return list
}
