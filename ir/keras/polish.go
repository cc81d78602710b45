package keras

import (
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/spec"
)

// entryOf is the only entry of the map that a layer is, Dense: {units: 3}.
func entryOf(v *spec.Value) *spec.Arg { return &v.Map[0] }

// polish leaves out the names that layers have in the description anyway, and gives
// layers of one argument, or of none, their short form.
func (r *reader) polish(tree *spec.Value) {
	var own []*spec.Arg
	flat := spec.Model{}
	for _, section := range tree.Map {
		if section.Name == "inputs" {
			for _, in := range section.Value.Map {
				flat.Inputs = append(flat.Inputs, spec.Input{Name: in.Name})
			}
		}
	}
	eachLayer(tree, func(a *spec.Arg) {
		name := text(a.Value, "name")
		if a.Name == "Model" || a.Name == "Shared" {
			flat.Inputs = append(flat.Inputs, spec.Input{Name: name})
			return
		}
		own = append(own, a)
		flat.Layers = append(flat.Layers, spec.Layer{Type: a.Name})
	})
	// A name that is not the automatic one stays, and takes it from others: what is
	// automatic shrinks until it holds. Names that are automatic nowhere come first.
	for i, a := range own {
		if kept, prefix := text(a.Value, "name"), Snake(a.Name); kept != prefix && !strings.HasPrefix(kept, prefix+"_") {
			flat.Layers[i].Name = kept
		}
	}
	for changed := true; changed; {
		changed = false
		for i, name := range flat.Names() {
			if kept := text(own[i].Value, "name"); flat.Layers[i].Name == "" && name != kept {
				flat.Layers[i].Name, changed = kept, true
			}
		}
	}
	for i, a := range own {
		if flat.Layers[i].Name == "" {
			a.Value.Map = slices.DeleteFunc(slices.Clone(a.Value.Map), func(e spec.Arg) bool { return e.Name == "name" })
		}
	}
	r.shorten(tree)
}

// eachLayer calls f for every layer, those in models after the model itself.
func eachLayer(tree *spec.Value, f func(a *spec.Arg)) {
	for i := range tree.Map {
		if s := &tree.Map[i]; s.Name == "layers" {
			for j := range s.Value.List {
				a := entryOf(&s.Value.List[j])
				if f(a); a.Name == "Model" {
					eachLayer(&a.Value, f)
				}
			}
		}
	}
}

// shorten writes Dropout: 0.5 for Dropout: {rate: 0.5}, and Flatten alone.
func (r *reader) shorten(tree *spec.Value) {
	for i := range tree.Map {
		s := &tree.Map[i]
		if s.Name != "layers" {
			continue
		}
		for j := range s.Value.List {
			v := &s.Value.List[j]
			a := entryOf(v)
			switch {
			case a.Name == "Model":
				r.shorten(&a.Value)
			case len(a.Value.Map) == 0:
				*v = spec.Value{Kind: spec.String, Str: a.Name}
			case len(a.Value.Map) == 1 && r.alone(a):
				a.Value = a.Value.Map[0].Value
			}
		}
	}
}

// alone reports that the only argument of a layer may stand without its name.
func (r *reader) alone(a *spec.Arg) bool {
	only := a.Value.Map[0]
	if only.Value.Kind == spec.Map || only.Value.Kind == spec.Null {
		return false
	}
	if a.Name == "Shared" {
		return only.Name == "layer"
	}
	doc := find(r.catalog.Layers, a.Name)
	return doc != nil && slices.ContainsFunc(doc.Args, func(d spec.ArgDoc) bool { return d.Name == only.Name && d.Positional })
}

// find finds what a name stands for, a second name of it included.
func find(list []spec.EntryDoc, name string) *spec.EntryDoc {
	i := slices.IndexFunc(list, func(e spec.EntryDoc) bool { return e.Name == name || slices.Contains(e.Aliases, name) })
	if i < 0 {
		return nil
	}
	return &list[i]
}
