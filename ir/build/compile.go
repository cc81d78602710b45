package build

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/spec"
)

// compile is the compile section, resolved. Losses, metrics (weighted: by the
// rows' weights) and targets are per
// output; without a compile section there are none.
type compile struct {
	optimizer loop.Setting
	losses    []lossOf
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
	p.resolveOptimizer(c.Optimizer)
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
	p.compile.metrics = p.resolveMetrics(c.Metrics)
	if len(c.WeightedMetrics) > 0 {
		p.compile.weighted = p.resolveMetrics(c.WeightedMetrics)
	}
	p.compile.targets = make([]target, len(refs))
}

// resolveMetrics gives the metrics of every output.
func (p *plan) resolveMetrics(calls []spec.NamedCall) [][]metricOf {
	refs := p.spec.OutputRefs()
	list := make([][]metricOf, len(refs))
	for _, n := range calls {
		m, ok := p.resolveMetric(n.Call)
		for i, r := range refs {
			if ok && (n.Output == "" || n.Output == r.Name) {
				list[i] = append(list[i], m)
			}
		}
	}
	return list
}

// checkLoss settles the target of output i and checks its loss and metrics.
func (p *plan) checkLoss(i int, name string, y *ir.Value) {
	if p.spec.Compile == nil || p.compile.losses[i].loss == nil {
		return
	}
	l := p.compile.losses[i]
	t, limit, err := l.loss.Target(y.Shape)
	if err != nil {
		p.errs.Add(l.call.Pos, "compile: output %s: %s %v", diag.Quote(name), l.name, err)
		return
	}
	p.compile.targets[i] = target{t, limit}
	for _, lists := range [][][]metricOf{p.compile.metrics, p.compile.weighted} {
		if lists == nil {
			continue
		}
		for j := range lists[i] {
			p.checkMetric(&lists[i][j], name, y.Type, t)
		}
	}
}

// training is what FitConfig defaults to.
func (p *plan) training(g *built) loop.Training {
	f := p.fit()
	t := loop.Training{
		Optimizer: p.compile.optimizer, BatchSize: f.BatchSize, Epochs: f.Epochs, ValidationSplit: f.ValidationSplit,
		Shuffle: f.Shuffle == nil || *f.Shuffle, Stratify: f.Stratify, StepsPerEpoch: f.StepsPerEpoch, ClassWeight: p.classWeight(), Callbacks: p.callbacks,
		BatchStatistics: len(g.net.BatchStatistics) > 0,
	}
	for _, l := range p.compile.losses {
		t.Losses = append(t.Losses, l.name)
	}
	for _, list := range p.compile.metrics {
		t.Metrics = append(t.Metrics, metricSettings(list))
	}
	for _, list := range p.compile.weighted {
		t.WeightedMetrics = append(t.WeightedMetrics, metricSettings(list))
	}
	return t
}
