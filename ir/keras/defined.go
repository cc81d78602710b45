package keras

import (
	"slices"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/keras/custom"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/spec"
)

// defined is a layer of a definition, whose arguments are those of a description.
type defined struct {
	args      []spec.Arg
	pos       diag.Pos
	unnamed   bool
	variables []custom.Variable // its weights that the class has itself
}

// definition is what says what a layer computes that is Python code; nil where nothing
// does.
func (r *reader) definition(p *part) *custom.Definition {
	if p.class == "Lambda" {
		return r.custom.Find(p.name)
	}
	if _, known := layer.Find(spec.LayerClass(p.class)); known && !isCustom(p) || published(p) || isOperation(p) {
		return nil
	}
	return r.custom.Find(p.as, p.class)
}

// unused notes definitions that no layer asks for.
func (r *reader) unused() {
	var names []string
	for _, d := range r.custom.All() {
		if !r.asked[d] {
			names = append(names, d.Name)
		}
	}
	if names != nil {
		r.note("", "%s: no layer of the file is of the class %s", r.custom.Name, strings.Join(names, ", "))
	}
}

// define makes a layer the model of the layers that its definition says, or the only one
// of them.
func (r graphReader) define(d *custom.Definition, p *part, depth int) {
	r.asked[d] = true
	if depth > maxModels {
		r.fail(p.path, "the classes in %s are more than %d levels inside one another", r.custom.Name, maxModels)
		return
	}
	layers, unread, errs := d.Layers(given(p))
	r.errs = append(r.errs, errs...)
	for _, name := range unread {
		r.note(p.path, "what %s says of %s does not depend on the argument %s", r.custom.Name, p.class, name)
	}
	b := &body{graphReader: r, d: d, path: p.path, depth: depth, results: map[string]tensor{}}
	b.g = &graph{name: p.name, path: p.path, names: map[string]*part{}}
	for _, in := range d.Inputs {
		b.input(in.Name, in.Value)
		p.reads = append(p.reads, in.Name)
	}
	for _, v := range layers {
		b.layer(v)
	}
	b.ends(d.Outputs)
	for _, w := range d.Weights {
		if q := b.g.names[w.Layer]; q == nil || q.class == "InputLayer" {
			b.fail(w.Pos, "weights: there is no layer %s", diag.Quote(w.Layer))
		}
	}
	p.inner = b.g
}

// given are the arguments of the constructor that the file has of a layer, but for those
// that all layers have.
func given(p *part) (list []spec.Arg) {
	for _, a := range p.config.Map {
		said := a.Value.Kind != spec.Null || !slices.Contains([]string{"activity_regularizer", "input_shape"}, a.Name)
		if said && !slices.Contains([]string{"name", "trainable", "dtype", "autocast", "batch_input_shape"}, a.Name) {
			list = append(list, spec.Arg{Name: a.Name, Value: nice(constant(a.Value))})
		}
	}
	return list
}

// alone puts the only layer of a definition in the place of its model, where that reads
// and gives what the model does.
func alone(p *part) {
	g := p.inner
	if len(g.layers) != len(g.inputs)+1 || len(g.outputs) != 1 {
		return
	}
	q := g.layers[len(g.inputs)]
	if q.defined == nil || len(q.nodes) != 1 || len(q.nodes[0].inputs) != len(g.inputs) || g.outputs[0] != (tensor{of: q}) {
		return
	}
	for i, t := range q.nodes[0].inputs {
		if t.of != g.inputs[i] {
			return
		}
	}
	frozen := field(p.config, "trainable")
	if inner, _ := q.defined.within(q.class); frozen.Kind == spec.Bool && !frozen.Bool && groupsOf(q.class, inner, nil) != nil {
		q.defined.args = append([]spec.Arg{{Name: "trainable", Value: frozen}}, q.defined.args...)
	}
	p.class, p.config, p.inner, p.reads, p.defined = q.class, q.config, nil, nil, q.defined
	p.weight += "/" + q.weight
}

// body reads the layers of a definition, or of a Model in it, as a graph.
type body struct {
	graphReader
	d        *custom.Definition
	g        *graph
	path     string // of the layer in the file
	depth    int
	results  map[string]tensor
	previous tensor
	counts   map[string]int // of the classes in a Model; nil: of the definition itself
}

func (b *body) fail(pos diag.Pos, format string, args ...any) {
	b.errs.Add(pos, b.d.Name+": "+format, args...)
}

func (b *body) input(name string, settings spec.Value) {
	p := &part{path: b.path, class: "InputLayer", name: name, config: settings}
	if settings.Kind != spec.Null && b.depth > 0 {
		b.fail(settings.Pos, "inputs of a layer have names alone; what it reads has a shape: inputs: [%s]", name)
	}
	b.g.layers, b.g.inputs, b.g.names[name] = append(b.g.layers, p), append(b.g.inputs, p), p
	b.previous = tensor{of: p}
	b.results[name] = b.previous
}

