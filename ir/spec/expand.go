package spec

import (
	"slices"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec/internal/document"
)

// use is a layer in the list that has no models in it any more.
type use struct {
	layer  Layer
	of     *use    // whose weights it has; nil: it has its own
	ref    Ref     // where that is said
	within *model  // where its names are looked up
	copied *model  // the outermost second use of a model that it is in; nil: none
	name   string  // its own, or the automatic one
	reads  []value // what it reads
	silent bool    // it does not name it, and reads what comes before it
}

// value is what an input or a layer gives.
type value struct {
	of     *use
	result string // of a layer that gives several: "state_h"; see Ref.Of
	name   string // of an input, or of nothing that is known here; "": what the first layer reads
	pos    diag.Pos
	// entered are the inputs of models that it comes by, the innermost first.
	entered []entered
}

// ref is the value as a layer names it.
func (v value) ref() Ref {
	switch {
	case v.of == nil:
		return Ref{Name: v.name, Pos: v.pos}
	case v.result != "":
		return Ref{Name: v.of.name + "." + v.result, Pos: v.pos}
	}
	return Ref{Name: v.of.name, Pos: v.pos}
}

// part is an entry where it stands: a layer, or a model of several.
type part struct {
	*entry
	at    int // in its model
	use   *use
	model *model
	alias string // the name that stands for the output of a model
}

// model is a model in the model, or the description itself.
type model struct {
	*entry          // nil: the description itself
	parent   *model // what it is in
	part     *part  // where: what it reads is said there
	original *model // the model of which it is a second use; nil: it is none
	parts    []*part
	state    state // of its second uses
	index    map[string]place
	given    []value // its outputs, once they are asked for
	asked    []bool  // which of its inputs its layers name
}

type state int

const (
	pending state = iota
	open
	done
)

// place is where a name leads: to a part, and of a model to one of its outputs.
type place struct{ part, output int }

// all is the place of all outputs of a model.
const all = -1

// expander brings the models of a description into one list of layers.
type expander struct {
	*document.Reader
	m       *Model
	root    *model
	uses    []*use           // in order
	layers  map[string]*use  // by name; those that have their own weights
	models  map[string]*part // by name
	count   int
	refused bool // more layers than are allowed
}

// expand fills Model.Layers, Outputs among them where the last entry is a model.
// The aliases are names of models, each with the layer that gives its only output.
func expand(r *document.Reader, m *Model, entries []entry) (aliases map[string]string) {
	m.Layers = own(entries) // as long as it is not known better
	if !slices.ContainsFunc(entries, func(e entry) bool { return e.Type == modelType || e.Type == sharedType }) {
		return nil
	}
	x := &expander{Reader: r, m: m, layers: map[string]*use{}, models: map[string]*part{}}
	before := len(r.Errs)
	x.root = &model{}
	x.place(x.root, entries, false)
	x.nameOwn(x.root)
	if x.settle(x.root); x.refused || len(r.Errs) > before {
		return nil
	}
	x.flatten(x.root)
	x.nameAll()
	if x.connect(x.root); len(r.Errs) == before {
		x.unread(x.root)
	}
	if len(r.Errs) > before {
		return nil
	}
	outputs := x.outputs()
	x.prune(outputs)
	x.fill()
	if len(x.models) > 0 || slices.ContainsFunc(entries, func(e entry) bool { return e.Type == modelType }) {
		t := tree{x, map[*use]int{}}
		for i, u := range x.uses {
			t.index[u] = i
		}
		m.Tree = t.group(x.root)
	}
	return x.aliases()
}

// own are the layers of a list, those in its models left out.
func own(entries []entry) (layers []Layer) {
	for _, e := range entries {
		layers = append(layers, e.Layer)
	}
	return layers
}

// title names a model in the middle of a sentence.
func (in *model) title() string {
	if in.Name == "" {
		return "model that is " + in.Args.Owner
	}
	return in.Args.Owner
}

// place makes the parts of a model.
func (x *expander) place(in *model, entries []entry, frozen bool) {
	for i := range entries {
		e := &entries[i]
		p := &part{entry: e, at: i}
		in.parts = append(in.parts, p)
		switch e.Type {
		case modelType:
			p.alias = e.Name
			p.model = &model{entry: e, parent: in, part: p, asked: make([]bool, len(e.reads))}
			x.nameModel(p)
			x.place(p.model, e.layers, frozen || e.Trainable != nil && !*e.Trainable)
		case sharedType:
		default:
			p.use = x.newUse(e.Layer, in)
			if frozen {
				p.use.layer.Trainable = new(bool)
			}
		}
	}
}

func (x *expander) newUse(l Layer, in *model) *use {
	x.count++
	return &use{layer: l, within: in}
}

// own lists the layers that have weights of their own, in order.
func (in *model) own() (list []*use) {
	for _, p := range in.parts {
		switch {
		case p.model != nil:
			list = append(list, p.model.own()...)
		case p.use != nil && p.use.of == nil:
			list = append(list, p.use)
		}
	}
	return list
}

// nameOwn names the layers before their second uses, as Model.Names does: what a
// second use is of is found by these names.
func (x *expander) nameOwn(root *model) {
	own := root.own()
	flat := Model{Inputs: slices.Clone(x.m.Inputs)}
	for _, u := range own {
		flat.Layers = append(flat.Layers, u.layer)
	}
	for _, name := range secondNames(root) { // taken as well
		flat.Inputs = append(flat.Inputs, Input{Name: name})
	}
	for i, name := range flat.Names() {
		own[i].name = name
		if x.layers[name] == nil {
			x.layers[name] = own[i]
		}
	}
}

