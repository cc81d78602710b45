package layer

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/encoding"
	"github.com/nngen-go/nngen/ir/spec"
)

var _ = register(Info{
	Name: "WordPieceTokenizer",
	Doc:  "Cuts a text into pieces of words, as BERT does, and gives them the ids of a vocabulary.",
	New: func() Config {
		return &WordPieceTokenizer{SplitOnCJK: true, SuffixIndicator: "##", OOVToken: "[UNK]", PadToken: "[PAD]"}
	},
})

// WordPieceTokenizer gives a text the ids of its pieces, which are their places in the
// vocabulary, and fills it up to sequence_length. Keras itself has no such layer. The
// arguments are those of KerasHub, tokenizers/word_piece_tokenizer.py; start_token,
// end_token and pad_token do what its StartEndPacker does with what comes of that. The
// words are those of google-research/bert, tokenization.py.
type WordPieceTokenizer struct {
	Vocabulary      spec.Value `arg:"vocabulary" doc:"the pieces, or the name of a file with a piece on each line, such as the vocab.txt of a model"`
	SequenceLength  int        `arg:"sequence_length,required,min=1,max=16777216" doc:"ids of a text, those of start_token and end_token included"`
	Lowercase       bool       `arg:"lowercase" doc:"letters in lower case, as models have it that are called uncased"`
	StripAccents    bool       `arg:"strip_accents" doc:"letters without marks above and below, as models have it that are called uncased"`
	SplitOnCJK      bool       `arg:"split_on_cjk" doc:"every Chinese character is a word"`
	SuffixIndicator string     `arg:"suffix_indicator" doc:"begins a piece that goes on with a word"`
	OOVToken        string     `arg:"oov_token" doc:"the piece that stands for a word of which no pieces are known"`
	StartToken      *string    `arg:"start_token" doc:"the piece before all others, [CLS] of BERT"`
	EndToken        *string    `arg:"end_token" doc:"the piece after all others, [SEP] of BERT"`
	PadToken        string     `arg:"pad_token" doc:"the piece that fills up"`
}

// Build implements [Config].
func (z *WordPieceTokenizer) Build(c *Context, _ []*ir.Value) *ir.Value { return outside(c) }

// Preprocess implements [Preprocessor].
func (z *WordPieceTokenizer) Preprocess(p *Preprocessing) (encoding.Feature, ir.Shape) {
	if !p.reads("string") {
		return encoding.Feature{}, nil
	}
	if p.In[0].Shape[0] != 1 {
		p.Errorf("%s takes one text a row, but %s has the shape %s; write shape: [1]", p.Kind, diag.Quote(p.In[0].Name), Flow(p.In[0].Shape))
		return encoding.Feature{}, nil
	}
	if z.Vocabulary.Kind == spec.Null {
		p.Errorf("%s needs the pieces that the model was trained with; write vocabulary: vocab.txt, or vocabulary: [...]", p.Kind)
		return encoding.Feature{}, nil
	}
	pieces, _ := p.words(z.Vocabulary, nil)
	if len(p.Errors) > 0 {
		return encoding.Feature{}, nil
	}
	distinct(p, pieces, nil, p.placeIn(z.Vocabulary))
	how := &encoding.WordPiece{Lowercase: z.Lowercase, StripAccents: z.StripAccents, SplitOnCJK: z.SplitOnCJK, Suffix: z.SuffixIndicator, Start: -1, End: -1}
	how.Unknown = z.piece(p, pieces, "oov_token", z.OOVToken)
	how.Pad = z.piece(p, pieces, "pad_token", z.PadToken)
	least := 0
	if z.StartToken != nil {
		how.Start = z.piece(p, pieces, "start_token", *z.StartToken)
		least++
	}
	if z.EndToken != nil {
		how.End = z.piece(p, pieces, "end_token", *z.EndToken)
		least++
	}
	if z.SequenceLength < least {
		p.ErrorAt("sequence_length", "sequence_length is %d, and start_token and end_token alone are %d ids", z.SequenceLength, least)
	}
	if z.SuffixIndicator == "" {
		p.ErrorAt("suffix_indicator", "suffix_indicator is empty, so that nothing tells a piece within a word from one at its beginning; write suffix_indicator: \"##\"")
	}
	f := p.feature(encoding.Layer{Kind: p.Kind, Mode: "int", WordPiece: how})
	f.Vocabulary, f.Slots, f.Size = pieces, len(pieces), z.SequenceLength
	return f, p.shape("int", f.Size, f.Slots)
}

// piece is the place of one that has a meaning of its own.
func (z *WordPieceTokenizer) piece(p *Preprocessing, pieces []string, argument, piece string) int {
	i := slices.Index(pieces, piece)
	if i >= 0 {
		return i
	}
	hint := diag.DidYouMean(piece, pieces)
	if slices.Contains(pieces, piece+"\r") {
		hint = "; its lines end in CR LF, and the CR is part of each piece: let them end in LF"
	}
	p.ErrorAt(argument, "%s %s is none of the %d pieces of vocabulary%s", argument, diag.Quote(piece), len(pieces), hint)
	return 0
}
