package exporter

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// mapping writes expressions of elements.
type mapping struct{ *exporter }

// mapped writes an expression over operands that broadcast.
func (e mapping) mapped(v *ir.Value, m *op.Map) {
	if products(e).biased(v, m) {
		return
	}
	shape, unused := ir.Shape{}, false
	for i, a := range v.Args {
		if scalar.UsesArg(m.Expr, i) {
			shape, _ = ir.Broadcast(shape, a.Shape) // Infer has seen to it
		} else {
			unused = true
		}
	}
	if unused && !shape.Equal(v.Shape) { // the others stretch it
		e.stretched(v, m, shape)
		return
	}
	args, first := e.operands(v, v.Args)
	if slices.Contains(args, "") {
		return
	}
	if first {
		e.first[v] = e.expression(v, m.Expr, args, e.calledFirst(v))
	} else {
		e.last[v] = e.expression(v, m.Expr, args, e.called(v, ""))
	}
}

// stretched writes an expression whose own shape is less than that of all operands.
func (e mapping) stretched(v *ir.Value, m *op.Map, own ir.Shape) {
	args := make([]string, len(v.Args))
	for i, a := range v.Args {
		if !scalar.UsesArg(m.Expr, i) {
			continue
		}
		if args[i] = e.value(a); args[i] == "" {
			return
		}
	}
	x := e.expression(v, m.Expr, args, inner(title(v), "stretched"))
	e.set(v, "Expand", []string{x, arranging(e).whole(v, own, v.Shape)})
}

// operands are the names of the operands of an expression whose result is v, and whether
// they have their channels first: where those that have all axes are there like that.
func (e mapping) operands(v *ir.Value, args []*ir.Value) (names []string, first bool) {
	rank := len(v.Shape)
	if rank > 2 {
		computed := slices.DeleteFunc(slices.Clone(args), e.free)
		first = slices.ContainsFunc(computed, e.isFirst) && !slices.ContainsFunc(computed, func(a *ir.Value) bool {
			return len(a.Shape) != rank || !e.isFirst(a) && a.Shape[1:rank-1].Elements() > 1
		})
	}
	for _, a := range args {
		switch {
		case !first:
			names = append(names, e.value(a))
		case e.free(a):
			names = append(names, e.aligned(a, rank))
		default:
			names = append(names, e.channelsFirst(a))
		}
	}
	return names, first
}

// expression writes an expression of named operands; the result has the given name.
func (e mapping) expression(v *ir.Value, x scalar.Expr, args []string, name string) string {
	w := &expressing{exporter: e.exporter, v: v, args: args, base: name, done: map[string]string{}}
	if a, ok := x.(scalar.Arg); ok {
		from := args[a]
		if t := e.element[from]; t != proto.Float32 {
			return e.node("Cast", []string{from}, name, intOf("to", int(proto.Float32)))
		}
		return e.node("Identity", []string{from}, name)
	}
	return w.numeric(x, name)
}

// expressing is an expression on its way.
type expressing struct {
	*exporter
	v    *ir.Value // whose expression it is
	args []string
	base string
	done map[string]string // what has been written, by its text
}

// numeric is the name of an expression as float32. What has no name of its own is named
// after what it is.
func (w *expressing) numeric(x scalar.Expr, name string) string {
	text := x.String()
	if done, ok := w.done[text]; ok {
		return done
	}
	var out string
	switch x := x.(type) {
	case scalar.Num:
		return w.num(float64(x))
	case scalar.Arg:
		out = w.args[x]
		if w.element[out] != proto.Float32 {
			out = w.node("Cast", []string{out}, inner(w.base, "number"), intOf("to", int(proto.Float32)))
		}
	case scalar.Rows:
		count := w.like("Squeeze", []string{w.rowCount()}, inner(w.base, "rows"))
		out = w.node("Cast", []string{count}, inner(w.base, "rows"), intOf("to", int(proto.Float32)))
	case scalar.Apply:
		out = w.apply(x, name)
	}
	w.done[text] = out
	return out
}

func (w *expressing) named(name, kind string) string {
	if name != "" {
		return name
	}
	return inner(w.base, kind)
}

