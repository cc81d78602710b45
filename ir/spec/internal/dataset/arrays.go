package dataset

import (
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec/internal/document"
	"github.com/nngen-go/nngen/runtime/data"
)

// NamedArrays is what a source says of its arrays: all of them in a list, or
// those of inputs and targets under their names. What is not said is nil.
type NamedArrays struct {
	List            *document.Arg
	Inputs, Targets *document.Arg
	Pos             diag.Pos
}

// Arrays are what sources say of theirs, until the inputs and outputs are known.
type Arrays map[*Source]*NamedArrays

func (a Arrays) of(s *Source, pos diag.Pos) *NamedArrays {
	if a[s] == nil {
		a[s] = &NamedArrays{Pos: pos}
	}
	return a[s]
}

// repeats reports whether a target of the data section repeats an input.
func repeats(data document.Value) bool {
	target, _ := data.Get("target")
	for _, e := range target.Value.Map {
		if e.Name == "same_as" {
			return true
		}
		if _, ok := e.Value.Get("same_as"); ok && e.Value.Kind == document.Map {
			return true
		}
	}
	return false
}

// arrayFiles reads the files that hold an array each: those of the inputs and of
// the targets, in their order or under their names.
func (r *sourceReader) arrayFiles(title string, a document.Arg, s *Source) []string {
	v := a.Value
	if v.Kind == document.Map && len(v.Map) > 0 {
		of := r.arrays.of(s, a.Pos)
		r.Section(title+": "+a.Name, v, inputsAndTarget(of), map[string]string{
			"targets": title + ": what the outputs are compared with is called target; write target: y.npy, or for several outputs target: {a: a.npy, b: b.npy}",
			"x":       title + ": the files of the inputs belong under inputs; write inputs: {x: x.npy}",
			"y":       title + ": the file of the targets is called target; write target: y.npy",
		})
		return []string{""} // until the inputs are known
	}
	least := 2
	if r.repeats {
		least = 1
	}
	items := []document.Value{v}
	if v.Kind == document.List {
		items = v.List
	}
	if len(items) < least || v.Kind == document.Null || v.Kind == document.Map {
		example := strings.Trim(data.FormatNamed(a.Name).Example, "{}")
		r.Fail(v.Pos, "%s: %s takes two file names, the inputs and the targets; write %s", title, a.Name, example)
		return nil
	}
	r.arrays.of(s, v.Pos).List = &a
	var files []string
	for _, item := range items {
		files = append(files, r.File(title, a.Name, item))
	}
	return files
}

// inputsAndTarget are the keys of arrays under their names.
func inputsAndTarget(of *NamedArrays) []document.Key {
	return []document.Key{
		{Name: "inputs", Take: func(a document.Arg) { of.Inputs = &a }},
		{Name: "target", Take: func(a document.Arg) { of.Targets = &a }},
	}
}

// archiveKeys are the settings beside an archive of arrays.
func (r *sourceReader) archiveKeys(title string, s *Source) []document.Key {
	of := r.arrays.of(s, s.Pos)
	return append([]document.Key{{Name: "arrays", Take: func(a document.Arg) {
		of.List = &a
		s.Arrays = r.arrayNames(title, a.Value)
	}}}, inputsAndTarget(of)...)
}

// arrayNames reads the names of the arrays of an archive.
func (r *sourceReader) arrayNames(title string, v document.Value) []string {
	const example = "write arrays: [x_train, y_train]"
	least := 2
	if r.repeats {
		least = 1
	}
	if v.Kind != document.List || len(v.List) < least {
		r.Fail(v.Pos, "%s: arrays takes two names, that of the inputs and that of the targets; %s", title, example)
		return nil
	}
	var names []string
	for _, e := range v.List {
		name, ok := r.Single(e)
		if !ok || document.BadColumn(name) != "" {
			r.Fail(e.Pos, "%s: arrays takes the names of arrays, not %s; %s", title, e.Describe(), example)
			return nil
		}
		names = append(names, name)
	}
	return names
}
