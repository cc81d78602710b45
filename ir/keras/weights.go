package keras

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/ir/spec"
)

// Origin says where a layer of a description comes from, for its weights.
type Origin struct {
	Layer string // in the description
	Class string // there
	// Inner are the classes of what is inside of the layer, from the outside in: of a
	// TimeDistributed, a Bidirectional or a SpectralNormalization its layer, of an RNN its cells.
	Inner []string
	// Backward are those inside of the second layer of a Bidirectional; nil: those of Inner.
	Backward []string
	// Path is where a .keras file has its weights: layers/functional/layers/dense.
	// What belongs to parts of the layer is under it; see [Origin.Groups].
	Path string
	// Legacy are the layer's name in the file and before it those of the models that
	// it is in: a legacy .h5 file has its weights in the group of the first.
	Legacy []string
	// Place are the numbers of the same in the lists of layers that they are in.
	Place []int
	// Defined is the layer of a class with a definition that this one is part of. Unsaid says
	// that the definition does not tell the order of its weights.
	Defined Defined
	Unsaid  bool
	// Variable is the only weight that this is about, which the class has itself, at Path;
	// "" are all of the layer.
	Variable string
}

// Defined is a layer of a class with a definition: the outermost one where there are several.
type Defined struct {
	Class string // "" is none
	Path  string // where a .keras file has its weights
}

// origin notes where a layer comes from.
func (w *writer) origin(p *part, class string) {
	o := Origin{Layer: p.said, Class: class, Path: w.steps + p.weight, Legacy: append(slices.Clone(w.legacy), p.name), Place: w.placeOf(p)}
	o.Inner, o.Backward = innerClasses(class, p.config), backwardClasses(class, p.config)
	if p.defined == nil {
		w.report.Origins = append(w.report.Origins, o)
		return
	}
	o.Defined, o.Unsaid = w.defined, w.unsaid || p.unlisted
	o.Inner, o.Backward = p.defined.within(class)
	if p.defined.variables == nil {
		w.report.Origins = append(w.report.Origins, o)
	}
	for i, v := range p.defined.variables {
		one := o
		one.Variable, one.Path, one.Place = v.Name, w.steps+v.Path, append(slices.Clone(o.Place), i)
		w.report.Origins = append(w.report.Origins, one)
	}
}

// placeOf are the numbers of a layer, and before it of the models that it is in.
func (w *writer) placeOf(p *part) []int {
	at := slices.Index(w.g.layers, p)
	if p.order > 0 {
		at = p.order - 1
	}
	return append(slices.Clone(w.place), at)
}

// innerClasses are the classes of what is inside of a layer, from the outside in.
func innerClasses(class string, config spec.Value) []string {
	switch class {
	case "TimeDistributed", "Bidirectional", "SpectralNormalization":
		return classesOf(field(config, "layer"))
	case "RNN":
		return cellClasses(field(config, "cell"))
	}
	return nil
}

// classesOf are the class of a layer and those of what is inside of it.
func classesOf(v spec.Value) []string {
	class := spec.LayerClass(text(v, "class_name"))
	return append([]string{class}, innerClasses(class, field(v, "config"))...)
}

// backwardClasses are those of the second layer of a Bidirectional, which may stand in a
// TimeDistributed.
func backwardClasses(class string, config spec.Value) []string {
	switch of := field(config, "layer"); {
	case class == "Bidirectional" && field(config, "backward_layer").Kind != spec.Null:
		return classesOf(field(config, "backward_layer"))
	case class == "TimeDistributed":
		return backwardClasses(spec.LayerClass(text(of, "class_name")), field(of, "config"))
	}
	return nil
}

func cellClasses(v spec.Value) (list []string) {
	switch class := text(v, "class_name"); {
	case class == "StackedRNNCells":
		return cellClasses(field(field(v, "config"), "cells"))
	case class != "":
		return []string{class}
	}
	for _, e := range v.List {
		list = append(list, cellClasses(e)...)
	}
	return list
}

var layerStep = regexp.MustCompile(`layers/(\w+?)(?:_(\d+))?(/|$)`)

