package build

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/loop"
)

// Settings of the callbacks, with Keras's names and defaults: Keras 3,
// callbacks/early_stopping.py, reduce_lr_on_plateau.py and terminate_on_nan.py.
type (
	earlyStopping struct {
		Monitor            string   `arg:"monitor" doc:"the loss or metric that is watched"`
		MinDelta           float64  `arg:"min_delta,min=0" doc:"what counts as better by no more is not better"`
		Patience           int      `arg:"patience,min=0" doc:"epochs without anything better after which training ends"`
		Mode               string   `arg:"mode,oneof=auto|min|max" doc:"whether less or more is better; auto: as the name says"`
		Baseline           *float64 `arg:"baseline" doc:"what has to be surpassed; null: nothing"`
		RestoreBestWeights bool     `arg:"restore_best_weights" doc:"whether the weights of the best epoch are put back"`
		StartFromEpoch     int      `arg:"start_from_epoch,min=0" doc:"epochs before watching begins"`
	}
	reduceLROnPlateau struct {
		Monitor  string  `arg:"monitor" doc:"the loss or metric that is watched"`
		Factor   float64 `arg:"factor,above=0,below=1" doc:"what the learning rate is multiplied by"`
		Patience int     `arg:"patience,min=0" doc:"epochs without anything better after which that is done"`
		Mode     string  `arg:"mode,oneof=auto|min|max" doc:"whether less or more is better; auto: as the name says"`
		MinDelta float64 `arg:"min_delta,min=0" doc:"what counts as better by no more is not better"`
		Cooldown int     `arg:"cooldown,min=0" doc:"epochs after a reduction in which nothing is watched"`
		MinLR    float64 `arg:"min_lr,min=0" doc:"the least learning rate"`
	}
	terminateOnNaN struct{}
)

var callbacks = layer.Table[any]{
	Kind: "callback",
	Entries: []layer.Entry[any]{
		{Name: "early_stopping", Aliases: []string{"EarlyStopping"}, Doc: "ends training when a loss or metric has stopped to improve", New: func() any {
			return &earlyStopping{Monitor: "val_loss", Mode: "auto"}
		}},
		{Name: "reduce_lr_on_plateau", Aliases: []string{"ReduceLROnPlateau"}, Doc: "lowers the learning rate when a loss or metric has stopped to improve", New: func() any {
			return &reduceLROnPlateau{Monitor: "val_loss", Factor: 0.1, Patience: 10, Mode: "auto", MinDelta: 1e-4}
		}},
		{Name: "terminate_on_nan", Aliases: []string{"TerminateOnNaN"}, Doc: "ends training when the loss is no number", New: func() any { return &terminateOnNaN{} }},
	},
}

// elsewhere says where Keras's other callbacks are, by name without case and
// underscores.
var elsewhere = map[string]string{
	"modelcheckpoint":       "names a file, and is given to Fit in Go",
	"backupandrestore":      "names a folder, and is given to Fit in Go",
	"csvlogger":             "names a file, and is given to Fit in Go",
	"tensorboard":           "names a folder, and is given to Fit in Go",
	"learningratescheduler": "calls a function, and is given to Fit in Go",
	"lambdacallback":        "calls functions, and is given to Fit in Go",
	"remotemonitor":         "is not supported by this version of nngen",
	"swapemaweights":        "is not supported by this version of nngen",
	"progbarlogger":         "is not needed: the command shows progress",
	"history":               "is not needed: Fit returns the history",
}

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
		p.callbacks = append(p.callbacks, loop.Setting{Name: e.Name, Args: callbackArguments(settings)})
		if monitor, ok := monitorOf(settings); ok {
			p.checkMonitor(c.Pos, e.Name, monitor)
		}
	}
}

func monitorOf(settings any) (string, bool) {
	switch s := settings.(type) {
	case *earlyStopping:
		return s.Monitor, true
	case *reduceLROnPlateau:
		return s.Monitor, true
	}
	return "", false
}

// callbackArguments are those of a callback; a baseline that is null is left
// out, for 0 is a baseline.
func callbackArguments(settings any) []loop.SettingArg {
	args := arguments(settings)
	if s, ok := settings.(*earlyStopping); ok && s.Baseline == nil {
		args = slices.DeleteFunc(args, func(a loop.SettingArg) bool { return a.Name == "baseline" })
	}
	return args
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
	// What is there twice has a number behind its name.
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
