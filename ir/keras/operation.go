package keras

import (
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec"
)

// isOperation reports a node that is a function and no layer: one of keras.ops, or
// of TensorFlow in a file of Keras 2.
func isOperation(p *part) bool {
	switch p.class {
	case "TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer", "InstanceMethod", "ClassMethod":
		return true
	}
	return strings.HasPrefix(p.module, "keras.src.ops") || strings.HasPrefix(p.module, "keras.ops")
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

// operation writes one function as the layer that computes it.
func (w *writer) operation(p *part, i int) {
	p.said = w.take(p.name, p.path)
	n := p.nodes[i]
	name := p.class
	if f := text(p.config, "function"); f != "" { // TFOpLambda: math.multiply, __operators__.add
		name = f[strings.LastIndexByte(f, '.')+1:]
	}
	known, ok := operations[strings.ToLower(strings.ReplaceAll(name, "_", ""))]
	operands := w.operands(n)
	class, args := "", []spec.Arg(nil)
	var inputs []string
	switch {
	case !ok:
	case len(operands) == 2 && operands[0].of != nil && operands[1].of != nil && known.layer != "":
		class, inputs = known.layer, []string{w.refs[*operands[0].of].name, w.refs[*operands[1].of].name}
	case len(operands) == 2 && known.scale != nil && (operands[0].of == nil) != (operands[1].of == nil):
		first := operands[0].of == nil
		number, tensor := operands[0].value, operands[1].of
		if !first {
			number, tensor = operands[1].value, operands[0].of
		}
		x, plain := number.Number()
		scale, offset, can := known.scale(x, first)
		if plain && can {
			class, inputs = "Rescaling", []string{w.refs[*tensor].name}
			args = append(args, spec.Arg{Name: "scale", Value: whole(spec.Value{Kind: spec.Float, Float: scale})})
			if offset != 0 {
				args = append(args, spec.Arg{Name: "offset", Value: whole(spec.Value{Kind: spec.Float, Float: offset})})
			}
		}
	case len(operands) == 1 && operands[0].of != nil && known.activation != "":
		class, inputs, args = "Activation", []string{w.refs[*operands[0].of].name}, []spec.Arg{textArg("activation", known.activation)}
	}
	if class == "" {
		w.fail(p.path, "the operation %s is not supported by this version of nngen", diag.Quote(name))
	}
	w.refs[tensor{p, i, 0}] = ref{p.said, p.said}
	w.add(class, p.said, inputs, args...)
}

// operand is a tensor, or a value.
type operand struct {
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
			list = append(list, operand{value: a.Value})
		}
	}
	return list
}