// layer reads an entry of the list of layers.
func (b *body) layer(v spec.Value) {
	a := spec.Arg{Name: v.Str, Pos: v.Pos}
	if v.Kind == spec.Map && len(v.Map) == 1 {
		a = v.Map[0]
	} else if v.Kind != spec.String {
		b.fail(v.Pos, "a layer is a name, or a name with arguments such as Dense: {units: 16}, and not %s", v.Describe())
		return
	}
	if b.count++; b.count > maxLayers {
		b.fail(a.Pos, "the model has more than %d layers", maxLayers)
		return
	}
	class := spec.LayerClass(a.Name)
	args, ok := b.arguments(class, a)
	if !ok {
		return
	}
	name, inputs := take(&args, "name"), take(&args, "inputs")
	p := &part{class: class, name: name.Str, defined: &defined{args: args, pos: a.Pos}}
	if p.name == "" {
		p.name, p.defined.unnamed = b.automatic(class), true
	}
	reads := b.reads(inputs)
	if class == "Shared" {
		b.shared(p, args, reads)
		return
	}
	if b.results[p.name].of != nil {
		b.fail(a.Pos, "two layers or inputs are called %s", diag.Quote(p.name))
		return
	}
	p.path = b.path + "." + p.name
	b.place(p)
	switch d := b.custom.Find(class); {
	case class == "Model":
		b.model(p, args, inputs)
	case d != nil && !isLayer(class):
		p.config, p.defined = spec.Value{Kind: spec.Map, Map: args}, nil
		b.define(d, p, b.depth+1)
	case !isLayer(class):
		b.fail(a.Pos, "%s", unknown(class))
		return
	}
	p.nodes = []node{{inputs: reads}}
	b.g.layers, b.g.names[p.name] = append(b.g.layers, p), p
	b.previous = tensor{of: p}
	b.results[p.name] = b.previous
	b.parts(p, args)
}

// automatic is the name of a layer that says none.
func (b *body) automatic(class string) string {
	name := Snake(class)
	for n := 1; b.results[name].of != nil; n++ {
		name = Snake(class) + "_" + strconv.Itoa(n)
	}
	return name
}

func isLayer(class string) bool {
	_, known := layer.Find(class)
	return known
}

// arguments are those of a layer, which may be one without its name.
func (b *body) arguments(class string, a spec.Arg) (args []spec.Arg, ok bool) {
	switch a.Value.Kind {
	case spec.Null:
		return nil, true
	case spec.Map:
		return slices.Clone(a.Value.Map), true
	}
	first := "layer"
	if class != "Shared" {
		doc := find(b.catalog.Layers, class)
		i := -1
		if doc != nil {
			i = slices.IndexFunc(doc.Args, func(d spec.ArgDoc) bool { return d.Positional })
		}
		if i < 0 {
			b.fail(a.Value.Pos, "%s takes arguments with their names, %s: {...}, not %s alone", class, class, a.Value.Describe())
			return nil, false
		}
		first = doc.Args[i].Name
	}
	return []spec.Arg{{Name: first, Pos: a.Pos, Value: a.Value}}, true
}

// take takes an argument out of a list.
func take(args *[]spec.Arg, name string) (v spec.Value) {
	*args = slices.DeleteFunc(*args, func(a spec.Arg) bool {
		if a.Name == name {
			v = a.Value
		}
		return a.Name == name
	})
	return v
}

// reads are the results that a layer names, or the one before it.
func (b *body) reads(v spec.Value) (list []tensor) {
	names := v.List
	switch v.Kind {
	case spec.Null:
		return []tensor{b.previous}
	case spec.String:
		names = []spec.Value{v}
	case spec.Map:
		names = values(v.Map)
	}
	for _, e := range names {
		t, ok := b.results[e.Str]
		if !ok || e.Kind != spec.String {
			var known []string
			for name := range b.results {
				known = append(known, name)
			}
			slices.Sort(known)
			b.fail(e.Pos, "there is no layer or input %s before it%s", diag.Quote(e.Flow()), diag.DidYouMean(e.Str, known))
			t = b.previous
		}
		list = append(list, t)
	}
	return list
}

// place notes where a file has the weights of a layer.
func (b *body) place(p *part) {
	if b.counts != nil {
		p.weight = WeightsPath(p.class, b.counts)
		return
	}
	at, place, listed := b.d.Place(p.name)
	p.weight, p.order, p.unlisted = place.Path, at+1, !listed
	p.defined.variables = place.Variables
}

// shared is one more use of a layer.
func (b *body) shared(p *part, args []spec.Arg, reads []tensor) {
	of := take(&args, "layer")
	first := b.g.names[of.Str]
	if first == nil || first.class == "InputLayer" || len(args) > 0 {
		b.fail(p.defined.pos, "Shared takes the name of a layer before it, inputs and its own name: Shared: {layer: att, inputs: x}")
		return
	}
	first.nodes = append(first.nodes, node{inputs: reads})
	b.previous = tensor{of: first, node: len(first.nodes) - 1}
	b.results[p.name] = b.previous
}

