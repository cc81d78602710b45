package dataset

import (
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec/internal/document"
)

// textKeys are the settings of texts.
func (r *featureReader) textKeys() []document.Key {
	return []document.Key{
		{Name: "vocabulary", Take: func(a document.Arg) { r.vocabulary(a) }},
		{Name: "encode", Take: func(a document.Arg) {
			r.f.Encode = r.Choose(r.title, a, []string{"integer", "multi_hot", "count", "tf_idf"}, map[string]string{
				"int": "integer", "ids": "integer", "binary": "multi_hot", "onehot": "multi_hot", "counts": "count", "bow": "count", "bagofwords": "count", "tfidf": "tf_idf",
				"countvectorizer": "count", "tfidfvectorizer": "tf_idf", "embedding": "integer", "sequence": "integer",
			})
		}},
		{Name: "length", Take: func(a document.Arg) { r.Count(r.title, a, &r.f.Length, 1, MaxSlots) }},
		r.sideKey("padding", &r.f.Padding),
		r.sideKey("truncating", &r.f.Truncating),
		{Name: "standardize", Take: func(a document.Arg) {
			if a.Value.Kind == document.Null {
				a.Value = document.Text("none") // Keras's None
			}
			r.f.Standardize = r.Choose(r.title, a, []string{"lower_and_strip_punctuation", "lower", "strip_punctuation", "none"}, map[string]string{
				"lowercase": "lower", "lowerandstrip": "lower_and_strip_punctuation", "default": "lower_and_strip_punctuation", "punctuation": "strip_punctuation", "strip": "strip_punctuation",
			})
		}},
		{Name: "split", Take: func(a document.Arg) {
			r.f.Split = r.Choose(r.title, a, []string{"whitespace", "character"}, map[string]string{
				"word": "whitespace", "words": "whitespace", "space": "whitespace", "spaces": "whitespace", "char": "character", "chars": "character", "characters": "character",
			})
		}},
		{Name: "ngrams", Take: func(a document.Arg) {
			if a.Value.Kind == document.List {
				r.Fail(a.Value.Pos, "%s: ngrams takes the longest run of words, not a list; write ngrams: 2 for words and pairs of words", r.title)
				return
			}
			r.Count(r.title, a, &r.f.NGrams, 1, 16)
		}},
	}
}

// textFeature completes a text about which all is said; v holds its settings.
func (r *featureReader) textFeature(v document.Value) {
	first := 1 // id of the first word
	if r.f.Encode == "integer" {
		first = 2
	}
	if r.f.Vocabulary != nil {
		r.f.Slots = len(r.f.Vocabulary) + first
	}
	switch {
	case r.f.Slots == 0:
		r.Fail(r.f.Pos, "%s: text needs a vocabulary; write how many slots it has, vocabulary: 10000, or its words", r.title)
	case r.f.Slots <= first:
		r.Fail(r.f.SlotsPos, "%s: vocabulary is %d, but %s; write at least %d", r.title, r.f.Slots,
			map[int]string{1: "slot 0 is for unknown words", 2: "0 is for padding and 1 for unknown words"}[first], first+1)
	case r.f.Length > 0 && r.f.Encode != "integer":
		a, _ := v.Get("length")
		r.Fail(a.Pos, "%s: length is how many ids a text has, and with encode: %s it has none; take it out, or write encode: integer", r.title, r.f.Encode)
	}
	r.sides(v.Map)
	if !strings.HasPrefix(r.f.Standardize, "lower") {
		return
	}
	a, _ := v.Get("vocabulary")
	for _, e := range a.Value.List {
		if s, _ := r.Word(e); strings.ContainsAny(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
			r.Fail(e.Pos, "%s: the word %s of the vocabulary is never found: standardize: %s makes it %s", r.title, diag.Quote(s), r.f.Standardize, diag.Quote(strings.ToLower(s)))
			return
		}
	}
}