// secondNames are the names of the second uses.
func secondNames(in *model) (names []string) {
	for _, p := range in.parts {
		if p.model != nil {
			names = append(names, secondNames(p.model)...)
		} else if p.Type == sharedType && p.Name != "" {
			names = append(names, p.Name)
		}
	}
	return names
}

// settle finds what the second uses in a model are of. It reports false where
// the model is being settled already: it would hold itself.
func (x *expander) settle(in *model) bool {
	if in.state != pending {
		return in.state == done
	}
	in.state = open
	for _, p := range in.parts {
		switch {
		case x.refused:
		case p.Type == sharedType:
			x.second(in, p)
		case p.model != nil:
			x.settle(p.model)
		}
	}
	in.state = done
	return true
}

// second makes a second use.
func (x *expander) second(in *model, p *part) {
	name := p.of.Name
	of, isModel := x.models[name]
	switch {
	case name == "": // reported
	case !isModel:
		p.use = x.newUse(p.Layer, in)
		p.use.ref = p.of
		if p.use.of = x.layers[name]; p.use.of == nil {
			p.use.of = &use{name: name} // which Check reports
		}
		if p.mapped {
			x.Fail(p.reads[0].Pos, "%s: inputs takes names, as the layer %s has no inputs with names of their own; write inputs: %s", p.Args.Owner, diag.Quote(name), document.Plain(p.reads[0].Name))
		}
	case of.Type == sharedType:
		x.Fail(p.of.Pos, "%s: %s is itself a second use, of %s; write layer: %s", p.Args.Owner, diag.Quote(name), diag.Quote(of.of.Name), document.Plain(of.of.Name))
	case !x.settle(of.model):
		x.Fail(p.of.Pos, "%s: the model %s would hold itself; its layers may use any layer and any other model once more", p.Args.Owner, diag.Quote(name))
	case x.bind(p, of.model):
		p.model = &model{entry: of.entry, parent: in, part: p, original: of.model, state: done}
		x.copy(p.model, of.model, p.model)
	}
	if isModel {
		p.alias = p.Name
		x.nameModel(p)
	}
}

// nameModel notes the name of a model or of its second use.
func (x *expander) nameModel(p *part) {
	if p.alias == "" {
		return
	}
	if first := x.models[p.alias]; first != nil {
		x.Fail(p.NamePos, "the name %s is taken by the model %s; give each its own", diag.Quote(p.alias), document.Where(first.NamePos))
		return
	}
	x.models[p.alias] = p
}

// copy makes to a second use of a model, within the outermost one.
func (x *expander) copy(to, of, outermost *model) {
	for _, p := range of.parts {
		if x.count >= document.MaxLayers {
			if !x.refused {
				x.Fail(outermost.part.Pos, "with the layers of %s once more, the model has more than %d layers", of.title(), document.MaxLayers)
			}
			x.refused = true
			return
		}
		q := &part{entry: p.entry, at: p.at}
		to.parts = append(to.parts, q)
		if p.model != nil {
			q.model = &model{entry: p.model.entry, parent: to, part: q, original: p.model, state: done}
			x.copy(q.model, p.model, outermost)
			continue
		}
		if p.use == nil { // it has a mistake
			continue
		}
		q.use = x.newUse(p.use.layer, to)
		if q.use.of, q.use.copied = p.use, outermost; p.use.of != nil {
			q.use.of = p.use.of
		}
		q.use.layer.Pos, q.use.layer.NamePos, q.use.layer.Name = outermost.part.Pos, outermost.part.Pos, ""
	}
}

// bind compares what a second use of a model reads with what the model does, and
// brings it into the model's order.
func (x *expander) bind(p *part, of *model) bool {
	want, title := of.reads, p.Args.Owner
	switch {
	case len(p.reads) == 0 && len(want) > 1:
		x.Fail(p.Pos, "%s: the %s has %d inputs; write inputs: %s", title, of.title(), len(want), bindingsText(want))
		return false
	case !p.mapped && len(p.reads) != max(len(want), 1) && len(p.reads) > 0:
		x.Fail(p.reads[0].Pos, "%s: inputs has %s, and the %s has %s", title, document.Counted(len(p.reads), "name"), of.title(), document.Counted(max(len(want), 1), "input"))
		return false
	case !p.mapped:
		for i := range want[:min(len(want), len(p.reads))] {
			p.reads[i].inner = want[i].inner
		}
		return true
	}
	var sorted []binding
	for _, w := range want {
		i := slices.IndexFunc(p.reads, func(b binding) bool { return b.inner == w.inner })
		if i < 0 {
			x.Fail(p.reads[0].Pos, "%s: inputs does not say what %s of the %s is; write inputs: %s", title, diag.Quote(w.inner), of.title(), bindingsText(want))
			return false
		}
		sorted = append(sorted, p.reads[i])
	}
	for _, b := range p.reads {
		if !slices.ContainsFunc(want, func(w binding) bool { return w.inner == b.inner }) {
			x.Fail(b.Pos, "%s: inputs names %s, which is no input of the %s", title, diag.Quote(b.inner), of.title())
			return false
		}
	}
	p.reads = sorted
	return true
}

// bindingsText writes inputs of a model under their names, as the model has them.
func bindingsText(list []binding) string {
	var entries []Arg
	for _, b := range list[:min(len(list), 8)] {
		entries = append(entries, document.Named(b.inner, document.Text(b.Name)))
	}
	return orEllipsis(document.FlowArgs(entries))
}