// older is a path as Keras 2.12 and 2.13 have it: they list a layer with weights
// twice, so that every second number is left out. Source: Keras 2.13,
// engine/functional.py, _layer_checkpoint_dependencies.
func older(path string) string {
	return layerStep.ReplaceAllStringFunc(path, func(step string) string {
		m := layerStep.FindStringSubmatch(step)
		name := m[1]
		if n, _ := strconv.Atoi(m[2]); n > 0 {
			name += "_" + strconv.Itoa(2*n)
		}
		return "_layer_checkpoint_dependencies/" + name + m[3]
	})
}

// Group is the weights of a layer that a .keras file has in one place, Path/vars/0
// and so on.
type Group struct {
	Path string // under that of the layer; "": the layer's own
	Also string // what some versions of Keras have in its place
	// Trainable and Rest are the weights in Keras's order, by their names after the
	// layer's in a description: kernel, forward_bias. A layer has not all of them,
	// and those that it has not are passed over in the count. All of Trainable come
	// before all of Rest; legacy files have them in that order as well, over all
	// groups.
	Trainable, Rest []string
	// Repeats are weights of other groups that a .keras file has here once more, before
	// these.
	Repeats []string
}

// own is a layer whose weights are all in one place.
func own(trainable ...string) []Group { return []Group{{Trainable: trainable}} }

// variables are the weights by class. Source of the order: add_weight in build of
// the classes, Keras 3, layers/*.
var variables = map[string][]Group{
	"Dense": own("kernel", "bias"), "EinsumDense": own("kernel", "bias"), "Embedding": own("embeddings"), "ReversibleEmbedding": own("embeddings", "reverse_embeddings"), "PReLU": own("alpha"), "PositionEmbedding": own("embeddings"),
	"Conv1D": own("kernel", "bias"), "Conv2D": own("kernel", "bias"), "Conv3D": own("kernel", "bias"),
	"Conv1DTranspose": own("kernel", "bias"), "Conv2DTranspose": own("kernel", "bias"), "Conv3DTranspose": own("kernel", "bias"),
	"DepthwiseConv1D": own("kernel", "bias"), "DepthwiseConv2D": own("kernel", "bias"),
	"SeparableConv1D": own("depthwise_kernel", "pointwise_kernel", "bias"), "SeparableConv2D": own("depthwise_kernel", "pointwise_kernel", "bias"),
	"BatchNormalization": {{Trainable: []string{"gamma", "beta"}, Rest: []string{"moving_mean", "moving_variance", "moving_stddev", "renorm_mean", "renorm_stddev"}}},
	"STFTSpectrogram":    own("real_kernel", "imag_kernel"),
	"Normalization":      {{Rest: []string{"mean", "variance", "count"}}},
	"LayerNormalization": own("gamma", "beta"), "GroupNormalization": own("gamma", "beta"), "RMSNormalization": own("scale"),
	"Attention": own("scale", "concat_score_weight"), "AdditiveAttention": own("scale"),
	"LSTM": cellAt("cell", ""), "GRU": cellAt("cell", ""), "SimpleRNN": cellAt("cell", ""),
	"ConvLSTM1D": cellAt("cell", ""), "ConvLSTM2D": cellAt("cell", ""), "ConvLSTM3D": cellAt("cell", ""),
	"GroupedQueryAttention": {
		{Path: "_query_dense", Trainable: []string{"query/kernel", "query/bias"}}, {Path: "_key_dense", Trainable: []string{"key/kernel", "key/bias"}},
		{Path: "_gate_dense", Trainable: []string{"gate/kernel", "gate/bias"}}, {Path: "_value_dense", Trainable: []string{"value/kernel", "value/bias"}},
		{Path: "_output_dense", Trainable: []string{"attention_output/kernel", "attention_output/bias"}},
	},
	"MultiHeadAttention": {
		{Path: "_query_dense", Also: "query_dense", Trainable: []string{"query/kernel", "query/bias"}}, {Path: "_key_dense", Also: "key_dense", Trainable: []string{"key/kernel", "key/bias"}},
		{Path: "_gate_dense", Trainable: []string{"gate/kernel", "gate/bias"}}, {Path: "_value_dense", Also: "value_dense", Trainable: []string{"value/kernel", "value/bias"}}, {Path: "_output_dense", Also: "output_dense", Trainable: []string{"attention_output/kernel", "attention_output/bias"}},
	},
}

