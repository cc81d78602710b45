package spec

import (
	"maps"
	"slices"
	"strconv"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec/internal/document"
)

// flatten lists the layers in order.
func (x *expander) flatten(in *model) {
	for _, p := range in.parts {
		switch {
		case p.model != nil:
			x.flatten(p.model)
		case p.use != nil:
			x.uses = append(x.uses, p.use)
		}
	}
}

// described is the layer as Model.Layers has it, but for what it reads. What is in
// the second use of a model has no line of its own and is named here once for all.
func (u *use) described() Layer {
	l := u.layer
	if u.of == nil {
		return l
	}
	l.Type, l.As, l.Args, l.Trainable = u.of.layer.Type, u.of.layer.As, u.of.layer.Args, nil
	l.Shared = Ref{Name: u.of.name, Pos: u.ref.Pos}
	if u.copied != nil {
		l.Name, l.Shared.Pos = u.name, l.Pos
	}
	return l
}

// nameAll names the second uses, of layers as Model.Names does, and of models
// after these.
func (x *expander) nameAll() {
	flat := Model{Inputs: x.m.Inputs}
	for _, u := range x.uses {
		flat.Layers = append(flat.Layers, u.described())
	}
	taken := map[string]diag.Pos{}
	for _, in := range x.m.Inputs {
		taken[in.Name] = in.Pos
	}
	for i, name := range flat.Names() {
		x.uses[i].name = name
		if _, twice := taken[name]; !twice { // Check reports others
			taken[name] = flat.Layers[i].NamePos
		}
	}
	for name, p := range x.models {
		if at, twice := taken[name]; twice {
			x.Fail(p.NamePos, "the name %s of a model is taken by what is %s; give each its own", diag.Quote(name), document.Where(at))
		}
		taken[name] = p.NamePos
	}
	x.nameSecond(x.root, taken)
}

// nameSecond names the second uses of models that have no name: encoder_1.
func (x *expander) nameSecond(in *model, taken map[string]diag.Pos) {
	for _, p := range in.parts {
		if p.model == nil {
			continue
		}
		if p.Type == sharedType && p.alias == "" {
			for n := 1; p.alias == ""; n++ {
				name := secondPrefix(p.of.Name) + "_" + strconv.Itoa(n)
				if _, twice := taken[name]; !twice {
					p.alias, taken[name], x.models[name] = name, p.Pos, p
				}
			}
		}
		if p.model.original == nil {
			x.nameSecond(p.model, taken)
		}
	}
}

// connect finds what the layers in a model read.
func (x *expander) connect(in *model) {
	for _, p := range in.parts {
		switch {
		case p.model != nil:
			if in.original == nil { // said once, however often the model is used
				for _, b := range p.reads {
					x.lookup(in, b.Ref, p.Args.Owner+": inputs")
				}
			}
			x.connect(p.model)
		case p.use != nil:
			x.connectUse(in, p)
		}
	}
}

// unread reports inputs of models that no layer reads, and those that a layer there
// is called as well.
func (x *expander) unread(in *model) {
	for _, p := range in.parts {
		if p.model == nil || p.model.original != nil {
			continue
		}
		for i, asked := range p.model.asked {
			if at, twice := x.places(p.model)[p.reads[i].inner]; twice {
				x.Fail(p.model.parts[at.part].NamePos, "the name %s is taken by an input of the %s; give each its own", diag.Quote(p.reads[i].inner), p.model.title())
			} else if !asked {
				x.Fail(p.reads[i].Pos, "%s: none of its layers reads its input %s; take it out", p.Args.Owner, diag.Quote(p.reads[i].inner))
			}
		}
		x.unread(p.model)
	}
}

func (x *expander) connectUse(in *model, p *part) {
	u, refs := p.use, p.Inputs
	for _, b := range p.reads {
		refs = append(refs, b.Ref)
	}
	title := "layer " + diag.Quote(u.name) + ": inputs"
	for _, r := range refs {
		if v, ok := x.lookup(in, r, title); ok {
			u.reads = append(u.reads, v)
		}
	}
	if refs == nil {
		if v, ok := x.previous(in, p); ok {
			u.reads, u.silent = []value{v}, true
		}
	}
}

