package layer

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/nngen-go/nngen/ir/spec"
)

// Filed is a Config that reads a file: what the file says besides weights, as a digest,
// stands for the file in the identity of the network.
type Filed interface{ Content() string }

// Canonical is what decoded settings mean, defaults included, as maps, lists,
// numbers and texts that encoding/json prints alike for equal meanings.
// Without training, settings are left out that prediction does not depend on:
// initializers, regularizers, constraints and those tagged train:"only". A setting tagged
// default:"other", which is null, means what the one before it of that name does.
// One tagged hash:"unless zero" came after networks were saved without it, and is
// left out where it says nothing, or where it says a text, hash:"unless TEXT"; one tagged hash:"never" has no effect at all.
func Canonical(settings any, training bool) map[string]any {
	if o, ok := settings.(*Operation); ok {
		return o.canonical()
	}
	tree := map[string]any{}
	if f, ok := settings.(Filed); ok {
		tree["content"] = f.Content()
	}
	canonicalFields(tree, reflect.Indirect(reflect.ValueOf(settings)), training)
	return tree
}

func canonicalFields(tree map[string]any, v reflect.Value, training bool) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		tag, ok := f.Tag.Lookup("arg")
		if !ok {
			if f.Anonymous && f.Type.Kind() == reflect.Struct {
				canonicalFields(tree, v.Field(i), training)
			}
			continue
		}
		since := f.Tag.Get("hash")
		usual, _ := strings.CutPrefix(since, "unless ")
		if since == "never" || usual == "zero" && v.Field(i).IsZero() || usual != "" && usual == fmt.Sprint(v.Field(i).Interface()) {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		of := ""
		for o := range strings.SplitSeq(options, ",") {
			if list, ok := strings.CutPrefix(o, "of="); ok {
				of = list
			}
		}
		if !training && (of == "initializer" || of == "regularizer" || of == "constraint" || f.Tag.Get("train") == "only") {
			continue
		}
		tree[name] = canonicalValue(v.Field(i), of, training)
		if other, ok := f.Tag.Lookup("default"); ok && tree[name] == nil {
			tree[name] = tree[other]
		}
	}
}

func canonicalValue(v reflect.Value, of string, training bool) any {
	if c, ok := v.Interface().(spec.Call); ok {
		return canonicalCall(c, of, training)
	}
	if x, ok := v.Interface().(spec.Value); ok && of == "cell" {
		k, errs := cellOf(x, "")
		if len(errs) > 0 {
			return nil
		}
		return canonicalCell(k, training)
	}
	if x, ok := v.Interface().(spec.Value); ok {
		return canonicalAny(x)
	}
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil
		}
		return canonicalValue(v.Elem(), of, training)
	}
	return v.Interface()
}

// canonicalAny is a text, a number, a list of them, or nil.
func canonicalAny(v spec.Value) any {
	switch v.Kind {
	case spec.String:
		return v.Str
	case spec.Int:
		return float64(v.Int)
	case spec.Float:
		return v.Float
	case spec.List:
		list := []any{}
		for _, one := range v.List {
			list = append(list, canonicalAny(one))
		}
		return list
	}
	return nil
}

func canonicalCall(c spec.Call, of string, training bool) any {
	var name string
	var settings any
	switch of {
	case "activation":
		if c.Name == "" {
			c = call("linear")
		}
		e, s, _ := activations.Resolve(c)
		name, settings = e.Name, s
	case "initializer":
		e, s, _ := initializers.Resolve(c)
		name, settings = e.Name, s
	case "layer":
		if c.Name == "" {
			return nil
		}
		n, errs := nestedOf(c)
		if len(errs) > 0 {
			return nil
		}
		tree := Canonical(n.Config, training)
		if training && !n.trainable {
			tree["trainable"] = false
		}
		return map[string]any{n.Name: tree}
	case "constraint":
		if c.Name == "" {
			return nil
		}
		e, s, _ := constraints.Resolve(c)
		name, settings = e.Name, s
	case "regularizer":
		if c.Name == "" {
			return nil
		}
		e, s, _ := regularizers.Resolve(c)
		name, settings = e.Name, s
	}
	if settings == nil {
		return nil
	}
	return map[string]any{name: Canonical(settings, training)}
}