// cellAt are the weights of a recurrent cell. The names of parameters begin with
// before.
func cellAt(path, before string) []Group {
	return []Group{{Path: path, Trainable: []string{before + "kernel", before + "recurrent_kernel", before + "bias"}}}
}

// Groups are the weights of the layer, nil where it has none.
func (o Origin) Groups() []Group {
	all := groupsOf(o.Class, o.Inner, o.Backward)
	if o.Variable == "" {
		return all
	}
	for _, g := range all {
		if slices.Contains(g.Rest, o.Variable) {
			return []Group{{Rest: []string{o.Variable}}}
		}
	}
	return own(o.Variable)
}

// groupsOf are the weights of a class with these classes inside of it and, if it goes both
// ways, inside of its second layer.
func groupsOf(class string, inner, backward []string) (list []Group) {
	switch {
	case class == "TimeDistributed" || class == "SpectralNormalization":
		for _, g := range groupsOf(inner[0], inner[1:], backward) {
			list = append(list, g.within("layer", ""))
		}
		if class == "SpectralNormalization" { // which has the kernel for its own, too
			list = append(list, Group{Repeats: []string{"kernel"}, Rest: []string{"vector_u"}})
		}
		return list
	case class == "Bidirectional":
		if backward == nil {
			backward = inner
		}
		for _, g := range groupsOf(inner[0], inner[1:], nil) {
			list = append(list, g.within("forward_layer", "forward_"))
		}
		for _, g := range groupsOf(backward[0], backward[1:], nil) {
			list = append(list, g.within("backward_layer", "backward_"))
		}
		return list
	case class == "RNN" && len(inner) == 1:
		return cellAt("cell", "")
	case class == "RNN":
		counts := map[string]int{}
		for i, of := range inner {
			list = append(list, cellAt("cell/cells/"+counted(of, counts), fmt.Sprintf("cell_%d_", i))...)
		}
		return list
	}
	return variables[class]
}

// within is the group of a layer in another, whose weights have names that begin with
// before.
func (g Group) within(path, before string) Group {
	at := func(of string) string { return strings.TrimSuffix(path+"/"+of, "/") }
	g.Path = at(g.Path)
	if g.Also != "" {
		g.Also = at(g.Also)
	}
	names := func(list []string) (out []string) {
		for _, name := range list {
			out = append(out, before+name)
		}
		return out
	}
	g.Trainable, g.Rest, g.Repeats = names(g.Trainable), names(g.Rest), names(g.Repeats)
	return g
}

// Places says in which dataset a .keras file has each of the parameters of a
// description: dense/kernel in layers/dense/vars/0. Other places that versions of
// Keras have come after the present one, and those that have the same once more: there
// is one that a file has. Those that it has not are missing: of layers that [Origin.Groups] does not know.
func (r *Report) Places(parameters []string) (places map[string][]string, missing []string) {
	known := map[string]bool{}
	for _, name := range parameters {
		known[name] = true
	}
	places = map[string][]string{}
	for _, o := range r.Origins {
		if o.Variable != "" {
			name := o.Layer + "/" + o.Variable
			places[name] = append(places[name], o.Path)
			continue
		}
		for _, g := range o.Groups() {
			paths := []string{o.Path, older(o.Path)}
			if g.Path != "" {
				paths = []string{o.Path + "/" + g.Path, older(o.Path) + "/" + g.Path}
			}
			if g.Also != "" {
				paths = append(paths, o.Path+"/"+g.Also, older(o.Path)+"/"+g.Also)
			}
			n := 0
			for _, name := range slices.Concat(g.Repeats, g.Trainable, g.Rest) {
				if name = o.Layer + "/" + name; known[name] {
					for _, path := range paths {
						places[name] = append(places[name], path+"/vars/"+strconv.Itoa(n))
					}
					n++
				}
			}
		}
	}
	for _, name := range parameters {
		if _, ok := places[name]; !ok {
			missing = append(missing, name)
		}
	}
	return places, missing
}
