package keras

import (
	"slices"

	"github.com/nngen-go/nngen/ir/spec"
)

// compiler turns what a model was compiled with into a section of a description.
type compiler struct{ converter }

// compile gives the compile section; ok is false where the file has none, or none
// that a description can say, which a note then tells.
func (r compiler) compile(config, training spec.Value, g *graph) (c spec.Value, ok bool) {
	from, path := field(config, "compile_config"), "compile_config"
	if from.Kind != spec.Map {
		from, path = training, "training_config"
	}
	if from.Kind != spec.Map {
		return c, false
	}
	optimizer, args := called(field(from, "optimizer"))
	if o := field(from, "optimizer_config"); o.Kind == spec.Map {
		optimizer, args = called(o)
	}
	loss, problem := r.perOutput(g, "loss", field(from, "loss"))
	switch {
	case problem != "":
		r.note(path, "it is left out, so that the description predicts only: loss: %s", problem)
		return c, false
	case loss.Kind == spec.Null:
		r.note(path, "it has no loss, and is left out")
		return c, false
	}
	c.Kind = spec.Map
	if optimizer != "" {
		v, problem := r.entry("optimizer", optimizer, args)
		if problem != "" {
			r.note(path, "it is left out, so that the description predicts only: %s", problem)
			return c, false
		}
		c.Map = append(c.Map, spec.Arg{Name: "optimizer", Value: v})
	}
	c.Map = append(c.Map, spec.Arg{Name: "loss", Value: loss})
	if v := r.lossWeights(g, field(from, "loss_weights")); v.Kind != spec.Null {
		c.Map = append(c.Map, spec.Arg{Name: "loss_weights", Value: v})
	}
	for _, what := range []string{"metrics", "weighted_metrics"} {
		if v := r.metrics(g, path, what, field(from, what)); v.Kind != spec.Null {
			c.Map = append(c.Map, spec.Arg{Name: what, Value: v})
		}
	}
	return c, true
}

// outputNames are the outputs by their names in the file, and in the description.
func outputNames(g *graph) (file, said []string) {
	for _, t := range g.outputs {
		file, said = append(file, t.of.name), append(said, t.of.said)
	}
	return file, said
}

// perOutput is a loss: one for every output, a list, or a map by outputs.
func (r compiler) perOutput(g *graph, of string, v spec.Value) (spec.Value, string) {
	file, said := outputNames(g)
	_, object := v.Get("class_name")
	items := v.List
	switch {
	case v.Kind == spec.Null:
		return v, ""
	case v.Kind == spec.Map && !object:
		for _, name := range file {
			items = append(items, field(v, name))
		}
		if len(v.Map) == len(file) && !slices.ContainsFunc(items, func(e spec.Value) bool { return e.Kind != spec.Null }) {
			items = values(v.Map)
		}
	case v.Kind != spec.List:
		name, config := called(v)
		return r.entry(of, name, config)
	}
	by := spec.Value{Kind: spec.Map}
	for i, e := range items {
		if i >= len(said) || e.Kind == spec.Null {
			continue
		}
		name, config := called(e)
		one, problem := r.entry(of, name, config)
		if problem != "" {
			return one, problem
		}
		if len(said) == 1 {
			return one, ""
		}
		by.Map = append(by.Map, spec.Arg{Name: said[i], Value: one})
	}
	if len(by.Map) == 0 {
		return spec.Value{}, ""
	}
	if len(by.Map) < len(said) {
		return by, "only some of the outputs have one, which is not supported by this version of nngen"
	}
	return by, ""
}

// lossWeights are numbers by output, or one.
func (r compiler) lossWeights(g *graph, v spec.Value) spec.Value {
	file, said := outputNames(g)
	by := spec.Value{Kind: spec.Map}
	for i, name := range file {
		x := field(v, name)
		if v.Kind == spec.List && i < len(v.List) {
			x = v.List[i]
		}
		if _, ok := x.Number(); !ok {
			return spec.Value{}
		}
		by.Map = append(by.Map, spec.Arg{Name: said[i], Value: nice(x)})
	}
	if len(by.Map) == 1 {
		return by.Map[0].Value
	}
	return by
}

// metrics are a list, a list for each output, or a map by outputs. One that a
// description cannot say is left out.
func (r compiler) metrics(g *graph, path, what string, v spec.Value) spec.Value {
	file, said := outputNames(g)
	one := func(list []spec.Value) (out spec.Value) {
		out.Kind = spec.List
		for _, e := range list {
			name, config := called(e)
			m, problem := r.entry("metric", name, config)
			switch {
			case problem != "":
				r.note(path, "%s: one is left out: %s", what, problem)
			case m.Kind != spec.Null && !slices.ContainsFunc(out.List, m.Same):
				out.List = append(out.List, m)
			}
		}
		return out
	}
	listOf := func(v spec.Value) []spec.Value {
		switch v.Kind {
		case spec.Null:
			return nil
		case spec.List:
			return v.List
		}
		return []spec.Value{v}
	}
	_, object := v.Get("class_name")
	by := spec.Value{Kind: spec.Map}
	nested := v.Kind == spec.List && slices.ContainsFunc(v.List, func(e spec.Value) bool { return e.Kind == spec.List || e.Kind == spec.Null })
	switch {
	case v.Kind == spec.Map && !object:
		for i, name := range file {
			by.Map = append(by.Map, spec.Arg{Name: said[i], Value: one(listOf(field(v, name)))})
		}
	case nested:
		for i := range min(len(said), len(v.List)) {
			by.Map = append(by.Map, spec.Arg{Name: said[i], Value: one(listOf(v.List[i]))})
		}
	default:
		if list := one(listOf(v)); len(list.List) > 0 {
			return list
		}
		return spec.Value{}
	}
	by.Map = slices.DeleteFunc(by.Map, func(a spec.Arg) bool { return len(a.Value.List) == 0 })
	switch {
	case len(by.Map) == 0:
		return spec.Value{}
	case len(said) == 1:
		return by.Map[0].Value
	}
	return by
}