// previous is what a part reads that does not name it.
func (x *expander) previous(in *model, p *part) (value, bool) {
	switch {
	case p.at > 0:
		before := in.parts[p.at-1]
		if before.use != nil {
			return value{of: before.use, pos: p.Pos}, true
		}
		return x.only(in, before.model, p.Pos, p.Args.Owner)
	case in.parent == nil:
		return value{pos: p.Pos}, true
	case len(in.reads) == 0 && len(in.part.reads) == 0:
		v, ok := x.previous(in.parent, in.part)
		return v.through(in), ok
	case len(in.reads) == 0: // what its second use names
		v, ok := x.lookup(in.parent, in.part.reads[0].Ref, "")
		return v.through(in), ok
	case len(in.reads) > 1:
		if in.original == nil {
			x.Fail(p.Pos, "%s: the %s has several inputs, so its first layer must name what it reads; write inputs: [%s]", p.Args.Owner, in.title(), document.Plain(in.reads[0].inner))
		}
		return value{}, false
	}
	return x.input(in, 0)
}

// input is what an input of a model stands for.
func (x *expander) input(in *model, i int) (v value, ok bool) {
	if in.original == nil {
		in.asked[i] = true
	}
	if len(in.part.reads) == 0 { // a second use that reads the layer before
		v, ok = x.previous(in.parent, in.part)
	} else {
		v, ok = x.lookup(in.parent, in.part.reads[i].Ref, "")
	}
	v.entered = append([]entered{{in, i}}, v.entered...)
	return v, ok
}

// only is the output of a model that has one.
func (x *expander) only(in, of *model, pos diag.Pos, title string) (value, bool) {
	given := x.outputsOf(of)
	if len(given) == 1 {
		given[0].pos = pos
		return given[0], true
	}
	if len(given) > 1 && in.original == nil {
		var names []string
		for _, v := range given[:min(len(given), 8)] {
			names = append(names, v.ref().Name)
		}
		x.Fail(pos, "%s: the %s has %d outputs; name the one to read: %s", title, of.title(), len(given), document.QuoteAll(names))
	}
	return value{}, false
}

// outputsOf are the outputs of a model.
func (x *expander) outputsOf(in *model) []value {
	if in.given != nil {
		return in.given
	}
	in.given = []value{} // of a mistake
	last := in.parts[len(in.parts)-1]
	switch {
	case in.outputs == nil && last.model != nil:
		in.given = slices.Clone(x.outputsOf(last.model))
	case in.outputs == nil && last.use != nil:
		in.given = []value{{of: last.use, pos: last.Pos}}
	}
	for _, r := range in.outputs {
		isInput := slices.ContainsFunc(in.reads, func(b binding) bool { return b.inner == r.Name })
		switch v, ok := x.lookup(in, r, in.Args.Owner+": outputs"); {
		case isInput && in.original == nil:
			x.Fail(r.Pos, "%s: outputs names the input %s; an output is a layer", in.Args.Owner, diag.Quote(r.Name))
		case ok && slices.ContainsFunc(in.given, func(g value) bool { return g.ref().Name == v.ref().Name }):
			if in.original == nil {
				x.Fail(r.Pos, "%s: outputs names %s twice", in.Args.Owner, diag.Quote(r.Name))
			}
		case ok:
			in.given = append(in.given, v)
		}
	}
	return in.given
}

// places are the names in a model, and where they lead. Those of a second use are
// those of the model itself.
func (x *expander) places(in *model) map[string]place {
	if in.original != nil {
		return x.places(in.original)
	}
	if in.index != nil {
		return in.index
	}
	in.index = map[string]place{}
	note := func(name string, at place) {
		if _, twice := in.index[name]; !twice && name != "" {
			in.index[name] = at
		}
	}
	for i, p := range in.parts {
		if p.use != nil {
			note(p.use.name, place{i, 0})
		}
		note(p.alias, place{i, all})
	}
	for i, p := range in.parts { // after the names of layers
		if p.model != nil {
			for j, v := range x.outputsOf(p.model) {
				note(v.ref().Name, place{i, j})
			}
		}
	}
	return in.index
}

