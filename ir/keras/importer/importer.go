// Package importer reads whole models from the files of Keras, .keras and .h5: the
// description that nngen has of them, and their weights by nngen's names.
//
// A file is untrusted: see packages keras and container, which read it.
package importer

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/keras"
	"github.com/nngen-go/nngen/ir/keras/container"
	"github.com/nngen-go/nngen/ir/keras/custom"
	"github.com/nngen-go/nngen/ir/spec"
	"github.com/nngen-go/nngen/runtime/optim"
)

// Model is a file as nngen sees it.
type Model struct {
	// Path is the file.
	Path string
	// Name is what the description's file is called: m.yaml of m.keras.
	Name    string
	Report  *keras.Report
	Network *build.Network
	// Weights are the elements of every segment of the network, in row-major order; nil where
	// the file has the layers alone.
	Weights map[string][]float32
	// Optimizer is that of the description with the state that the file has; nil where it
	// has none or, as Left says, one that cannot be taken over.
	Optimizer *optim.Optimizer
	// Left says what of the file is in neither the description nor the weights.
	Left []string
}

// Is reports whether a file has a name as models of Keras have.
func Is(path string) bool {
	return slices.Contains([]string{".keras", ".h5", ".hdf5"}, strings.ToLower(filepath.Ext(path)))
}

// Open reads a file, whatever it is called. Shapes are those of inputs, by name and
// without the batch, in place of what the file says; see [keras.Source]. The error lists all layers that a
// description cannot say, or all weights that do not fit it.
func Open(path string, shapes map[string][]int) (*Model, error) {
	return Options{Shapes: shapes}.Open(path)
}

// Options are what a file does not say itself.
type Options struct {
	// Config is a file with the layers of one that has weights alone, as model.to_json()
	// gives them; "" is none.
	Config string
	// Shapes and Custom are those of [keras.Source].
	Shapes map[string][]int
	Custom *custom.File
	// Read, where it is set, is told how many bytes of the file have been read, those that
	// are read again as well: see [Work].
	Read func(n int)
}

// Work is how many bytes are read of a file of size bytes: archives once more, for their
// checksums.
func Work(path string, size int64) int64 {
	if strings.EqualFold(filepath.Ext(path), ".keras") {
		return 2 * size
	}
	return size
}

// Open is [Open] with options.
func (o Options) Open(path string) (*Model, error) {
	if err := checkPath(path); err != nil {
		return nil, err
	}
	if o.Config == "" {
		switch layers, err := layersAlone(path); {
		case err != nil:
			return nil, err
		case layers != nil:
			return o.openLayers(path, layers)
		}
	}
	file, err := container.OpenCounted(path, o.Read)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if err := addConfig(file, path, o.Config); err != nil {
		return nil, err
	}
	parsed, report, err := keras.Source{From: path, Config: file.Config, Training: file.Compile, Version: file.Version, Shapes: o.Shapes, Custom: o.Custom, Vocabulary: vocabularies(file), Frequencies: frequencies(file)}.Model()
	if err != nil {
		return nil, err
	}
	network, err := build.Build(parsed)
	if err != nil {
		return nil, err
	}
	l := newLoader(file, parsed, report, network)
	if file.Format == container.Layers {
		l.layers()
	} else {
		l.objects()
	}
	weights := l.weights()
	if len(l.errs) > 0 {
		return nil, fmt.Errorf("%s: the weights in the file are not those of its layers:\n%w", path, errors.Join(l.most()...))
	}
	optimizer, unfit := l.optimizer()
	return &Model{Path: path, Name: filepath.Base(parsed.File), Report: report, Network: network, Weights: weights, Optimizer: optimizer, Left: l.left(unfit)}, nil
}

// layersAlone is the content of a JSON file that has a model without weights, as
// model.to_json() gives it; nil where the file is something else.
func layersAlone(path string) ([]byte, error) {
	if !strings.EqualFold(filepath.Ext(path), ".json") {
		return nil, nil
	}
	text, err := readConfig(path)
	if err != nil {
		return nil, err
	}
	var model struct {
		Class json.RawMessage `json:"class_name"`
	}
	if err := json.Unmarshal(text, &model); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if model.Class == nil {
		return nil, nil
	}
	return text, nil
}