// apply writes a function of numbers, by the operator that is it where there is one.
func (w *expressing) apply(x scalar.Apply, name string) string {
	if truth[x.Fn] || w.isTruth(x) {
		return w.node("Cast", []string{w.condition(x)}, w.named(name, "number"), intOf("to", int(proto.Float32)))
	}
	for _, a := range activations {
		bound := map[int]scalar.Expr{}
		if !match(a.pattern, x, bound) {
			continue
		}
		if kind, attributes, more := a.operator(bound); kind != "" {
			inputs := []string{w.numeric(bound[0], "")}
			for _, m := range more {
				inputs = append(inputs, w.numeric(m, ""))
			}
			return w.node(kind, inputs, w.named(name, kind), attributes...)
		}
	}
	if x.Fn == "select" {
		return w.node("Where", []string{w.condition(x.Args[0]), w.numeric(x.Args[1], ""), w.numeric(x.Args[2], "")}, w.named(name, "where"))
	}
	var in []string
	for _, a := range x.Args {
		in = append(in, w.numeric(a, ""))
	}
	switch x.Fn {
	case "expm1":
		return w.node("Sub", []string{w.node("Exp", in, inner(w.base, "exp")), w.num(1)}, w.named(name, "expm1"))
	case "log1p":
		return w.node("Log", []string{w.node("Add", append(in, w.num(1)), inner(w.base, "add"))}, w.named(name, "log1p"))
	case "rsqrt":
		return w.node("Reciprocal", []string{w.node("Sqrt", in, inner(w.base, "sqrt"))}, w.named(name, "reciprocal"))
	}
	kind, ok := functions[x.Fn]
	if !ok {
		return w.errorf(w.v, "the function %s has no operator in ONNX", x.Fn)
	}
	return w.node(kind, in, w.named(name, kind))
}

// functions are the operators of base functions of numbers.
var functions = map[string]string{
	"add": "Add", "sub": "Sub", "mul": "Mul", "div": "Div", "max": "Max", "min": "Min", "pow": "Pow",
	"neg": "Neg", "abs": "Abs", "sign": "Sign", "floor": "Floor", "exp": "Exp", "log": "Log", "sqrt": "Sqrt",
	"tanh": "Tanh", "sigmoid": "Sigmoid", "erf": "Erf",
}

// truth are the base functions that give 1 or 0.
var truth = map[string]bool{"eq": true, "lt": true, "le": true, "gt": true, "ge": true}

var comparisons = map[string]string{"eq": "Equal", "lt": "Less", "le": "LessOrEqual", "gt": "Greater", "ge": "GreaterOrEqual"}

// isTruth reports an expression of comparisons alone.
func (w *expressing) isTruth(x scalar.Expr) bool {
	a, ok := x.(scalar.Apply)
	switch {
	case !ok:
		return false
	case truth[a.Fn]:
		return true
	case a.Fn == "sub":
		return a.Args[0] == scalar.Expr(scalar.Num(1)) && w.isTruth(a.Args[1])
	case a.Fn == "mul" || a.Fn == "max":
		return w.isTruth(a.Args[0]) && w.isTruth(a.Args[1])
	}
	return false
}

// condition is the name of an expression as bool: whether it is not 0.
func (w *expressing) condition(x scalar.Expr) string {
	text := "bool " + x.String()
	if done, ok := w.done[text]; ok {
		return done
	}
	var out string
	a, ok := x.(scalar.Apply)
	boolean := func(kind string, in ...string) string { return w.typed(proto.Bool, kind, in, inner(w.base, kind)) }
	switch {
	case ok && truth[a.Fn]:
		out = boolean(comparisons[a.Fn], w.numeric(a.Args[0], ""), w.numeric(a.Args[1], ""))
	case ok && w.isTruth(x) && a.Fn == "sub":
		out = boolean("Not", w.condition(a.Args[1]))
	case ok && w.isTruth(x) && a.Fn == "mul":
		out = boolean("And", w.condition(a.Args[0]), w.condition(a.Args[1]))
	case ok && w.isTruth(x) && a.Fn == "max":
		out = boolean("Or", w.condition(a.Args[0]), w.condition(a.Args[1]))
	default:
		out = w.typed(proto.Bool, "Cast", []string{w.numeric(x, "")}, inner(w.base, "condition"), intOf("to", int(proto.Bool)))
	}
	w.done[text] = out
	return out
}
