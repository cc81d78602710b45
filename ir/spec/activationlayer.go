package spec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
)

// activationLayer is one of Keras's layers that only apply a function.
type activationLayer struct {
	function string
	takes    []string // the layer's arguments, in their order
	// The layer's default of its first argument, where the function has another.
	preset *Value
}

// activationLayers are those that an Activation layer replaces. Source: Keras 3,
// layers/activations/*.py, against activations/activations.py: LeakyReLU's
// negative_slope is 0.3 by default, leaky_relu's is 0.2.
var activationLayers = map[string]activationLayer{
	"ReLU":      {function: "relu", takes: []string{"max_value", "negative_slope", "threshold"}},
	"LeakyReLU": {function: "leaky_relu", takes: []string{"negative_slope"}, preset: &Value{Kind: Float, Float: 0.3}},
	"ELU":       {function: "elu", takes: []string{"alpha"}},
	"Softmax":   {function: "softmax", takes: []string{"axis"}},
	"Identity":  {function: "linear"},
}

// InsteadOf answers a layer of Keras that only applies a function, LeakyReLU:
// 0.1, with what to write for the same meaning. Others have the answer "".
func InsteadOf(l Layer) string {
	args := Value{Kind: Map}
	if l.Name != "" {
		args.Map = append(args.Map, Arg{Name: "name", Value: Value{Kind: String, Str: l.Name}})
	}
	if l.Inputs != nil {
		list := Value{Kind: List}
		for _, r := range l.Inputs {
			list.List = append(list.List, Value{Kind: String, Str: r.Name})
		}
		args.Map = append(args.Map, Arg{Name: "inputs", Value: list})
	}
	args.Map = append(args.Map, l.Args.List...)
	if l.Args.Positional != nil {
		args = *l.Args.Positional
	}
	kind := l.Type
	for name := range activationLayers {
		if strings.EqualFold(name, kind) {
			kind = name
		}
	}
	write, problem := insteadOf(kind, args)
	switch {
	case problem != "":
		return problem
	case write != "":
		return "there is no " + l.Type + "; write " + write
	}
	return ""
}

// insteadOf gives what to write in place of a layer with such arguments, or why
// nothing has their meaning.
func insteadOf(kind string, args Value) (write, problem string) {
	of, ok := activationLayers[kind]
	if !ok {
		return "", ""
	}
	given := args.Map
	if args.Kind != Map && args.Kind != Null && len(of.takes) > 0 {
		given = []Arg{{Name: of.takes[0], Value: args}}
	}
	var settings, about []Arg
	for _, a := range given {
		if a.Name == "alpha" && kind == "LeakyReLU" {
			a.Name = "negative_slope" // Keras 2's name, which Keras 3 still takes
		}
		switch {
		case a.Name == "name" || a.Name == "inputs":
			about = append(about, a)
		case a.Name == "trainable": // the layer has no weights
		case kind == "Softmax" && a.Name == "axis":
			if a.Value.Kind != Int || a.Value.Int != -1 {
				return "", fmt.Sprintf("Softmax's axis %s is not supported by this version of nngen; for the last axis write Activation: softmax", a.Value.brief())
			}
		case slices.Contains(of.takes, a.Name):
			settings = append(settings, a)
		default:
			return "", fmt.Sprintf("%s's argument %s is not supported by this version of nngen", kind, diag.Quote(a.Name))
		}
	}
	if of.preset != nil && len(settings) == 0 {
		settings = []Arg{{Name: of.takes[0], Value: *of.preset}}
	}
	function := Value{Kind: String, Str: of.function}
	if len(settings) > 0 {
		function = object(Arg{Name: of.function, Value: object(settings...)})
	}
	if len(settings)+len(about) > 0 {
		function = object(append(about, Arg{Name: "activation", Value: function})...)
	}
	return "Activation: " + function.brief(), ""
}
