package keras

import (
	"slices"
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
	for _, e := range errs {
		r.once(e.Pos, e.Msg)
	}
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
	q.defined.unnamed = false // it has the name of the layer in the file
	p.class, p.config, p.inner, p.defined = q.class, q.config, nil, q.defined
	p.weight += "/" + q.weight
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
	for _, e := range errs {
		r.once(e.Pos, e.Msg)
	}
	docs := spec.DocOf(info.New())
	p.defined.args = slices.DeleteFunc(slices.Clone(p.defined.args), func(a spec.Arg) bool { // as a person leaves out what is the default
		i := slices.IndexFunc(docs, func(d spec.ArgDoc) bool { return d.Name == a.Name })
		return i >= 0 && !docs[i].Required && same(a.Value, docs[i].Default)
	})
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
