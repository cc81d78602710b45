package spec

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

// tree is a model with the models in it, after its layers have been listed.
func (x *expander) tree(in *model) *Group {
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
			g.Items = append(g.Items, Item{Layer: -1, Group: x.tree(p.model)})
			continue
		}
		item := Item{Layer: x.index[p.use]}
		for _, v := range p.use.reads {
			item.Reads = append(item.Reads, v.from(in))
		}
		g.Items = append(g.Items, item)
	}
	return g
}

// outside is what a model is called, and what it reads.
func (x *expander) outside(g *Group, in *model) {
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
			if v.of == nil && v.name == "" {
				v.name = x.m.Inputs[0].Name
			}
			g.Reads = append(g.Reads, v.from(in.parent))
		}
	}
}
