// Package custom reads files that say what classes of Keras compute that are Python code
// of their users: compositions of layers, as a description has them.
//
//	TransformerBlock:
//	  defaults: {rate: 0.1}
//	  layers:
//	    - MultiHeadAttention: {name: att, num_heads: $num_heads, key_dim: $embed_dim, inputs: [x, x]}
//	    - Dropout: $rate
//	    - Add: {inputs: [x, dropout]}
//	    - LayerNormalization: {name: layernorm1, epsilon: 1e-6}
//	  weights: [att, layernorm1]
//
// $name stands for the argument of the constructor that the file of Keras has of each
// layer, and may be calculated with: $embed_dim // $num_heads.
package custom

import (
	"maps"
	"path/filepath"
	"slices"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec"
)

// File has the definitions of classes.
type File struct {
	// Name is that of the file, without its folder.
	Name string
	list []*Definition
}

// Definition is what a class computes.
type Definition struct {
	// Name is that of the class, with its package or without, or of a Lambda layer.
	Name string
	Pos  diag.Pos
	// Inputs are what the layers read, by their names there: x where the file does not
	// say. A model's may have shapes and types, as those of a description.
	Inputs []spec.Arg
	// Outputs are names of layers; nil is the last one.
	Outputs []spec.Value
	// Weights say where the file of Keras has those of layers, in the order in which
	// the constructor makes them; nil: under the names of the layers, in an order that
	// is not known.
	Weights []Place

	defaults []spec.Arg
	layers   []spec.Value
}

// Place is where a layer has its weights, under the place of what the class defines.
type Place struct {
	Layer string
	Pos   diag.Pos
	// Path is the attribute that has the layer: att, or blocks/conv2d_1 for one of a list.
	Path string
	// Variables are weights that are the class's own, each with its place, such as
	// kernel and vars/0; nil: the layer has its own.
	Variables []Variable
}

// Variable is a weight of a layer that the class has itself.
type Variable struct{ Name, Path string }

// Read reads definitions from YAML or JSON. The error is a [diag.List].
func Read(file string, src []byte) (*File, error) {
	root, err := spec.ReadValue(file, src)
	if err != nil {
		return nil, err
	}
	r := &reader{}
	f := &File{Name: filepath.Base(file)}
	if root.Kind != spec.Map || len(root.Map) == 0 {
		r.errs.Add(root.Pos, "it says what classes compute, such as MyLayer: {layers: [...]}, and is %s", root.Describe())
	}
	for _, a := range root.Map {
		f.list = append(f.list, r.definition(a))
	}
	if err := r.errs.Err(); err != nil {
		return nil, err
	}
	return f, nil
}

// Find is the definition of the first of these names that has one, nil where none has.
func (f *File) Find(names ...string) *Definition {
	if f == nil {
		return nil
	}
	for _, name := range names {
		if i := slices.IndexFunc(f.list, func(d *Definition) bool { return name != "" && d.Name == name }); i >= 0 {
			return f.list[i]
		}
	}
	return nil
}

// All are the definitions, in the order of the file.
func (f *File) All() []*Definition {
	if f == nil {
		return nil
	}
	return f.list
}

// Place says where a layer of the definition has its weights.
func (d *Definition) Place(layer string) (at int, p Place, listed bool) {
	if i := slices.IndexFunc(d.Weights, func(p Place) bool { return p.Layer == layer }); i >= 0 {
		return i, d.Weights[i], true
	}
	return 0, Place{Layer: layer, Path: layer}, false
}

type reader struct{ errs diag.List }

