package build

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/runtime/train"
)

var callbacks = layer.Table[any]{Kind: "callback", Entries: callbackEntries()}

func callbackEntries() []layer.Entry[any] {
	var list []layer.Entry[any]
	for _, c := range train.Callbacks() {
		if c.Elsewhere == "" {
			list = append(list, layer.Entry[any]{Name: c.Name, Aliases: []string{c.Type()}, Doc: c.Doc, New: func() any { return c.New() }})
		}
	}
	return list
}

// elsewhere says where Keras's other callbacks are, by name without case and
// underscores.
var elsewhere = func() map[string]string {
	where := map[string]string{
		"remotemonitor":  "is not supported by this version of nngen",
		"swapemaweights": "is not supported by this version of nngen",
		"progbarlogger":  "is not needed: the command shows progress",
		"history":        "is not needed: Fit returns the history",
	}
	for _, c := range train.Callbacks() {
		if c.Elsewhere != "" {
			where[strings.ReplaceAll(c.Name, "_", "")] = c.Elsewhere + ", and is given to Fit in Go"
		}
	}
	return where
}()

// resolveFit finds the callbacks that the fit section names.
func (p *plan) resolveFit() {
	for _, c := range p.spec.Fit.Callbacks {
		if where, ok := elsewhere[strings.ToLower(strings.ReplaceAll(c.Name, "_", ""))]; ok {
			p.errs.Add(c.Pos, "fit: callback %s %s; take it out of the description", diag.Quote(c.Name), where)
			continue
		}
		args, errs := c.Args, diag.List(nil)
		for _, a := range args.List {
			if a.Name == "verbose" {
				errs.Add(a.Pos, "fit: verbose has no meaning in a description; take it out")
			}
		}
		if len(errs) > 0 {
			p.errs = append(p.errs, errs...)
			continue
		}
		e, settings, errs := callbacks.Resolve(c)
		p.errs = append(p.errs, errs...)
		if len(errs) > 0 {
			continue
		}
		s := loop.Setting{Name: e.Name, Args: arguments(settings, nil)}
		p.callbacks = append(p.callbacks, s)
		for _, a := range s.Args {
			if a.Name == "monitor" {
				p.checkMonitor(c.Pos, e.Name, a.Value.(string))
			}
		}
	}
}

// checkMonitor reports a callback that watches what the history does not have.
// With several outputs the names are known to the runtime alone.
func (p *plan) checkMonitor(pos diag.Pos, callback, monitor string) {
	if p.spec.Compile == nil || len(p.spec.OutputRefs()) != 1 {
		return
	}
	names := []string{"loss"}
	for _, lists := range [][][]metricOf{p.compile.metrics, p.compile.weighted} {
		for _, list := range lists {
			for _, m := range list {
				names = append(names, m.as)
			}
		}
	}
	for _, name := range slices.Clone(names) {
		names = append(names, "val_"+name)
	}
	// What is there twice has a number after its name.
	if !slices.ContainsFunc(names, func(name string) bool { return monitor == name || strings.HasPrefix(monitor, name+"_") }) {
		p.errs.Add(pos, "fit: %s watches %s, which the history does not have%s", callback, diag.Quote(monitor), hintOr(diag.DidYouMean(monitor, names), names))
	}
}

// hintOr is a hint, or without one the list of what there is.
func hintOr(hint string, names []string) string {
	if hint == "" {
		return "; it has " + strings.Join(names, ", ")
	}
	return hint
}

// checkFit compares the fit section with the outputs.
func (p *plan) checkFit() {
	f := p.spec.Fit
	if p.spec.Compile == nil {
		return
	}
	if labels := p.labels(0); labels != nil && f.Stratify {
		p.errs.Add(f.StratifyPos, "fit: stratify takes rows of every class, and %s; take stratify out", labelWords(labels))
	}
	if src := p.source(0); src.SameAs != "" && f.Stratify {
		p.errs.Add(f.StratifyPos, "fit: stratify takes rows of every class, and the target is the same as input %s; take stratify out", diag.Quote(src.SameAs))
	}
	if len(f.ClassWeights) == 0 {
		return
	}
	if n := len(p.compile.targets); n > 1 {
		p.errs.Add(f.ClassWeightPos, "fit: class_weight is for one output, and the model has %d; give each row its weight in Go", n)
		return
	}
	classes, why := p.classCount()
	if why != "" {
		p.errs.Add(f.ClassWeightPos, "fit: class_weight needs classes, and %s", why)
		return
	}
	for _, w := range f.ClassWeights {
		if classes > 0 && w.Class >= classes {
			p.errs.Add(w.Pos, "fit: class_weight: there is no class %d; the model tells %d apart, from 0 to %d", w.Class, classes, classes-1)
		}
	}
}

// classCount is how many classes there are; 0 where a mistake keeps that from
// being known.
func (p *plan) classCount() (classes int, why string) {
	t, l := p.compile.targets[0], p.compile.losses[0]
	switch {
	case t.of.Shape == nil || l.loss == nil:
		return 0, ""
	case t.of.DType == ir.I32:
		return t.limit, ""
	case l.name == "binary_crossentropy" && t.of.Shape.Elements() == 1:
		return 2, ""
	case l.name == "categorical_crossentropy":
		return t.of.Shape.Elements(), ""
	}
	if labels := p.labels(0); labels != nil {
		return 0, labelWords(labels)
	}
	return 0, fmt.Sprintf("%s compares numbers", l.name)
}

// classWeight is the weight of every class, nil where the description says
// nothing of them.
func (p *plan) classWeight() []float64 {
	f := p.spec.Fit
	if len(f.ClassWeights) == 0 || p.spec.Compile == nil {
		return nil
	}
	n, _ := p.classCount()
	weights := slices.Repeat([]float64{1}, n)
	for _, w := range f.ClassWeights {
		weights[w.Class] = w.Weight
	}
	return weights
}
