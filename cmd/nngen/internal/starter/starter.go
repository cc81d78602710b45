// Package starter looks at data and writes a description of a model that can be
// trained on them. It is free of commands and of what is done with the text.
package starter

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/nngen-go/nngen/cmd/nngen/internal/disk"
	"github.com/nngen-go/nngen/codegen"
)

// Starter is a description to be written, and what is said of it.
type Starter struct {
	Text  string
	Notes []string
	Fits  bool // it has data to train on
}

// Options say what to describe.
type Options struct {
	Name   string // of the model
	Data   string // file or folder; "": there are none yet
	Target string // column of the table that is to be predicted; "": to be found
}

// ErrTarget means that a target was named for data that have no columns.
var ErrTarget = errors.New("a target is a column of a table")

// Describe looks at the data.
func Describe(o Options) (*Starter, error) {
	if o.Data == "" {
		return &Starter{Text: fmt.Sprintf(blank, YAMLText(o.Name))}, nil
	}
	info, err := os.Stat(o.Data)
	switch {
	case os.IsNotExist(err):
		return nil, disk.NoSuchFile(o.Data, filepath.Ext(o.Data))
	case err != nil:
		return nil, err
	case !info.IsDir() && disk.Pointer(o.Data):
		return nil, disk.PointerError(o.Data)
	}
	base := strings.TrimSuffix(strings.ToLower(filepath.Base(o.Data)), ".gz")
	table := false
	var s *Starter
	switch {
	case info.IsDir():
		s, err = o.describeFolder()
	case strings.HasSuffix(base, ".npy"), strings.HasSuffix(base, ".npz"), strings.Contains(base, "idx"):
		s, err = o.describeArrays(base)
	default:
		table = true
		s, err = o.describeTable()
	}
	if err == nil && o.Target != "" && !table {
		return nil, ErrTarget
	}
	return s, err
}

// beside gives a path as a description in the current folder names it.
func beside(path string) (string, error) {
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	rel, err := filepath.Rel(here, abs)
	return filepath.ToSlash(rel), err
}

// NameOf makes the name of a model from that of its data.
func NameOf(path string) string {
	base := filepath.Base(filepath.Clean(path))
	if dot := strings.IndexByte(base, '.'); dot > 0 {
		base = base[:dot]
	}
	for _, part := range []string{"-images-idx3-ubyte", "_train", "-train", "train_", "train-"} {
		base = strings.ReplaceAll(base, part, "")
	}
	if name := codegen.PackageName(base); name != "" && base != "train" {
		return name
	}
	return "model"
}

// blank is the description without data.
const blank = `# A network, to start from. Run: nngen summary, nngen generate.
name: %s
# data:                              # how rows of files become inputs; nngen fit trains on them
#   train: {csv: train.csv}
#   test:  {split: 0.2}
#   features:
#     age:  {type: number, missing: median, scale: standard}
#     plan: {type: category, vocabulary: 10}
#   target: {column: churned, classes: ["no", "yes"]}
inputs: {x: {shape: [4]}}            # take this out where data: is there
layers:
  - Dense: {name: hidden, units: 16, activation: relu}
  - Dense: {name: output, units: 1, activation: sigmoid}   # a number: no activation; several classes: a unit for each, softmax
compile:
  optimizer: adam
  loss: binary_crossentropy          # a number: mean_squared_error; several classes: sparse_categorical_crossentropy
  metrics: [accuracy]
fit: {batch_size: 32, epochs: 20, validation_split: 0.2}
`
