package exporter

import (
	"slices"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/layer/operation"
	"github.com/nngen-go/nngen/ir/spec"
)

// modules are those of the functions of keras.ops that are not in ops/numpy.py, nor
// activations, which are in ops/nn.py.
var modules = map[string]string{
	"rsqrt": "math", "erf": "math", "erfc": "math", "logsumexp": "math", "norm": "linalg", "cast": "core", "stop_gradient": "core", "unstack": "core",
	"moments": "nn", "depth_to_space": "nn", "space_to_depth": "nn", "one_hot": "nn", "softmax": "nn", "log_softmax": "nn", "glu": "nn", "normalize": "nn", "gelu": "nn",
}

// functionClasses are the classes of functions that have several names.
var functionClasses = map[string]string{"swish": "Silu", "hard_swish": "HardSilu"}

// functionOperands are operands besides those of package operation: arguments that
// Keras takes in the call and not when the operation is made.
var functionOperands = []string{"rtol", "atol", "fill_value", "constant_values", "key"}

// unwritten are arguments that a function has and the class of its operation has not:
// a saved model cannot hold other values than the defaults.
var unwritten = map[string][]string{
	"relu": {"negative_slope", "max_value", "threshold"}, "hard_sigmoid": {"slope"}, "hstack": {"axis"}, "fliplr": {"axis"},
}

// functionOf is the name of the function that a layer applies, its operands, and the
// module and the class of the operation.
func functionOf(o *node) (name string, operands []string, module, class string) {
	v, _ := o.argument("op")
	name = v.Str
	if row, ok := operation.Find(name); ok {
		name, operands, class, module = row.Name, row.Operands, row.Class, "numpy"
	} else {
		operands, class, module = []string{"x"}, operation.ClassOf(name), "nn"
	}
	if of, ok := modules[name]; ok {
		module = of
	}
	if of, ok := functionClasses[name]; ok {
		class = of
	}
	return name, operands, "keras.src.ops." + module, class
}

// operands is the call of a function: tensors take the places that no value is
// written down for.
func (o *node) operands(in []tensor) (c call) {
	_, operands, _, _ := functionOf(o)
	for _, n := range operands {
		plain, isList, _ := operation.Operand(n)
		v, written := o.argument(plain)
		switch {
		case isList:
			c.args = append(c.args, many(in))
			in = nil
		case written && len(operands) > 1:
			c.args = append(c.args, argument{value: array(v)})
		case len(in) > 0:
			c.args = append(c.args, one(in[0]))
			in = in[1:]
		}
	}
	for _, name := range functionOperands {
		if v, ok := o.argument(name); ok && !slices.Contains(operands, name) {
			if name == "key" {
				c.args = append(c.args, argument{value: key(v)})
				continue
			}
			c.name(name, argument{value: v})
		}
	}
	return c
}

// array is an operand that is written down: a number, or lists of numbers as NumPy has
// them.
func array(v spec.Value) spec.Value {
	if v.Kind != spec.List {
		return v
	}
	return object(named("class_name", text("__numpy__")), named("config", object(named("value", v), named("dtype", text("float32")))))
}

// key is what stands between brackets: "1:3" is a slice.
func key(v spec.Value) spec.Value {
	switch {
	case v.Kind == spec.List:
		out := list()
		for _, e := range v.List {
			out.List = append(out.List, key(e))
		}
		return out
	case v.Kind != spec.String:
		return v
	case v.Str == "...":
		return object(named("class_name", text("__ellipsis__")), named("config", object()))
	}
	ends := [3]spec.Value{}
	for i, part := range strings.SplitN(v.Str, ":", 3) {
		if n, err := strconv.Atoi(strings.TrimSpace(part)); err == nil {
			ends[i] = whole(n)
		}
	}
	return object(named("class_name", text("__slice__")), named("config", object(named("start", ends[0]), named("stop", ends[1]), named("step", ends[2]))))
}

// function is the configuration of an operation: what it is made with.
func (w *writer) function(o *node) spec.Value {
	name, operands, module, class := functionOf(o)
	if name == "rms_normalization" {
		w.fail(o.Pos, "layer %s: the operation %s is no class in Keras, which a file could name; write a layer RMSNormalization", diag.Quote(o.name), name)
	}
	config := object(named("name", text(o.name)))
	doc := find(w.catalog.Operations, name)
	for _, a := range o.Args.List {
		switch {
		case a.Name == "op" || slices.Contains(functionOperands, a.Name) || len(operands) > 1 && slices.ContainsFunc(operands, func(n string) bool { plain, _, _ := operation.Operand(n); return plain == a.Name }):
		case slices.Contains(unwritten[name], a.Name):
			if d := argumentOf(doc, a.Name); d != nil && !sameAs(a.Value, d.Default) {
				w.fail(a.Value.Pos, "layer %s: a file of Keras has no argument %s of the operation %s, which is %s here", diag.Quote(o.name), diag.Quote(a.Name), name, a.Value.Flow())
			}
		default:
			config.Map = append(config.Map, named(a.Name, a.Value))
		}
	}
	return object(named("module", text(module)), named("class_name", text(class)), named("config", config), named("registered_name", text(class)))
}
