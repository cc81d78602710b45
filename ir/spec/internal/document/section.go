package document

import (
	"slices"
	"strings"
	"unicode"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/runtime/nearest"
)

// Reader reads sections and what they are made of: words, numbers, names and
// lists of them. It reports what they are not where that stands.
type Reader struct {
	Errs  diag.List
	Words map[diag.Pos]bool // the unquoted scalars that have been taken for words
}

// Fail reports a mistake.
func (r *Reader) Fail(pos diag.Pos, format string, args ...any) { r.Errs.Add(pos, format, args...) }

// Key is an entry that a section may have.
type Key struct {
	Name   string
	Take   func(Arg)
	Hidden bool // not listed in messages
}

// Section hands the entries of a map to the keys. Other entries are answered
// from the table of known mistakes, or with the near name. It gives the names
// of the keys that are there or were meant.
func (r *Reader) Section(title string, v Value, keys []Key, mistakes map[string]string) (meant map[string]bool) {
	meant = map[string]bool{}
	var names, listed []string
	for _, k := range keys {
		names = append(names, k.Name)
		if !k.Hidden {
			listed = append(listed, k.Name)
		}
	}
	for _, a := range v.Map {
		if i := slices.IndexFunc(keys, func(k Key) bool { return k.Name == a.Name }); i >= 0 {
			meant[a.Name] = true
			keys[i].Take(a)
			continue
		}
		if answer, ok := mistakes[a.Name]; ok {
			r.Fail(a.Pos, "%s", answer)
			continue
		}
		if write := SpaceMissing(a); write != "" {
			meant[write[:strings.IndexByte(write, ':')]] = true
			r.Fail(a.Pos, "%s: a space is missing after the colon; write %s", title, write)
			continue
		}
		hint := "."
		if near, ok := nearest.Of(a.Name, names); ok {
			meant[near] = true
			hint = "; did you mean " + diag.Quote(near) + "?"
		}
		r.Fail(a.Pos, "%s has no %s%s It takes: %s", title, diag.Quote(a.Name), hint, strings.Join(listed, ", "))
	}
	return meant
}

// IsMap reports where v is not a map.
func (r *Reader) IsMap(title string, v Value, example string) bool {
	if v.Kind == Map {
		return true
	}
	if v.Kind == Null {
		r.Fail(v.Pos, "%s is empty; indent its lines under it, or write, for example, %s", title, example)
	} else {
		r.Fail(v.Pos, "%s takes keys and values, not %s; for example %s", title, v.Describe(), example)
	}
	return false
}

// Count reads a whole number between two bounds.
func (r *Reader) Count(title string, a Arg, into *int, least, most int64) {
	n, ok := a.Value.Whole()
	switch {
	case !ok:
		r.Fail(a.Value.Pos, "%s: %s takes a whole number, not %s%s", title, a.Name, a.Value.Describe(), Instead(a.Name, a.Value, func(w Value) bool { return w.Kind == Int }))
	case n < least || n > most:
		r.Fail(a.Value.Pos, "%s: %s is %d; it must be between %d and %d", title, a.Name, n, least, most)
	default:
		*into = int(n)
	}
}

// Flag reads true or false.
func (r *Reader) Flag(title string, a Arg, into *bool) {
	if a.Value.Kind != Bool {
		r.Fail(a.Value.Pos, "%s: %s takes true or false, not %s%s", title, a.Name, a.Value.Describe(), Instead(a.Name, a.Value, func(w Value) bool { return w.Kind == Bool }))
		return
	}
	*into = a.Value.Bool
}

// Choose reads one of some words. Habits are words that others use for them, in
// lower case without hyphens, underscores and spaces.
func (r *Reader) Choose(title string, a Arg, words []string, habits map[string]string) string {
	v := a.Value
	if v.Kind != String {
		r.Fail(v.Pos, "%s: %s takes %s, not %s", title, a.Name, OrList(words), v.Describe())
		return ""
	}
	if slices.Contains(words, v.Str) {
		return v.Str
	}
	near, ok := habits[Folded(v.Str)]
	if !ok {
		near, ok = nearest.Of(v.Str, words)
	}
	hint := ""
	if ok {
		hint = "; write " + a.Name + ": " + near
	}
	r.Fail(v.Pos, "%s: %s takes %s, not %s%s", title, a.Name, OrList(words), v.Describe(), hint)
	return ""
}

// Fraction reads a part of the rows.
func (r *Reader) Fraction(title string, a Arg, into *float64, zero bool) {
	v, least := a.Value, "above 0"
	if zero {
		least = "at least 0"
	}
	x, ok := v.Number()
	switch {
	case !ok:
		r.Fail(v.Pos, "%s: %s takes a fraction of the rows such as 0.2, not %s%s", title, a.Name, v.Describe(), Instead(a.Name, v, func(w Value) bool { _, ok := w.Number(); return ok }))
	case x < 0 || x == 0 && !zero || x >= 1:
		hint := ""
		if x >= 1 && x < 100 {
			hint = "; for " + v.Flow() + " percent write " + floatText(x/100)
		}
		r.Fail(v.Pos, "%s: %s is %s; it is a fraction of the rows, %s and below 1%s", title, a.Name, v.Flow(), least, hint)
	default:
		*into = x
	}
}

// Folded is a word without what spellings differ in.
func Folded(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '-', '_', ' ', '.':
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

// OrList joins names as "a, b or c".
func OrList(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// MaxHints bounds the search for near names: far fewer errors are printed.
const MaxHints = 100
