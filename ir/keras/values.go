package keras

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec"
)

// same reports that a value is what a default says.
func same(v spec.Value, want any) bool {
	number := func(y float64) bool { x, ok := v.Number(); return ok && x == y }
	switch want := want.(type) {
	case nil:
		return v.Kind == spec.Null
	case int:
		return number(float64(want))
	case int64:
		return number(float64(want))
	case float64:
		return number(want)
	case bool:
		return v.Kind == spec.Bool && v.Bool == want
	case string:
		return v.Kind == spec.String && v.Str == want
	case []any:
		if v.Kind != spec.List {
			return len(want) > 0 && !slices.ContainsFunc(want, func(e any) bool { return !same(v, e) })
		}
		return slices.EqualFunc(v.List, want, same)
	}
	return false
}

// nice is a number as a person would write it: Keras keeps 0.001 as the float32
// next to it.
func nice(v spec.Value) spec.Value {
	if v.Kind == spec.Float && float64(float32(v.Float)) == v.Float {
		v.Float, _ = strconv.ParseFloat(strconv.FormatFloat(v.Float, 'g', -1, 32), 64)
	}
	return v
}

// tidy brings a value into the form that a person would write: one number for a
// list of equal ones where the argument says so, 3 for 3.0.
func tidy(doc *spec.ArgDoc, v spec.Value) spec.Value {
	equal := func(list []spec.Value) bool {
		return len(list) > 0 && !slices.ContainsFunc(list, func(e spec.Value) bool { return !e.Same(list[0]) })
	}
	v = nice(v)
	switch {
	case doc.Type == "int" || doc.Type == "ints" || doc.Type == "pairs":
		v = whole(v)
	case v.Kind == spec.List:
		v.List = slices.Clone(v.List)
		for i := range v.List {
			v.List[i] = nice(v.List[i])
		}
	}
	switch {
	case doc.Type == "int" && v.Kind == spec.List && len(v.List) == 1:
		return v.List[0]
	case doc.Type == "ints" && doc.Size > 0 && v.Kind == spec.List && len(v.List) == doc.Size && equal(v.List):
		return v.List[0]
	case doc.Type == "ints" && doc.Size == 0 && v.Kind == spec.List && len(v.List) == 1 && v.List[0].Kind == spec.Int:
		return v.List[0]
	case doc.Type == "pairs" && v.Kind == spec.List && len(v.List) == doc.Size:
		v.List = slices.Clone(v.List)
		for i, e := range v.List {
			if e.Kind == spec.List && len(e.List) == 2 && equal(e.List) {
				v.List[i] = e.List[0]
			}
		}
		if equal(v.List) && v.List[0].Kind == spec.Int {
			return v.List[0]
		}
		for i, e := range v.List { // numbers and pairs are not mixed
			if e.Kind == spec.Int && slices.ContainsFunc(v.List, func(o spec.Value) bool { return o.Kind == spec.List }) {
				v.List[i] = spec.Value{Kind: spec.List, List: []spec.Value{e, e}}
			}
		}
	}
	return v
}

// whole makes whole numbers of floats that are, in lists as well.
func whole(v spec.Value) spec.Value {
	switch {
	case v.Kind == spec.Float && v.Float == math.Trunc(v.Float) && math.Abs(v.Float) < 1<<53:
		return spec.Value{Kind: spec.Int, Int: int64(v.Float)}
	case v.Kind == spec.List:
		v.List = slices.Clone(v.List)
		for i := range v.List {
			v.List[i] = whole(v.List[i])
		}
	}
	return v
}

// list is the part of the catalog that an argument's value is from.
func (r converter) list(of string) []spec.EntryDoc {
	switch of {
	case "activation":
		return r.catalog.Activations
	case "initializer":
		return r.catalog.Initializers
	case "regularizer":
		return r.catalog.Regularizers
	case "constraint":
		return r.catalog.Constraints
	case "optimizer":
		return r.catalog.Optimizers
	case "schedule":
		return r.catalog.Schedules
	case "loss":
		return r.catalog.Losses
	case "metric":
		return r.catalog.Metrics
	}
	return nil
}

// called is a name with arguments, in any of the forms that Keras writes.
func called(v spec.Value) (name string, config spec.Value) {
	switch {
	case v.Kind == spec.String:
		return v.Str, spec.Value{}
	case v.Kind != spec.Map:
		return "", spec.Value{}
	}
	inner := field(v, "config")
	switch class := text(v, "class_name"); {
	case class == "function" || class == "__typing__": // {"class_name": "function", "config": "mse"}
		return inner.Str, spec.Value{}
	case class != "" && inner.Kind == spec.String && (strings.HasPrefix(class, "function") || class == inner.Str):
		return inner.Str, spec.Value{}
	case class != "":
		return class, inner
	}
	return text(v, "name"), v // Keras 1
}

