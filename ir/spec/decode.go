package spec

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec/internal/document"
	"github.com/nngen-go/nngen/runtime/nearest"
)

// Decode fills the struct that into points to, or several of them in a []any,
// from arguments. What args do not mention keeps its value, which is the
// default. Fields carry
//
//	Units      int      `arg:"units,required,min=1" doc:"size of the output"`
//	Activation spec.Call `arg:"activation,of=activation"`
//
// and are int, int64, float64, bool, string, slices of int, float64 or string
// (one element may stand without brackets), []*int (the same, with null among its
// elements), [][2]int (a pair of numbers for
// each axis), Call, Value, or a pointer to one of these, nil for null; embedded
// structs are flattened. The options are required; positional, for the argument
// that may stand alone (otherwise the first field); min and max, above and below
// (which exclude the bound itself), for numbers and for every element of a list;
// size, how many elements a list of ints has, of which one may stand for all, or
// how many axes the pairs have; oneof=a|b|c for texts; of=LIST, the Catalog's
// list that a Call is from, for documentation, and on a float64 that of what may
// give the number instead, which [Args.Schedule] takes out; null and null=x, where
// null leaves the field zero or means x; default=x, what the field's zero stands
// for, and zero=x, what stands for 0 there; late and common, for what comes after
// the rest, the latter as all of a kind have it; by=F, the function that makes the pointer. An int without max ends at 2³¹-1;
// an int64 does not.
//
// The list has every argument that is unknown, missing, of the wrong type or
// out of range.
func Decode(args Args, into any) diag.List {
	d := decoder{args: args, fields: fieldsOf(into)}
	given := make([]bool, len(d.fields))
	if args.Positional != nil {
		d.positional(given)
	}
	for _, a := range args.List {
		i := slices.IndexFunc(d.fields, func(f *field) bool { return f.Name == a.Name })
		if i < 0 {
			d.unknown(a, given)
			continue
		}
		given[i] = true
		d.set(d.fields[i], a.Value)
	}
	for i, f := range d.fields {
		if f.Required && !given[i] {
			d.errs.Add(args.Pos, "%s%s needs the argument %s: %s", d.owner(), args.Kind, f.Name, f.takes())
		}
	}
	return d.errs
}

type decoder struct {
	args   Args
	fields []*field
	alone  bool // the argument stands without its name
	errs   diag.List
}

func (d *decoder) owner() string {
	if d.args.Owner == "" {
		return ""
	}
	return d.args.Owner + ": "
}

func (d *decoder) positional(given []bool) {
	v := *d.args.Positional
	i := slices.IndexFunc(d.fields, func(f *field) bool { return f.Positional })
	if i < 0 {
		d.errs.Add(v.Pos, "%s%s takes no arguments, but got %s", d.owner(), d.args.Kind, v.Describe())
		return
	}
	given[i] = true
	d.alone = true
	d.set(d.fields[i], v)
	d.alone = false
}

// subject names an argument at the beginning of a message.
func (d *decoder) subject(f *field) string {
	if d.alone {
		return d.owner() + d.args.Kind + "'s first argument, " + f.Name + ","
	}
	return d.owner() + f.Name
}

// older are argument names of older Keras versions and of R that no edit
// distance leads to the present one.
var older = map[string]string{
	"lr": "learning_rate", "learn_rate": "learning_rate", "output_dim": "units", "n_units": "units", "p": "rate", "drop": "rate", "dropout": "rate", "nb_filter": "filters",
	"filter_size": "kernel_size", "border_mode": "padding", "subsample": "strides", "stride": "strides", "init": "kernel_initializer",
	"W_regularizer": "kernel_regularizer", "b_regularizer": "bias_regularizer", "regularizer": "kernel_regularizer", "initializer": "kernel_initializer",
	"bias": "use_bias", "alpha": "negative_slope", "shape": "target_shape", "size": "units", "num_units": "units", "weight_decay": "kernel_regularizer",
	"kernel_initializer": "depthwise_initializer", "max_tokens": "num_tokens", "mode": "output_mode", "beta1": "beta_1", "beta2": "beta_2", "eps": "epsilon", "variance_epsilon": "epsilon",
}

