package dataset

import (
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/encoding"
	"github.com/nngen-go/nngen/ir/spec/internal/document"
)

// categoryKeys are the settings of categories.
func (r *featureReader) categoryKeys() []document.Key {
	return []document.Key{
		{Name: "vocabulary", Take: func(a document.Arg) { r.vocabulary(a) }},
		{Name: "encode", Take: func(a document.Arg) {
			r.f.Encode = r.Choose(r.title, a, []string{"one_hot", "integer"}, map[string]string{
				"int": "integer", "ordinal": "integer", "label": "integer", "index": "integer", "ids": "integer", "embedding": "integer", "dummy": "one_hot", "onehotencoder": "one_hot",
				"ordinalencoder": "integer", "labelencoder": "integer", "multihot": "one_hot", "binary": "one_hot",
			})
		}},
		{Name: "oov", Take: func(a document.Arg) { r.Flag(r.title, a, &r.f.OOV) }},
		{Name: "missing", Take: func(a document.Arg) { r.f.Missing = r.missingCategory(a.Value) }},
	}
}

// missingCategory reads what stands for a missing category.
func (r *featureReader) missingCategory(v document.Value) encoding.Missing {
	s, ok := r.Single(v)
	if !ok {
		r.Fail(v.Pos, "%s: missing takes the category that stands for it, most_frequent, oov or error, not %s%s", r.title, v.Describe(), document.InQuotes(v))
		return encoding.Missing{}
	}
	switch s {
	case "error", "oov", "most_frequent":
		return encoding.Missing{Kind: s}
	}
	if f := document.Folded(s); f == "mode" || f == "mostfrequent" || f == "mostcommon" {
		r.Fail(v.Pos, "%s: the most frequent category is written missing: most_frequent", r.title)
	}
	if problem := badWord(s); problem != "" {
		r.Fail(v.Pos, "%s: missing: %s %s", r.title, diag.Quote(s), problem)
	}
	return encoding.Missing{Kind: "text", Text: s}
}

// category completes a category about which all is said.
func (r *featureReader) category() {
	if r.f.Vocabulary != nil {
		r.f.Slots = len(r.f.Vocabulary)
		if r.f.OOV {
			r.f.Slots++
		}
	}
	switch {
	case r.f.Missing.Kind == "" && r.f.OOV:
		r.f.Missing.Kind = "oov"
	case r.f.Missing.Kind == "":
		r.f.Missing.Kind = "error"
	case r.f.Missing.Kind == "oov" && !r.f.OOV:
		r.Fail(r.f.Pos, "%s: missing is oov, and oov is false: there is no such slot; write the category that stands for a missing one, or take oov: false out", r.title)
	case r.f.Missing.Kind == "text" && r.f.Vocabulary != nil && !slices.Contains(r.f.Vocabulary, r.f.Missing.Text):
		r.Fail(r.f.Pos, "%s: missing is %s, which is not in the vocabulary%s", r.title, diag.Quote(r.f.Missing.Text), diag.DidYouMean(r.f.Missing.Text, r.f.Vocabulary))
	}
	switch {
	case r.f.Slots == 0 && r.f.Encode == "integer":
		r.Fail(r.f.Pos, "%s: integers need a vocabulary; write its categories, vocabulary: [a, b, c], or how many ids there are, vocabulary: 500", r.title)
	case r.f.Slots == 1 && r.f.OOV:
		r.Fail(r.f.SlotsPos, "%s: vocabulary is 1, which is the slot of unknown categories alone; write at least 2, or oov: false", r.title)
	}
}

// vocabulary reads the words of a vocabulary, or how many slots a learned one
// has.
func (r *featureReader) vocabulary(a document.Arg) {
	v := a.Value
	r.f.SlotsPos = v.Pos
	switch {
	case v.Kind == document.Int:
		r.Count(r.title, a, &r.f.Slots, 1, MaxSlots)
		return
	case v.Kind != document.List || len(v.List) == 0:
		r.Fail(v.Pos, "%s: vocabulary takes a list of texts, or how many slots there are, not %s%s", r.title, v.Describe(),
			document.Instead("vocabulary", v, func(w document.Value) bool { return w.Kind == document.Int }))
		return
	}
	seen := map[string]bool{}
	words := make([]string, 0, len(v.List))
	for _, e := range v.List {
		s, ok := r.WordOf(r.title+": vocabulary", "what is in it", e)
		if !ok {
			continue
		}
		if problem := badWord(s); problem != "" {
			r.Fail(e.Pos, "%s: vocabulary: %s %s", r.title, diag.Quote(s), problem)
		}
		if seen[s] {
			r.Fail(e.Pos, "%s: vocabulary has %s twice", r.title, diag.Quote(s))
		}
		seen[s] = true
		words = append(words, s)
	}
	r.f.Vocabulary = words
}

// badWord says what is wrong with a word or category that no file can have, or "".
func badWord(s string) string {
	switch {
	case strings.TrimSpace(s) == "":
		return "is an empty text, which means a missing value"
	case s != strings.TrimSpace(s):
		return "begins or ends with a space; spaces around what a file holds do not count"
	case len(s) > document.MaxWord || strings.ContainsFunc(s, document.Unprintable):
		return "is too long, or not printable"
	}
	return ""
}
