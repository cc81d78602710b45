package build

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/spec"
	runtime "github.com/nngen-go/nngen/runtime/metric"
)

// compile is the compile section, resolved. Losses, metrics (weighted: by the
// rows' weights) and targets are per
// output; without a compile section there are none.
type compile struct {
	optimizer loop.Setting
	losses    []lossOf
	weights   []float64 // of the losses; nil: every loss counts once
	metrics   [][]metricOf
	weighted  [][]metricOf // nil: none
	targets   []target
}

type lossOf struct {
	name string
	loss layer.Loss // nil where it has a mistake
	call spec.Call
}

type metricOf struct {
	metric   *metric
	resolved loop.Setting // the runtime's metric
	as       string
	call     spec.Call
}

// metricsOf are all metrics of output i.
func (c *compile) metricsOf(i int) []metricOf {
	list := slices.Clone(c.metrics[i])
	if c.weighted != nil {
		list = append(list, c.weighted[i]...)
	}
	return list
}

// vector reports that a metric compares vectors along the last axis.
func (m metricOf) vector() bool {
	i := slices.IndexFunc(runtime.Entries(), func(e runtime.Entry) bool { return e.Name == m.resolved.Name })
	return i >= 0 && runtime.Entries()[i].Vector
}

// target is what an output is compared with.
type target struct {
	of    ir.Type
	limit int
}

// resolveCompile finds what the compile section names. What depends on shapes
// is checked once the graph is there.
func (p *plan) resolveCompile() {
	c := p.spec.Compile
	if c == nil {
		return
	}
	var errs diag.List
	p.compile.optimizer, errs = resolveOptimizer(c.Optimizer)
	p.errs = append(p.errs, errs...)
	refs := p.spec.OutputRefs()
	losses := make([]lossOf, len(c.Losses))
	for i, n := range c.Losses {
		var errs diag.List
		losses[i].call = n.Call
		losses[i].name, losses[i].loss, errs = layer.ResolveLoss(n.Call)
		p.errs = append(p.errs, errs...)
		if len(errs) > 0 {
			losses[i].loss = nil
		}
	}
	for _, r := range refs {
		i := slices.IndexFunc(c.Losses, func(n spec.NamedCall) bool { return n.Output == r.Name || n.Output == "" })
		if i < 0 {
			p.errs.Add(c.Pos, "compile: output %s has no loss; write loss: {%s: ...}", diag.Quote(r.Name), r.Name)
			p.compile.losses = append(p.compile.losses, lossOf{})
			continue
		}
		p.compile.losses = append(p.compile.losses, losses[i])
	}
	p.compile.weights = lossWeights(c.LossWeights, refs)
	p.compile.metrics, errs = resolveMetrics(c.Metrics, refs)
	p.errs = append(p.errs, errs...)
	if len(c.WeightedMetrics) > 0 {
		p.compile.weighted, errs = resolveMetrics(c.WeightedMetrics, refs)
		p.errs = append(p.errs, errs...)
	}
	p.compile.targets = make([]target, len(refs))
}

// lossWeights gives the weight of every output's loss; nil where all are 1.
func lossWeights(given []spec.LossWeight, refs []spec.Ref) []float64 {
	weights := slices.Repeat([]float64{1}, len(refs))
	for _, w := range given {
		for i, r := range refs {
			if w.Output == "" || w.Output == r.Name {
				weights[i] = w.Weight
			}
		}
	}
	if !slices.ContainsFunc(weights, func(w float64) bool { return w != 1 }) {
		return nil
	}
	return weights
}

// resolveMetrics gives the metrics of every output.
func resolveMetrics(calls []spec.NamedCall, refs []spec.Ref) ([][]metricOf, diag.List) {
	var all diag.List
	list := make([][]metricOf, len(refs))
	for _, n := range calls {
		m, errs := resolveMetric(n.Call)
		all = append(all, errs...)
		for i, r := range refs {
			if len(errs) == 0 && (n.Output == "" || n.Output == r.Name) {
				list[i] = append(list[i], m)
			}
		}
	}
	return list, all
}
