package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nngen-go/nngen/cmd/nngen/internal/disk"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/keras/importer"
	"github.com/nngen-go/nngen/ir/spec"
	"github.com/nngen-go/nngen/runtime/train"
	"github.com/nngen-go/nngen/runtime/weights"
)

// openFlags are the flags that say of a Keras file what it leaves open.
type openFlags struct {
	shapes []string
	config string // a file with the layers of weights alone
}

func (f *openFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.shapes, "shape", nil, "shape of an input of a Keras file, which leaves extents open, as name=28,28,1 without the batch; repeatable")
	cmd.Flags().StringVar(&f.config, "config", "", "JSON file with the layers of a Keras file that has weights alone, as model.to_json() gives them")
}

// read gives the shapes by the names of inputs.
func (f *openFlags) read(cmd *cobra.Command) (map[string][]int, error) {
	shapes := map[string][]int{}
	for _, text := range f.shapes {
		name, list, ok := strings.Cut(text, "=")
		shapes[name] = nil
		for part := range strings.SplitSeq(list, ",") {
			n, err := strconv.Atoi(strings.TrimSpace(part))
			if !ok || name == "" || err != nil || n < 1 {
				return nil, usagef(cmd, "--shape %s: it is the name of an input and its extents without the batch, such as image=28,28,1", diag.Quote(text))
			}
			shapes[name] = append(shapes[name], n)
		}
	}
	return shapes, nil
}

// kerasFlags are the flags of every command that takes a model, where that is a file of
// Keras or ONNX.
type kerasFlags struct {
	openFlags
	bind []string // name=value each
	with string   // a file of sections
}

func (f *kerasFlags) add(cmd *cobra.Command) {
	f.openFlags.add(cmd)
	cmd.Flags().StringArrayVar(&f.bind, "bind", nil, "a symbolic extent of an ONNX file, as name=value; repeatable")
	cmd.Flags().StringVar(&f.with, "with", "", "description with the sections data, compile and fit of a Keras or ONNX file, in place of its own")
}

// put adds what the flags say of a model to settings.
func (f *kerasFlags) put(cmd *cobra.Command, model string, s *settings) error {
	keras, onnx := importer.Is(model), isONNX(model)
	for _, flag := range []struct {
		name, of string
		takes    bool
	}{
		{"bind", "an ONNX file; a description says bind in its ONNX layer", onnx},
		{"shape", "a file that Keras has saved, .keras or .h5; a description says so itself", keras},
		{"config", "a file that Keras has saved, .keras or .h5; a description says so itself", keras},
		{"with", "a file that Keras has saved, .keras or .h5, or an ONNX file; a description says so itself", keras || onnx},
	} {
		if cmd.Flags().Changed(flag.name) && !flag.takes {
			return usagef(cmd, "--%s is for %s", flag.name, flag.of)
		}
	}
	s.bind = f.bind
	var err error
	s.config = f.config
	if s.shapes, err = f.read(cmd); err != nil || f.with == "" {
		return err
	}
	src, err := readDescription(f.with)
	if err != nil {
		return err
	}
	sections, err := spec.Sections(filepath.ToSlash(f.with), src)
	if err != nil {
		return err
	}
	// What other flags say holds against the file.
	s.overrides = append(sections, s.overrides...)
	return nil
}

// arguments are the flags as they were given, for a command that follows.
func (f *kerasFlags) arguments() (args []string) {
	for _, s := range f.shapes {
		args = append(args, "--shape", s)
	}
	for _, s := range f.bind {
		args = append(args, "--bind", s)
	}
	for _, one := range []struct{ flag, value string }{{"--config", f.config}, {"--with", f.with}} {
		if one.value != "" {
			args = append(args, one.flag, one.value)
		}
	}
	return args
}

// dataFolder is where the files of the data section are: beside the file that has the
// section.
func (f *kerasFlags) dataFolder(model string) string {
	if f.with != "" {
		return filepath.Dir(f.with)
	}
	return filepath.Dir(model)
}

// importKeras reads a file of Keras. Where there is none of that name, the error has
// the near one.
func importKeras(file, config string, shapes map[string][]int) (*importer.Model, error) {
	if !disk.Exists(file) {
		return nil, disk.NoSuchFile(file, ".keras", ".h5", ".hdf5")
	}
	if disk.Pointer(file) {
		return nil, disk.PointerError(file)
	}
	return importer.OpenPair(file, config, shapes)
}

// missingSections reports what a training needs and a file of Keras or ONNX does not have.
func missingSections(file string, m *spec.Model) error {
	var errs []error
	kind, why := "a Keras", "for the file has none or one that a description cannot say"
	if isONNX(file) {
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

// isONNX reports the name of an ONNX file.
func isONNX(file string) bool { return strings.EqualFold(filepath.Ext(file), ".onnx") }

// hasWeights reports whether the file that the network comes from has its weights: they
// are taken where no others are named.
func (n *network) hasWeights() bool { return n.imported != nil || isONNX(n.spec.File) }

// putWeights writes the weights of the file to the folder of the program that reads them.
func (n *network) putWeights(dir string) (path string, err error) {
	b, err := n.fileWeights()
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, weightsFile)
	return path, os.WriteFile(path, b, 0o666)
}

// fileCheckpoint is a checkpoint of the training that the model's file is a snapshot of;
// nil where it has no state of the optimizer. It says no model_id: features and classes are
// part of that, and a Keras file has no data section yet.
func fileCheckpoint(n *network) ([]byte, error) {
	if n.imported == nil || n.imported.Optimizer == nil {
		return nil, nil
	}
	tensors, err := fileTensors(n)
	if err != nil {
		return nil, err
	}
	return roomy(slices.Concat(tensors, tensors), func(w io.Writer) error { // most often with as much again, or twice
		return train.WriteBeginning(w, map[string]string{weights.KeyModel: n.program.Name}, tensors, n.imported.Optimizer)
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
			return fmt.Errorf("%w\n(lines of %s are those of the description that nngen import %s writes)", err, imported.Name, shellQuote(imported.Path))
		}
	}
	return err
}
