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
	// Step is Predict for one step of a sequence; nil where Header has no Stream. Its
	// outputs are those of the network, and after them what every state becomes.
	Step   *ir.Graph
	Adapts []Adapt
	Spec   *spec.Model
	// Shapes are those of what inputs and layers give, without the batch, by their names;
	// results after the first are called as layers name them, encoder.state_h. Preprocessing
	// layers are not among them.
	Shapes map[string][]int
	// Weights are what segments hold that a layer has read from a file, by name.
	Weights map[string][]float32
	// Origins are the files that they have come from.
	Origins []layer.Origin
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
	l := lift(m)
	if len(l.errs) > 0 || l.failed {
		p := newPlan(&lifted{Model: m, full: m})
		p.resolveLayers()
		return nil, append(l.errs, p.errs...).Err()
	}
	p := newPlan(l)
	p.resolveLayers()
	p.resolveCompile()
	p.resolveFit()
	predict := p.graph("predict", false)
	check{p, predict}.outputs()
	check{p, predict}.lookups()
	if err := p.errs.Err(); err != nil {
		return nil, err
	}
	n := &Network{Predict: predict.net.B.Graph, Spec: m, Weights: predict.net.Weights, Origins: predict.net.Origins}
	n.Shapes = map[string][]int{}
	for name, v := range predict.values {
		n.Shapes[name] = v.Shape.Row()
	}
	n.Header = heading{p, predict}.program()
	n.Step, n.Header.Stream, n.Header.NoStream = p.stream(predict)
	if m.Compile != nil {
		evaluate := p.withLoss(p.graph("evaluate", false))
		n.Evaluate, n.Header.Carried = evaluate.net.B.Graph, carried(evaluate.net.Carry)
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
	id := identity{p, n.Header}
	n.Header.ModelID, n.Header.Hash = id.modelID(), id.hash()
	return n, nil
}

// plan is a description on its way to a network.
type plan struct {
	spec    *spec.Model // without preprocessing layers
	lifted  *lifted
	fit     spec.Fit       // with Keras's defaults where a reader left it empty
	batch   int            // the micro-batch
	names   []string       // of the layers
	reads   [][]spec.Ref   // of the layers
	order   []int          // layers, each after what it reads
	first   []int          // of every layer its first use, which has the weights: itself in most cases
	configs []layer.Config // of the layers; nil where one has a mistake
	compile compile
	// activities are the regularizers of what layers give, nil where they have none.
	activities []layer.Regularized
	callbacks  []loop.Setting
	errs       diag.List
}

func newPlan(l *lifted) *plan {
	m := l.Model
	p := &plan{spec: m, lifted: l, fit: m.Fit, names: m.Names(), reads: m.InputRefs(), order: m.Order()}
	at := map[string]int{}
	for i, name := range p.names {
		at[name] = i
	}
	for i, l := range m.Layers {
		if l.Shared.Name != "" {
			i = at[l.Shared.Name]
		}
		p.first = append(p.first, i)
	}
	if p.fit.BatchSize <= 0 {
		p.fit.BatchSize = 32
	}
	if p.fit.Epochs <= 0 {
		p.fit.Epochs = 1
	}
	p.batch = min(p.fit.BatchSize, MaxBatch)
	return p
}
