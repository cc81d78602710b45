package spec

import (
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec/internal/document"
)

// Override is a setting given beside the description, on a command line: it
// takes the place of what the description says.
type Override struct {
	// Flag is what mistakes are reported under, in place of a file:
	// "--set". Line tells apart several of the same flag, and Col is where Key
	// stands in it; 0 where the flag implies the key and holds the value alone.
	Flag      string
	Line, Col int
	// Key is the path of the setting, its parts separated by dots:
	// "fit.epochs", "compile.optimizer.adam.learning_rate". The part "*" is the
	// optimizer that the description names.
	Key string
	// Value is written as in YAML, on one line.
	Value string

	section *Value // in place of Value: a section of a file of sections
}

// ParseOverride reads a text such as "fit.epochs=3".
func ParseOverride(flag string, line int, text string) (o Override, ok bool) {
	key, value, ok := strings.Cut(text, "=")
	return Override{Flag: flag, Line: line, Col: 1, Key: key, Value: value}, ok
}

// sections are what a file of sections may have. The layers are not among them: the
// weights belong to these.
var sections = []string{"data", "compile", "fit"}

// Sections reads a file that holds sections of a description alone: data, compile and
// fit. They are settings that take the place of the description's, each as a whole.
// File is its name, which ends in .yaml, .yml or .json.
func Sections(file string, src []byte) ([]Override, error) {
	root, errs, fatal := readTree(file, src)
	if fatal {
		return nil, errs.Err()
	}
	if root.Kind != Map {
		errs.Add(root.Pos, "sections of a description are a map such as data: {train: ...}, not %s", root.Describe())
	}
	var list []Override
	for _, a := range root.Map {
		switch {
		case !slices.Contains(sections, a.Name):
			errs.Add(a.Pos, "%s is not among the sections that such a file has: %s", diag.Quote(a.Name), strings.Join(sections, ", "))
		case slices.ContainsFunc(list, func(o Override) bool { return o.Key == a.Name }):
			errs.Add(a.Pos, "the section %s is there twice", a.Name)
		default:
			list = append(list, Override{Flag: filepath.Base(file), Line: a.Pos.Line, Col: a.Pos.Col, Key: a.Name, section: &a.Value})
		}
	}
	return list, errs.Err()
}

// override puts the settings into the tree of a description. Only the sections
// compile and fit can be changed: the weights of a training then belong to the
// description as it is written.
func override(root *Value, list []Override) (errs diag.List) {
	if root.Kind != Map {
		return nil // reported elsewhere
	}
	for _, o := range list {
		at := diag.Pos{File: o.Flag, Line: max(o.Line, 1), Col: max(o.Col, 1)}
		if o.section != nil {
			set(root, []string{o.Key}, nil, at, *o.section)
			continue
		}
		path := strings.Split(o.Key, ".")
		if section := path[0]; section != "compile" && section != "fit" || len(path) < 2 || slices.Contains(path, "") {
			errs.Add(at, "%s is not a setting of compile or fit; write, for example, fit.epochs=3 or compile.optimizer.adam.learning_rate=0.01", diag.Quote(o.Key))
			continue
		}
		start := diag.Pos{File: o.Flag, Line: at.Line, Col: 1}
		if o.Col > 0 {
			start.Col = o.Col + utf8.RuneCountInString(o.Key) + 1
		}
		v, bad := overrideValue(start, o.Value)
		if len(bad) > 0 {
			errs = append(errs, bad...)
			continue
		}
		set(root, path, nil, at, v)
	}
	return errs
}

// overrideValue reads the value of a setting at a place.
func overrideValue(start diag.Pos, text string) (Value, diag.List) {
	if strings.TrimSpace(text) == "" {
		return Value{}, diag.List{diag.Errorf(start, "the value is missing; write it after the equals sign")}
	}
	src, bad := document.NewSource(start.File, []byte(text))
	if bad != nil {
		bad.Pos = start
		return Value{}, diag.List{bad}
	}
	v, errs, _ := document.ReadYAML(src)
	for _, e := range errs {
		e.Pos = shifted(e.Pos, start)
	}
	move(&v, start)
	return v, errs
}

// shifted gives where a place of a text lies that begins at start.
func shifted(p, start diag.Pos) diag.Pos {
	if p.Line == 1 {
		p.Col += start.Col - 1
	}
	p.Line = start.Line
	return p
}

func move(v *Value, start diag.Pos) {
	v.Pos = shifted(v.Pos, start)
	for i := range v.List {
		move(&v.List[i], start)
	}
	for i := range v.Map {
		v.Map[i].Pos = shifted(v.Map[i].Pos, start)
		move(&v.Map[i].Value, start)
	}
}

// set puts a value into the map v at the path; above are the parts of the path
// that lead to v.
func set(v *Value, path, above []string, at diag.Pos, value Value) {
	if slices.Equal(above, []string{"compile", "optimizer"}) {
		chooseOptimizer(v, path, at)
	}
	if v.Kind != Map {
		*v = Value{Kind: Map, Pos: at}
	}
	v.Map = slices.Clone(v.Map) // an alias may stand for the same map elsewhere
	i := slices.IndexFunc(v.Map, func(a Arg) bool { return a.Name == path[0] })
	if i < 0 {
		v.Map = append(v.Map, Arg{Name: path[0], Pos: at, Value: Value{Pos: at}})
		i = len(v.Map) - 1
	}
	if len(path) == 1 {
		v.Map[i].Pos, v.Map[i].Value = at, value
		return
	}
	set(&v.Map[i].Value, path[1:], append(above, path[0]), at, value)
}

// chooseOptimizer makes v a map of the one optimizer that the path names. The
// settings of another one are dropped.
func chooseOptimizer(v *Value, path []string, at diag.Pos) {
	var name string
	var args Value
	switch {
	case v.Kind == String:
		name = v.Str
	case v.Kind == Map && len(v.Map) == 1:
		name, args = v.Map[0].Name, v.Map[0].Value
	case v.Kind == Null:
		name = "rmsprop"
	}
	if path[0] == "*" {
		path[0] = name
	}
	if path[0] != name {
		args = Value{Pos: at}
	}
	if args.Kind != Map && args.Kind != Null { // the first argument is alone
		args = Value{Kind: Map, Pos: args.Pos, Map: []Arg{{Name: "learning_rate", Pos: args.Pos, Value: args}}}
	}
	*v = Value{Kind: Map, Pos: v.Pos, Map: []Arg{{Name: path[0], Pos: at, Value: args}}}
}
