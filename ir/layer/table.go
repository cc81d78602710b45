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
	// Why says why it has not, of some of them.
	Why map[string]string
	// Meant are names that people use and Keras does not, in lower case with
	// "_" between words, and what they mean.
	Meant map[string]string
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

// Find finds what call names. Capital and small letters are the same where that
// leaves one entry.
func (t Table[T]) Find(call spec.Call) (Entry[T], diag.List) {
	for _, e := range t.Entries {
		if e.Name == call.Name || slices.Contains(e.Aliases, call.Name) {
			return e, nil
		}
	}
	var alike []Entry[T]
	for _, e := range t.Entries {
		if strings.EqualFold(e.Name, call.Name) || slices.ContainsFunc(e.Aliases, func(a string) bool { return strings.EqualFold(a, call.Name) }) {
			alike = append(alike, e)
		}
	}
	if len(alike) == 1 && !slices.Contains(t.Later, call.Name) {
		return alike[0], nil
	}
	var errs diag.List
	owner := ""
	if call.Args.Owner != "" {
		owner = call.Args.Owner + ": "
	}
	if slices.Contains(t.Later, call.Name) {
		why := ";"
		if reason, ok := t.Why[squeezed(call.Name)]; ok {
			why = ": " + reason + ";"
		}
		errs.Add(call.Pos, "%s%s %s is not supported by this version of nngen%s it knows: %s", owner, t.Kind, diag.Quote(call.Name), why, t.known())
	} else {
		errs.Add(call.Pos, "%sunknown %s %s%s nngen knows: %s", owner, t.Kind, diag.Quote(call.Name), ended(t.meant(call.Name)), t.known())
	}
	return Entry[T]{}, errs
}

// meant says what an unknown name was probably meant to be.
func (t Table[T]) meant(name string) string {
	word := squeezed(name)
	if meant, ok := t.Meant[word]; ok {
		return "; did you mean " + meant + "?"
	}
	if slices.Contains(t.names(), word) {
		return "; did you mean " + diag.Quote(word) + "?"
	}
	return diag.DidYouMean(name, t.names())
}

// squeezed is a name in lower case, with "_" for what separates words.
func squeezed(name string) string {
	return strings.ToLower(strings.NewReplacer(" ", "_", "-", "_").Replace(strings.TrimSpace(name)))
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
