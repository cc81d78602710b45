package network

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/cmd/nngen/internal/disk"
	"github.com/nngen-go/nngen/cmd/nngen/internal/show"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/keras/importer"
	"github.com/nngen-go/nngen/ir/spec"
	"github.com/nngen-go/nngen/runtime/train"
	"github.com/nngen-go/nngen/runtime/weights"
)

// ImportKeras reads a file of Keras. Where there is none of that name, the error has
// the near one.
func ImportKeras(file string, o importer.Options) (*importer.Model, error) {
	if err := checkKeras(file); err != nil {
		return nil, err
	}
	return o.Open(file)
}

// checkKeras reports a file that is not there, or the pointer to one.
func checkKeras(file string) error {
	if !disk.Exists(file) {
		return disk.NoSuchFile(file, ".keras", ".h5", ".hdf5")
	}
	if disk.Pointer(file) {
		return disk.PointerError(file)
	}
	return nil
}

// DraftCustom begins a file that says what classes of a Keras file compute; see
// [importer.Options.Draft].
func DraftCustom(file string, o importer.Options) ([]byte, error) {
	if err := checkKeras(file); err != nil {
		return nil, err
	}
	return o.Draft(file)
}

// MissingSections reports what a training needs and a file of Keras or ONNX does not have.
func MissingSections(file string, m *spec.Model) error {
	var errs []error
	kind, why := "a Keras", "for the file has none or one that a description cannot say"
	if IsONNX(file) {
		kind, why = "an ONNX", "for an ONNX file has none"
	}
	if m.Compile == nil {
		errs = append(errs, fmt.Errorf("%s: there is no compile section, %s; give one in a file of its own: --with train.yaml, with compile: {optimizer: adam, loss: ...}", file, why))
	}
	if m.Data == nil {
		errs = append(errs, fmt.Errorf("%s: %s file has no data section, so there are no rows; give one in a file of its own: --with train.yaml, with data: {train: ...}", file, kind))
	}
	return errors.Join(errs...)
}

// IsONNX reports the name of an ONNX file.
func IsONNX(file string) bool { return strings.EqualFold(filepath.Ext(file), ".onnx") }

// HasWeights reports whether the file that the network comes from has its weights: they
// are taken where no others are named.
func (n *Network) HasWeights() bool { return n.Imported != nil || IsONNX(n.Spec.File) }

// PutWeights writes the weights of the file to the folder of the program that reads them.
func (n *Network) PutWeights(dir string) (path string, err error) {
	b, err := n.FileWeights()
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, WeightsFile)
	return path, os.WriteFile(path, b, 0o666)
}

// FileCheckpoint is a checkpoint of the training that the model's file is a snapshot of;
// nil where it has no state of the optimizer. It says no model_id: features and classes are
// part of that, and a Keras file has no data section yet.
func FileCheckpoint(n *Network) ([]byte, error) {
	if n.Imported == nil || n.Imported.Optimizer == nil {
		return nil, nil
	}
	tensors, err := fileTensors(n)
	if err != nil {
		return nil, err
	}
	return roomy(slices.Concat(tensors, tensors), func(w io.Writer) error { // most often with as much again, or twice
		return train.WriteBeginning(w, map[string]string{weights.KeyModel: n.Program.Name}, tensors, n.Imported.Optimizer)
	})
}

// located adds to errors that have their place in the description of a Keras file where
// that can be read.
func located(imported *importer.Model, err error) error {
	var list diag.List
	if imported == nil || !errors.As(err, &list) {
		return err
	}
	for _, e := range list {
		if e.Pos.File == imported.Name {
			return fmt.Errorf("%w\n(lines of %s are those of the description that nngen import %s writes)", err, imported.Name, show.ShellQuote(imported.Path))
		}
	}
	return err
}
