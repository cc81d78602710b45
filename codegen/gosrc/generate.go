// Package gosrc prints a loop.Program as a Go package: one file of this
// package for each file of that one, and one for each family of kernels.
//
// It is free of layers, of automatic differentiation and of memory planning:
// all of these have been decided in the program. It decides how the program
// reads and which loops run it fast.
package gosrc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/kernelset"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/machine"
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
	for _, s := range p.Segments {
		if s.Init.Kind == "file" && !cfg.PredictOnly && cfg.Initial == nil {
			return nil, fmt.Errorf("codegen: segment %s begins with the weights of a file, which are not given", diag.Quote(s.Name))
		}
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
	if !e.kernels.Empty() {
		text, err := e.kernels.Assembly(e.header())
		if err != nil {
			return nil, fmt.Errorf("codegen: %w", err)
		}
		out = append(out, File{"kernels_amd64.s", text})
	}
	if !cfg.PredictOnly && cfg.Initial != nil {
		out = append(out, File{"initial.safetensors", cfg.Initial})
	}
	if cfg.PredictOnly && cfg.Weights != nil {
		out = append(out, File{"weights.safetensors", cfg.Weights})
	}
	return out, nil
}

// printed is a package after printing it, with its Go files.
func printed(p *loop.Program, cfg Config) (*phases, []namedFile, error) {
	if err := emittable(p, cfg); err != nil {
		return nil, nil, err
	}
	p = blocked(p)
	e, draft, err := printOnce(p, cfg, nil, nil)
	if err != nil {
		return nil, nil, err
	}
	if e.unlike != "" {
		if all := inFull(p); all != p {
			return printed(all, cfg)
		}
		whole := *p
		whole.Stream, whole.NoStream = nil, fmt.Sprintf("a step of layer %s would be rounded otherwise", diag.Quote(e.unlike))
		return printed(&whole, cfg)
	}
	var texts []string
	for _, f := range draft {
		texts = append(texts, f.file.Texts()...)
	}
	used, err := gotree.ReadOwnWords(texts)
	if err != nil {
		return nil, nil, err
	}
	return printOnce(p, cfg, used, e.kernels)
}

// namedFile is a file before it is rendered.
type namedFile struct {
	name string
	file *file
}

// goFiles are the Go files of a package: which has one, and what prints it.
var goFiles = []struct {
	name  string
	when  func(e *phases) bool
	print func(e *phases) *file
}{
	{"model.go", always, func(e *phases) *file { return modelText{e}.modelFile() }},
	{"params.go", always, func(e *phases) *file { return modelText{e}.paramsFile() }},
	{"forward.go", always, func(e *phases) *file { return phaseText{e}.forwardFile() }},
	{"predict.go", always, func(e *phases) *file { return predictText{e}.predictFile() }},
	{"step.go", func(e *phases) bool { return e.p.Stream != nil }, func(e *phases) *file { return stepText{e}.stepFile() }},
	{"encode.go", always, func(e *phases) *file {
		if f := e.newFile(); e.enc.EncodeFile(f.File) {
			return f
		}
		return nil
	}},
	{"encoding.go", func(e *phases) bool { return e.enc.Learns() }, func(e *phases) *file { return e.encoded(e.enc.LearnedFile) }},
	{"kernels_generic.go", always, func(e *phases) *file { return e.kernelsFile() }},
	{"kernels_amd64.go", hasMachineCode, func(e *phases) *file { return e.machineFile() }},
	{"kernels_portable.go", hasMachineCode, func(e *phases) *file { return e.portableFile() }},
	{"model_test.go", predictsOnly, func(e *phases) *file { return testText{e}.predictOnlyTest() }},
	{"backward.go", trains, func(e *phases) *file { return phaseText{e}.backwardFile() }},
	{"train.go", trains, func(e *phases) *file { return trainText{e}.trainFile() }},
	{"data.go", func(e *phases) bool { return trains(e) && e.p.Encoding != nil }, func(e *phases) *file { return e.encoded(e.enc.DataFile) }},
	{"model_test.go", trains, func(e *phases) *file { return testText{e}.modelTest() }},
	{"float64_test.go", trains, func(e *phases) *file { return testText{e}.float64Test() }},
	{"encode_test.go", func(e *phases) bool { return e.enc.Has() }, func(e *phases) *file { return e.encoded(e.enc.TestFile) }},
	{"example_test.go", func(e *phases) bool { return trains(e) || e.cfg.Weights != nil }, func(e *phases) *file { return testText{e}.exampleFile() }},
}

func always(*phases) bool           { return true }
func trains(e *phases) bool         { return !e.cfg.PredictOnly }
func predictsOnly(e *phases) bool   { return e.cfg.PredictOnly }
func hasMachineCode(e *phases) bool { return !e.kernels.Empty() }

// encoded is a file that the encoding of rows prints.
func (e *phases) encoded(print func(f *gotree.File)) *file {
	f := e.newFile()
	print(f.File)
	return f
}

// printOnce makes the Go files of the package: kernels are collected and named
// before anything is printed. Those of the draft of the same program stand.
func printOnce(p *loop.Program, cfg Config, used *ownWords, draft *kernelset.Set) (*phases, []namedFile, error) {
	if cfg.Machine == (machine.Machine{}) {
		cfg.Machine = machine.Server()
	}
	e := newPhases(newProgram(p, cfg, used), draft)
	for _, prepare := range []func() error{e.phasesOf, e.wholeNetwork, e.embeddable} {
		if err := prepare(); err != nil {
			return nil, nil, err
		}
	}
	if predictsOnly(e) && hasMachineCode(e) {
		if err := e.kernels.CarryFeatures(); err != nil {
			return nil, nil, err
		}
	}
	var files []namedFile
	for _, g := range goFiles {
		if g.when(e) {
			if f := g.print(e); f != nil {
				files = append(files, namedFile{g.name, f})
			}
		}
	}
	var err error
	if cfg.PredictOnly {
		files, err = e.withCopies(files)
	}
	return e, files, errors.Join(append(e.errs, e.enc.Err(), err)...)
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
func (e *phases) embeddable() error {
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
func (e *program) fail(format string, args ...any) {
	e.errs = append(e.errs, fmt.Errorf(format, args...))
}