func (r *reader) definition(a spec.Arg) *Definition {
	d := &Definition{Name: a.Name, Pos: a.Pos}
	sections := map[string]func(v spec.Value){
		"defaults": func(v spec.Value) {
			if v.Kind != spec.Map {
				r.wrong(a, "defaults", v, "{rate: 0.1}")
			}
			d.defaults = v.Map
		},
		"inputs":  func(v spec.Value) { d.Inputs = r.inputs(a, v) },
		"outputs": func(v spec.Value) { d.Outputs = r.names(a, "outputs", v, "[first, second]") },
		"layers": func(v spec.Value) {
			if v.Kind != spec.List || len(v.List) == 0 {
				r.wrong(a, "layers", v, "[{Dense: {name: dense, units: $units}}]")
			}
			d.layers = v.List
		},
		"weights": func(v spec.Value) { d.Weights = r.weights(a, v) },
	}
	known := slices.Sorted(maps.Keys(sections))
	if a.Value.Kind != spec.Map {
		r.errs.Add(a.Value.Pos, "%s: it is %s; write what the class computes: %s: {layers: [...]}", a.Name, a.Value.Describe(), a.Name)
		return d
	}
	for _, e := range a.Value.Map {
		if read := sections[e.Name]; read != nil {
			read(e.Value)
		} else {
			r.errs.Add(e.Pos, "%s: there is no entry %s%s; it has defaults, inputs, layers, outputs and weights", a.Name, diag.Quote(e.Name), diag.DidYouMean(e.Name, known))
		}
	}
	if _, ok := a.Value.Get("layers"); !ok {
		r.errs.Add(a.Pos, "%s: what does it compute? Write layers: [...], as in a description", a.Name)
	}
	if d.Inputs == nil {
		d.Inputs = []spec.Arg{{Name: "x", Pos: a.Pos}}
	}
	return d
}

func (r *reader) wrong(a spec.Arg, entry string, v spec.Value, example string) {
	r.errs.Add(v.Pos, "%s: %s is %s; write %s: %s", a.Name, entry, v.Describe(), entry, example)
}

// names reads a list of names, or one.
func (r *reader) names(a spec.Arg, entry string, v spec.Value, example string) []spec.Value {
	list := v.List
	if v.Kind == spec.String {
		list = []spec.Value{v}
	}
	if len(list) == 0 || slices.ContainsFunc(list, func(e spec.Value) bool { return e.Kind != spec.String }) {
		r.wrong(a, entry, v, example)
		return nil
	}
	return list
}

// inputs reads names, or a map as the inputs of a description are.
func (r *reader) inputs(a spec.Arg, v spec.Value) (list []spec.Arg) {
	if v.Kind == spec.Map && len(v.Map) > 0 {
		return v.Map
	}
	for _, e := range r.names(a, "inputs", v, "[query, value]") {
		if slices.ContainsFunc(list, func(b spec.Arg) bool { return b.Name == e.Str }) {
			r.errs.Add(e.Pos, "%s: two inputs are called %s", a.Name, diag.Quote(e.Str))
		}
		list = append(list, spec.Arg{Name: e.Str, Pos: e.Pos})
	}
	return list
}

// weights reads a list of layers, or a map that says where each has its weights.
func (r *reader) weights(a spec.Arg, v spec.Value) (list []Place) {
	const example = "[att, ffn], or {att: att, conv: convs/conv2d_1, score: {kernel: vars/0}}"
	if v.Kind == spec.List {
		for _, e := range r.names(a, "weights", v, example) {
			list = append(list, Place{Layer: e.Str, Pos: e.Pos, Path: e.Str})
		}
	} else if v.Kind != spec.Map {
		r.wrong(a, "weights", v, example)
	}
	for _, e := range v.Map {
		p := Place{Layer: e.Name, Pos: e.Pos, Path: e.Value.Str}
		if e.Value.Kind != spec.String && (e.Value.Kind != spec.Map || len(e.Value.Map) == 0) {
			r.wrong(a, "weights", e.Value, example)
		}
		for _, w := range e.Value.Map {
			if w.Value.Kind != spec.String {
				r.wrong(a, "weights", w.Value, example)
			}
			p.Variables = append(p.Variables, Variable{w.Name, w.Value.Str})
		}
		list = append(list, p)
	}
	for i, p := range list {
		if slices.ContainsFunc(list[:i], func(q Place) bool { return q.Layer == p.Layer }) {
			r.errs.Add(p.Pos, "%s: weights has %s twice", a.Name, diag.Quote(p.Layer))
		}
	}
	return list
}
