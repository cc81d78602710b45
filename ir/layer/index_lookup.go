package layer

import (
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/encoding"
	"github.com/nngen-go/nngen/ir/spec"
)

// Indexing is what StringLookup and IntegerLookup have in common: every value gets
// the slot of its word, after one of the mask and those of unknown values. Without a
// vocabulary it is learned from the training rows. Source: Keras 3,
// layers/preprocessing/index_lookup.py.
type Indexing struct {
	MaxTokens      *int       `arg:"max_tokens,min=2" doc:"most slots, those of mask and unknown values included; needed where the vocabulary is learned"`
	NumOOVIndices  int        `arg:"num_oov_indices,min=0,max=65536" doc:"slots of values that the vocabulary has not; 0: such a value is an error"`
	Vocabulary     spec.Value `arg:"vocabulary" doc:"the words, or the name of a file with a word on each line; null: learned from the training rows"`
	IDFWeights     []float64  `arg:"idf_weights" doc:"tf_idf: the weights of the words of the vocabulary"`
	Invert         bool       `arg:"invert" doc:"from slots to words"`
	OutputMode     string     `arg:"output_mode,oneof=int|one_hot|multi_hot|count|tf_idf" doc:"slots themselves (int), one row per value (one_hot), or one per sample: which slots occur (multi_hot), how often (count), each time its weight (tf_idf)"`
	PadToMaxTokens bool       `arg:"pad_to_max_tokens" doc:"as many slots as max_tokens, however many words there are"`
	Salt           spec.Value `arg:"salt" doc:"several slots of unknown values: the key of SipHash, a number or two; null: FarmHash"`
}

// usual are Keras's defaults.
func usual() Indexing { return Indexing{NumOOVIndices: 1, OutputMode: "int"} }

// Build implements [Config].
func (z *Indexing) Build(c *Context, _ []*ir.Value) *ir.Value { return outside(c) }

// layer are the settings for the encoding, without the words.
func (z *Indexing) layer(p *Preprocessing, kind string) encoding.Layer {
	l := encoding.Layer{Kind: kind, Mode: z.OutputMode, OOV: z.NumOOVIndices, Invert: z.Invert, Salt: p.salt(z.Salt)}
	switch {
	case z.Invert && z.OutputMode != "int":
		p.ErrorAt("output_mode", "with invert the words themselves are the result; take output_mode out, not %s", z.OutputMode)
	case z.Invert && z.Vocabulary.Kind == spec.Null:
		p.ErrorAt("invert", "invert needs the vocabulary; write vocabulary: [...]")
	case z.IDFWeights != nil && z.OutputMode != "tf_idf":
		p.ErrorAt("idf_weights", "idf_weights belong to output_mode: tf_idf, and it is %s", z.OutputMode)
	case z.IDFWeights != nil && z.Vocabulary.Kind == spec.Null:
		p.ErrorAt("idf_weights", "idf_weights are those of a vocabulary; write vocabulary: [...], or take them out to have both learned")
	case z.IDFWeights == nil && z.OutputMode == "tf_idf" && z.Vocabulary.Kind != spec.Null:
		p.ErrorAt("vocabulary", "tf_idf with a vocabulary needs idf_weights, one for each of its words; or take vocabulary out to have both learned")
	case z.MaxTokens == nil && z.PadToMaxTokens:
		p.ErrorAt("pad_to_max_tokens", "pad_to_max_tokens needs max_tokens, the number of slots")
	case z.MaxTokens == nil && z.Vocabulary.Kind == spec.Null:
		p.Errorf("%s learns its vocabulary from the training rows and needs max_tokens, the number of its slots; write max_tokens: 1000, or vocabulary: [...]", kind)
	}
	return l
}

// finish checks the words, which are n after those with a meaning of their own, and
// says how many slots there are. Special says that the vocabulary began with these.
func (z *Indexing) finish(p *Preprocessing, f *encoding.Feature, n int, special bool) ir.Shape {
	l := f.Layer
	given := z.Vocabulary.Kind != spec.Null
	first := l.First()
	f.Slots = first + n
	switch {
	case given && n == 0 && len(p.Errors) > 0: // which says why
	case given && n == 0:
		p.ErrorAt("vocabulary", "the vocabulary has no words")
	case given && z.MaxTokens != nil && f.Slots > *z.MaxTokens:
		p.ErrorAt("vocabulary", "the vocabulary has %d words and %d slots before them, more than max_tokens %d", n, first, *z.MaxTokens)
	case !given && z.MaxTokens != nil && *z.MaxTokens <= first:
		p.ErrorAt("max_tokens", "max_tokens is %d, and %d slots are those of mask and unknown values; write at least %d", *z.MaxTokens, first, first+1)
	}
	if (!given || z.PadToMaxTokens) && z.MaxTokens != nil {
		f.Slots = *z.MaxTokens
	}
	if z.IDFWeights != nil && given {
		words := n
		if special {
			words += first
		}
		if len(z.IDFWeights) != words {
			p.ErrorAt("idf_weights", "there are %d weights for the %d words of the vocabulary", len(z.IDFWeights), words)
		}
		for _, w := range z.IDFWeights {
			if math.Abs(w) > math.MaxFloat32 {
				p.ErrorAt("idf_weights", "%v of idf_weights is beyond the range of float32", w)
				break
			}
		}
		l.Weights = weightsOf(z.IDFWeights, first, special)
	}
	return p.shape(l.Mode, f.Size, f.Slots)
}

// weightsOf are the weights of all slots: those that the vocabulary does not list
// weigh the mean of its own.
func weightsOf(given []float64, first int, special bool) []float32 {
	sum := 0.0
	for _, w := range given {
		sum += w
	}
	var weights []float32
	if !special {
		weights = slices.Repeat([]float32{float32(sum / float64(len(given)))}, first)
	}
	for _, w := range given {
		weights = append(weights, float32(w))
	}
	return weights
}

// withoutSpecial takes the tokens with a meaning of their own from the beginning of a
// vocabulary, where all of them stand there.
func withoutSpecial[K comparable](words, special []K) ([]K, bool) {
	if len(words) >= len(special) && slices.Equal(words[:len(special)], special) {
		return words[len(special):], true
	}
	return words, false
}

// distinct reports a word that is there twice, and the mask among the words.
func distinct[K comparable](p *Preprocessing, words []K, mask *K, at func(i int) diag.Pos) {
	seen := make(map[K]bool, len(words))
	for i, w := range words {
		if seen[w] {
			p.errorPos(at(i), "vocabulary: %s is there twice", quotedKey(w))
			return
		}
		if mask != nil && w == *mask {
			p.errorPos(at(i), "vocabulary: %s is the mask_token, which has no word's slot; take it out", quotedKey(w))
			return
		}
		seen[w] = true
	}
}
