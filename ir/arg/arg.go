// Package arg reads the tags of structs whose fields are arguments of a
// description, under the names that Keras gives them:
//
//	Units int `arg:"units,required,min=1" doc:"size of the output"`
//
// Layers have such structs, and so have the optimizers, schedules, metrics and
// callbacks of the runtime: their tags are all that descriptions, schema and
// emitter know of them. The package is free of descriptions: [spec.Decode] says
// what values the arguments take.
//
// [spec.Decode]: https://pkg.go.dev/github.com/nngen-go/nngen/ir/spec#Decode
package arg

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Field is a field that is an argument.
type Field struct {
	Name    string        // the argument
	Go      string        // the field
	Doc     string        // tag doc
	Options []Option      // after the name in tag arg
	In      reflect.Type  // the struct
	At      reflect.Value // the field itself
}

// Option is a part of a tag: required, min=1.
type Option struct{ Key, Value string }

// Fields lists the arguments of a pointer to a struct, or of several: in a []any,
// or those that the method Args gives. They are in the order of the fields, embedded structs in their place, then the arguments that are late and last those
// that are common to all of a kind.
func Fields(of any) []Field {
	list := []any{of}
	switch of := of.(type) {
	case []any:
		list = of
	case interface{ Args() []any }:
		list = of.Args()
	}
	var fields []Field
	for _, v := range list {
		fields = appendFields(fields, reflect.Indirect(reflect.ValueOf(v)))
	}
	slices.SortStableFunc(fields, func(a, b Field) int { return a.rank() - b.rank() })
	return fields
}

func (f *Field) rank() int {
	switch {
	case f.Has("common"):
		return 2
	case f.Has("late"):
		return 1
	}
	return 0
}

func appendFields(fields []Field, v reflect.Value) []Field {
	for i := range v.NumField() {
		sf := v.Type().Field(i)
		tag, tagged := sf.Tag.Lookup("arg")
		switch {
		case !tagged && sf.Anonymous && sf.Type.Kind() == reflect.Struct:
			fields = appendFields(fields, v.Field(i))
		case tagged && !sf.IsExported():
			panic(fmt.Sprintf("arg: field %s.%s has an arg tag and is not exported", v.Type(), sf.Name))
		case tagged:
			name, rest, _ := strings.Cut(tag, ",")
			f := Field{Name: name, Go: sf.Name, Doc: sf.Tag.Get("doc"), In: v.Type(), At: v.Field(i)}
			for rest != "" {
				var o string
				o, rest, _ = strings.Cut(rest, ",")
				key, value, _ := strings.Cut(o, "=")
				f.Options = append(f.Options, Option{key, value})
			}
			fields = append(fields, f)
		}
	}
	return fields
}

// Option gives the value of an option.
func (f *Field) Option(key string) (value string, ok bool) {
	for _, o := range f.Options {
		if o.Key == key {
			return o.Value, true
		}
	}
	return "", false
}

// Has reports an option.
func (f *Field) Has(key string) bool {
	_, ok := f.Option(key)
	return ok
}

// Value is what a field means in Keras: its zero value the default that the tag
// says, where it says one. A pointer that is nil, a list that is empty, and a
// zero that stands for a null which means nothing else, are nil.
func (f *Field) Value() any {
	v := f.At
	switch {
	case v.Kind() == reflect.Pointer && v.IsNil(), v.Kind() == reflect.Slice && v.Len() == 0:
		return nil
	case v.Kind() == reflect.Pointer:
		return v.Elem().Interface()
	case v.IsZero():
		if text, ok := f.Option("default"); ok {
			return f.parse(text).Interface()
		}
		if text, ok := f.Option("null"); ok && text == "" {
			return nil
		}
	}
	return v.Interface()
}

// Set makes a field what an option says it is: null=none a field that null is
// given, zero=-1 one whose zero value is taken by the default. Without a value
// there, the field is zero.
func (f *Field) Set(key string) {
	if text, ok := f.Option(key); ok && text != "" {
		f.At.Set(f.parse(text))
	} else {
		f.At.SetZero()
	}
}

// parse reads a value of an option as one of the field's.
func (f *Field) parse(text string) reflect.Value {
	v := reflect.New(f.At.Type()).Elem()
	var err error
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Int:
		var n int64
		n, err = strconv.ParseInt(text, 10, 64)
		v.SetInt(n)
	case reflect.Float64:
		var x float64
		x, err = strconv.ParseFloat(text, 64)
		v.SetFloat(x)
	default:
		err = fmt.Errorf("a %s has no values in tags", v.Type())
	}
	if err != nil {
		panic(fmt.Sprintf("arg: %s: %v", f.Name, err)) // a mistake in the program
	}
	return v
}
