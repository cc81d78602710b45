// Package build turns a description into a network: the graphs of prediction,
// evaluation and training over the primitives, and the header of the program
// (parameters, ports, layer table, training settings).
//
// It is free of file formats, of derivatives and of loops.
package build

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/spec"
)

// MaxBatch is the largest micro-batch: a larger fit.batch_size accumulates
// gradients over several or, with statistics over the batch, takes several times
// the memory.
const MaxBatch = 512

// Network is a description whose shapes, parameters and graphs are settled.
type Network struct {
	// Header is the program without its plans.
	Header *loop.Program
	// Predict, Evaluate and Train are not optimised, and Train has no gradients
	// yet. Without a compile section only Predict is there.
	Predict, Evaluate, Train *ir.Graph
	Adapts                   []Adapt
	Spec                     *spec.Model
}

// Adapt computes what reaches a Normalization layer: the single output of
// Graph, whose last axes are those that have statistics of their own.
type Adapt struct {
	Layer                 string
	Graph                 *ir.Graph
	Width                 int // elements of a row
	Groups                int // element i of a row belongs to group i mod Groups
	Mean, Variance, Count int // indices of the segments
}

// Build checks what a description means and builds its network. The model must
// have passed spec's own checks, as those of spec.Parse have. The error is a
// diag.List of all mistakes.
func Build(m *spec.Model) (*Network, error) {
	p := &plan{spec: m, names: m.Names(), reads: m.InputRefs(), order: m.Order()}
	p.resolveLayers()
	p.resolveCompile()
	p.resolveFit()
	predict := p.graph("predict", false)
	p.checkOutputs(predict)
	if err := p.errs.Err(); err != nil {
		return nil, err
	}
	n := &Network{Predict: predict.net.B.Graph, Spec: m}
	n.Header = p.header(predict)
	if m.Compile != nil {
		n.Evaluate = p.withLoss(p.graph("evaluate", false)).net.B.Graph
		n.Train = p.withLoss(p.graph("train", true)).net.B.Graph
	}
	if len(predict.net.Adapts) > 0 {
		n.Adapts = p.adapts(n.Header)
	}
	for _, a := range n.Adapts {
		n.Header.Adapts = append(n.Header.Adapts, &loop.Adapt{
			Layer: a.Layer, Width: a.Width, Groups: a.Groups, Mean: a.Mean, Variance: a.Variance, Count: a.Count,
		})
	}
	if err := p.errs.Err(); err != nil {
		return nil, err
	}
	n.Header.ModelID, n.Header.Hash = p.modelID(), p.hash()
	return n, nil
}

// plan is a description on its way to a network.
type plan struct {
	spec      *spec.Model
	names     []string     // of the layers
	reads     [][]spec.Ref // of the layers
	order     []int        // layers, each behind what it reads
	infos     []layer.Info // zero where the layer has a mistake
	configs   []layer.Config
	compile   compile
	callbacks []loop.Setting
	errs      diag.List
}

// batch is the micro-batch.
func (p *plan) batch() int { return min(p.fit().BatchSize, MaxBatch) }

// unit is the micro-batch of a network with statistics over the batch, whose
// steps take the memory of whole ones: parts of the batch that are as equal as
// can be, so that little is left over.
func (p *plan) unit() int {
	size := p.fit().BatchSize
	parts := (size-1)/MaxBatch + 1
	return (size-1)/parts + 1
}

// fit is the fit section with Keras's defaults where a reader left it empty.
func (p *plan) fit() spec.Fit {
	f := p.spec.Fit
	if f.BatchSize <= 0 {
		f.BatchSize = 32
	}
	if f.Epochs <= 0 {
		f.Epochs = 1
	}
	return f
}

// header describes the network that the predict graph computes.
func (p *plan) header(g *built) *loop.Program {
	m, e := p.spec, p.encoding()
	inputs := p.inputPorts(g, e)
	h := &loop.Program{
		Name: m.Name, File: m.File, Batch: p.batch(), Encoding: e,
		Segments: segments(g.net.B.Graph), Inputs: inputs, Outputs: p.outputPorts(g), Targets: p.targetPorts(inputs),
		Layers: p.rows(g), Training: p.training(g),
	}
	if h.Training.BatchStatistics {
		h.Batch = p.unit()
	}
	h.Classes = p.classNames()
	h.Answer = p.answer(g, len(h.Classes))
	return h
}
