// Package exporter writes models as Keras 3 saves them, .keras and .h5: the
// configuration of a description, its weights and the state of its optimizer.
//
// What a description says and Keras cannot is refused, all of it at once. The other
// direction is package importer; what both know of Keras, such as the order of weights,
// is in package keras.
package exporter

import (
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/keras/container"
	"github.com/nngen-go/nngen/ir/spec"
	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/optim"
)

// version is the version of Keras whose files these are.
const version = "3.15.1"

// Format is a kind of file.
type Format int

const (
	// Keras is a .keras file: the model, its weights and what it was compiled with.
	Keras Format = iota
	// H5 is a legacy .h5 file with the same.
	H5
	// Weights is a .weights.h5 file: weights, and the state of the optimizer.
	Weights
)

// Source is what is exported.
type Source struct {
	Network *build.Network
	// Values are the elements of every segment of the network, in row-major order; nil:
	// the model is only looked at.
	Values map[string][]float32
	// Learned is what preprocessing layers have learned, by their names.
	Learned map[string]Learned
	// Optimizer is that of a training to go on with, bound to the network's segments; nil:
	// it has not taken a step.
	Optimizer *optim.Optimizer
	// Date is when the file is written, as Keras has it: 2026-01-31@10:20:30.
	Date string
}

// weights finds the places of what the source has; its errors are those of the models in
// the model.
func (s Source) weights() *weights {
	m := s.Network.Spec
	w := &writer{forms: &forms{
		maker:   &maker{model: m, names: m.Names(), shapes: s.Network.Shapes, used: map[string]bool{}},
		catalog: build.Catalog(),
	}, knows: s.Learned, unread: s.Values == nil, written: s.written()}
	w.root = w.maker.graph()
	w.sort(w.root)
	all := &weights{writer: w, segments: map[string]*block.Segment{}, values: s.Values, counts: map[string]bool{}}
	for i := range s.Network.Header.Segments {
		g := &s.Network.Header.Segments[i]
		all.segments[g.Name] = g
	}
	for _, a := range s.Network.Adapts {
		all.counts[s.Network.Header.Segments[a.Count].Name] = true
	}
	return all
}

// fresh is the optimizer of the description before its first step.
func (s Source) fresh() (*optim.Optimizer, error) {
	rule, err := build.Rule(s.Network.Spec.Compile.Optimizer)
	if err != nil {
		return nil, err
	}
	var segments []nn.Segment
	for _, g := range s.Network.Header.Segments {
		if g.Role == block.Trainable {
			segments = append(segments, nn.Segment{Name: g.Name, Shape: g.Shape, Offset: g.Offset})
		}
	}
	return optim.New(rule, segments)
}

// Model is what a file of the format has in it. The notes say what reads differently
// there, or is left out. The error is a diag.List of everything that a file of Keras
// cannot hold.
func (s Source) Model(format Format) (m *container.Model, notes []string, err error) {
	w := s.weights()
	if len(w.errs) > 0 {
		return nil, nil, w.errs.Err()
	}
	w.unnamed()
	compiled := s.Network.Spec.Compile != nil
	config := w.graph(w.root)
	out := &container.Model{Version: version, Date: s.Date}
	switch format {
	case H5:
		out.Format, out.Backend, out.Groups = container.Layers, "tensorflow", w.layers(w.root)
		if compiled {
			out.Compile = []byte(compiler{w.writer}.training().JSON())
		}
	default:
		out.Groups = w.objects(w.root, "")
		if compiled && format == Keras {
			config.Map = append(config.Map, spec.Arg{Name: "compile_config", Value: compiler{w.writer}.compile()})
		}
	}
	if format != Weights {
		out.Config = []byte(config.JSON())
	}
	if compiled && len(w.errs) == 0 {
		o := s.Optimizer
		if o == nil { // as it is before the first step: Keras warns of a file without it
			if o, err = s.fresh(); err != nil {
				return nil, nil, err
			}
		}
		out.Optimizer = w.state(o, format)
	}
	if err := w.errs.Err(); err != nil {
		return nil, nil, err
	}
	return out, w.notes, nil
}
