package dataset

import (
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/encoding"
	"github.com/nngen-go/nngen/runtime/data"
)

// Ragged in Input.Shape is a length known only at run time (null in a
// description).
const Ragged = -1

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
	// one output with what comes beside a row in the files.
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
	Letters  SourceKind = "letters"   // Files is one; Arrays are places in windows of its letters
	TextDir  SourceKind = "text_dir"  // Files is one folder, with a folder of texts for every class
	ImageDir SourceKind = "image_dir" // Files is one folder, with a folder of images for every class
)

// Shape is what such files hold; 0 of none.
func (k SourceKind) Shape() data.Shape { return data.FormatNamed(string(k)).Shape }

// Source is a set of rows. File names are as written, relative to the data
// folder; a name may end in .gz.
type Source struct {
	Kind  SourceKind
	Files []string
	Split float64 // test: this fraction of the rows of train, the last ones; 0: Files
	encoding.Table
	Pos diag.Pos
}

// Windows are the samples of a series.
type Windows struct {
	encoding.Series
	Pos diag.Pos
}

// Feature is a column, or the text, image or list of ids that is all of a row;
// its name is the column's header, else its type. Defaults are filled in; what
// does not belong to the type is zero. Where it goes is known later: see
// Model.Places.
type Feature struct {
	encoding.Feature
	Input    string // column: the input that it goes to; "": see Model.Places
	Pos      diag.Pos
	SlotsPos diag.Pos // of what decides Slots or NumWords; Pos where nothing is written
}

// Target is what an output is compared with: columns of a table, one of the
// inputs, or, where it names neither, what the files hold for it.
type Target struct {
	Output          string // its name; "": there is one output
	encoding.Target        // Classes and Spellings where there are several outputs; else they are those of Data
	Pos             diag.Pos
}

// Shape is that of an input which a feature fills alone.
func (f *Feature) Shape() []int {
	switch {
	case f.Type == encoding.Image:
		return []int{f.Height, f.Columns, f.Channels}
	case f.Integer() && f.Values() == 0:
		return []int{Ragged}
	}
	return []int{f.Values()}
}
