package exporter

import (
	"slices"

	"github.com/nngen-go/nngen/ir/keras"
	"github.com/nngen-go/nngen/ir/spec"
)

// compiler writes what a model is compiled with.
type compiler struct{ *writer }

// compile is compile_config of a .keras file.
func (w compiler) compile() spec.Value {
	c := w.model.Compile
	optimizer := w.optimizer(c.Optimizer)
	return object(append([]spec.Arg{named("optimizer", optimizer)}, w.figures(c, false)...)...)
}

// training is training_config of an .h5 file: the same under other names.
func (w compiler) training() spec.Value {
	c := w.model.Compile
	full := w.optimizer(c.Optimizer)
	class, _ := full.Get("class_name")
	config, _ := full.Get("config")
	return object(append(w.figures(c, true), named("optimizer_config", object(class, config)))...)
}

// figures are losses and metrics. With full, they are objects even without arguments:
// Keras 3 finds no functions by their names in an .h5 file.
func (w compiler) figures(c *spec.Compile, full bool) []spec.Arg {
	return []spec.Arg{
		named("loss", w.byOutput(c.Losses, false, func(n spec.NamedCall) spec.Value { return w.loss(n.Call, full) })),
		named("loss_weights", w.lossWeights(c)),
		named("metrics", w.byOutput(c.Metrics, true, func(n spec.NamedCall) spec.Value { return w.metric(n.Call, full) })),
		named("weighted_metrics", w.byOutput(c.WeightedMetrics, true, func(n spec.NamedCall) spec.Value { return w.metric(n.Call, full) })),
		named("run_eagerly", truth(false)), named("steps_per_execution", whole(1)), named("jit_compile", truth(false)),
	}
}

// outputName is the name of an output of the description in the file.
func (w compiler) outputName(name string) string {
	if t, ok := w.root.values[name]; ok {
		return t.of.name
	}
	return name
}

// byOutput are losses or metrics: one alone or a list of the only output, otherwise
// by the names of the outputs.
func (w compiler) byOutput(calls []spec.NamedCall, several bool, one func(spec.NamedCall) spec.Value) spec.Value {
	if len(calls) == 0 {
		return spec.Value{}
	}
	of := func(output string) (v []spec.Value) {
		for _, n := range calls {
			if n.Output == output || n.Output == "" {
				v = append(v, one(n))
			}
		}
		return v
	}
	form := func(v []spec.Value) spec.Value {
		if several {
			return list(v...)
		}
		return oneOrAll(v)
	}
	refs := w.model.OutputRefs()
	if len(refs) == 1 {
		return form(of(refs[0].Name))
	}
	by := object()
	for _, r := range refs {
		if v := of(r.Name); len(v) > 0 {
			by.Map = append(by.Map, named(w.outputName(r.Name), form(v)))
		}
	}
	return by
}

func (w compiler) lossWeights(c *spec.Compile) spec.Value {
	by := object()
	for _, x := range c.LossWeights {
		if x.Output == "" || len(w.root.outputs) == 1 {
			return list(number(x.Weight))
		}
		by.Map = append(by.Map, named(w.outputName(x.Output), number(x.Weight)))
	}
	if len(by.Map) == 0 {
		return spec.Value{}
	}
	return by
}

// loss is a loss: its name or, where it has arguments, an object.
func (w compiler) loss(c spec.Call, full bool) spec.Value {
	doc := find(w.catalog.Losses, c.Name)
	args := listed(doc, c.Args)
	if doc.Name == "ctc" {
		args = slices.DeleteFunc(slices.Clone(args), func(a spec.Arg) bool { return a.Name == "max_length" })
		w.note("compile: the loss CTC of Keras has no max_length: it takes targets of any length")
	}
	if len(args) == 0 && !full {
		return text(doc.Name)
	}
	config := w.settings("compile", doc, args, false)
	put(&config, "name", text(doc.Name))
	return instance("keras.losses", doc.Aliases[0], config)
}

// metric is a metric. What accuracy and crossentropy are depends on the output.
func (w compiler) metric(c spec.Call, full bool) spec.Value {
	doc := find(w.catalog.Metrics, c.Name)
	if doc == nil || doc.Name == "accuracy" && len(c.Args.List) == 0 && c.Args.Positional == nil { // crossentropy
		return text(c.Name)
	}
	if doc.Name == "edit_distance" {
		w.fail(c.Pos, "compile: Keras has no metric EditDistance; take it out")
		return spec.Value{}
	}
	args := listed(doc, c.Args)
	if len(args) == 0 && !full {
		return text(c.Name)
	}
	return instance("keras.metrics", doc.Aliases[0], w.settings("compile", doc, args, false))
}

// optimizer is an optimizer with all of its settings.
func (w compiler) optimizer(c spec.Call) spec.Value {
	doc := find(w.catalog.Optimizers, c.Name)
	args, schedule, errs := c.Args.Schedule("learning_rate")
	for _, e := range errs { // the description has been built
		w.fail(e.Pos, "%s", e.Msg)
	}
	config := w.settings("compile", doc, listed(doc, args), true)
	rate, _ := config.Get("learning_rate")
	switch x, ok := rate.Value.Number(); {
	case schedule.Name != "":
		of := find(w.catalog.Schedules, schedule.Name)
		put(&config, "learning_rate", instance("keras.optimizers.schedules", of.Aliases[0], w.settings("compile", of, listed(of, schedule.Args), true)))
	case ok: // as Keras keeps it
		put(&config, "learning_rate", number(float64(float32(x))))
	}
	put(&config, "name", text(keras.Snake(doc.Aliases[0])))
	put(&config, "loss_scale_factor", spec.Value{})
	return instance("keras.optimizers", doc.Aliases[0], config)
}
