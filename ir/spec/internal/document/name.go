package document

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nngen-go/nngen/ir/diag"
)

const (
	MaxColumns = 65_536
	MaxWord    = 256 // bytes of the header of a column, a category or a class
)

// Name reads a name that the user gives to something.
func (r *Reader) Name(what string, v Value) (string, bool) {
	s, ok := r.Single(v)
	if !ok {
		r.Fail(v.Pos, "%s takes a text, not %s%s", what, v.Describe(), InQuotes(v))
		return "", false
	}
	if s == "" {
		r.Fail(v.Pos, "%s is empty; write a name, or take it out", what)
		return "", false
	}
	if problem := BadName(s); problem != "" {
		r.Fail(v.Pos, "%s: the name %s %s", what, diag.Quote(s), problem)
		return "", false
	}
	return s, true
}

// WordOf reads a text that a file has.
func (r *Reader) WordOf(title, what string, v Value) (string, bool) {
	s, ok := r.Word(v)
	if !ok {
		r.Fail(v.Pos, "%s: %s is a text, not %s; write it in quotes as it is in the file", title, what, v.Describe())
	}
	return s, ok
}

// Column reads the header of a column.
func (r *Reader) Column(title string, v Value) string {
	s, ok := r.Single(v)
	switch {
	case !ok:
		r.Fail(v.Pos, "%s takes the header of a column, not %s%s", title, v.Describe(), InQuotes(v))
	case BadColumn(s) != "":
		r.Fail(v.Pos, "%s: the name of the column %s", title, BadColumn(s))
	default:
		return s
	}
	return ""
}

// BadColumn says what is wrong with the header of a column, or "": it is the
// file's text, so "/" and spaces may occur in it.
func BadColumn(s string) string {
	switch {
	case strings.TrimSpace(s) == "":
		return "is empty"
	case len(s) > MaxWord:
		return fmt.Sprintf("has %d bytes; at most %d are allowed", len(s), MaxWord)
	case strings.ContainsFunc(s, Unprintable):
		return "contains a line break or another character that cannot be printed"
	}
	return ""
}

// Unprintable reports a character that cannot be printed.
func Unprintable(r rune) bool { return !unicode.IsPrint(r) }

// Columns reads the headers of the columns that make a target.
func (r *Reader) Columns(title string, v Value) []string {
	title += ": columns"
	if v.Kind != List || len(v.List) == 0 || len(v.List) > MaxColumns {
		hint := "write columns: [lat, lon]"
		if v.Kind == String {
			hint = "write columns: " + ListOf(v).Flow()
		}
		r.Fail(v.Pos, "%s takes a list of headers, not %s; %s", title, v.Describe(), hint)
		return nil
	}
	var names []string
	seen := map[string]bool{}
	for _, e := range v.List {
		if s, ok := r.Word(e); ok { // null among them is a header too
			e = Value{Kind: String, Str: s, Pos: e.Pos}
		}
		name := r.Column(title, e)
		if name != "" && seen[name] {
			r.Fail(e.Pos, "%s has %s twice", title, diag.Quote(name))
		}
		seen[name] = true
		names = append(names, name)
	}
	return names
}

// File reads the name of a file.
func (r *Reader) File(title, kind string, v Value) string {
	name, ok := r.Single(v)
	switch {
	case !ok:
		r.Fail(v.Pos, "%s: %s takes a file name, not %s%s", title, kind, v.Describe(), InQuotes(v))
	case strings.TrimSpace(name) == "" || len(name) > 1024 || strings.ContainsFunc(name, Unprintable):
		r.Fail(v.Pos, "%s: %s is not a file name", title, diag.Quote(name))
	}
	return name
}

// BadName says what is wrong with a name that a user gives, or "": names are
// printable and bounded, and "/" parts the paths of weights. What a name looks
// like in Go is not decided here.
func BadName(s string) string {
	switch {
	case strings.TrimSpace(s) == "":
		return "is empty"
	case utf8.RuneCountInString(s) > MaxName:
		return "has " + strconv.Itoa(utf8.RuneCountInString(s)) + " characters; at most " + strconv.Itoa(MaxName) + " are allowed"
	case s != strings.TrimSpace(s):
		return "begins or ends with a space"
	}
	for _, r := range s {
		switch {
		case r == '\n' || r == '\r':
			return "contains a line break"
		case r == '/':
			return `contains "/", which parts the names of weights (dense/kernel); use "_" instead`
		case !unicode.IsPrint(r):
			return "contains the character " + strconv.QuoteRuneToASCII(r) + ", which cannot be printed"
		}
	}
	return ""
}

// SpaceMissing answers {units:16}, which YAML takes for a key without a value:
// `units: 16`.
func SpaceMissing(a Arg) string {
	if a.Value.Kind != Null || !Spaceless.MatchString(a.Name) {
		return ""
	}
	key, value, _ := strings.Cut(a.Name, ":")
	return key + ": " + briefly(value)
}

// Counted writes "1 feature" or "4 features".
func Counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// QuoteAll lists names in quotes.
func QuoteAll(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = diag.Quote(n)
	}
	return strings.Join(quoted, ", ")
}
