package spec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec/internal/document"
	"github.com/nngen-go/nngen/runtime/data"
)

const maxClasses = 65_536

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
func (r *dataReader) targets(d *Data, a Arg) {
	if a.Value.Kind == String && d.Train != nil && d.Train.Kind.Shape().Arrays() {
		name, kind := document.Plain(a.Value.Str), d.Train.Kind
		if kind.Shape() == data.ArrayArchive {
			r.Fail(a.Pos, "data: the array of the targets belongs beside %s; write train: {%s: %s, target: %s}", kind, kind, document.Plain(d.Train.Files[0]), name)
		} else {
			r.Fail(a.Pos, "data: the file of the targets belongs under %s; write train: {%s: {inputs: x.%s, target: %s}}", kind, kind, kind, name)
		}
		return
	}
	if a.Value.Kind == String {
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
func byOutput(v Value) bool {
	for _, e := range v.Map {
		if e.Value.Kind != Map {
			return false
		}
	}
	return len(v.Map) > 0
}

// target reads one target.
func (r *dataReader) target(title string, a Arg) Target {
	t := Target{Pos: a.Pos}
	before := len(r.Errs)
	var classes *Arg
	r.Section(title, a.Value, []document.Key{
		{Name: "column", Take: func(a Arg) {
			if a.Value.Kind == List {
				r.Fail(a.Value.Pos, "%s: column takes the header of one column; for several values write columns: %s", title, a.Value.Brief())
				return
			}
			t.Columns = append(t.Columns, r.Column(title+": column", a.Value))
		}},
		{Name: "columns", Take: func(a Arg) { t.Columns = append(t.Columns, r.Columns(title, a.Value)...) }},
		{Name: "same_as", Take: func(a Arg) {
			var ok bool
			if t.SameAs, ok = r.Single(a.Value); !ok {
				r.Fail(a.Value.Pos, "%s: same_as takes the name of an input, not %s; write same_as: x", title, a.Value.Describe())
			}
		}},
		{Name: "classes", Take: func(a Arg) {
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

// settleTargets puts the targets into the order of the outputs. It reports
// outputs that have none, and targets that no output is for.
func (c *settling) settleTargets() {
	d, refs := c.m.Data, c.m.OutputRefs()
	if len(refs) == 0 {
		return
	}
	c.sameInputs()
	if len(d.Targets) == 1 && d.Targets[0].Output == "" {
		if len(refs) > 1 {
			var each []string
			for _, r := range refs {
				each = append(each, document.Plain(r.Name)+": "+d.Targets[0].example())
			}
			c.Fail(d.Targets[0].Pos, "data: target is for one output, and the model has %d; write target: {%s}", len(refs), strings.Join(each, ", "))
			d.Targets = nil
		}
		return
	}
	var names []string
	of := map[string]*Target{}
	for _, r := range refs {
		names = append(names, r.Name)
	}
	before := len(c.Errs)
	for i := range d.Targets {
		t := &d.Targets[i]
		of[t.Output] = t
		if !slices.Contains(names, t.Output) {
			hint := diag.DidYouMean(t.Output, names)
			if hint == "" {
				hint = "; there are " + quoteAll(names)
			}
			c.Fail(t.Pos, "data: target names %s, which is not an output%s", diag.Quote(t.Output), hint)
		}
	}
	if len(c.Errs) > before || len(refs) == 1 && d.Targets == nil {
		return
	}
	settled := make([]Target, len(refs))
	var fromFiles []int // outputs whose target the files hold
	for i, r := range refs {
		if t := of[r.Name]; t != nil {
			settled[i] = *t
			continue
		}
		if d.Train.Kind == CSV {
			c.Fail(r.Pos, "data: output %s has no target; write target: {%s: {column: ...}} beside the others", diag.Quote(r.Name), document.Plain(r.Name))
		}
		settled[i] = Target{Output: r.Name, Pos: d.Pos}
		fromFiles = append(fromFiles, i)
	}
	if len(refs) == 1 {
		settled[0].Output = ""
	}
	if d.Train.Kind.Shape().Labelled() && len(fromFiles) > 1 {
		c.Fail(refs[fromFiles[1]].Pos, "data: a row of %s has one class, and %s are to be compared with it; write target: {%s: {same_as: ...}} for an output that repeats an input, read the targets from npz or csv, or take data: out and give Fit a Dataset in Go",
			d.Train.Kind, count(len(fromFiles), "output"), document.Plain(refs[fromFiles[1]].Name))
	}
	d.Targets = settled
}

// example is a target like t, for a message.
func (t *Target) example() string {
	if t.SameAs != "" {
		return "{same_as: " + document.Plain(t.SameAs) + "}"
	}
	return "{column: ...}"
}

// sameInputs reports targets that repeat what is not an input of numbers.
func (c *settling) sameInputs() {
	m := c.m
	var names []string
	for _, in := range m.Inputs {
		names = append(names, in.Name)
	}
	for _, t := range m.Data.Targets {
		if t.SameAs == "" {
			continue
		}
		i := slices.Index(names, t.SameAs)
		switch {
		case i < 0:
			hint := diag.DidYouMean(t.SameAs, names)
			if hint == "" {
				hint = "; there are " + quoteAll(names)
			}
			c.Fail(t.Pos, "data: target: same_as names %s, which is not an input%s", diag.Quote(t.SameAs), hint)
		case m.Inputs[i].DType != "float32":
			c.Fail(t.Pos, "data: target: same_as names %s, which holds ids, and an output is numbers; write their columns under target, or read the targets from npz", diag.Quote(t.SameAs))
		}
	}
}

// classes reads the names of classes and how else files write them. Whole
// numbers, true and false are taken for the texts that a file has for them.
func (r *dataReader) classes(title string, v Value) (classes []string, spellings [][]string) {
	if v.Kind != List || len(v.List) < 2 || len(v.List) > maxClasses {
		got := v.Describe()
		if v.Kind == List {
			got = fmt.Sprintf("a list of %d", len(v.List))
		}
		r.Fail(v.Pos, `data: %s takes a list of at least two classes, not %s; write classes: ["no", "yes"]`, title, got)
		return nil, nil
	}
	title = "data: " + title
	seen := map[string]bool{}
	read := func(e Value) string {
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
		names := []Value{e}
		if e.Kind == List {
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
