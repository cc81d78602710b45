package keras

import (
	"strings"

	"github.com/nngen-go/nngen/ir/spec"
)

// published reports layers that keras.applications defines beside its networks.
// Source: Keras 3, applications/convnext.py and applications/inception_resnet_v2.py.
func published(p *part) bool {
	return strings.HasPrefix(p.module, "keras.src.applications.") && (p.class == "LayerScale" || p.class == "StochasticDepth" || p.class == "CustomScaleLayer")
}

// family gives what computes the same: of CustomScaleLayer, x + scale·y, the sum
// alone; see [writer.scaled].
func (r converter) family(p *part) (class string, config spec.Value, ok bool) {
	config.Kind = spec.Map
	keep := func(name string) {
		if a, ok := p.config.Get(name); ok {
			config.Map = append(config.Map, a)
		}
	}
	keep("trainable")
	switch p.class {
	case "LayerScale": // x·gamma, along the last axis
		put(&config, "equation", word("...c,c->...c"))
		put(&config, "output_shape", spec.Value{Kind: spec.List, List: []spec.Value{field(p.config, "projection_dim")}})
		put(&config, "kernel_initializer", spec.Value{Kind: spec.Map, Map: []spec.Arg{textArg("class_name", "Constant"), {Name: "config", Value: spec.Value{Kind: spec.Map, Map: []spec.Arg{{Name: "value", Value: field(p.config, "init_values")}}}}}})
		return "EinsumDense", config, true
	case "StochasticDepth": // all of a row is dropped
		rank := len(p.input.List)
		if rank < 2 {
			r.fail(p.path, "the file does not say the shape of its input")
			return "Dropout", config, false
		}
		noise := spec.Value{Kind: spec.List, List: []spec.Value{{}}}
		for range rank - 1 {
			noise.List = append(noise.List, spec.Value{Kind: spec.Int, Int: 1})
		}
		put(&config, "rate", field(p.config, "drop_path_rate"))
		put(&config, "noise_shape", noise)
		return "Dropout", config, true
	}
	return "Add", config, true
}

// scaled puts the Rescaling before the sum that a CustomScaleLayer is.
func (w *writer) scaled(p *part, inputs []string) []string {
	if !published(p) || p.class != "CustomScaleLayer" || len(inputs) != 2 {
		return inputs
	}
	name := w.free(p.said + "_scale")
	w.add("Rescaling", name, inputs[1:], spec.Arg{Name: "scale", Value: nice(field(p.config, "scale"))})
	return []string{inputs[0], name}
}
