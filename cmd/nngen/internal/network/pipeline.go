// Package network runs the file of a model, a description or one of Keras or ONNX,
// through the compiler's stages up to the files of its package, and knows the weights
// that belong to it. It is free of the command line and writes nothing but what it is
// told to.
package network

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/nngen-go/nngen/cmd/nngen/internal/disk"
	"github.com/nngen-go/nngen/cmd/nngen/internal/interrupt"
	"github.com/nngen-go/nngen/codegen"
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/keras/importer"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/onnx/onnxlayer"
	"github.com/nngen-go/nngen/ir/pass"
	"github.com/nngen-go/nngen/ir/spec"
	"github.com/nngen-go/nngen/runtime/weights"
)

// Network is a description after all stages but the last.
type Network struct {
	Spec    *spec.Model
	Built   *build.Network
	Program *loop.Program
	// Imported is the file of Keras that the description comes from; nil: it is written.
	Imported *importer.Model
	// Exported is the file of the weights that export writes; nil: the model's own has them, or nobody.
	Exported *weights.File

	AllowNonFinite bool // weights may be NaN or infinite
}

// Compile runs a description that settings change through every stage up to its
// program. Dump, where set, is given the text of every stage.
func Compile(ctx context.Context, file string, o Settings, dump func(stage, text string)) (*Network, error) {
	return interrupt.Unless(ctx, func() (*Network, error) { return stages(file, o, dump) })
}

func stages(file string, o Settings, dump func(stage, text string)) (*Network, error) {
	model, imported, err := Description(file, o)
	if err != nil {
		return nil, err
	}
	net, err := Described(model, imported, o, dump)
	return net, located(imported, err)
}

// Described runs a description through the stages after reading it.
func Described(model *spec.Model, imported *importer.Model, o Settings, dump func(stage, text string)) (*Network, error) {
	if err := freezeLayers(model, o.Freeze); err != nil {
		return nil, err
	}
	if dump != nil {
		dump("spec", string(spec.WriteJSON(model)))
	}
	net, err := build.Build(model)
	if err != nil {
		return nil, err
	}
	if imported != nil {
		net.Weights = imported.Weights
		for i := range net.Header.Segments { // what a package that trains begins with
			net.Header.Segments[i].Init.Kind = "file"
		}
	}
	graphs := pass.Source{Predict: net.Predict, Step: net.Step, Evaluate: net.Evaluate, Train: net.Train}
	for _, a := range net.Adapts {
		graphs.Adapts = append(graphs.Adapts, a.Graph)
	}
	program, err := pass.Compile(net.Header, graphs, pass.Options{Dump: dump})
	if err != nil {
		return nil, err
	}
	return &Network{Spec: model, Built: net, Program: program, Imported: imported}, nil
}

// Description reads a description, or makes one of a file of ONNX or Keras; of the
// latter there are weights as well.
func Description(file string, o Settings) (*spec.Model, *importer.Model, error) {
	files := os.DirFS(filepath.Dir(file))
	if importer.Is(file) {
		imported, err := ImportKeras(file, o.Keras)
		if err != nil {
			return nil, nil, err
		}
		model, err := imported.Parse(o.Overrides...)
		if err == nil {
			model.Files = files
		}
		return model, imported, located(imported, err)
	}
	src, err := ReadDescription(file)
	if err != nil {
		return nil, nil, err
	}
	if IsONNX(file) {
		model, err := onnxlayer.Describe(filepath.ToSlash(file), src, files, o.Bind, o.Overrides...)
		return model, nil, err
	}
	model, err := spec.Parse(file, src, o.Overrides...)
	if err == nil {
		model.Files = files
	}
	return model, nil, err
}

// Trains reports whether the description says how to train.
func (n *Network) Trains() bool { return n.Program.Train != nil }

// Emit prints the package, in memory. The result is by file name.
func (n *Network) Emit(ctx context.Context, cfg codegen.Config) (map[string][]byte, error) {
	if !cfg.PredictOnly {
		var err error
		if cfg.Initial, err = initialWeights(n); err != nil {
			return nil, err
		}
	}
	list, err := interrupt.Unless(ctx, func() ([]codegen.File, error) { return codegen.Generate(n.Program, cfg) })
	if err != nil {
		return nil, err
	}
	files := make(map[string][]byte, len(list))
	for _, f := range list {
		files[f.Name] = f.Data
	}
	return files, nil
}

// Differentiated is the training graph with its gradients, as built and not
// optimised: what the interpreter runs.
func (n *Network) Differentiated() (*ir.Graph, error) {
	g := pass.Clone(n.Built.Train)
	return g, pass.Autodiff(g)
}

// longestRead bounds what is read of a file that may be anything; spec has a
// much smaller bound of its own.
const longestRead = 64 << 20

// longestONNX bounds an ONNX file: messages of Protocol Buffers have at most 2 GiB.
const longestONNX = 1 << 31

// ReadDescription reads a model file. Where there is none of that name, the
// error has the near one.
func ReadDescription(file string) ([]byte, error) {
	f, err := os.Open(file)
	if os.IsNotExist(err) {
		return nil, disk.NoSuchFile(file, ".yaml", ".yml", ".json")
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("%s: this is a folder, not a model's description", file)
	}
	most := int64(longestRead)
	if IsONNX(file) {
		most = longestONNX
	}
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && IsONNX(file) && int64(len(b)) > most {
		return nil, fmt.Errorf("%s: this file has more than 2 GiB, which no reader of ONNX takes: save the model with its weights beside it, as external data", file)
	}
	return b, err
}
