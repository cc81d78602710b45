package keras

import (
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/spec"
)

// converter turns layers and what they name into entries of a description.
type converter struct{ *reader }

// arguments are those of a layer in a description, and its class there.
func (r converter) arguments(p *part) (class string, args []spec.Arg, ok bool) {
	if p.defined != nil {
		ok := r.checkDefined(p)
		return p.class, p.defined.args, ok
	}
	class, config, ok := r.class(p)
	if !ok {
		return class, nil, false
	}
	before := len(r.errs)
	args = r.settings(p, class, config)
	if len(r.errs) > before {
		return class, nil, false
	}
	info, _ := layer.Find(class)
	decoded := layer.Decode(spec.Args{Owner: "the layer", Kind: class, List: args}, info.New(), "the layer")
	for _, e := range decoded {
		r.fail(p.path, "%s", e.Msg)
	}
	if v := field(config, "trainable"); v.Kind == spec.Bool && !v.Bool {
		args = append([]spec.Arg{{Name: "trainable", Value: v}}, args...)
	}
	return class, args, len(decoded) == 0
}

// class is what the layer is called in a description, and its arguments by their
// present names; what has no such layer is reported.
func (r converter) class(p *part) (string, spec.Value, bool) {
	class, config := p.class, p.config
	switch {
	case class == "Lambda":
		r.fail(p.path, "a Lambda layer is Python code, which is not read; say what it computes in a file for --custom, %s: {layers: [...]}, or write it in Python with layers and keras.ops and save the model again", p.name)
		return class, config, false
	case published(p):
		return r.family(p)
	case isCustom(p):
		r.fail(p.path, "its class %s is Python code of its own, which is not in the file; say what it computes in a file for --custom (import --draft begins one), or build it of Keras's layers and operations and save the model again", diag.Quote(class))
		return class, config, false
	case config.Kind != spec.Map:
		r.fail(p.path, "its config is %s", config.Describe())
		return class, config, false
	}
	class, config, ok := r.older(p, class, config)
	if !ok {
		return class, config, false
	}
	if _, known := layer.Find(class); !known {
		hint := unknown(class) + "; if"
		if strings.HasSuffix(hint, "?; if") {
			hint = unknown(class) + " If"
		}
		r.fail(p.path, "%s it is a class of your own, say what it computes in a file for --custom (import --draft begins one)", hint)
		return class, config, false
	}
	return class, config, true
}

// unknown says that there is no such layer, without the list of all: a file is not edited
// by hand.
func unknown(class string) string {
	message, _, _ := strings.Cut(layer.Unknown(spec.Layer{Type: class}), " nngen ")
	message, _, _ = strings.Cut(message, "; it knows:")
	return strings.TrimRight(message, ";")
}

// isCustom reports a class that is not Keras's. Keras 1 and 2 say no module.
func isCustom(p *part) bool {
	if strings.Contains(p.as, ">") || p.as != "" && p.module == "" {
		return true
	}
	for _, ours := range []string{"", "keras.", "tensorflow.", "tf_keras.", "keras", "builtins"} {
		if p.module == strings.TrimSuffix(ours, ".") || ours != "" && strings.HasPrefix(p.module, ours) {
			return false
		}
	}
	return true
}

// settings turns a configuration into arguments of a description, those alone that
// say something.
func (r converter) settings(p *part, class string, config spec.Value) (args []spec.Arg) {
	info, _ := layer.Find(class)
	docs := spec.DocOf(info.New())
	for i := range docs {
		a, ok := config.Get(docs[i].Name)
		if !ok || docs[i].Name == "unroll" {
			continue
		}
		if v, said := r.argument(p, &docs[i], a.Value); said {
			args = append(args, spec.Arg{Name: docs[i].Name, Value: v})
		}
	}
	if class == "Bidirectional" {
		args = mirrored(args)
	}
	for _, a := range config.Map {
		if slices.ContainsFunc(docs, func(d spec.ArgDoc) bool { return d.Name == a.Name }) || isNeutral(a) {
			continue
		}
		if a.Name == "data_format" || a.Name == "dim_ordering" {
			r.fail(p.path, "%s is %s: channels before the image, which %s of this version of nngen does not take; save the model with channels_last", a.Name, a.Value.Describe(), class)
			continue
		}
		r.fail(p.path, "%s's argument %s is not supported by this version of nngen; it is %s", class, diag.Quote(a.Name), a.Value.Brief())
	}
	if dtype := policy(field(config, "dtype")); strings.Contains(dtype, "float16") || strings.HasSuffix(dtype, "float64") || strings.HasPrefix(dtype, "int8") || strings.HasPrefix(dtype, "float8") {
		r.note(p.path, "its dtype is %s; in the description everything is computed in float32", dtype)
	}
	if class == "MixUp" || class == "CutMix" {
		r.note(p.path, "within a model of Keras it mixes images alone; in the description it mixes the targets as well")
	}
	return args
}

