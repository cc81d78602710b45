package layer

import (
	"slices"
	"strconv"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/encoding"
	"github.com/nngen-go/nngen/ir/spec"
)

var _ = register(Info{
	Name: "IntegerLookup",
	Doc:  "Gives whole numbers the slots that they have in a vocabulary, or slots their numbers.",
	New: func() Config {
		return &IntegerLookup{Indexing: usual(), OOVToken: -1, VocabularyDType: "int64", OOVMethod: "floormod"}
	},
})

// IntegerLookup gives whole numbers slots. Source: Keras 3,
// layers/preprocessing/integer_lookup.py.
type IntegerLookup struct {
	Indexing
	MaskToken       *int64 `arg:"mask_token" doc:"the number that means nothing is there: slot 0 in the mode int, none in others"`
	OOVToken        int64  `arg:"oov_token" doc:"invert: the number of a slot that has none; else left out of what is learned"`
	VocabularyDType string `arg:"vocabulary_dtype,oneof=int64" hash:"never" doc:"the type of the numbers"`
	OOVMethod       string `arg:"oov_method,oneof=floormod|farmhash" doc:"how one of several slots of unknown numbers is chosen: by the remainder, or by a hash"`
}

// Preprocess implements [Preprocessor].
func (z *IntegerLookup) Preprocess(p *Preprocessing) (encoding.Feature, ir.Shape) {
	if !p.reads("int64", "int32") {
		return encoding.Feature{}, nil
	}
	l := z.layer(p, "IntegerLookup")
	l.HashedOOV = z.OOVMethod == "farmhash"
	if l.Salt != nil && !l.HashedOOV {
		p.ErrorAt("salt", "salt belongs to oov_method: farmhash, and it is %s", z.OOVMethod)
	}
	token := strconv.FormatInt(z.OOVToken, 10)
	l.OOVToken = &token
	var special []int64
	if z.MaskToken != nil {
		mask := strconv.FormatInt(*z.MaskToken, 10)
		l.Mask = &mask
		if l.First() > l.OOV {
			special = append(special, *z.MaskToken)
		}
	}
	numbers, found := p.numbers(z.Vocabulary, append(special, slices.Repeat([]int64{z.OOVToken}, l.OOV)...))
	distinct(p, numbers, z.MaskToken, p.placeIn(z.Vocabulary))
	f := p.feature(l)
	f.Layer.Numbers = numbers
	return f, z.finish(p, &f, len(numbers), found)
}

// numbers are those of a vocabulary of whole numbers, without special ones at its
// beginning.
func (p *Preprocessing) numbers(v spec.Value, special []int64) (numbers []int64, found bool) {
	switch v.Kind {
	case spec.Null:
		return nil, false
	case spec.String:
		for i, line := range p.vocabularyFile(v) {
			n, err := strconv.ParseInt(line, 10, 64)
			if err != nil {
				p.errorPos(v.Pos, "vocabulary: line %d of %s is %.40q, and no whole number", i+1, v.Str, line)
				return nil, false
			}
			numbers = append(numbers, n)
		}
		return numbers, false
	case spec.List:
	default:
		p.errorPos(v.Pos, "vocabulary takes a list of whole numbers, or the name of a file with one on each line, not %s", v.Describe())
		return nil, false
	}
	numbers = make([]int64, 0, len(v.List))
	for _, e := range v.List {
		if e.Kind != spec.Int {
			p.errorPos(e.Pos, "vocabulary: %s is no whole number", e.Brief())
			return nil, false
		}
		numbers = append(numbers, e.Int)
	}
	return withoutSpecial(numbers, special)
}
