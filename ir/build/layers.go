package build

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/spec"
)

// resolveLayers finds every layer in the registry and decodes its settings.
func (p *plan) resolveLayers() {
	p.infos = make([]layer.Info, len(p.spec.Layers))
	p.configs = make([]layer.Config, len(p.spec.Layers))
	for i, l := range p.spec.Layers {
		title := title(l, i)
		info, ok := layer.Find(l.Type)
		if !ok {
			p.errs.Add(l.Pos, "%s: %s", title, layer.Unknown(l.Type))
			continue
		}
		config := info.New()
		errs := spec.Decode(l.Args, config)
		switch n := len(p.reads[i]); {
		case info.Merge && n < 2:
			errs.Add(l.Pos, "%s: %s joins two or more inputs; write inputs: [a, b]", title, l.Type)
		case !info.Merge && n > 1:
			errs.Add(p.reads[i][1].Pos, "%s: %s takes one input, not %s; join them with Add or Concatenate first", title, l.Type, quoted(p.reads[i]))
		}
		p.errs = append(p.errs, errs...)
		if len(errs) == 0 {
			p.infos[i], p.configs[i] = info, config
		}
	}
}

// title names a layer in messages as spec does.
func title(l spec.Layer, i int) string {
	if l.Name != "" {
		return "layer " + diag.Quote(l.Name)
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
