package spec

import (
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec/internal/document"
)

// CallOf reads a name, or a name with arguments: `relu`, `{leaky_relu:
// {negative_slope: 0.1}}`, `{l2: 0.001}`; null gives the zero Call. Owner says
// whose argument it is (`layer "hidden"`) and what which one ("activation"),
// for messages.
func CallOf(v Value, owner, what string) (Call, diag.List) {
	r := callReader{owner: owner, what: what}
	c := r.call(v)
	return c, r.errs
}

// Schedule takes a name, or a name with arguments, out of the argument that is a
// number otherwise; the zero Call where it is not one.
func (a Args) Schedule(name string) (rest Args, of Call, errs diag.List) {
	isCall := func(v Value) bool {
		number := func(w Value) bool { return w.Kind == Int || w.Kind == Float }
		return v.Kind == Map || v.Kind == String && document.Instead(name, v, number) == ""
	}
	rest = a
	if v := a.Positional; v != nil && isCall(*v) {
		rest.Positional = nil
		of, errs = CallOf(*v, a.Owner, name)
	}
	if i := slices.IndexFunc(a.List, func(e Arg) bool { return e.Name == name }); i >= 0 && isCall(a.List[i].Value) {
		of, errs = CallOf(a.List[i].Value, a.Owner, name)
		rest.List = slices.Delete(slices.Clone(a.List), i, i+1)
	}
	return rest, of, errs
}

type callReader struct {
	owner, what string
	errs        diag.List
}

func (r *callReader) fail(pos diag.Pos, format string, args ...any) {
	if r.owner != "" {
		format = "%s: " + format
		args = append([]any{r.owner}, args...)
	}
	r.errs.Add(pos, format, args...)
}

func (r *callReader) call(v Value) Call {
	switch v.Kind {
	case Null:
		return Call{Pos: v.Pos}
	case String:
		name := r.name(v.Str, v.Pos, nil)
		return Call{Name: name, Pos: v.Pos, Args: Args{Pos: v.Pos, Owner: r.owner, Kind: name}}
	case Map:
		switch i := typeEntry(v); {
		case i >= 0:
			r.typed(v, i)
			return Call{}
		case len(v.Map) == 1:
			return r.named(v.Map[0], v.Pos)
		case len(v.Map) > 1:
			r.several(v)
			return Call{}
		}
	}
	r.fail(v.Pos, "%s takes a name, or a name with arguments, not %s", r.what, v.Describe())
	return Call{}
}

func (r *callReader) named(a Arg, pos diag.Pos) Call {
	name := r.name(a.Name, a.Pos, &a.Value)
	args := Args{Pos: a.Pos, Owner: r.owner, Kind: name}
	switch v := a.Value; {
	case v.Kind == Map:
		args.List = v.Map
	case v.Kind == List && dashed(v):
		r.fail(v.Pos, "the arguments of %s are a list; write %s, without dashes", document.QuotedName(a.Name), r.line("{"+document.Plain(a.Name)+": "+undashed(v)+"}"))
	case v.Kind != Null:
		args.Positional = &v
	}
	return Call{Name: name, Pos: pos, Args: args}
}

// typeEntry finds the entry of {type: adam, learning_rate: 0.001} that gives
// the name as a value, or -1.
func typeEntry(v Value) int {
	return slices.IndexFunc(v.Map, func(a Arg) bool {
		return a.Value.Kind == String && slices.Contains([]string{"type", "kind", "name", "identifier"}, a.Name) && v.Map[0].Value.Kind != Null &&
			(a.Name != "name" || a.Pos == v.Map[0].Pos)
	})
}

// typed answers a map whose i-th entry gives the name as a value.
func (r *callReader) typed(v Value, i int) {
	at := v.Map[i]
	name := at.Value.Str
	if better, ok := document.FromR(name); ok {
		name = better
	}
	text := document.Plain(name)
	if args := renamed(document.Object(slices.Delete(slices.Clone(v.Map), i, i+1)...)); len(args.Map) > 0 {
		text = "{" + text + ": " + args.Brief() + "}"
	}
	r.fail(at.Pos, "the name is written by itself, and its arguments under it; write %s", r.line(text))
}

// several answers a map of more than one entry where one name is expected.
func (r *callReader) several(v Value) {
	first := v.Map[0]
	class, ok := v.Get("class_name")
	config, _ := v.Get("config")
	switch {
	case ok && class.Value.Kind == String:
		text := document.Plain(class.Value.Str)
		if len(config.Value.Map) > 0 {
			text = "{" + text + ": " + orEllipsis(document.FlowArgs(config.Value.Map)) + "}"
		}
		r.fail(v.Pos, "class_name and config are not needed; write %s", r.line(text))
	case first.Value.Kind == Null:
		r.fail(v.Map[1].Pos, "the arguments of %s are beside it, not under it; indent them, or write %s",
			document.QuotedName(first.Name), r.line("{"+document.Plain(first.Name)+": "+orEllipsis(document.FlowArgs(v.Map[1:]))+"}"))
	default:
		r.fail(v.Map[1].Pos, "%s takes one name, but got %s and %s; arguments belong under the name: %s",
			r.what, diag.Quote(first.Name), diag.Quote(v.Map[1].Name), r.line("{"+document.Plain(first.Name)+": {argument: value}}"))
	}
}

// name checks the name of a call, and gives Keras's for one of R's; args are its
// arguments, for the line to write instead.
func (r *callReader) name(name string, pos diag.Pos, args *Value) string {
	if document.LooksForeign(name) {
		if write, ok := document.RewriteCall(name); ok && args == nil {
			r.fail(pos, "this is Python or R; write %s", r.line(callText(r.what, write)))
		} else {
			r.fail(pos, "%s is Python or R; write the name, and its arguments under it: %s", diag.Quote(name), r.line("{name: {argument: value}}"))
		}
		return name
	}
	if better, ok := document.FromR(name); ok {
		return better
	}
	if problem := document.BadName(name); problem != "" {
		r.fail(pos, "%s: the name %s", r.what, problem)
	}
	return name
}

// line puts the argument's name before what is to be written; an entry of a
// list has none.
func (r *callReader) line(write string) string {
	if slices.Contains([]string{"metrics", "weighted_metrics", "callbacks"}, r.what) {
		return write
	}
	return r.what + ": " + write
}

// renamed gives the arguments with lr written out, which is answered on its own.
func renamed(args Value) Value {
	out := args
	out.Map = nil
	for _, a := range args.Map {
		if a.Name == "lr" {
			a.Name = "learning_rate"
		}
		out.Map = append(out.Map, a)
	}
	return out
}

// callText puts `rmsprop: {learning_rate: 0.001}` in braces, and gives the name
// alone in lower case where it has no arguments.
func callText(what, write string) string {
	name, args, ok := strings.Cut(write, ": ")
	if slices.Contains([]string{"loss", "metrics", "weighted_metrics", "optimizer"}, what) {
		name = document.Snake(name)
	}
	if !ok {
		return name
	}
	return "{" + name + ": " + args + "}"
}

// dashed reports whether v is a list of single arguments, `- units: 16`:
// Keras's arguments with a dash too many before each.
func dashed(v Value) bool {
	for _, e := range v.List {
		if e.Kind != Map || len(e.Map) != 1 {
			return false
		}
	}
	return len(v.List) > 0
}

func undashed(v Value) string {
	var args []Arg
	for _, e := range v.List {
		args = append(args, e.Map...)
	}
	return orEllipsis(document.FlowArgs(args))
}

func orEllipsis(s string) string {
	if s == "" {
		return "{...}"
	}
	return s
}
