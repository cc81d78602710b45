package layer

import (
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec"
)

// Entry is something that a description calls by name and that may take
// arguments: an activation, an initializer, a loss.
type Entry[T any] struct {
	Name    string   // the name that Keras's documentation uses
	Aliases []string // what Keras accepts as well
	Doc     string   // one sentence
	New     func() T // a pointer to a struct with the defaults
}

// Table is the entries of one kind.
type Table[T any] struct {
	Kind    string // "activation"
	Entries []Entry[T]
	// Later names what Keras has and this version has not.
	Later []string
}

// Resolve finds what call names and decodes its arguments.
func (t Table[T]) Resolve(call spec.Call) (entry Entry[T], settings T, errs diag.List) {
	entry, errs = t.Find(call)
	if len(errs) > 0 {
		return entry, settings, errs
	}
	settings = entry.New()
	return entry, settings, spec.Decode(call.Args, settings)
}

// Find finds what call names.
func (t Table[T]) Find(call spec.Call) (Entry[T], diag.List) {
	for _, e := range t.Entries {
		if e.Name == call.Name || slices.Contains(e.Aliases, call.Name) {
			return e, nil
		}
	}
	var errs diag.List
	owner := ""
	if call.Args.Owner != "" {
		owner = call.Args.Owner + ": "
	}
	if slices.Contains(t.Later, call.Name) {
		errs.Add(call.Pos, "%s%s %s is not supported by this version of nngen; it knows: %s", owner, t.Kind, diag.Quote(call.Name), t.known())
	} else {
		errs.Add(call.Pos, "%sunknown %s %s%s nngen knows: %s", owner, t.Kind, diag.Quote(call.Name), ended(diag.DidYouMean(call.Name, t.names())), t.known())
	}
	return Entry[T]{}, errs
}

// ended gives a hint that ends a sentence, or a semicolon where there is none.
func ended(hint string) string {
	if hint == "" {
		return ";"
	}
	return hint
}

// names are the names of the entries, then their aliases, each sorted.
func (t Table[T]) names() []string {
	var names, aliases []string
	for _, e := range t.Entries {
		names = append(names, e.Name)
		aliases = append(aliases, e.Aliases...)
	}
	slices.Sort(names)
	slices.Sort(aliases)
	return append(names, aliases...)
}

func (t Table[T]) known() string { return strings.Join(t.names()[:len(t.Entries)], ", ") }

// Docs documents the entries, sorted by name.
func (t Table[T]) Docs() []spec.EntryDoc {
	docs := make([]spec.EntryDoc, 0, len(t.Entries))
	for _, e := range t.Entries {
		docs = append(docs, spec.EntryDoc{Name: e.Name, Aliases: slices.Clone(e.Aliases), Doc: e.Doc, Args: spec.DocOf(e.New())})
	}
	slices.SortFunc(docs, func(a, b spec.EntryDoc) int { return strings.Compare(a.Name, b.Name) })
	return docs
}
