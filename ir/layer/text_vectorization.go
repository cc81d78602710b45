package layer

import (
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/encoding"
	"github.com/nngen-go/nngen/ir/spec"
)

var _ = register(Info{
	Name: "TextVectorization",
	Doc:  "Cuts a text into words and gives them the ids of a vocabulary, or counts them.",
	New: func() Config {
		standardize, split := "lower_and_strip_punctuation", "whitespace"
		return &TextVectorization{Standardize: &standardize, Split: &split, OutputMode: "int"}
	},
})

// TextVectorization cuts a text into words, which have the ids of a vocabulary: 0 is
// padding and 1 an unknown word in the mode int, and in others 0 an unknown one.
// Source: Keras 3, layers/preprocessing/text_vectorization.py.
type TextVectorization struct {
	MaxTokens            *int       `arg:"max_tokens,min=2" doc:"most ids, those of padding and unknown words included; needed where the vocabulary is learned"`
	Standardize          *string    `arg:"standardize,oneof=lower_and_strip_punctuation|lower|strip_punctuation,null" doc:"what becomes of the letters; null: nothing"`
	Split                *string    `arg:"split,oneof=whitespace|character,null" doc:"where the text is cut; null: it is one word"`
	NGrams               spec.Value `arg:"ngrams" doc:"the longest run of words that counts as one, or a list of lengths; null: 1"`
	OutputMode           string     `arg:"output_mode,oneof=int|multi_hot|count|tf_idf" doc:"ids in the order of the words (int), or one row per text: which words occur (multi_hot), how often (count), each time its weight (tf_idf)"`
	OutputSequenceLength *int       `arg:"output_sequence_length,min=1,max=16777216" doc:"int: ids of a text, cut or filled up with 0; null: any number"`
	PadToMaxTokens       bool       `arg:"pad_to_max_tokens" doc:"as many slots as max_tokens, however many words there are"`
	Vocabulary           spec.Value `arg:"vocabulary" doc:"the words, or the name of a file with a word on each line; null: learned from the training rows"`
	IDFWeights           []float64  `arg:"idf_weights" doc:"tf_idf: the weights of the words of the vocabulary"`
}

// Build implements [Config].
func (z *TextVectorization) Build(c *Context, _ []*ir.Value) *ir.Value { return outside(c) }

// indexing is the lookup that the words go through.
func (z *TextVectorization) indexing() *Indexing {
	return &Indexing{MaxTokens: z.MaxTokens, NumOOVIndices: 1, Vocabulary: z.Vocabulary, IDFWeights: z.IDFWeights, OutputMode: z.OutputMode, PadToMaxTokens: z.PadToMaxTokens}
}

// Preprocess implements [Preprocessor].
func (z *TextVectorization) Preprocess(p *Preprocessing) (encoding.Feature, ir.Shape) {
	if !p.reads("string") {
		return encoding.Feature{}, nil
	}
	if p.In[0].Shape[0] != 1 {
		p.Errorf("TextVectorization takes one text a row, but %s has the shape %s; write shape: [1]", diag.Quote(p.In[0].Name), Flow(p.In[0].Shape))
		return encoding.Feature{}, nil
	}
	index := z.indexing()
	l := index.layer(p, "TextVectorization")
	mask := ""
	l.Mask = &mask
	f := p.feature(l)
	f.Type, f.Size = encoding.Text, 1
	f.Encode, f.Standardize, f.Split, f.NGrams = z.OutputMode, "none", "none", 1
	if z.OutputMode == "int" {
		f.Encode = "integer"
	}
	if z.Standardize != nil {
		f.Standardize = *z.Standardize
	}
	if z.Split != nil {
		f.Split = *z.Split
	}
	z.runs(p, &f)
	special := []string{"", "[UNK]"}
	words, found := p.words(z.Vocabulary, special[2-l.First():])
	distinct(p, words, &mask, p.placeIn(z.Vocabulary))
	if strings.HasPrefix(f.Standardize, "lower") {
		z.lowered(p, words)
	}
	f.Vocabulary = words
	shape := index.finish(p, &f, len(words), found)
	f.Size = 0
	switch {
	case z.OutputMode != "int" && z.OutputSequenceLength != nil:
		p.ErrorAt("output_sequence_length", "output_sequence_length belongs to output_mode: int, and it is %s", z.OutputMode)
	case z.OutputMode != "int":
	case z.OutputSequenceLength != nil:
		f.Length, f.Padding, f.Truncating = *z.OutputSequenceLength, "post", "post"
		shape = ir.Shape{f.Length}
	default:
		shape = ir.Shape{spec.Ragged}
	}
	return f, shape
}

// runs reads ngrams.
func (z *TextVectorization) runs(p *Preprocessing, f *encoding.Feature) {
	v := z.NGrams
	right := func(e spec.Value) bool { return e.Kind == spec.Int && e.Int >= 1 && e.Int <= 16 }
	switch {
	case v.Kind == spec.Null:
		return
	case right(v):
		f.NGrams = int(v.Int)
	case v.Kind == spec.List && len(v.List) > 0:
		for _, e := range v.List {
			if !right(e) {
				p.errorPos(e.Pos, "ngrams: a run has between 1 and 16 words, not %s", e.Brief())
				return
			}
			f.Runs = append(f.Runs, int(e.Int))
		}
	default:
		p.errorPos(v.Pos, "ngrams takes the longest run of words, from 1 to 16, or a list of lengths, not %s; write ngrams: 2", v.Brief())
	}
	if z.Split == nil && (f.NGrams > 1 || f.Runs != nil) {
		p.errorPos(v.Pos, "with split: null a text is one word, and there are no runs of several; take ngrams out")
	}
}

// lowered reports a word that lower case never is.
func (z *TextVectorization) lowered(p *Preprocessing, words []string) {
	at := p.placeIn(z.Vocabulary)
	for i, w := range words {
		if strings.ContainsAny(w, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
			p.errorPos(at(i), "vocabulary: %s is never found: standardize: %s makes it %s", diag.Quote(w), *z.Standardize, diag.Quote(strings.ToLower(w)))
			return
		}
	}
}
