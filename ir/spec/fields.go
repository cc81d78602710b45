package spec

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/ir/arg"
)

// field is one argument of a struct that Decode fills: where it is, and its
// documentation.
type field struct {
	ArgDoc
	in arg.Field
}

var (
	callType  = reflect.TypeFor[Call]()
	valueType = reflect.TypeFor[Value]()
	pairsType = reflect.TypeFor[[][2]int]()
)

// fieldsOf reads the tags of a pointer to a struct, or of several in a []any. A
// tag that makes no sense is a mistake in the program and panics.
func fieldsOf(of any) []*field {
	var fields []*field
	positional := false
	for _, in := range arg.Fields(of) {
		if in.Has("units") {
			continue // follows from the output
		}
		f := &field{ArgDoc{Name: in.Name, Doc: in.Doc}, in}
		f.Type, f.Nullable = typeName(in.At.Type())
		f.Gaps = in.At.Kind() == reflect.Slice && in.At.Type().Elem().Kind() == reflect.Pointer
		for _, o := range in.Options {
			if !f.option(o.Key, o.Value) {
				panic(fmt.Sprintf("spec: field %s.%s: tag option %q", in.In, in.Go, o.Key))
			}
		}
		if in.Name == "" || f.Type == "" || f.Type == "pairs" && f.Size == 0 {
			panic(fmt.Sprintf("spec: field %s.%s: tag arg %q on a %s", in.In, in.Go, in.Name, in.At.Type()))
		}
		positional = positional || f.Positional
		fields = append(fields, f)
	}
	if len(fields) > 0 && !positional {
		fields[0].Positional = true
	}
	return fields
}

func (f *field) option(key, value string) bool {
	bound := func() *float64 {
		x, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return nil
		}
		return &x
	}
	switch key {
	case "required":
		f.Required = true
	case "positional":
		f.Positional = true
	case "min", "above":
		f.Min, f.MinOpen = bound(), key == "above"
		return f.Min != nil
	case "max", "below":
		f.Max, f.MaxOpen = bound(), key == "below"
		return f.Max != nil
	case "oneof":
		f.OneOf = strings.Split(value, "|")
	case "of":
		if f.Of = value; f.Type == "float" && value != "" {
			f.Type = "rate"
		}
	case "null":
		f.Nullable = true
	case "late", "common", "default", "zero", "by":
	case "size":
		n, err := strconv.Atoi(value)
		f.Size = n
		return err == nil && n > 0 && (f.Type == "ints" || f.Type == "pairs")
	default:
		return false
	}
	return true
}

// typeName gives ArgDoc.Type for a Go type, "" where Decode cannot fill it.
func typeName(t reflect.Type) (name string, nullable bool) {
	switch {
	case t == callType:
		return "call", true
	case t == valueType:
		return "any", true
	case t.Kind() == reflect.Pointer:
		name, _ = typeName(t.Elem())
		return name, true
	case t == pairsType:
		return "pairs", false
	case t.Kind() == reflect.Slice:
		switch elem, _ := typeName(t.Elem()); elem {
		case "int", "float", "string":
			return elem + "s", false
		}
		return "", false
	}
	switch t.Kind() {
	case reflect.Int, reflect.Int64:
		return "int", false
	case reflect.Float64:
		return "float", false
	case reflect.Bool:
		return "bool", false
	case reflect.String:
		return "string", false
	}
	return "", false
}

// DocOf documents the arguments that Decode fills in a pointer to a struct, or
// in several of them. What they hold are the defaults.
func DocOf(of any) []ArgDoc {
	var docs []ArgDoc
	for _, f := range fieldsOf(of) {
		if !f.Required {
			f.Default = f.standard()
		}
		docs = append(docs, f.ArgDoc)
	}
	return docs
}

func (f *field) standard() any {
	v := f.in.Value()
	if v == nil || f.Nullable && f.in.At.IsZero() && !f.in.Has("default") {
		return nil
	}
	return defaultOf(reflect.ValueOf(v))
}

func defaultOf(v reflect.Value) any {
	switch x := v.Interface().(type) {
	case Call:
		if x.Name == "" {
			return nil
		}
		return x.Name
	case Value:
		if x.Kind == String {
			return x.Str
		}
		return nil
	}
	switch v.Kind() {
	case reflect.Slice, reflect.Array:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = defaultOf(v.Index(i))
		}
		return list
	case reflect.Int, reflect.Int64:
		return v.Int()
	case reflect.Float64:
		return v.Float()
	case reflect.Bool:
		return v.Bool()
	}
	return v.String()
}