// unknown reports an argument that is not there, and marks the one it was meant
// for as given: one mistake is one error.
func (d *decoder) unknown(a Arg, given []bool) {
	names := make([]string, len(d.fields))
	for i, f := range d.fields {
		names[i] = f.Name
	}
	if write := document.SpaceMissing(a); write != "" {
		d.errs.Add(a.Pos, "%sa space is missing after the colon; write %s", d.owner(), write)
		if i := slices.Index(names, write[:strings.IndexByte(write, ':')]); i >= 0 {
			given[i] = true
		}
		return
	}
	near, ok := older[a.Name], true
	if !slices.Contains(names, near) {
		near, ok = nearest.Of(a.Name, names)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s%s has no argument %s", d.owner(), d.args.Kind, diag.Quote(a.Name))
	if ok {
		given[slices.Index(names, near)] = true
		fmt.Fprintf(&b, "; did you mean %s?", diag.Quote(near))
	} else {
		b.WriteByte('.')
	}
	if len(names) == 0 {
		fmt.Fprintf(&b, " %s takes none", d.args.Kind)
	} else {
		fmt.Fprintf(&b, " %s takes: %s", d.args.Kind, strings.Join(names, ", "))
	}
	d.errs.Add(a.Pos, "%s", b.String())
}

func (d *decoder) wrong(f *field, v Value, want func(Value) bool) {
	name := f.Name
	if d.alone {
		name = d.args.Kind
	}
	hint := document.Instead(name, v, want)
	if v.Kind == Null && hint == "" && !f.Required {
		hint = "; take it out for the default"
	}
	d.errs.Add(v.Pos, "%s takes %s, not %s%s", d.subject(f), f.takes(), v.Describe(), hint)
}

// set sets a field, as its tag says where null or zero mean something else.
func (d *decoder) set(f *field, v Value) {
	if v.Kind == Null && f.in.Has("null") {
		f.in.Set("null")
		return
	}
	d.fill(f.in.At, f, v)
	if f.in.Has("zero") && f.in.At.IsZero() {
		f.in.Set("zero")
	}
}

// fill sets dst, a field or what it points to or an element of it, from v.
func (d *decoder) fill(dst reflect.Value, f *field, v Value) {
	switch dst.Type() {
	case valueType:
		dst.Set(reflect.ValueOf(v))
		return
	case callType:
		c, errs := CallOf(v, d.args.Owner, f.Name)
		d.errs = append(d.errs, errs...)
		if len(errs) == 0 {
			dst.Set(reflect.ValueOf(c))
		}
		return
	}
	switch dst.Kind() {
	case reflect.Pointer:
		if v.Kind == Null {
			dst.SetZero()
			return
		}
		p := reflect.New(dst.Type().Elem())
		d.fill(p.Elem(), f, v)
		dst.Set(p)
	case reflect.Slice:
		if dst.Type() == pairsType {
			d.fillPairs(dst, f, v)
			return
		}
		d.fillList(dst, f, v)
	case reflect.Int, reflect.Int64:
		n, ok := v.Whole()
		if !ok {
			d.wrong(f, v, f.accepts)
			return
		}
		if dst.Kind() == reflect.Int && f.Max == nil && n > math.MaxInt32 {
			d.errs.Add(v.Pos, "%s is %d; it must be at most %d", d.subject(f), n, math.MaxInt32)
			return
		}
		if d.inRange(f, v, float64(n)) {
			dst.SetInt(n)
		}
	case reflect.Float64:
		x, ok := v.Number()
		if !ok {
			d.wrong(f, v, f.accepts)
			return
		}
		if d.inRange(f, v, x) {
			dst.SetFloat(x)
		}
	case reflect.Bool:
		if v.Kind != Bool {
			d.wrong(f, v, f.accepts)
			return
		}
		dst.SetBool(v.Bool)
	case reflect.String:
		if v.Kind != String {
			d.wrong(f, v, f.accepts)
			return
		}
		if f.OneOf != nil && !slices.Contains(f.OneOf, v.Str) {
			d.errs.Add(v.Pos, "%s is %s; it must be %s%s", d.subject(f), diag.Quote(v.Str), document.OrList(f.OneOf), diag.DidYouMean(v.Str, f.OneOf))
			return
		}
		dst.SetString(v.Str)
	}
}

// fillList sets a list, one element of which needs no brackets.
func (d *decoder) fillList(dst reflect.Value, f *field, v Value) {
	items := v.List
	if v.Kind != List {
		items = slices.Repeat([]Value{v}, max(1, f.Size))
	} else if f.Size > 0 && len(items) != f.Size {
		d.sized(f, v)
		return
	}
	s := reflect.MakeSlice(dst.Type(), len(items), len(items))
	for i, e := range items {
		if e.Kind == Null && (!f.Gaps || v.Kind != List) || e.Kind == List || e.Kind == Map {
			d.wrong(f, v, func(w Value) bool { return false })
			return
		}
		before := len(d.errs)
		d.fill(s.Index(i), f, e)
		if len(d.errs) > before {
			return
		}
	}
	dst.Set(s)
}

// fillPairs sets a list of pairs, one for every axis.
func (d *decoder) fillPairs(dst reflect.Value, f *field, v Value) {
	pairs, ok := f.pairs(v)
	if !ok {
		d.sized(f, v)
		return
	}
	s := reflect.MakeSlice(dst.Type(), len(pairs), len(pairs))
	for i, pair := range pairs {
		for j, e := range pair {
			before := len(d.errs)
			d.fill(s.Index(i).Index(j), f, e)
			if len(d.errs) > before {
				return
			}
		}
	}
	dst.Set(s)
}

// sized reports a value that is not of the form that f's size asks for.
func (d *decoder) sized(f *field, v Value) {
	if v.Kind != List || len(v.List) == 0 {
		d.wrong(f, v, f.accepts)
		return
	}
	d.errs.Add(v.Pos, "%s takes %s, not %s", d.subject(f), f.takes(), v.Brief())
}

// inRange reports x where it leaves the bounds of f.
func (d *decoder) inRange(f *field, v Value, x float64) bool {
	low := f.Min == nil || x > *f.Min || x == *f.Min && !f.MinOpen
	high := f.Max == nil || x < *f.Max || x == *f.Max && !f.MaxOpen
	if low && high {
		return true
	}
	if strings.HasSuffix(f.Type, "s") {
		d.errs.Add(v.Pos, "%s has the value %s; each must be %s", d.subject(f), v.Flow(), f.bounds())
	} else {
		d.errs.Add(v.Pos, "%s is %s; it must be %s", d.subject(f), v.Flow(), f.bounds())
	}
	return false
}
