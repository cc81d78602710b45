package layer

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/encoding"
	"github.com/nngen-go/nngen/ir/spec"
)

var _ = register(Info{
	Name: "StringLookup",
	Doc:  "Gives texts the slots of their words in a vocabulary, or slots their words.",
	New:  func() Config { return &StringLookup{Indexing: usual(), OOVToken: "[UNK]"} },
})

// StringLookup gives texts slots. An unknown one has the slot that FarmHash, or with
// a salt SipHash, chooses among those of unknown ones. Source: Keras 3,
// layers/preprocessing/string_lookup.py.
type StringLookup struct {
	Indexing
	MaskToken *string `arg:"mask_token" doc:"the text that means nothing is there: slot 0 in the mode int, none in others"`
	OOVToken  string  `arg:"oov_token" doc:"invert: the text of a slot that has no word; else left out of what is learned"`
}

// Preprocess implements [Preprocessor].
func (z *StringLookup) Preprocess(p *Preprocessing) (encoding.Feature, ir.Shape) {
	types := []string{"string"}
	if z.Invert {
		types = []string{"int64", "int32"}
	}
	if !p.reads(types...) {
		return encoding.Feature{}, nil
	}
	l := z.layer(p, "StringLookup")
	l.Mask, l.OOVToken = z.MaskToken, &z.OOVToken
	f := p.feature(l)
	words, special := p.words(z.Vocabulary, z.specialTokens(&l))
	distinct(p, words, z.MaskToken, p.placeIn(z.Vocabulary))
	f.Vocabulary = words
	return f, z.finish(p, &f, len(words), special)
}

// specialTokens may stand at the beginning of a vocabulary.
func (z *StringLookup) specialTokens(l *encoding.Layer) []string {
	var list []string
	if l.First() > l.OOV {
		list = append(list, *z.MaskToken)
	}
	return append(list, slices.Repeat([]string{z.OOVToken}, l.OOV)...)
}

// words are those of a vocabulary of texts, without special ones at its beginning;
// a file has none of these.
func (p *Preprocessing) words(v spec.Value, special []string) (words []string, found bool) {
	switch v.Kind {
	case spec.Null:
		return nil, false
	case spec.String:
		return p.vocabularyFile(v), false
	case spec.List:
	default:
		p.errorPos(v.Pos, "vocabulary takes a list of texts, or the name of a file with a word on each line, not %s", v.Describe())
		return nil, false
	}
	words = make([]string, 0, len(v.List))
	for _, e := range v.List {
		if e.Kind != spec.String {
			p.errorPos(e.Pos, "vocabulary: %s is no text; write it in quotes, \"%s\"", e.Brief(), e.Brief())
			return nil, false
		}
		words = append(words, e.Str)
	}
	return withoutSpecial(words, special)
}

// placeIn says where the words of a vocabulary stand.
func (p *Preprocessing) placeIn(v spec.Value) func(i int) diag.Pos {
	return func(i int) diag.Pos {
		if v.Kind == spec.List && i < len(v.List) {
			return v.List[i].Pos
		}
		return v.Pos
	}
}

// quotedKey prints a word for a message.
func quotedKey(key any) string {
	switch k := key.(type) {
	case string:
		return diag.Quote(k)
	case int64:
		return strconv.FormatInt(k, 10)
	}
	return fmt.Sprint(key)
}
