package spec

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec/internal/document"
	"github.com/nngen-go/nngen/runtime/nearest"
)

// The entries of a list of layers that are no layers.
const (
	sharedType = "Shared" // a layer or model once more, with the same weights
	modelType  = "Model"  // a model in the model
)

// Structures documents the entries of a list of layers that are no layers: what
// they stand for is known to this package alone, and Model.Layers has none of
// them.
func Structures() []EntryDoc {
	return []EntryDoc{
		{Name: modelType, Doc: "A model in the model: its layers stand in its place, and its name stands for its output.", Args: []ArgDoc{
			{Name: "layers", Type: "any", Required: true, Doc: "the layers of the model; inputs: {left: a, right: b} gives them names for what it reads"},
			{Name: "outputs", Type: "strings", Doc: "the layers whose values the model gives; without it, the last one"},
		}},
		{Name: sharedType, Doc: "Uses a layer or model once more, with the same weights.", Args: []ArgDoc{
			{Name: "layer", Type: "string", Required: true, Positional: true, Doc: "the layer or model"},
		}},
	}
}

// entry is an element of a list of layers.
type entry struct {
	Layer             // of a Model or Shared, without Inputs
	of      Ref       // Shared: what is used once more
	reads   []binding // Model and Shared: nil is the layer before
	mapped  bool      // reads is written with names
	layers  []entry   // Model
	outputs []Ref     // Model; nil: the last layer
}

// binding is what a model reads, under the name that its layers have for it.
type binding struct {
	inner string
	Ref
}

// shared reads the arguments of a Shared.
func (r *layerReader) shared(title string, e *entry, a Arg) {
	v := a.Value
	e.Args = Args{Pos: a.Pos, Owner: title, Kind: sharedType}
	example := r.entry("Shared: {layer: encode, inputs: x}")
	if v.Kind == Null {
		r.Fail(v.Pos, "%s: Shared is empty; name the layer that is used once more: %s", title, example)
		return
	}
	if v.Kind != Map {
		if name, ok := r.Single(v); ok && name != "" {
			e.of = Ref{Name: name, Pos: v.Pos}
			return
		}
		r.Fail(v.Pos, "%s: Shared takes the name of a layer or model, not %s; write %s", title, v.Describe(), example)
		return
	}
	title = r.named(title, v, &e.Layer)
	for _, arg := range v.Map {
		switch arg.Name {
		case "name":
		case "layer":
			if name, ok := r.Name(title+": layer", arg.Value); ok {
				e.of = Ref{Name: name, Pos: arg.Value.Pos}
			}
		case "inputs":
			e.reads, e.mapped = r.bindings(title, arg.Value)
		default:
			if near, ok := nearest.Of(arg.Name, []string{"layer", "inputs", "name"}); ok {
				r.Fail(arg.Pos, "%s: Shared has no argument %s; did you mean %s?", title, diag.Quote(arg.Name), diag.Quote(near))
			} else {
				r.Fail(arg.Pos, "%s: Shared takes layer, inputs and name; %s is the layer's, and the same wherever it is used: write it there", title, document.QuotedName(arg.Name))
			}
		}
	}
	if _, ok := v.Get("layer"); !ok {
		r.Fail(a.Pos, "%s: Shared needs the argument layer: the name of a layer or model that is used once more", title)
	}
}

// nested reads the arguments of a Model.
func (r *layerReader) nested(title string, e *entry, a Arg) {
	v := a.Value
	e.Args = Args{Pos: a.Pos, Owner: title, Kind: modelType}
	example := r.entry("Model: {name: encoder, layers: [...]}")
	switch {
	case v.Kind == Null:
		r.Fail(v.Pos, "%s: Model is empty; write its layers under it: %s", title, example)
		return
	case v.Kind == List && dashed(v):
		r.Fail(v.Pos, "%s: the layers of a Model are an argument of it; write %s", title, example)
		return
	case v.Kind != Map:
		r.Fail(v.Pos, "%s: Model takes layers, not %s; write %s", title, v.Describe(), example)
		return
	}
	title = r.named(title, v, &e.Layer)
	meant := r.Section(title, v, []document.Key{
		{Name: "name", Take: func(Arg) {}},
		{Name: "inputs", Take: func(a Arg) { e.reads, e.mapped = r.bindings(title, a.Value) }},
		{Name: "layers", Take: func(a Arg) { e.layers = r.layers(a, " of "+title) }},
		{Name: "outputs", Take: func(a Arg) { e.outputs, _ = refsOf(r.Reader, title+": outputs", a.Value) }},
		{Name: "trainable", Take: func(a Arg) { e.Trainable = new(bool); r.Flag(title, a, e.Trainable) }},
	}, map[string]string{"input": title + ": what a model reads belongs under inputs; write inputs: [...]"})
	for i, b := range e.reads {
		if slices.ContainsFunc(e.reads[:i], func(o binding) bool { return o.inner == b.inner }) {
			r.Fail(b.Pos, "%s: inputs names %s twice; give both a name: inputs: {left: %s, right: %s}", title, diag.Quote(b.inner), document.Plain(b.Name), document.Plain(b.Name))
			break
		}
	}
	if !meant["layers"] {
		r.Fail(a.Pos, "%s has no layers; write %s", title, example)
	}
}