// model is a model in a definition, such as a keras.Sequential.
func (b *body) model(p *part, args []spec.Arg, inputs spec.Value) {
	layers, outputs := take(&args, "layers"), take(&args, "outputs")
	if layers.Kind != spec.List || len(layers.List) == 0 {
		b.fail(p.defined.pos, "Model takes a list of layers: Model: {name: ffn, layers: [...]}")
		return
	}
	in := &body{graphReader: b.graphReader, d: b.d, path: p.path, depth: b.depth, results: map[string]tensor{}, counts: map[string]int{}}
	in.g = &graph{name: p.name, path: p.path, names: map[string]*part{}}
	if inputs.Kind != spec.Map {
		in.input("x", spec.Value{})
	}
	for _, a := range inputs.Map {
		in.input(a.Name, spec.Value{})
	}
	for _, a := range args {
		if a.Name != "trainable" {
			b.fail(a.Pos, "a Model has no argument %s; it takes name, inputs, layers, outputs and trainable", diag.Quote(a.Name))
		}
	}
	for _, v := range layers.List {
		in.layer(v)
	}
	in.ends(outputs.List)
	p.inner, p.config, p.defined = in.g, spec.Value{Kind: spec.Map, Map: args}, nil
}

// ends are what the graph gives.
func (b *body) ends(outputs []spec.Value) {
	if outputs == nil {
		b.g.outputs = []tensor{b.previous}
		return
	}
	b.g.outputs = b.reads(spec.Value{Kind: spec.List, List: outputs})
}

// parts names the results of a layer that gives several: lstm.state_h.
func (b *body) parts(p *part, args []spec.Arg) {
	info, ok := layer.Find(p.class)
	if !ok || p.inner != nil {
		return
	}
	settings := info.New()
	own := slices.DeleteFunc(slices.Clone(args), func(a spec.Arg) bool { return a.Name == "trainable" })
	if s, several := settings.(layer.Several); several && len(layer.Decode(spec.Args{Owner: "the layer", Kind: p.class, List: own}, settings, "the layer")) == 0 {
		for k, result := range s.Results() {
			b.results[p.name+"."+result] = tensor{of: p, index: k + 1}
		}
	}
}

// whole is the graph of a model that is Python code, as its definition says. The shapes of
// its inputs are those of the definition, or what it was built for.
func (r graphReader) whole(d *custom.Definition, p *part) (*graph, bool) {
	p.path = p.class
	r.define(d, p, 0)
	if len(r.errs) > 0 {
		return nil, false
	}
	p.inner.class = p.class
	built := p.input
	for i, in := range p.inner.inputs {
		in.path = in.name
		shape := built
		switch {
		case built.Kind == spec.Map:
			shape = field(built, in.name)
		case len(built.List) > 0 && built.List[0].Kind == spec.List && i < len(built.List):
			shape = built.List[i]
		}
		if in.config.Kind != spec.Map {
			in.config = spec.Value{Kind: spec.Map}
		}
		if _, said := in.config.Get("shape"); !said && shape.Kind == spec.List {
			put(&in.config, "batch_shape", shape)
		} else if own := field(in.config, "shape"); said {
			put(&in.config, "batch_shape", spec.Value{Kind: spec.List, List: append([]spec.Value{{}}, own.List...)})
		}
	}
	return p.inner, true
}

// checkDefined reports arguments that a layer of a definition does not take, where they are
// written.
func (r converter) checkDefined(p *part) bool {
	info, _ := layer.Find(p.class)
	own := slices.DeleteFunc(slices.Clone(p.defined.args), func(a spec.Arg) bool { return a.Name == "trainable" })
	errs := layer.Decode(spec.Args{Pos: p.defined.pos, Owner: p.class, Kind: p.class, List: own}, info.New(), p.class)
	r.errs = append(r.errs, errs...)
	return len(errs) == 0
}

// within are the classes of what is inside of a layer, in a description's form; see
// [innerClasses] and [backwardClasses].
func (d *defined) within(class string) (inner, backward []string) {
	var config func(v spec.Value) spec.Value // {LSTM: {units: 8}} as Keras has it
	config = func(v spec.Value) spec.Value {
		if v.Kind == spec.List {
			out := spec.Value{Kind: spec.List}
			for _, e := range v.List {
				out.List = append(out.List, config(e))
			}
			return out
		}
		name, args := v.Str, spec.Value{Kind: spec.Map}
		if v.Kind == spec.Map && len(v.Map) == 1 {
			name = v.Map[0].Name
			for _, a := range v.Map[0].Value.Map {
				if a.Name == "layer" || a.Name == "backward_layer" || a.Name == "cell" {
					a.Value = config(a.Value)
				}
				args.Map = append(args.Map, a)
			}
		}
		return spec.Value{Kind: spec.Map, Map: []spec.Arg{textArg("class_name", name), {Name: "config", Value: args}}}
	}
	own := field(config(entry(class, d.args...)), "config")
	return innerClasses(class, own), backwardClasses(class, own)
}