// mirrored leaves out what a Bidirectional has without saying it: a second layer with
// the settings of the first, and zeros for the steps that a mask passes over.
func mirrored(args []spec.Arg) (out []spec.Arg) {
	plain := func(v spec.Value, names ...string) spec.Value {
		if v.Kind != spec.Map || v.Map[0].Value.Kind != spec.Map {
			return v
		}
		inner := v.Map[0].Value
		inner.Map = slices.Clone(inner.Map)
		for _, name := range names {
			drop(&inner, name)
		}
		return entry(v.Map[0].Name, inner.Map...)
	}
	var first, second spec.Value
	for _, a := range args {
		switch a.Name {
		case "layer":
			first = plain(a.Value, "zero_output_for_mask")
			a.Value = first
		case "backward_layer":
			second = plain(a.Value, "zero_output_for_mask")
			a.Value = second
			if len(first.Map) == 0 || len(second.Map) == 0 {
				break
			}
			_, back := second.Map[0].Value.Get("go_backwards")
			_, forth := first.Map[0].Value.Get("go_backwards")
			if back && !forth && plain(first, "go_backwards").Same(plain(second, "go_backwards")) {
				continue
			}
		}
		out = append(out, a)
	}
	return out
}

// policy is the name of a dtype or of a policy of dtypes.
func policy(v spec.Value) string {
	if v.Kind == spec.Map {
		return text(field(v, "config"), "name")
	}
	return v.Str
}

// argument is the value of one argument of a layer; said is false where it is the
// default.
func (r converter) argument(p *part, doc *spec.ArgDoc, v spec.Value) (_ spec.Value, said bool) {
	switch doc.Of {
	case "layer":
		if v.Kind == spec.Null {
			return v, false
		}
		return r.wrapped(p, v)
	case "cell":
		return r.cell(p, v)
	}
	if doc.Type == "call" {
		return r.call(p, doc, v)
	}
	v = tidy(doc, v)
	if v.Kind == spec.Null && (doc.Default == nil || !doc.Nullable) || same(v, doc.Default) && !doc.Required {
		return v, false
	}
	return v, true
}

// wrapped is a layer that is an argument of another: {LSTM: {units: 8}}.
func (r converter) wrapped(p *part, v spec.Value) (spec.Value, bool) {
	inner := graphReader(r).part(v, p.path+".layer", 0)
	inner.path = p.path + ".layer"
	if isModel(inner.class) {
		r.fail(p.path, "a model inside of a %s is not supported by this version of nngen", p.class)
		return v, false
	}
	class, args, ok := r.arguments(inner)
	if len(args) == 0 {
		return word(class), ok
	}
	return entry(class, args...), ok
}

// cell is the cell of an RNN, or the list of its cells.
func (r converter) cell(p *part, v spec.Value) (spec.Value, bool) {
	if v.Kind == spec.List {
		list := spec.Value{Kind: spec.List}
		for _, e := range v.List {
			one, ok := r.cell(p, e)
			if !ok {
				return v, false
			}
			list.List = append(list.List, one)
		}
		return list, true
	}
	inner := graphReader(r).part(v, p.path+".cell", 0)
	inner.path = p.path + ".cell"
	class, config, docs := inner.class, inner.config, []spec.ArgDoc(nil)
	switch class {
	case "StackedRNNCells":
		return r.cell(p, field(config, "cells"))
	case "SimpleRNNCell", "LSTMCell", "GRUCell":
		like := strings.TrimSuffix(class, "Cell")
		info, _ := layer.Find(like)
		docs = spec.DocOf(info.New())
		_, config, _ = r.older(inner, like, config)
	default:
		r.fail(inner.path, "the cell %s is not supported by this version of nngen", diag.Quote(class))
		return v, false
	}
	var args []spec.Arg
	for i := range docs {
		if a, ok := config.Get(docs[i].Name); ok && docs[i].Name != "unroll" {
			if w, said := r.argument(inner, &docs[i], a.Value); said {
				args = append(args, spec.Arg{Name: docs[i].Name, Value: w})
			}
		}
	}
	return entry(class, args...), true
}

// activity is the regularizer of what a layer gives, as an argument of it.
func (r converter) activity(p *part) (a spec.Arg, ok bool) {
	v := field(p.config, "activity_regularizer")
	if v.Kind == spec.Null {
		return a, false
	}
	name, config := called(v)
	v, problem := r.entry("regularizer", name, config)
	if problem != "" {
		r.fail(p.path, "activity_regularizer: %s", problem)
	}
	return spec.Arg{Name: "activity_regularizer", Value: v}, v.Kind != spec.Null
}