// lookup finds a name in a model: an input of it, a layer, the output of a model
// among its layers. Mistakes are reported under a title.
func (x *expander) lookup(in *model, r Ref, title string) (value, bool) {
	if in.parent != nil {
		if i := slices.IndexFunc(in.reads, func(b binding) bool { return b.inner == r.Name }); i >= 0 {
			return x.input(in, i)
		}
	}
	at, ok := x.places(in)[r.Name]
	if layer, result := r.Of(); !ok && result != "" {
		if v, ok := x.lookup(in, layer, ""); ok && v.of != nil && v.result == "" {
			v.result = result
			return v, true
		}
	}
	switch p := (*part)(nil); {
	case ok && at.output == all:
		return x.only(in, in.parts[at.part].model, r.Pos, title)
	case ok:
		if p = in.parts[at.part]; p.use != nil {
			return value{of: p.use, pos: r.Pos}, true
		}
		if given := x.outputsOf(p.model); at.output < len(given) {
			return value{of: given[at.output].of, result: given[at.output].result, pos: r.Pos}, true
		}
		return value{}, false
	case in.parent == nil && x.inside(r.Name) == nil:
		return value{name: r.Name, pos: r.Pos}, true // an input, or nothing: Check knows
	case title == "" || in.original != nil: // reported where it is written
		return value{}, false
	case in.parent == nil:
		x.Fail(r.Pos, "%s names %s, which is a layer of the %s and none of its outputs; name it under outputs there", title, diag.Quote(r.Name), x.inside(r.Name).within.title())
		return value{}, false
	}
	if x.inside(r.Name) != nil || slices.ContainsFunc(x.m.Inputs, func(i Input) bool { return i.Name == r.Name }) || x.models[r.Name] != nil {
		if i := slices.IndexFunc(in.reads, func(b binding) bool { return b.Name == r.Name }); i >= 0 && in.original == nil {
			x.Fail(r.Pos, "%s names %s, which is called %s in the %s", title, diag.Quote(r.Name), diag.Quote(in.reads[i].inner), in.title())
			return value{}, false
		}
		plain := document.Plain(r.Name)
		x.Fail(r.Pos, "%s names %s, which is outside of the %s; its layers read its inputs and one another: write inputs: {%s: %s} at the model", title, diag.Quote(r.Name), in.title(), plain, plain)
		return value{}, false
	}
	x.Fail(r.Pos, "%s names %s, which is neither an input nor a layer of the %s%s", title, diag.Quote(r.Name), in.title(), near(x, in, r.Name))
	return value{}, false
}

// near says which name in a model was probably meant.
func near(x *expander, in *model, name string) string {
	if len(x.Errs) > document.MaxHints {
		return ""
	}
	known := slices.Collect(maps.Keys(x.places(in)))
	for _, b := range in.reads {
		known = append(known, b.inner)
	}
	slices.Sort(known)
	hint := diag.DidYouMean(name, known)
	if hint == "" && len(known) <= 12 {
		hint = "; there are " + document.QuoteAll(known)
	}
	return hint
}

// inside finds a layer of that name, wherever it is.
func (x *expander) inside(name string) *use {
	i := slices.IndexFunc(x.uses, func(u *use) bool { return u.name == name })
	if i < 0 {
		return nil
	}
	return x.uses[i]
}

// outputs brings those of the description to layers.
func (x *expander) outputs() (given []value) {
	last := x.root.parts[len(x.root.parts)-1]
	if x.m.Outputs == nil {
		if last.model == nil {
			return []value{{of: last.use}}
		}
		given = x.outputsOf(last.model)
		for _, v := range given {
			x.m.Outputs = append(x.m.Outputs, Ref{Name: v.ref().Name, Pos: last.Pos})
		}
		return given
	}
	for i, r := range x.m.Outputs {
		if v, ok := x.lookup(x.root, r, "outputs"); ok && v.of != nil {
			x.m.Outputs[i].Name = v.ref().Name
			given = append(given, v)
		}
	}
	return given
}

// prune takes out what no output depends on of the second use of a model of which
// another part is used: it has no weights of its own, and no line.
func (x *expander) prune(outputs []value) {
	used, needed := map[*use]bool{}, map[*model]bool{}
	for stack := slices.Clone(outputs); len(stack) > 0; {
		u := stack[len(stack)-1].of
		stack = stack[:len(stack)-1]
		if u != nil && !used[u] {
			used[u], needed[u.copied] = true, true
			stack = append(stack, u.reads...)
		}
	}
	x.uses = slices.DeleteFunc(x.uses, func(u *use) bool { return u.copied != nil && needed[u.copied] && !used[u] })
}

// fill writes the layers. One that reads the layer before it does not say so,
// unless it did.
func (x *expander) fill() {
	x.m.Layers = nil
	for i, u := range x.uses {
		l := u.described()
		l.Inputs = nil
		v := u.reads[0]
		first := i == 0 && v.of == nil && v.name == ""
		if follows := i > 0 && v.of == x.uses[i-1] && v.result == ""; !u.silent || !first && !follows {
			for _, v := range u.reads {
				l.Inputs = append(l.Inputs, v.ref())
			}
		}
		x.m.Layers = append(x.m.Layers, l)
	}
}

// aliases are the names of models, each with the layer of its only output.
func (x *expander) aliases() map[string]string {
	list := map[string]string{}
	for name, p := range x.models {
		if given := x.outputsOf(p.model); len(given) == 1 {
			list[name] = given[0].ref().Name
		}
	}
	return list
}
