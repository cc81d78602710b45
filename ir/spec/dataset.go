package spec

import (
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/runtime/data"
)

// Data is the `data:` section: where rows come from and how they become inputs.
// Train, Test and Validation are of the same kind, and read in the same way.
type Data struct {
	Train      *Source
	Test       *Source
	Validation *Source
	Missing    []string // csv: the texts that mean a missing value; `[""]` where not said
	Weight     string   // csv: the column of the sample weights; "": none
	Windows    *Windows // csv: nil where a row of the file is a sample
	// Features become the input, in this order: the columns of a table, or the
	// one text, image or list of ids that is all of a row of text_dir,
	// image_dir and tokens. The other kinds hold samples as they are.
	Features []Feature
	// Targets are what the outputs are compared with, in their order; nil: the
	// one output with what stands beside a row in the files.
	Targets   []Target
	Classes   []string   // names of the classes 0, 1, …; csv with one target: the texts in its column, in that order; nil: none named
	Spellings [][]string // per class, how else files write it; nil: in no other way
	Pos       diag.Pos
}

// SourceKind is the name of one of data.Formats. Files are one table, text or
// folder, an array in each for the inputs and for the targets that files hold, in
// their order, or one archive of these.
type SourceKind string

// The kinds of sources that have settings of their own.
const (
	CSV      SourceKind = "csv"       // Files is one table
	Tokens   SourceKind = "tokens"    // Files is one text of `label<TAB>id id id…` lines
	TextDir  SourceKind = "text_dir"  // Files is one folder, with a folder of texts for every class
	ImageDir SourceKind = "image_dir" // Files is one folder, with a folder of images for every class
)

// Shape is what such files hold; 0 of none.
func (k SourceKind) Shape() data.Shape { return data.FormatNamed(string(k)).Shape }

// Source is a set of rows. File names are as written, relative to the data
// folder; a name may end in .gz.
type Source struct {
	Kind      SourceKind
	Files     []string
	Split     float64  // test: this fraction of the rows of train, the last ones; 0: Files
	Separator string   // csv: what stands between two fields, one character
	Header    []string // csv: the names of the columns where the file has no header line; nil: it has
	Quote     string   // csv: "none" where quotes mean nothing, `"` where they enclose fields whatever these hold; "": they do, and rows that one seems to have joined are an error
	Encoding  string   // csv, text_dir: "latin-1", "windows-1252" or "utf-16"; "": UTF-8
	Decimal   string   // csv: the mark before the fraction of a number, ","; "": "."
	Thousands string   // csv: the mark between groups of three digits; "": none
	Arrays    []string // archives: the names of the arrays of the inputs and of the targets that files hold, in their order
	Pos       diag.Pos
}

// Windows makes a sample of Length successive rows of a table. The target
// stands Offset rows behind the last of them, and the next sample begins Stride
// rows later.
type Windows struct {
	Length, Offset, Stride int
	Pos                    diag.Pos
}

// FeatureType is the type of what a row holds under a name.
type FeatureType string

// The types of features.
const (
	NumberFeature   FeatureType = "number"
	CategoryFeature FeatureType = "category"
	DateFeature     FeatureType = "date"
	TextFeature     FeatureType = "text"
	ImageFeature    FeatureType = "image"  // of image_dir
	TokensFeature   FeatureType = "tokens" // of tokens
)

// Feature is a column, or the text, image or list of ids that is all of a row.
// Defaults are filled in; what does not belong to the type is zero.
type Feature struct {
	Name    string // the column's header; else its type
	Type    FeatureType
	Input   string // column: the input that it goes to; "": see Model.Places
	Missing Missing
	Scale   []string // number: "log1p", "standard" or "min_max", or the first and one of the others
	Encode  string   // category: "one_hot" or "integer"; date: "cyclic" or "number"; text: "integer", "multi_hot", "count" or "tf_idf"

	Vocabulary []string // category, text: nil where it is learned
	Slots      int      // category, text: the ids there are, those of padding and of unknown words included
	OOV        bool     // category: slot 0 is for what is not in the vocabulary; false: that is an error

	Format string   // date: the layout, as package time has it
	Parts  []string // date: year, month, day, weekday, day_of_year, hour, minute, days

	Standardize string // text: "lower_and_strip_punctuation", "lower", "strip_punctuation" or "none"
	Split       string // text: "whitespace" or "character"
	NGrams      int    // text: the longest run of words that counts as one

	Length              int    // text as integers, tokens: ids of a row; 0: any number
	Padding, Truncating string // tokens with Length: "pre" or "post"
	NumWords            int    // tokens: ids from here on become OOVID
	OOVID               int    // tokens: 2 where not said, as in keras.datasets.imdb

	Height, Columns, Channels int // image

	Pos      diag.Pos
	SlotsPos diag.Pos // of what decides Slots or NumWords; Pos where nothing is written
}

// Missing is what stands for a missing value.
type Missing struct {
	// Kind is "error", "mean" or "median" (numbers), "oov" or "most_frequent"
	// (categories), "value" (numbers: Value) or "text" (categories and dates:
	// Text). Texts, images and tokens have "".
	Kind  string
	Value float64
	Text  string
}

// Target is what an output is compared with: columns of a table, one of the
// inputs, or, where it names neither, what the files hold for it.
type Target struct {
	Output  string   // its name; "": there is one output
	Columns []string // csv: their values in this order, or the class of a row
	SameAs  string   // the input that the output is to repeat
	// Classes and Spellings are as those of Data, where there are several outputs.
	Classes   []string
	Spellings [][]string
	Pos       diag.Pos
}

// Width is how many values of a sample a feature fills; 0 where that is known
// only at run time. Of an image it is all of them.
func (f *Feature) Width() int {
	switch f.Type {
	case CategoryFeature:
		if f.Encode == "one_hot" {
			return f.Slots
		}
	case DateFeature:
		n := 0
		for _, part := range f.Parts {
			if n++; f.Encode == "cyclic" && part != "year" && part != "days" {
				n++
			}
		}
		return n
	case TextFeature:
		if f.Encode == "integer" {
			return f.Length
		}
		return f.Slots
	case ImageFeature:
		return f.Height * f.Columns * f.Channels
	case TokensFeature:
		return f.Length
	}
	return 1
}

// Integer reports whether a feature becomes ids, in an input of its own.
func (f *Feature) Integer() bool {
	return f.Encode == "integer" || f.Type == TokensFeature
}
