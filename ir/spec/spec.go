// Package spec is the neutral description of a network: layers in Keras
// vocabulary, each with its position in the source, and the readers of the
// native YAML and JSON forms.
//
// It is free of what layers mean: which layers exist, what they take and what
// shapes they give is known to package layer and to build. It reports what can
// be said without that: syntax, unknown keys, names, references, and the habits
// of Keras and R users.
package spec

import (
	"io/fs"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec/internal/dataset"
	"github.com/nngen-go/nngen/ir/spec/internal/document"
)

// Model is one description.
type Model struct {
	File    string // base name of the source
	Folder  string // of the source; files that it names are there
	Name    string // `name:`, or File without its extension
	Pos     diag.Pos
	Inputs  []Input // filled in where `data:` implies them
	Layers  []Layer
	Outputs []Ref // nil: the last layer
	// Tree is the model with the models in it, whose layers Layers has in their places;
	// nil where there are none.
	Tree    *Group
	Data    *Data    // nil: no `data:` section
	Compile *Compile // nil: no `compile:` section, the model predicts only
	Fit     Fit
	// Files is the folder of the source, for layers that name a file; may be nil.
	Files fs.FS
}

// Input is an entry of `inputs:`.
type Input struct {
	Name  string
	Shape []int  // without the batch; Ragged in front for a run-time length
	DType string // float32 (the default), int32, string or int64
	Pos   diag.Pos
}

// Raw reports whether an input holds what only preprocessing layers read: texts, or
// whole numbers of 64 bits. It is the column of its name, or the text of a row.
func (in Input) Raw() bool { return in.DType == "string" || in.DType == "int64" }

// Layer is an entry of `layers:`. Its name, inputs and trainable are taken out
// of Args.
type Layer struct {
	Name      string // "" where the description gives none; Model.Names gives Keras's automatic one
	Type      string // "Dense"
	As        string // how Type is written, where that is another of its names: "layer_dense"; else ""
	Args      Args
	Inputs    []Ref // nil: the layer before, or the model's input
	Trainable *bool // nil: not said, which means true
	// Shared names the layer whose type, arguments and weights it has, in a second
	// use of that layer; Name is "" otherwise.
	Shared  Ref
	Pos     diag.Pos
	NamePos diag.Pos // of `name:`; Pos where there is none
}

// Ref names an input or a layer.
type Ref struct {
	Name string
	Pos  diag.Pos
}

// Of takes a name such as "encoder.state_h" apart, where no input and no layer is
// called so: a result of a layer that gives several. Result is "" for what is no
// such name.
func (r Ref) Of() (layer Ref, result string) {
	if i := strings.LastIndexByte(r.Name, '.'); i > 0 && i < len(r.Name)-1 {
		return Ref{Name: r.Name[:i], Pos: r.Pos}, r.Name[i+1:]
	}
	return r, ""
}

// Args are the arguments of a layer or a call, as written; Decode fills a Go
// struct from them.
type Args struct {
	Pos        diag.Pos
	Owner      string // whose they are, for messages: `layer "hidden"`, `layer 3`, `compile`
	Kind       string // what takes them: "Dense", "rmsprop"
	List       []Arg
	Positional *Value // `Dropout: 0.5`: the first argument, alone and without its name; List is then empty
}

// The data section and its parts.
type (
	Data       = dataset.Data
	SourceKind = dataset.SourceKind
	Source     = dataset.Source
	Windows    = dataset.Windows
	Feature    = dataset.Feature
	Target     = dataset.Target
)

// The kinds of sources that have settings of their own.
const (
	CSV      = dataset.CSV
	Tokens   = dataset.Tokens
	TextDir  = dataset.TextDir
	Letters  = dataset.Letters
	ImageDir = dataset.ImageDir
)

// Ragged in Input.Shape is a length known only at run time (null in a
// description).
const Ragged = dataset.Ragged

// Value is a value as written, Arg a named one, and Kind what it holds.
type (
	Value = document.Value
	Arg   = document.Arg
	Kind  = document.Kind
)

// The kinds of values.
const (
	Null   = document.Null
	Bool   = document.Bool
	Int    = document.Int
	Float  = document.Float
	String = document.String
	List   = document.List
	Map    = document.Map
)

// Call names something with or without arguments of its own: an optimizer,
// loss, metric, initializer, regularizer or activation, `rmsprop` or `{rmsprop:
// {learning_rate: 0.001}}`.
type Call struct {
	Name string // "" is none at all (null in a description)
	Args Args
	Pos  diag.Pos
}

// NamedCall is a loss or metric of one output.
type NamedCall struct {
	Output string // "" is every output
	Call   Call
	Pos    diag.Pos // of the output's name, or of the call
}

// LossWeight is how much the loss of an output counts in the sum of all.
type LossWeight struct {
	Output string // "" is the only output
	Weight float64
	Pos    diag.Pos // of the output's name, or of the number
}

// Compile is the `compile:` section.
type Compile struct {
	Optimizer Call // rmsprop where the description has none, as in Keras
	Losses    []NamedCall
	// LossWeights are those of all outputs, or of none: every loss counts once.
	LossWeights []LossWeight
	Metrics     []NamedCall
	// WeightedMetrics count every row by its weight.
	WeightedMetrics []NamedCall
	Pos             diag.Pos
}

// Fit is the `fit:` section, with Keras's defaults where it is silent: batches
// of 32, one epoch, no validation.
type Fit struct {
	BatchSize       int
	Epochs          int
	ValidationSplit float64 // the last fraction of the rows, in [0, 1)
	Shuffle         *bool   // nil: not said, which means true
	Stratify        bool    // ValidationSplit takes its fraction of the rows of every class
	StepsPerEpoch   int     // 0: an epoch is every row once
	ClassWeights    []ClassWeight
	Callbacks       []Call
	Pos             diag.Pos
	BatchSizePos    diag.Pos // Pos where it is not said
	StratifyPos     diag.Pos
	ClassWeightPos  diag.Pos
}

// ClassWeight is how much the rows of a class weigh in the loss; classes that
// are not named weigh 1.
type ClassWeight struct {
	Class  int
	Weight float64
	Pos    diag.Pos
}
