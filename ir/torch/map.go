package torch

import (
	"path"
	"slices"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec"
)

// Map says where the weights of a network are in a file of another program.
type Map struct {
	file    string
	layers  []layerEntry
	weights []weightEntry
	ignore  []ignored
}

// layerEntry is a layer that is a module.
type layerEntry struct {
	name, module string
	layer        int // of the module, which may have several
	pos          diag.Pos
}

// weightEntry is a weight that is a tensor, or the sum of several.
type weightEntry struct {
	name    string
	tensors []string
	axes    []int // nil: the one order that makes the shape
	pos     diag.Pos
}

// ignored are tensors that the network has not, by name or pattern.
type ignored struct {
	pattern string
	pos     diag.Pos
}

// Read reads a map; file is its name, for messages, which ends in .yaml, .yml or .json.
// The error is a [diag.List] of all mistakes.
func Read(file string, src []byte) (*Map, error) {
	root, err := spec.ReadValue(file, src)
	if err != nil {
		return nil, err
	}
	r := &reader{m: &Map{file: path.Base(file)}}
	if root.Kind != spec.Map {
		r.errs.Add(root.Pos, "a map of weights has layers: and weights:, not %s", root.Describe())
	}
	sections := []string{"layers", "weights", "ignore"}
	for _, a := range root.Map {
		switch {
		case !slices.Contains(sections, a.Name):
			r.errs.Add(a.Pos, "a map of weights has no entry %s%s; it has layers, weights and ignore", diag.Quote(a.Name), diag.DidYouMean(a.Name, sections))
		case a.Name == "ignore":
			r.ignore(a)
		case a.Value.Kind != spec.Map:
			r.errs.Add(a.Value.Pos, "%s: it is a map of names, not %s", a.Name, a.Value.Describe())
		case a.Name == "layers":
			for _, one := range a.Value.Map {
				r.layer(one)
			}
		default:
			for _, one := range a.Value.Map {
				r.weight(one)
			}
		}
	}
	return r.m, r.errs.Err()
}

type reader struct {
	m    *Map
	errs diag.List
}

// layer reads `hidden: fc1` and `hidden: {module: rnn, layer: 1}`.
func (r *reader) layer(a spec.Arg) {
	e := layerEntry{name: a.Name, pos: a.Pos}
	switch a.Value.Kind {
	case spec.String:
		e.module = a.Value.Str
	case spec.Map:
		r.fields(a, map[string]func(spec.Value) bool{
			"module": func(v spec.Value) bool { e.module = v.Str; return v.Kind == spec.String },
			"layer": func(v spec.Value) bool {
				e.layer = int(v.Int)
				return v.Kind == spec.Int && v.Int >= 0 && v.Int < 1<<16
			},
		})
	default:
		r.errs.Add(a.Value.Pos, "%s: it is the name of a module, or {module: NAME, layer: 1}, not %s", a.Name, a.Value.Describe())
		return
	}
	r.m.layers = append(r.m.layers, e)
}

// weight reads `hidden/kernel: fc1.weight`, `{tensor: fc1.weight, axes: [1, 0]}` and
// `{sum: [a, b]}`.
func (r *reader) weight(a spec.Arg) {
	e := weightEntry{name: a.Name, pos: a.Pos}
	switch a.Value.Kind {
	case spec.String:
		e.tensors = []string{a.Value.Str}
	case spec.Map:
		r.fields(a, map[string]func(spec.Value) bool{
			"tensor": func(v spec.Value) bool { e.tensors = []string{v.Str}; return v.Kind == spec.String },
			"sum": func(v spec.Value) bool {
				for _, one := range v.List {
					e.tensors = append(e.tensors, one.Str)
				}
				return v.Kind == spec.List && len(v.List) > 0 && !slices.Contains(e.tensors, "")
			},
			"axes": func(v spec.Value) bool {
				ok := v.Kind == spec.List
				for i, one := range v.List {
					e.axes = append(e.axes, int(one.Int))
					ok = ok && one.Kind == spec.Int && one.Int >= 0 && int(one.Int) < len(v.List) && !slices.Contains(e.axes[:i], int(one.Int))
				}
				return ok
			},
		})
		if len(e.tensors) == 0 {
			r.errs.Add(a.Value.Pos, "%s: which tensor? Write {tensor: NAME} or {sum: [NAME, NAME]}", a.Name)
		}
	default:
		r.errs.Add(a.Value.Pos, "%s: it is the name of a tensor, or {tensor: NAME, axes: [1, 0]}, not %s", a.Name, a.Value.Describe())
		return
	}
	r.m.weights = append(r.m.weights, e)
}

// fields reads the entries of a map, each by its function, which reports whether the value
// is of the right kind.
func (r *reader) fields(of spec.Arg, read map[string]func(spec.Value) bool) {
	usual := map[string]string{"module": "a name", "layer": "a whole number from 0", "tensor": "a name", "sum": "a list of names", "axes": "a list of the numbers from 0 in some order"}
	var names []string
	for name := range read {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, a := range of.Value.Map {
		f, ok := read[a.Name]
		switch {
		case !ok:
			r.errs.Add(a.Pos, "%s: there is no entry %s%s; it has %v", of.Name, diag.Quote(a.Name), diag.DidYouMean(a.Name, names), names)
		case !f(a.Value):
			r.errs.Add(a.Value.Pos, "%s: %s is %s, not %s", of.Name, a.Name, usual[a.Name], a.Value.Describe())
		}
	}
}

// ignore reads a list of names and patterns.
func (r *reader) ignore(a spec.Arg) {
	list := a.Value.List
	if a.Value.Kind == spec.String {
		list = []spec.Value{a.Value}
	}
	for _, v := range list {
		if _, err := path.Match(v.Str, ""); v.Kind != spec.String || err != nil {
			r.errs.Add(v.Pos, "ignore: it is a list of names of tensors or patterns such as \"head.*\", not %s", v.Describe())
			continue
		}
		r.m.ignore = append(r.m.ignore, ignored{v.Str, v.Pos})
	}
	if a.Value.Kind != spec.List && a.Value.Kind != spec.String {
		r.errs.Add(a.Value.Pos, "ignore: it is a list of names of tensors, not %s", a.Value.Describe())
	}
}

// matches reports whether a tensor is of those that are ignored. A pattern is that of
// [path.Match]: * stands for any characters.
func (g ignored) matches(name string) bool {
	ok, _ := path.Match(g.pattern, name) // which has been tried
	return ok || g.pattern == name
}
