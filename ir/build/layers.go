package build

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/spec"
)

// resolveLayers finds every layer in the registry and decodes its settings.
func (p *plan) resolveLayers() {
	p.configs = make([]layer.Config, len(p.spec.Layers))
	p.activities = make([]layer.Regularized, len(p.spec.Layers))
	for i, l := range p.spec.Layers {
		title := title(l, i)
		info, ok := layer.Find(l.Type)
		if !ok {
			if l.Shared.Name == "" {
				p.errs.Add(l.Pos, "%s: %s", title, layer.Unknown(l))
			}
			continue
		}
		config := info.New()
		args, activity, errs := layer.TakeActivity(l.Args, title)
		p.activities[i] = activity
		errs = append(errs, layer.Decode(args, config, title)...)
		if l.Shared.Name != "" {
			errs = nil // reported for the first use
		}
		switch n := len(p.reads[i]); {
		case n == 0:
			errs.Add(l.Pos, "%s: there is nothing that it could read", title)
		case info.Merge && n < 2:
			errs.Add(l.Pos, "%s: %s joins two or more inputs; write inputs: [a, b]", title, l.Type)
		case n > len(info.Reads) && info.Reads != nil:
			errs.Add(p.reads[i][len(info.Reads)].Pos, "%s: %s takes at most %d inputs, %s, not %s", title, l.Type, len(info.Reads), strings.Join(info.Reads, ", "), quoted(p.reads[i]))
		case !info.Merge && !info.More && info.Reads == nil && n > 1:
			errs.Add(p.reads[i][1].Pos, "%s: %s takes one input, not %s; join them with Add or Concatenate first", title, l.Type, quoted(p.reads[i]))
		}
		p.errs = append(p.errs, errs...)
		if len(errs) == 0 {
			p.configs[i] = config
		}
	}
	for i := range p.configs {
		if first := p.first[i]; first != i && p.configs[i] != nil {
			p.configs[i] = p.configs[first]
		}
	}
	p.resolveResults()
}

// resolveResults reports names such as encoder.state_h of results that the layer
// does not give.
func (p *plan) resolveResults() {
	for i, reads := range p.reads {
		for _, r := range reads {
			of, result := r.Of()
			at := slices.Index(p.names, of.Name)
			if result == "" || at < 0 || p.configs[at] == nil || p.named(r.Name) {
				continue
			}
			var has []string
			if s, ok := p.configs[at].(layer.Several); ok {
				has = s.Results()
			}
			if slices.Contains(has, result) {
				continue
			}
			hint := "; it gives one result"
			if len(has) > 0 {
				hint = diag.DidYouMean(result, has)
			} else if slices.ContainsFunc(spec.DocOf(p.configs[at]), func(a spec.ArgDoc) bool { return a.Name == "return_state" }) {
				hint = "; for its state, write return_state: true there"
			}
			if hint == "" {
				hint = "; it gives " + strings.Join(has, ", ")
			}
			p.errs.Add(r.Pos, "%s: inputs names %s, but layer %s has no result %s%s", title(p.spec.Layers[i], i), diag.Quote(r.Name), diag.Quote(of.Name), diag.Quote(result), hint)
			p.configs[i] = nil
		}
	}
}

// trainable reports whether training changes the weights of layer i.
func (p *plan) trainable(i int) bool {
	l := p.spec.Layers[p.first[i]]
	return l.Trainable == nil || *l.Trainable
}

// named reports whether an input or a layer has the whole name.
func (p *plan) named(name string) bool {
	return slices.Contains(p.names, name) || slices.ContainsFunc(p.spec.Inputs, func(in spec.Input) bool { return in.Name == name })
}

// title names a layer in messages as spec does.
func title(l spec.Layer, i int) string {
	switch {
	case l.Name != "":
		return "layer " + diag.Quote(l.Name)
	case l.Args.Owner != "" && l.Shared.Name == "":
		return l.Args.Owner
	}
	return fmt.Sprintf("layer %d", i+1)
}

func quoted(refs []spec.Ref) string {
	names := make([]string, len(refs))
	for i, r := range refs {
		names[i] = diag.Quote(r.Name)
	}
	return strings.Join(names, ", ")
}
