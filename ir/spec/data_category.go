package spec

import (
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/encoding"
)

// categoryKeys are the settings of categories.
func (p *parser) categoryKeys(title string, f *Feature) []key {
	return []key{
		{name: "vocabulary", take: func(a Arg) { p.vocabulary(title, a, f) }},
		{name: "encode", take: func(a Arg) {
			f.Encode = p.choose(title, a, []string{"one_hot", "integer"}, map[string]string{
				"int": "integer", "ordinal": "integer", "label": "integer", "index": "integer", "ids": "integer", "embedding": "integer", "dummy": "one_hot", "onehotencoder": "one_hot",
				"ordinalencoder": "integer", "labelencoder": "integer", "multihot": "one_hot", "binary": "one_hot",
			})
		}},
		{name: "oov", take: func(a Arg) { p.flag(title, a, &f.OOV) }},
		{name: "missing", take: func(a Arg) { f.Missing = p.missingCategory(title, a.Value) }},
	}
}

// missingCategory reads what stands for a missing category.
func (p *parser) missingCategory(title string, v Value) encoding.Missing {
	s, ok := p.single(v)
	if !ok {
		p.fail(v.Pos, "%s: missing takes the category that stands for it, most_frequent, oov or error, not %s%s", title, v.describe(), inQuotes(v))
		return encoding.Missing{}
	}
	switch s {
	case "error", "oov", "most_frequent":
		return encoding.Missing{Kind: s}
	}
	if f := folded(s); f == "mode" || f == "mostfrequent" || f == "mostcommon" {
		p.fail(v.Pos, "%s: the most frequent category is written missing: most_frequent", title)
	}
	p.checkWord(title+": missing", v, s)
	return encoding.Missing{Kind: "text", Text: s}
}

// category completes a category about which all is said.
func (p *parser) category(title string, f *Feature) {
	if f.Vocabulary != nil {
		f.Slots = len(f.Vocabulary)
		if f.OOV {
			f.Slots++
		}
	}
	switch {
	case f.Missing.Kind == "" && f.OOV:
		f.Missing.Kind = "oov"
	case f.Missing.Kind == "":
		f.Missing.Kind = "error"
	case f.Missing.Kind == "oov" && !f.OOV:
		p.fail(f.Pos, "%s: missing is oov, and oov is false: there is no such slot; write the category that stands for a missing one, or take oov: false out", title)
	case f.Missing.Kind == "text" && f.Vocabulary != nil && !slices.Contains(f.Vocabulary, f.Missing.Text):
		p.fail(f.Pos, "%s: missing is %s, which is not in the vocabulary%s", title, diag.Quote(f.Missing.Text), diag.DidYouMean(f.Missing.Text, f.Vocabulary))
	}
	switch {
	case f.Slots == 0 && f.Encode == "integer":
		p.fail(f.Pos, "%s: integers need a vocabulary; write its categories, vocabulary: [a, b, c], or how many ids there are, vocabulary: 500", title)
	case f.Slots == 1 && f.OOV:
		p.fail(f.SlotsPos, "%s: vocabulary is 1, which is the slot of unknown categories alone; write at least 2, or oov: false", title)
	}
}

// vocabulary reads the words of a vocabulary, or how many slots a learned one
// has.
func (p *parser) vocabulary(title string, a Arg, f *Feature) {
	v := a.Value
	f.SlotsPos = v.Pos
	switch {
	case v.Kind == Int:
		p.count(title, a, &f.Slots, 1, maxSlots)
		return
	case v.Kind != List || len(v.List) == 0:
		p.fail(v.Pos, "%s: vocabulary takes a list of texts, or how many slots there are, not %s%s", title, v.describe(),
			instead("vocabulary", v, func(w Value) bool { return w.Kind == Int }))
		return
	}
	seen := map[string]bool{}
	words := make([]string, 0, len(v.List))
	for _, e := range v.List {
		s, ok := p.wordOf(title+": vocabulary", "what is in it", e)
		if !ok {
			continue
		}
		p.checkWord(title+": vocabulary", e, s)
		if seen[s] {
			p.fail(e.Pos, "%s: vocabulary has %s twice", title, diag.Quote(s))
		}
		seen[s] = true
		words = append(words, s)
	}
	f.Vocabulary = words
}

// checkWord reports a text that no file can have as a word or category.
func (p *parser) checkWord(title string, v Value, s string) {
	switch {
	case strings.TrimSpace(s) == "":
		p.fail(v.Pos, "%s: %s is an empty text, which means a missing value", title, diag.Quote(s))
	case s != strings.TrimSpace(s):
		p.fail(v.Pos, "%s: %s begins or ends with a space; spaces around what a file holds do not count", title, diag.Quote(s))
	case len(s) > maxWord || strings.ContainsFunc(s, unprintable):
		p.fail(v.Pos, "%s: %s is too long, or not printable", title, diag.Quote(s))
	}
}