// openLayers is the model of layers without weights.
func (o Options) openLayers(path string, layers []byte) (*Model, error) {
	parsed, report, err := keras.Source{From: path, Config: layers, Shapes: o.Shapes, Custom: o.Custom}.Model()
	if err != nil {
		return nil, err
	}
	network, err := build.Build(parsed)
	if err != nil {
		return nil, err
	}
	left := []string{"weights: the file has the layers alone"}
	return &Model{Path: path, Name: filepath.Base(parsed.File), Report: report, Network: network, Left: left}, nil
}

// longestConfig is how long a file with a configuration may be.
const longestConfig = 64 << 20

// addConfig gives a file of weights alone the layers that a file beside it has.
func addConfig(file *container.Model, path, config string) error {
	switch {
	case file.Config != nil && config != "":
		return fmt.Errorf("%s: the file has the layers itself, so that %s is not needed", path, config)
	case file.Config != nil:
		return nil
	case config == "":
		return fmt.Errorf("%s: the file has weights alone, without the layers that they belong to; save the whole model in Python with model.save(\"model.keras\"), or give what model.to_json() says in a file: --config model.json", path)
	}
	var err error
	file.Config, err = readConfig(config)
	return err
}

// readConfig reads a file with a configuration.
func readConfig(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, longestConfig+1))
	if err == nil && len(text) > longestConfig {
		err = fmt.Errorf("%s: a configuration has at most %d bytes", path, longestConfig)
	}
	return text, err
}

// vocabularies reads the vocabularies that layers have learned.
func vocabularies(file *container.Model) func(path string) ([]byte, error) {
	return func(path string) ([]byte, error) {
		a, ok := file.Assets[path+"/vocabulary.txt"]
		if !ok {
			return nil, errors.New("is not in the file")
		}
		text, err := a.Read()
		if err != nil {
			return nil, fmt.Errorf("cannot be read: %w", err)
		}
		return text, nil
	}
}

// frequencies reads the weights of the words of vocabularies.
func frequencies(file *container.Model) func(path string) ([]float32, error) {
	return func(path string) ([]float32, error) {
		t := file.Tensor(path + "/vars/" + idfWeights)
		if t == nil {
			return nil, errors.New("are not in the file")
		}
		return t.Float32s()
	}
}

// idfWeights is what a .keras file has of lookups in the mode tf_idf: the weights of
// words, which stand in the configuration as well where the vocabulary does.
const idfWeights = "idf_weights"

// checkPath says what to do with what is no file of a whole model of Keras.
func checkPath(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return nil // which opening it says better
	}
	if info.IsDir() {
		if _, err := os.Stat(filepath.Join(path, "saved_model.pb")); err == nil {
			return fmt.Errorf("%s: this is a SavedModel of TensorFlow, a program and not a list of layers; load it in Python where it was written, and save it with model.save(\"model.keras\")", path)
		}
		if _, err := os.Stat(filepath.Join(path, "config.json")); err != nil {
			return fmt.Errorf("%s: this is a folder, not a file of Keras", path)
		}
	}
	switch strings.ToLower(filepath.Ext(path)) {
	case ".onnx":
		return fmt.Errorf("%s: an ONNX file needs no import: nngen generate %s --predict-only", path, path)
	case ".yaml", ".yml":
		return fmt.Errorf("%s: this is a description already; import reads .keras, .h5 and .json files, and with --weights and --map gives a description weights of another program", path)
	}
	return nil
}

// Parse is the description once more, with settings in place of its own; see
// [spec.Parse]. Its file is that of Keras. Places in errors that are in a file of m.Name
// are in the description.
func (m *Model) Parse(overrides ...spec.Override) (*spec.Model, error) {
	model, err := spec.Parse(m.Name, m.Report.Description, overrides...)
	if err == nil {
		model.File = filepath.Base(m.Path)
	}
	return model, err
}