// bindings reads what a model or a second use reads: names, or a map from the
// names that they have in the model.
func (r *layerReader) bindings(title string, v Value) (list []binding, mapped bool) {
	if v.Kind != Map || len(v.Map) == 0 || len(v.Map) > document.MaxInputs {
		refs, _ := refsOf(r.Reader, title+": inputs", v)
		for _, ref := range refs {
			list = append(list, binding{ref.Name, ref})
		}
		return list, false
	}
	for _, a := range v.Map {
		if problem := document.BadName(a.Name); problem != "" {
			r.Fail(a.Pos, "%s: inputs: the name %s %s", title, diag.Quote(a.Name), problem)
		}
		if name, ok := r.Name(fmt.Sprintf("%s: inputs: %s", title, document.QuotedName(a.Name)), a.Value); ok {
			list = append(list, binding{a.Name, Ref{Name: name, Pos: a.Value.Pos}})
		}
	}
	return list, true
}

// Group is a model with the models in it: the description itself, a Model among its
// layers, or a further use of one.
type Group struct {
	Name      string   // "" where a Model has none
	Of        string   // the name of the model that it is a further use of; "": it has its own layers
	Trainable bool     // false: the description says so
	Inputs    []string // the names that its layers have for what it reads; "" where they name nothing
	Reads     []From   // what each of Inputs stands for, outside
	Items     []Item   // none of a further use
	// Outputs are the layers that give its outputs, by their names in Model.Layers; nil
	// of the description itself.
	Outputs []Ref
}

// Item is a layer or a model in a model.
type Item struct {
	Layer int    // in Model.Layers, where Group is nil
	Reads []From // of the layer
	Group *Group
}

// From is what is read in a model: one of its inputs, or what a layer of it gives.
type From struct {
	Input int // in Group.Inputs; -1: Ref
	Ref   Ref // the layer, or the input of the description
}

// entered is an input of a model by which a value reaches a layer of it.
type entered struct {
	model *model
	input int
}

// from is a value as the layers of a model see it.
func (v value) from(in *model) From {
	for _, e := range v.entered {
		if e.model == in {
			return From{Input: e.input, Ref: v.ref()}
		}
	}
	return From{Input: -1, Ref: v.ref()}
}

// through is a value that comes by the only input of a model, which has no name.
func (v value) through(in *model) value {
	v.entered = append([]entered{{in, 0}}, v.entered...)
	return v
}

// tree makes the groups of a description, after its layers have been listed.
type tree struct {
	*expander
	index map[*use]int // places in Model.Layers
}

// group is a model with the models in it.
func (x tree) group(in *model) *Group {
	g := &Group{Trainable: true}
	if in.part != nil {
		x.outside(g, in)
		for _, v := range x.outputsOf(in) {
			g.Outputs = append(g.Outputs, v.ref())
		}
	}
	if in.original != nil {
		return g
	}
	for _, p := range in.parts {
		if p.model != nil {
			g.Items = append(g.Items, Item{Layer: -1, Group: x.group(p.model)})
			continue
		}
		item := Item{Layer: x.index[p.use]}
		for _, v := range p.use.reads {
			item.Reads = append(item.Reads, x.read(v, in))
		}
		g.Items = append(g.Items, item)
	}
	return g
}

// outside is what a model is called, and what it reads.
func (x tree) outside(g *Group, in *model) {
	p := in.part
	g.Name = p.alias
	own := in
	if in.original != nil {
		own = in.original
		g.Of = own.part.alias
	}
	if own.entry.Trainable != nil {
		g.Trainable = *own.entry.Trainable
	}
	for _, b := range own.reads {
		g.Inputs = append(g.Inputs, b.inner)
	}
	for _, b := range p.reads {
		if v, ok := x.lookup(in.parent, b.Ref, ""); ok {
			g.Reads = append(g.Reads, v.from(in.parent))
		}
	}
	if len(g.Inputs) == 0 {
		g.Inputs = []string{""}
	}
	if len(p.reads) == 0 {
		if v, ok := x.previous(in.parent, p); ok {
			g.Reads = append(g.Reads, x.read(v, in.parent))
		}
	}
}

// read is a value as the layers of a model see it. The first layer of a description may
// read its input without naming it.
func (x tree) read(v value, in *model) From {
	if v.of == nil && v.name == "" && len(x.m.Inputs) > 0 {
		v.name = x.m.Inputs[0].Name
	}
	return v.from(in)
}
