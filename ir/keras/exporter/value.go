package exporter

import (
	"github.com/nngen-go/nngen/ir/spec"
)

func text(s string) spec.Value { return spec.Value{Kind: spec.String, Str: s} }

func whole(n int) spec.Value { return spec.Value{Kind: spec.Int, Int: int64(n)} }

func truth(b bool) spec.Value { return spec.Value{Kind: spec.Bool, Bool: b} }

func number(x float64) spec.Value { return spec.Value{Kind: spec.Float, Float: x} }

func list(v ...spec.Value) spec.Value { return spec.Value{Kind: spec.List, List: v} }

func named(name string, v spec.Value) spec.Arg { return spec.Arg{Name: name, Value: v} }

func object(args ...spec.Arg) spec.Value { return spec.Value{Kind: spec.Map, Map: args} }

// instance is an object as Keras writes them. Source: Keras 3,
// saving/serialization_lib.py, serialize_keras_object.
func instance(module, class string, config spec.Value, more ...spec.Arg) spec.Value {
	v := object(named("module", text(module)), named("class_name", text(class)), named("config", config), named("registered_name", spec.Value{}))
	v.Map = append(v.Map, more...)
	return v
}

// float32Policy is what layers compute in.
func float32Policy() spec.Value {
	return instance("keras", "DTypePolicy", object(named("name", text("float32"))))
}

// batchShape is a shape with the batch, which is of any size.
func batchShape(shape []int) spec.Value {
	v := list(spec.Value{})
	for _, n := range shape {
		size := whole(n)
		if n == spec.Ragged {
			size = spec.Value{}
		}
		v.List = append(v.List, size)
	}
	return v
}

// standard is a default as a value.
func standard(d any) spec.Value {
	switch d := d.(type) {
	case bool:
		return truth(d)
	case int64:
		return whole(int(d))
	case float64:
		return number(d)
	case string:
		return text(d)
	case []any:
		v := list()
		for _, e := range d {
			v.List = append(v.List, standard(e))
		}
		return v
	}
	return spec.Value{}
}
