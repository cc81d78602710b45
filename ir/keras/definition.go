package keras

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/keras/custom"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/spec"
)

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
	b.once(pos, b.d.Name+": "+fmt.Sprintf(format, args...))
}

// once reports what is wrong with a definition, which several layers may have.
func (r *reader) once(pos diag.Pos, message string) {
	if !slices.ContainsFunc(r.errs, func(e *diag.Error) bool { return e.Pos == pos && e.Msg == message }) {
		r.errs.Add(pos, "%s", message)
	}
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
	d := b.custom.Find(class)
	if !isLayer(class) && class != "Model" && class != "Shared" && d == nil {
		b.fail(a.Pos, "%s", unknown(class))
		return
	}
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
	switch {
	case class == "Model":
		b.model(p, args, inputs)
	case !isLayer(class):
		p.config, p.defined = spec.Value{Kind: spec.Map, Map: args}, nil
		b.define(d, p, b.depth+1)
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
