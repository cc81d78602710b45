package build

import (
	"slices"
	"strings"

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
