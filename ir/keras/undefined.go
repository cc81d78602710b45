package keras

import (
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/spec"
)

// Undefined is a layer of a class that is Python code, or a Lambda.
type Undefined struct {
	// Name is that of its definition: of the class, or of a Lambda the layer's.
	Name      string
	Place     string     // in the file: `layers[3] "block"`
	Arguments []spec.Arg // of the constructor
	Inputs    int
	// Path and Legacy are those of [Origin].
	Path   string
	Legacy []string
}

// Undefined lists the layers that are Python code, those that a definition in Custom has
// as well. The error is that of [Source.Model].
func (s Source) Undefined() (list []Undefined, err error) {
	s.Custom = nil
	r := s.reader()
	config, _, ok := r.open(s)
	if !ok {
		return nil, r.errs
	}
	class, inner := text(config, "class_name"), field(config, "config")
	if _, layered := inner.Get("layers"); !isModel(class) && !layered && class != "" {
		p := graphReader{r}.part(config, "", 0)
		return []Undefined{r.undefined(p, class, "")}, nil
	}
	g, ok := graphReader{r}.model(config)
	if !ok {
		return nil, r.errs
	}
	var all func(g *graph, steps string, legacy []string)
	all = func(g *graph, steps string, legacy []string) {
		for _, p := range g.layers {
			switch _, known := layer.Find(spec.LayerClass(p.class)); {
			case p.inner != nil:
				all(p.inner, steps+p.weight+"/", append(legacy[:len(legacy):len(legacy)], p.name))
			case p.class == "InputLayer" || isOperation(p) || published(p):
			case !known || isCustom(p):
				u := r.undefined(p, p.path, steps+p.weight)
				u.Legacy = append(legacy[:len(legacy):len(legacy)], p.name)
				list = append(list, u)
			}
		}
	}
	all(g, "", nil)
	return list, nil
}

func (r *reader) undefined(p *part, place, path string) Undefined {
	u := Undefined{Name: p.class, Place: place, Path: path, Inputs: 1, Arguments: given(p)}
	if p.class == "Lambda" {
		u.Name, u.Arguments = p.name, nil
	}
	if len(p.nodes) > 0 {
		u.Inputs = max(1, len(p.nodes[0].reads()))
	}
	return u
}
