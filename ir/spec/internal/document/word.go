package document

import "github.com/nngen-go/nngen/ir/diag"

// Word gives the text of a scalar that is meant as a word: a name, the header
// of a column, a category, a class, a file. It is the text that is written,
// whatever YAML or JSON makes of it without quotes: TRUE, 0x10, 007 and 1.50
// are words of these letters and digits.
func (r *Reader) Word(v Value) (string, bool) {
	switch {
	case v.Kind == String:
		return v.Str, true
	case v.text == "":
		return "", false
	}
	if r.Words == nil {
		r.Words = map[diag.Pos]bool{}
	}
	r.Words[v.Pos] = true
	return v.text, true
}

// Single is Word where one word may stand and null means that there is none.
func (r *Reader) Single(v Value) (string, bool) {
	if v.Kind == Null {
		return "", false
	}
	return r.Word(v)
}

// InQuotes answers a null that may have been meant as a word.
func InQuotes(v Value) string {
	if v.Kind != Null || v.text == "" {
		return ""
	}
	return "; for the word itself write " + diag.Quote(v.text)
}

// TextArgs makes texts of arguments that are words in every call, whatever they
// look like.
func (r *Reader) TextArgs(v Value, names ...string) Value {
	if v.Kind != Map || len(v.Map) != 1 || v.Map[0].Value.Kind != Map {
		return v
	}
	args := v.Map[0].Value
	args.Map = append([]Arg(nil), args.Map...)
	for i, a := range args.Map {
		for _, name := range names {
			if s, ok := r.Single(a.Value); ok && a.Name == name {
				args.Map[i].Value = Value{Kind: String, Str: s, Pos: a.Value.Pos}
			}
		}
	}
	v.Map = []Arg{{Name: v.Map[0].Name, Pos: v.Map[0].Pos, Value: args}}
	return v
}

// Unread lists the scalars that look like numbers and cannot be read as such,
// except where they have been taken for words.
func (v Value) Unread(words map[diag.Pos]bool) diag.List {
	var errs diag.List
	if v.problem != "" && !words[v.Pos] {
		errs.Add(v.Pos, "%s", v.problem)
	}
	for _, e := range v.List {
		errs = append(errs, e.Unread(words)...)
	}
	for _, a := range v.Map {
		errs = append(errs, a.Value.Unread(words)...)
	}
	return errs
}
