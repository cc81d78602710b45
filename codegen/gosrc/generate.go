package gosrc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/loop"
)

// Generate prints the program as a package. The bytes depend on nothing but
// its arguments.
func Generate(p *loop.Program, cfg Config) ([]File, error) {
	if cfg.Package == "" {
		cfg.Package = gotree.PackageName(p.Name)
	}
	if !gotree.ValidPackage(cfg.Package) {
		return nil, fmt.Errorf("codegen: %s cannot be the name of a package that others import", diag.Quote(cfg.Package))
	}
	e, files, err := printed(p, cfg)
	if err != nil {
		return nil, fmt.Errorf("codegen: %w", err)
	}
	var out []File
	for _, f := range files {
		text, err := f.file.Render()
		if err != nil {
			return nil, fmt.Errorf("codegen: %s: %w", f.name, err)
		}
		out = append(out, File{f.name, text})
	}
	if !e.unit.Empty() {
		text, err := e.assembly()
		if err != nil {
			return nil, fmt.Errorf("codegen: %w", err)
		}
		out = append(out, File{"kernels_amd64.s", text})
	}
	if cfg.PredictOnly && cfg.Weights != nil {
		out = append(out, File{"weights.safetensors", cfg.Weights})
	}
	return out, nil
}

// printed is the emitter of a package after printing it, and the Go files.
func printed(p *loop.Program, cfg Config) (*emitter, []namedFile, error) {
	if err := emittable(p, cfg); err != nil {
		return nil, nil, err
	}
	draft, err := newEmitter(p, cfg, nil).print()
	if err != nil {
		return nil, nil, err
	}
	var texts []string
	for _, f := range draft {
		texts = append(texts, f.file.Texts()...)
	}
	used, err := gotree.ReadOwnWords(texts)
	if err != nil {
		return nil, nil, err
	}
	e := newEmitter(p, cfg, used)
	files, err := e.print()
	return e, files, err
}

// namedFile is a file before it is rendered.
type namedFile struct {
	name string
	file *file
}

// print makes the Go files of the package.
func (e *emitter) print() ([]namedFile, error) {
	p, cfg := e.p, e.cfg
	if err := e.phasesOf(); err != nil {
		return nil, err
	}
	if err := e.wholeNetwork(); err != nil {
		return nil, err
	}
	if err := e.embeddable(); err != nil {
		return nil, err
	}
	files := []namedFile{{"model.go", e.modelFile()}, {"params.go", e.paramsFile()}, {"forward.go", e.forwardFile()}, {"predict.go", e.predictFile()}}
	if f := e.newFile(); e.enc.EncodeFile(f.File) {
		files = append(files, namedFile{"encode.go", f})
	}
	if e.enc.Learns() {
		f := e.newFile()
		e.enc.LearnedFile(f.File)
		files = append(files, namedFile{"encoding.go", f})
	}
	files = append(files, namedFile{"kernels_generic.go", e.kernelsFile()})
	if !e.unit.Empty() {
		if cfg.PredictOnly {
			if err := e.unit.Features(); err != nil {
				return nil, err
			}
		}
		files = append(files, namedFile{"kernels_amd64.go", e.machineFile()}, namedFile{"kernels_portable.go", e.portableFile()})
	}
	if cfg.PredictOnly {
		files = append(files, namedFile{"weights.go", e.weightsFile()}, namedFile{"model_test.go", e.predictOnlyTest()})
	} else {
		train, err := e.trainFile()
		if err != nil {
			return nil, err
		}
		files = append(files, namedFile{"backward.go", e.backwardFile()}, namedFile{"train.go", train})
		if p.Encoding != nil {
			f := e.newFile()
			e.enc.DataFile(f.File)
			files = append(files, namedFile{"data.go", f})
		}
		files = append(files, namedFile{"model_test.go", e.modelTest()}, namedFile{"float64_test.go", e.float64Test()})
	}
	if e.enc.Has() {
		f := e.newFile()
		e.enc.TestFile(f.File)
		files = append(files, namedFile{"encode_test.go", f})
	}
	if !cfg.PredictOnly || cfg.Weights != nil {
		files = append(files, namedFile{"example_test.go", e.exampleFile()})
	}
	var err error
	if cfg.PredictOnly {
		files, err = e.withCopies(files)
	}
	return files, errors.Join(append(e.errs, e.enc.Err(), err)...)
}

// emittable reports a program that this version has no Go for.
func emittable(p *loop.Program, cfg Config) error {
	if p.Predict == nil {
		return fmt.Errorf("the program has no prediction phase")
	}
	if !cfg.PredictOnly && (p.Train == nil || p.Evaluate == nil) {
		return fmt.Errorf("the description has no compile section: only a predict-only package can be made of it")
	}
	for _, port := range p.Inputs {
		if port.Ragged && port.Limit <= 0 {
			return fmt.Errorf("input %s: ragged ids have no bound", diag.Quote(port.Name))
		}
	}
	for _, s := range p.Segments {
		if s.Len() == 0 {
			return fmt.Errorf("segment %s is empty", diag.Quote(s.Name))
		}
	}
	return nil
}

// embeddable reports weights without the encoding that the package needs.
func (e *emitter) embeddable() error {
	if e.cfg.Weights == nil || !e.enc.Learns() {
		return nil
	}
	var header struct {
		Meta map[string]string `json:"__metadata__"`
	}
	var document struct {
		ID string `json:"id"`
	}
	// A safetensors file begins with the length of its header, which is JSON.
	in := bytes.NewReader(e.cfg.Weights[min(8, len(e.cfg.Weights)):])
	if err := json.NewDecoder(in).Decode(&header); err != nil {
		return fmt.Errorf("the weights: %w", err)
	}
	text := header.Meta["encoding"]
	switch {
	case text == "":
		return fmt.Errorf("the weights hold no encoding, which this model learns from its training rows: they were saved before FitFeatures or Adapt")
	case json.Unmarshal([]byte(text), &document) != nil || document.ID != e.enc.ID():
		return fmt.Errorf("the weights hold the encoding of other features")
	}
	return nil
}

// fail records an error found while printing.
func (e *emitter) fail(format string, args ...any) {
	e.errs = append(e.errs, fmt.Errorf(format, args...))
}
