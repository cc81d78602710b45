package dataset

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec/internal/document"
	"github.com/nngen-go/nngen/runtime/data"
)

// MaxClasses bounds the names of classes.
const MaxClasses = 65_536

const targetExample = `target: {column: churned, classes: ["no", "yes"]}`

var targetMistakes = map[string]string{
	"name":        "data: the target's name belongs under column; write target: {column: ...}",
	"type":        "data: a target with classes is one of them, and without a number; take type out",
	"labels":      "data: the names of the classes are called classes; write target: {column: ..., classes: [...]}",
	"class_names": "data: the names of the classes are called classes; write target: {column: ..., classes: [...]}",
	"vocabulary":  "data: the names of the classes are called classes; write target: {column: ..., classes: [...]}",
	"scale":       "data: scaling the target is not supported by this version; take scale out, or scale the column in the file",
	"missing":     "data: a row without its target cannot be trained on; take missing out",
	"encode":      "data: how the target is encoded follows from the loss; take encode out",
	"input":       "data: a target that repeats an input is written target: {same_as: x}",
	"array":       "data: the array of the targets belongs beside npz; write train: {npz: train.npz, target: y}",
	"shape":       "data: the shape of a target follows from its output and its loss; take shape out",
}

// targets reads what the outputs are compared with: one target, or one for each
// output under its name.
func (r *reader) targets(d *Data, a document.Arg) {
	if a.Value.Kind == document.String && d.Train != nil && d.Train.Kind.Shape().Arrays() {
		name, kind := document.Plain(a.Value.Str), d.Train.Kind
		if kind.Shape() == data.ArrayArchive {
			r.Fail(a.Pos, "data: the array of the targets belongs beside %s; write train: {%s: %s, target: %s}", kind, kind, document.Plain(d.Train.Files[0]), name)
		} else {
			r.Fail(a.Pos, "data: the file of the targets belongs under %s; write train: {%s: {inputs: x.%s, target: %s}}", kind, kind, kind, name)
		}
		return
	}
	if a.Value.Kind == document.String {
		r.Fail(a.Value.Pos, "data: target takes a column and its classes; write target: {column: %s, classes: [...]}, or without classes for a number", document.Plain(a.Value.Str))
		return
	}
	if !r.IsMap("data: target", a.Value, targetExample) {
		return
	}
	if !byOutput(a.Value) {
		d.Targets = []Target{r.target("data: target", a)}
	} else {
		for _, e := range a.Value.Map {
			t := r.target("data: target "+diag.Quote(e.Name), e)
			t.Output = e.Name
			d.Targets = append(d.Targets, t)
		}
	}
	if len(d.Targets) == 1 {
		t := &d.Targets[0]
		d.Classes, d.Spellings, t.Classes, t.Spellings = t.Classes, t.Spellings, nil, nil
	}
}

// byOutput reports whether the keys of a target are names of outputs.
func byOutput(v document.Value) bool {
	for _, e := range v.Map {
		if e.Value.Kind != document.Map {
			return false
		}
	}
	return len(v.Map) > 0
}

// target reads one target.
func (r *reader) target(title string, a document.Arg) Target {
	t := Target{Pos: a.Pos}
	before := len(r.Errs)
	var classes *document.Arg
	r.Section(title, a.Value, []document.Key{
		{Name: "column", Take: func(a document.Arg) {
			if a.Value.Kind == document.List {
				r.Fail(a.Value.Pos, "%s: column takes the header of one column; for several values write columns: %s", title, a.Value.Brief())
				return
			}
			t.Columns = append(t.Columns, r.Column(title+": column", a.Value))
		}},
		{Name: "columns", Take: func(a document.Arg) { t.Columns = append(t.Columns, r.Columns(title, a.Value)...) }},
		{Name: "same_as", Take: func(a document.Arg) {
			var ok bool
			if t.SameAs, ok = r.Single(a.Value); !ok {
				r.Fail(a.Value.Pos, "%s: same_as takes the name of an input, not %s; write same_as: x", title, a.Value.Describe())
			}
		}},
		{Name: "classes", Take: func(a document.Arg) {
			classes = &a
			t.Classes, t.Spellings = r.classes(strings.TrimPrefix(title, "data: ")+": classes", a.Value)
		}},
	}, targetMistakes)
	if len(r.Errs) > before {
		return t
	}
	switch _, one := a.Value.Get("column"); {
	case t.Columns == nil && t.SameAs == "" && classes == nil:
		r.Fail(a.Pos, "%s has no column; write target: {column: churned}", title)
	case t.Columns != nil && t.SameAs != "":
		r.Fail(a.Pos, "%s has columns and same_as; take one of them out", title)
	case one && len(t.Columns) > 1:
		r.Fail(a.Pos, "%s has column and columns; write them all under columns: %s", title, document.TextList(t.Columns).Flow())
	case classes != nil && t.SameAs != "":
		r.Fail(classes.Pos, "%s repeats an input, and classes are the texts in a column; take classes out", title)
	case classes != nil && len(t.Columns) > 1:
		r.Fail(classes.Pos, "%s: classes are the texts in one column, and there are %d; columns of 0 and 1 are named by their headers: take classes out", title, len(t.Columns))
	}
	return t
}

// classes reads the names of classes and how else files write them. Whole
// numbers, true and false are taken for the texts that a file has for them.
func (r *reader) classes(title string, v document.Value) (classes []string, spellings [][]string) {
	if v.Kind != document.List || len(v.List) < 2 || len(v.List) > MaxClasses {
		got := v.Describe()
		if v.Kind == document.List {
			got = fmt.Sprintf("a list of %d", len(v.List))
		}
		r.Fail(v.Pos, `data: %s takes a list of at least two classes, not %s; write classes: ["no", "yes"]`, title, got)
		return nil, nil
	}
	title = "data: " + title
	seen := map[string]bool{}
	read := func(e document.Value) string {
		name, ok := r.WordOf(title, "a class", e)
		switch {
		case !ok:
		case strings.TrimSpace(name) == "" || len(name) > document.MaxWord || strings.ContainsFunc(name, document.Unprintable):
			r.Fail(e.Pos, "%s: %s cannot be the name of a class: it is empty, too long or not printable", title, diag.Quote(name))
		case seen[name]:
			r.Fail(e.Pos, "%s: class %s is in the list twice", title, diag.Quote(name))
		}
		seen[name] = true
		return name
	}
	others := false
	for _, e := range v.List {
		names := []document.Value{e}
		if e.Kind == document.List {
			if names = e.List; len(names) == 0 {
				r.Fail(e.Pos, `%s: a class is an empty list; write its name, then other ways in which files write it: ["yes", "y"]`, title)
				continue
			}
		}
		classes = append(classes, read(names[0]))
		var more []string
		for _, n := range names[1:] {
			more = append(more, read(n))
		}
		spellings = append(spellings, more)
		others = others || more != nil
	}
	if !others {
		spellings = nil
	}
	return classes, spellings
}
