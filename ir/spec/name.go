package spec

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/nngen-go/nngen/ir/diag"
)

// name reads a name that the user gives to something.
func (r *reader) name(what string, v Value) (string, bool) {
	s, ok := r.single(v)
	if !ok {
		r.fail(v.Pos, "%s takes a text, not %s%s", what, v.describe(), inQuotes(v))
		return "", false
	}
	if s == "" {
		r.fail(v.Pos, "%s is empty; write a name, or take it out", what)
		return "", false
	}
	if problem := badName(s); problem != "" {
		r.fail(v.Pos, "%s: the name %s %s", what, diag.Quote(s), problem)
		return "", false
	}
	return s, true
}

// refs reads a name or a list of names of inputs or layers.
func (r *reader) refs(what string, v Value) ([]Ref, bool) {
	items := []Value{v}
	if v.Kind == List {
		items = v.List
	}
	if len(items) == 0 || len(items) > maxInputs || v.Kind == Null || v.Kind == Map {
		switch {
		case len(items) > maxInputs:
			r.fail(v.Pos, "%s has %d names; at most %d are allowed", what, len(items), maxInputs)
		default:
			r.fail(v.Pos, "%s takes a list of names such as [a, b], not %s", what, v.describe())
		}
		return nil, false
	}
	refs := make([]Ref, 0, len(items))
	ok := true
	for _, item := range items {
		name, good := r.name(what, item)
		ok = ok && good
		refs = append(refs, Ref{Name: name, Pos: item.Pos})
	}
	return refs, ok
}

// wordOf reads a text that a file has.
func (r *reader) wordOf(title, what string, v Value) (string, bool) {
	s, ok := r.word(v)
	if !ok {
		r.fail(v.Pos, "%s: %s is a text, not %s; write it in quotes as it is in the file", title, what, v.describe())
	}
	return s, ok
}

// column reads the header of a column.
func (r *reader) column(title string, v Value) string {
	s, ok := r.single(v)
	switch {
	case !ok:
		r.fail(v.Pos, "%s takes the header of a column, not %s%s", title, v.describe(), inQuotes(v))
	case badColumn(s) != "":
		r.fail(v.Pos, "%s: the name of the column %s", title, badColumn(s))
	default:
		return s
	}
	return ""
}

// badColumn says what is wrong with the header of a column, or "": it is the
// file's text, so "/" and spaces may occur in it.
func badColumn(s string) string {
	switch {
	case strings.TrimSpace(s) == "":
		return "is empty"
	case len(s) > maxWord:
		return fmt.Sprintf("has %d bytes; at most %d are allowed", len(s), maxWord)
	case strings.ContainsFunc(s, unprintable):
		return "contains a line break or another character that cannot be printed"
	}
	return ""
}

func unprintable(r rune) bool { return !unicode.IsPrint(r) }

// columns reads the headers of the columns that make a target.
func (r *reader) columns(title string, v Value) []string {
	title += ": columns"
	if v.Kind != List || len(v.List) == 0 || len(v.List) > maxFeatures {
		hint := "write columns: [lat, lon]"
		if v.Kind == String {
			hint = "write columns: " + listOf(v).flow()
		}
		r.fail(v.Pos, "%s takes a list of headers, not %s; %s", title, v.describe(), hint)
		return nil
	}
	var names []string
	seen := map[string]bool{}
	for _, e := range v.List {
		if s, ok := r.word(e); ok { // null among them is a header too
			e = Value{Kind: String, Str: s, Pos: e.Pos}
		}
		name := r.column(title, e)
		if name != "" && seen[name] {
			r.fail(e.Pos, "%s has %s twice", title, diag.Quote(name))
		}
		seen[name] = true
		names = append(names, name)
	}
	return names
}

// file reads the name of a file.
func (r *reader) file(title, kind string, v Value) string {
	name, ok := r.single(v)
	switch {
	case !ok:
		r.fail(v.Pos, "%s: %s takes a file name, not %s%s", title, kind, v.describe(), inQuotes(v))
	case strings.TrimSpace(name) == "" || len(name) > 1024 || strings.ContainsFunc(name, unprintable):
		r.fail(v.Pos, "%s: %s is not a file name", title, diag.Quote(name))
	}
	return name
}