// call is a name with the arguments that differ from their defaults; said is false
// where all of that is the default of the argument.
func (r converter) call(p *part, doc *spec.ArgDoc, v spec.Value) (_ spec.Value, said bool) {
	if v.Kind == spec.Null {
		if doc.Of == "activation" && doc.Default != nil {
			return word("linear"), true
		}
		return v, false
	}
	name, config := called(v)
	problem := ""
	v, problem = r.entry(doc.Of, name, config)
	if problem != "" {
		r.fail(p.path, "%s: %s", doc.Name, problem)
		return v, false
	}
	plain := doc.Default
	if plain == nil && doc.Of == "activation" {
		plain = "linear"
	}
	if v.Kind == spec.Null || v.Kind == spec.String && same(v, plain) && !doc.Required {
		return v, false
	}
	if doc.Of == "initializer" && v.Kind == spec.Map && text(config, "seed") == "" && sameCall(v, doc.Default) {
		return v, false
	}
	return v, true
}

// sameCall reports the default with a seed that is null.
func sameCall(v spec.Value, want any) bool {
	return len(v.Map) == 1 && len(v.Map[0].Value.Map) == 0 && same(word(v.Map[0].Name), want)
}

// entry finds a name in a list of the catalog, and keeps the arguments that differ
// from their defaults; problem says what a description cannot say. Null is nothing
// at all.
func (r converter) entry(of, name string, config spec.Value) (v spec.Value, problem string) {
	name, config, problem = r.olderCall(of, name, config)
	if problem != "" || name == "" {
		return spec.Value{}, problem
	}
	doc := find(r.list(of), name)
	if doc == nil {
		doc = find(r.list(of), Snake(name))
	}
	if doc == nil {
		i := slices.IndexFunc(r.list(of), func(e spec.EntryDoc) bool { return strings.EqualFold(e.Name, name) })
		if i < 0 {
			return v, "the " + of + " " + diag.Quote(name) + " is not supported by this version of nngen"
		}
		doc = &r.list(of)[i]
	}
	var args []spec.Arg
	for _, a := range config.Map {
		i := slices.IndexFunc(doc.Args, func(d spec.ArgDoc) bool { return d.Name == a.Name })
		switch {
		case i < 0 && unsaid(of, a):
		case i < 0:
			return v, "the argument " + diag.Quote(a.Name) + " of " + doc.Name + " is not supported by this version of nngen"
		case a.Name == "name" && of == "metric" && sameName(a.Value.Str, doc, name):
		case a.Name == "name" && of != "metric":
		default:
			w := tidy(&doc.Args[i], a.Value)
			if doc.Args[i].Type == "rate" && w.Kind == spec.Map {
				class, inner := called(w)
				if w, problem = r.entry("schedule", class, inner); problem != "" {
					return v, problem
				}
			}
			last := a.Name == "axis" && doc.Args[i].Default == nil && same(w, -1)
			if w.Kind != spec.Null && !last && (doc.Args[i].Required || of == "regularizer" || !same(w, doc.Args[i].Default)) {
				args = append(args, spec.Arg{Name: a.Name, Value: w})
			}
		}
	}
	if len(args) == 0 {
		return word(doc.Name), ""
	}
	if len(args) == 1 && args[0].Name == doc.Name { // {l2: 0.01}
		return spec.Value{Kind: spec.Map, Map: args}, ""
	}
	slices.SortStableFunc(args, func(a, b spec.Arg) int { return place(doc, a.Name) - place(doc, b.Name) })
	return entry(doc.Name, args...), ""
}

func place(doc *spec.EntryDoc, name string) int {
	return slices.IndexFunc(doc.Args, func(d spec.ArgDoc) bool { return d.Name == name })
}

// sameName reports the name that a metric has by itself.
func sameName(given string, doc *spec.EntryDoc, class string) bool {
	return given == "" || given == doc.Name || given == Snake(class) || slices.Contains(doc.Aliases, given)
}

// unsaid reports an argument that the entry of a description has not, and that says
// nothing.
func unsaid(of string, a spec.Arg) bool {
	switch a.Name {
	case "dtype", "name", "jit_compile", "is_legacy_optimizer", "reduction", "fn", "axis":
		return of != "constraint" || a.Name == "name"
	case "seed":
		return true
	}
	x, number := a.Value.Number()
	return a.Value.Kind == spec.Null || a.Value.Kind == spec.Bool && !a.Value.Bool || number && x == 0
}
