package spec

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
)

const maxClasses = 65_536

// target reads the column to predict and the texts of its classes.
func (p *parser) target(d *Data, a Arg) {
	d.Target = &Target{Pos: a.Pos}
	if a.Value.Kind == String {
		p.fail(a.Value.Pos, "data: target takes a column and its classes; write target: {column: %s, classes: [...]}, or without classes for a number", plain(a.Value.Str))
		return
	}
	if !p.isMap("data: target", a.Value, `target: {column: churned, classes: ["no", "yes"]}`) {
		return
	}
	before := len(p.errs)
	p.section("data: target", a.Value, []key{
		{name: "column", take: func(a Arg) { d.Target.Column = p.column("data: target: column", a.Value) }},
		{name: "classes", take: func(a Arg) { d.Classes, d.Spellings = p.classes("target: classes", a.Value) }},
	}, map[string]string{
		"name":        "data: the target's name stands under column; write target: {column: ...}",
		"type":        "data: a target with classes is one of them, and without a number; take type out",
		"labels":      "data: the names of the classes are called classes; write target: {column: ..., classes: [...]}",
		"class_names": "data: the names of the classes are called classes; write target: {column: ..., classes: [...]}",
		"vocabulary":  "data: the names of the classes are called classes; write target: {column: ..., classes: [...]}",
		"scale":       "data: scaling the target is not supported by this version; take scale out, or scale the column in the file",
		"missing":     "data: a row without its target cannot be trained on; take missing out",
		"encode":      "data: how the target is encoded follows from the loss; take encode out",
	})
	if d.Target.Column == "" && len(p.errs) == before {
		p.fail(a.Pos, "data: target has no column; write target: {column: churned}")
	}
}

// classes reads the names of classes and how else files write them. Whole
// numbers, true and false are taken for the texts that a file has for them.
func (p *parser) classes(title string, v Value) (classes []string, spellings [][]string) {
	if v.Kind != List || len(v.List) < 2 || len(v.List) > maxClasses {
		got := v.describe()
		if v.Kind == List {
			got = fmt.Sprintf("a list of %d", len(v.List))
		}
		p.fail(v.Pos, `data: %s takes a list of at least two classes, not %s; write classes: ["no", "yes"]`, title, got)
		return nil, nil
	}
	title = "data: " + title
	seen := map[string]bool{}
	read := func(e Value) string {
		name, ok := p.wordOf(title, "a class", e)
		switch {
		case !ok:
		case strings.TrimSpace(name) == "" || len(name) > maxWord || strings.ContainsFunc(name, unprintable):
			p.fail(e.Pos, "%s: %s cannot be the name of a class: it is empty, too long or not printable", title, diag.Quote(name))
		case seen[name]:
			p.fail(e.Pos, "%s: class %s is in the list twice", title, diag.Quote(name))
		}
		seen[name] = true
		return name
	}
	others := false
	for _, e := range v.List {
		names := []Value{e}
		if e.Kind == List {
			if names = e.List; len(names) == 0 {
				p.fail(e.Pos, `%s: a class is an empty list; write its name, and behind it how else files write it: ["yes", "y"]`, title)
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
