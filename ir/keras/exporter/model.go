package exporter

import (
	"slices"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec"
)

// forms gives arguments the form that get_config of Keras has.
type forms struct {
	*maker
	catalog spec.Catalog
	notes   []string
}

// writer writes the configuration of a model.
type writer struct {
	*forms
	root    *graph
	knows   map[string]Learned    // by the names of layers
	unread  bool                  // there are no weights yet, and nothing that was learned
	written map[string]spec.Value // vocabularies of the description
}

// note tells what reads differently in the file, or is left out of it.
func (w *forms) note(text string) {
	if !slices.Contains(w.notes, text) {
		w.notes = append(w.notes, text)
	}
}

// class is that of a model: a chain is a Sequential.
func (g *graph) class() string {
	if g.sequential() {
		return "Sequential"
	}
	return "Functional"
}

// graph is the configuration of a model.
func (w *writer) graph(g *graph) spec.Value {
	if g.sequential() {
		return w.chain(g)
	}
	return w.functional(g)
}

// sort brings models and those in them into Keras's order.
func (w *writer) sort(g *graph) {
	if !g.sequential() {
		g.sort()
	}
	for _, o := range g.operations {
		if o.inner != nil {
			w.sort(o.inner)
		}
	}
}

// chain is a Sequential.
func (w *writer) chain(g *graph) spec.Value {
	layers := list()
	for _, o := range g.operations {
		layers.List = append(layers.List, w.operation(o))
	}
	shape := batchShape(g.inputs[0].input.Shape)
	config := object(named("name", text(g.name)), named("trainable", truth(g.trainable)), named("dtype", float32Policy()), named("layers", layers), named("build_input_shape", shape))
	return instance("keras", "Sequential", config, named("build_config", object(named("input_shape", shape))))
}

// functional is a Functional.
func (w *writer) functional(g *graph) spec.Value {
	layers := list()
	for _, o := range g.operations {
		v := w.operation(o)
		nodes := list()
		if o.input == nil {
			for _, c := range o.uses {
				nodes.List = append(nodes.List, w.node(c))
			}
		}
		v.Map = append(v.Map, named("name", text(o.name)), named("inbound_nodes", nodes))
		layers.List = append(layers.List, v)
	}
	end := func(t tensor) spec.Value {
		use := t.use
		if t.of.inner != nil && !t.of.inner.sequential() { // which counts the use that made it
			use++
		}
		return list(text(t.of.name), whole(use), whole(t.index))
	}
	var inputs, outputs []spec.Value
	for _, in := range g.inputs {
		inputs = append(inputs, end(tensor{of: in}))
	}
	for _, t := range g.outputs {
		outputs = append(outputs, end(t))
	}
	config := object(named("name", text(g.name)), named("trainable", truth(g.trainable)), named("layers", layers), named("input_layers", oneOrAll(inputs)), named("output_layers", oneOrAll(outputs)))
	v := instance("keras.src.models.functional", "Functional", config, named("build_config", object(named("input_shape", spec.Value{}))))
	put(&v, "registered_name", text("Functional"))
	return v
}

// oneOrAll is a value that stands alone, or a list of several.
func oneOrAll(v []spec.Value) spec.Value {
	if len(v) == 1 {
		return v[0]
	}
	return list(v...)
}

// operation is a layer, an input or a function.
func (w *writer) operation(o *node) spec.Value {
	switch {
	case o.input != nil:
		config := object(named("batch_shape", batchShape(o.input.Shape)), named("dtype", text(o.input.DType)), named("sparse", truth(false)), named("ragged", truth(false)),
			named("name", text(o.name)), named("optional", truth(false)))
		return instance("keras.layers", "InputLayer", config)
	case o.inner != nil:
		v := w.graph(o.inner)
		v.Map = append(v.Map, named("compile_config", object()))
		return v
	case o.Type == "Operation":
		return w.function(o)
	}
	return w.layer(o)
}

// node is a use of a layer.
func (w *writer) node(c call) spec.Value {
	args, kwargs := list(), object()
	for _, a := range c.args {
		args.List = append(args.List, w.argument(a))
	}
	for _, a := range c.named {
		kwargs.Map = append(kwargs.Map, named(a.name, w.argument(a.argument)))
	}
	return object(named("args", args), named("kwargs", kwargs))
}

// argument is an argument of a call.
func (w *writer) argument(a argument) spec.Value {
	var tensors []spec.Value
	for _, t := range a.tensors {
		tensors = append(tensors, w.tensor(t))
	}
	switch {
	case a.list:
		return list(tensors...)
	case len(tensors) == 1:
		return tensors[0]
	}
	return a.value
}

// tensor is a result of a layer as an argument.
func (w *writer) tensor(t tensor) spec.Value {
	shape, dtype := w.shapeOf(t)
	config := object(named("shape", batchShape(shape)), named("dtype", text(dtype)), named("keras_history", list(text(t.of.name), whole(t.use), whole(t.index))))
	return object(named("class_name", text("__keras_tensor__")), named("config", config))
}

// unnamed reports outputs that Keras cannot tell apart by their names.
func (w *writer) unnamed() {
	seen := map[string]bool{}
	for i, t := range w.root.outputs {
		if seen[t.of.name] && w.model.Compile != nil {
			w.fail(w.model.OutputRefs()[i].Pos, "layer %s gives two outputs: a file of Keras has losses and metrics by the names of the layers; put a layer Identity after one of them", diag.Quote(t.of.name))
		}
		seen[t.of.name] = true
	}
}
