package spec

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// field is one argument of a struct that Decode fills: its documentation and
// where it is.
type field struct {
	ArgDoc
	index []int
}

var (
	callType  = reflect.TypeFor[Call]()
	valueType = reflect.TypeFor[Value]()
	pairsType = reflect.TypeFor[[][2]int]()
	rateType  = reflect.TypeFor[Rate]()
)

// fieldsOf reads the tags of a struct type. A tag that makes no sense is a
// mistake in the program and panics.
func fieldsOf(t reflect.Type) []field {
	fields := appendFields(nil, t, nil)
	for _, f := range fields {
		if f.Positional {
			return fields
		}
	}
	if len(fields) > 0 {
		fields[0].Positional = true
	}
	return fields
}

func appendFields(fields []field, t reflect.Type, index []int) []field {
	for i := range t.NumField() {
		sf := t.Field(i)
		at := append(append([]int(nil), index...), i)
		tag, tagged := sf.Tag.Lookup("arg")
		if sf.Anonymous && !tagged && sf.Type.Kind() == reflect.Struct {
			fields = appendFields(fields, sf.Type, at)
			continue
		}
		if !tagged {
			continue
		}
		if !sf.IsExported() {
			panic(fmt.Sprintf("spec: field %s.%s has an arg tag and is not exported", t, sf.Name))
		}
		f := field{index: at, ArgDoc: ArgDoc{Doc: sf.Tag.Get("doc")}}
		f.Type, f.Nullable = typeName(sf.Type)
		for n, option := range strings.Split(tag, ",") {
			if n == 0 {
				f.Name = option
			} else if !f.option(option) {
				panic(fmt.Sprintf("spec: field %s.%s: tag option %q", t, sf.Name, option))
			}
		}
		if f.Name == "" || f.Type == "" || f.Type == "pairs" && f.Size == 0 {
			panic(fmt.Sprintf("spec: field %s.%s: tag %q on a %s", t, sf.Name, tag, sf.Type))
		}
		fields = append(fields, f)
	}
	return fields
}

func (f *field) option(s string) bool {
	key, value, _ := strings.Cut(s, "=")
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
		f.Of = value
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
	case t == rateType:
		return "rate", false
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

// DocOf documents the arguments that Decode fills in v, a struct or a pointer
// to one. What v holds are the defaults.
func DocOf(v any) []ArgDoc {
	rv := reflect.Indirect(reflect.ValueOf(v))
	var docs []ArgDoc
	for _, f := range fieldsOf(rv.Type()) {
		if !f.Required {
			f.Default = defaultOf(rv.FieldByIndex(f.index))
		}
		docs = append(docs, f.ArgDoc)
	}
	return docs
}

func defaultOf(v reflect.Value) any {
	switch x := v.Interface().(type) {
	case Call:
		if x.Name == "" {
			return nil
		}
		return x.Name
	case Value:
		return nil
	case Rate:
		if x.Schedule.Name != "" {
			return x.Schedule.Name
		}
		return x.Number
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return defaultOf(v.Elem())
	case reflect.Slice:
		if v.IsNil() {
			return nil
		}
		fallthrough
	case reflect.Array:
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
