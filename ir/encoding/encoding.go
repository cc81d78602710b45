// Package encoding describes how the rows of a data source become samples: what
// a description says about its data, placed in the inputs of a network. It is
// free of how descriptions are written and of how code is.
package encoding

// Encoding says how the rows of a data source become samples: what the emitted
// Features and Encode are made from.
type Encoding struct {
	// Source is the name of one of data.Formats, "" where only a program makes rows.
	// Files of arrays hold samples as they are, without features.
	Source   string
	Features []Feature
	Series   *Series  // csv: nil where a row of the file is a sample
	Missing  []string // csv: the texts that mean a missing value

	Table
	Weight    string     // csv: the column of the sample weights; "": none
	Spellings [][]string // per class of the program, how else files write it
	// Targets say where those of the program come from; nil: the one target
	// stands beside each row.
	Targets []Target
	Folders []string // text_dir, image_dir: the folders, where they are not the classes
}

// Table says how files are written.
type Table struct {
	Separator string   // csv: what separates two fields, one character
	Header    []string // csv: the names of the columns where the file has no header line; nil: it has
	Quote     string   // csv: "none" where quotes mean nothing, `"` where they enclose fields whatever these hold; "": they do, and rows that one seems to have joined are an error
	Encoding  string   // csv, text_dir: "latin-1", "windows-1252" or "utf-16"; "": UTF-8
	Decimal   string   // csv: the mark before the fraction of a number, ","; "": "."
	Thousands string   // csv: the mark between groups of three digits; "": none
	Arrays    []string // archives: the names of the arrays of the inputs and of the targets that files hold, in their order
}

// Target says where a target comes from: from columns of a table, from an
// input, or, where it names neither, from the files.
type Target struct {
	Columns   []string   // csv: of its values in their order, or of the class
	SameAs    string     // the input that it repeats
	Classes   []string   // csv, several targets: the texts of the classes in the column
	Spellings [][]string // per class, how else the file writes it
}

// Target is where the i-th target of the program comes from. Without an encoding
// nobody knows.
func (e *Encoding) Target(i int) Target {
	if e != nil && i < len(e.Targets) {
		return e.Targets[i]
	}
	return Target{}
}

// Columns are those of all targets, in their order.
func (e *Encoding) Columns() []string {
	var all []string
	for _, t := range e.Targets {
		all = append(all, t.Columns...)
	}
	return all
}

// Series makes a sample of Length successive rows of a table. The target stands
// Offset rows after the last of them, and the next sample begins Stride rows
// later.
type Series struct{ Length, Offset, Stride int }

// Type is the type of what a row holds under a name.
type Type string

// The types of features.
const (
	Number   Type = "number"
	Category Type = "category"
	Date     Type = "date"
	Text     Type = "text"
	Image    Type = "image"
	Tokens   Type = "tokens"

	// Strings, Integers and Values are an input as it is: Size texts, whole numbers
	// of 64 bits, or values of the input's own type.
	Strings  Type = "strings"
	Integers Type = "integers"
	Values   Type = "values"
	// Lookup is what a preprocessing layer makes of others; such a Text, too, reads
	// others. Neither is part of a row.
	Lookup Type = "lookup"
)

// Feature is one column, or the text, image or list of ids that is all of a
// row. It fills the values Offset to Offset+Width-1 of a sample of the input
// Port (with a window, of one step of it; of an image, all of them). Where the
// number of ids is known only at run time, Width is 0.
type Feature struct {
	Name          string
	Type          Type
	Port          int // index of the input
	Offset, Width int
	Missing       Missing

	// Scale holds the scalings of a number, in order: "log1p", "standard",
	// "min_max".
	Scale []string

	// Encode is how a category ("one_hot", "integer"), a text ("integer",
	// "multi_hot", "count", "tf_idf") or a date ("cyclic", "number") becomes
	// numbers.
	Encode string
	// Vocabulary is that of a category or text where the description lists it;
	// otherwise it is learned. Slots is how many ids there are, those of
	// padding and of unknown words included.
	Vocabulary []string
	Slots      int
	OOV        bool // category: slot 0 is for what is not in the vocabulary; false: that is an error

	Standardize string // text: "lower_and_strip_punctuation", "lower", "strip_punctuation" or "none"
	Split       string // text: "whitespace", "character" or "none"
	NGrams      int    // text: the longest run of words that counts as one, at least 1
	Runs        []int  `json:",omitempty"` // text: the lengths of such runs; nil: all up to NGrams

	Length              int    // text as integers, tokens: ids of a sample; 0: any number
	Padding, Truncating string // with Length: "pre" or "post"
	NumWords, OOVID     int    // tokens: ids from NumWords on become OOVID

	Format string   // date: the layout, as package time has it
	Parts  []string // date: year, month, day, weekday, day_of_year, hour, minute, days

	Height, Columns, Channels int // image

	// Reads are the inputs and the preprocessing layers that a preprocessing layer
	// works on: features of their names or, where there are none, whole inputs.
	Reads []string `json:",omitempty"`
	Size  int      `json:",omitempty"` // strings, integers, values, lookup: how many values
	Layer *Layer   `json:",omitempty"` // lookup: how; left out, as the others, of the identity of encodings that have none
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
