package spec

import (
	"slices"
	"strings"
	"unicode"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/runtime/nearest"
)

// reader reads sections and what they are made of: words, numbers, names and
// lists of them. It reports what they are not where that stands.
type reader struct {
	errs  diag.List
	words map[diag.Pos]bool // the unquoted scalars that have been taken for words
}

func (r *reader) fail(pos diag.Pos, format string, args ...any) { r.errs.Add(pos, format, args...) }

// key is an entry that a section may have.
type key struct {
	name   string
	take   func(Arg)
	hidden bool // not listed in messages
}

// section hands the entries of a map to the keys. Other entries are answered
// from the table of known mistakes, or with the near name. It gives the names
// of the keys that are there or were meant.
func (r *reader) section(title string, v Value, keys []key, mistakes map[string]string) (meant map[string]bool) {
	meant = map[string]bool{}
	var names, listed []string
	for _, k := range keys {
		names = append(names, k.name)
		if !k.hidden {
			listed = append(listed, k.name)
		}
	}
	for _, a := range v.Map {
		if i := slices.IndexFunc(keys, func(k key) bool { return k.name == a.Name }); i >= 0 {
			meant[a.Name] = true
			keys[i].take(a)
			continue
		}
		if answer, ok := mistakes[a.Name]; ok {
			r.fail(a.Pos, "%s", answer)
			continue
		}
		if write := spaceMissing(a); write != "" {
			meant[write[:strings.IndexByte(write, ':')]] = true
			r.fail(a.Pos, "%s: a space is missing after the colon; write %s", title, write)
			continue
		}
		hint := "."
		if near, ok := nearest.Of(a.Name, names); ok {
			meant[near] = true
			hint = "; did you mean " + diag.Quote(near) + "?"
		}
		r.fail(a.Pos, "%s has no %s%s It takes: %s", title, diag.Quote(a.Name), hint, strings.Join(listed, ", "))
	}
	return meant
}

// isMap reports where v is not a map.
func (r *reader) isMap(title string, v Value, example string) bool {
	if v.Kind == Map {
		return true
	}
	if v.Kind == Null {
		r.fail(v.Pos, "%s is empty; indent its lines under it, or write, for example, %s", title, example)
	} else {
		r.fail(v.Pos, "%s takes keys and values, not %s; for example %s", title, v.describe(), example)
	}
	return false
}

// count reads a whole number between two bounds.
func (r *reader) count(title string, a Arg, into *int, least, most int64) {
	n, ok := a.Value.whole()
	switch {
	case !ok:
		r.fail(a.Value.Pos, "%s: %s takes a whole number, not %s%s", title, a.Name, a.Value.describe(), instead(a.Name, a.Value, func(w Value) bool { return w.Kind == Int }))
	case n < least || n > most:
		r.fail(a.Value.Pos, "%s: %s is %d; it must be between %d and %d", title, a.Name, n, least, most)
	default:
		*into = int(n)
	}
}

// flag reads true or false.
func (r *reader) flag(title string, a Arg, into *bool) {
	if a.Value.Kind != Bool {
		r.fail(a.Value.Pos, "%s: %s takes true or false, not %s%s", title, a.Name, a.Value.describe(), instead(a.Name, a.Value, func(w Value) bool { return w.Kind == Bool }))
		return
	}
	*into = a.Value.Bool
}

// choose reads one of some words. Habits are words that others use for them, in
// lower case without hyphens, underscores and spaces.
func (r *reader) choose(title string, a Arg, words []string, habits map[string]string) string {
	v := a.Value
	if v.Kind != String {
		r.fail(v.Pos, "%s: %s takes %s, not %s", title, a.Name, orList(words), v.describe())
		return ""
	}
	if slices.Contains(words, v.Str) {
		return v.Str
	}
	near, ok := habits[folded(v.Str)]
	if !ok {
		near, ok = nearest.Of(v.Str, words)
	}
	hint := ""
	if ok {
		hint = "; write " + a.Name + ": " + near
	}
	r.fail(v.Pos, "%s: %s takes %s, not %s%s", title, a.Name, orList(words), v.describe(), hint)
	return ""
}

// fraction reads a part of the rows.
func (r *reader) fraction(title string, a Arg, into *float64, zero bool) {
	v, least := a.Value, "above 0"
	if zero {
		least = "at least 0"
	}
	x, ok := v.number()
	switch {
	case !ok:
		r.fail(v.Pos, "%s: %s takes a fraction of the rows such as 0.2, not %s%s", title, a.Name, v.describe(), instead(a.Name, v, func(w Value) bool { _, ok := w.number(); return ok }))
	case x < 0 || x == 0 && !zero || x >= 1:
		hint := ""
		if x >= 1 && x < 100 {
			hint = "; for " + v.flow() + " percent write " + floatText(x/100)
		}
		r.fail(v.Pos, "%s: %s is %s; it is a fraction of the rows, %s and below 1%s", title, a.Name, v.flow(), least, hint)
	default:
		*into = x
	}
}

// folded is a word without what spellings differ in.
func folded(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '-', '_', ' ', '.':
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}
