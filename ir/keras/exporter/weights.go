package exporter

import (
	"slices"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/keras"
	"github.com/nngen-go/nngen/ir/keras/container"
	"github.com/nngen-go/nngen/ir/spec"
)

// weights are those of a network by the layers that have them.
type weights struct {
	*writer
	segments map[string]*block.Segment
	values   map[string][]float32
	counts   map[string]bool // segments that count the rows a Normalization was adapted to
}

// held is the weights of a layer that a .keras file has in one place.
type held struct {
	path    string   // under that of the layer
	repeats []string // weights of other places, which are here once more and first
	names   []string
}

// inside are the classes of what is inside of a layer, from the outside in.
func (w *forms) inside(class string, args []spec.Arg) []string {
	given := object(args...)
	switch class {
	case "TimeDistributed", "Bidirectional", "SpectralNormalization":
		a, _ := given.Get("layer")
		return w.classesOf(class, a.Value)
	case "RNN":
		a, _ := given.Get("cell")
		return w.cells(class, a.Value)
	}
	return nil
}

// classesOf are the class of a layer and those of what is inside of it.
func (w *forms) classesOf(title string, v spec.Value) []string {
	class, args := w.entry(title, v)
	class = spec.LayerClass(class)
	return append([]string{class}, w.inside(class, listed(find(w.catalog.Layers, class), args))...)
}

// backward are the classes inside of the second layer of a Bidirectional, which may stand
// in a TimeDistributed; nil: those of the first.
func (w *forms) backward(class string, args []spec.Arg) []string {
	given := object(args...)
	switch class {
	case "Bidirectional":
		if a, ok := given.Get("backward_layer"); ok && a.Value.Kind != spec.Null {
			return w.classesOf(class, a.Value)
		}
	case "TimeDistributed":
		a, _ := given.Get("layer")
		name, of := w.entry(class, a.Value)
		name = spec.LayerClass(name)
		return w.backward(name, listed(find(w.catalog.Layers, name), of))
	}
	return nil
}

// cells are the classes of the cells of an RNN.
func (w *forms) cells(title string, v spec.Value) (classes []string) {
	if v.Kind == spec.List {
		for _, e := range v.List {
			classes = append(classes, w.cells(title, e)...)
		}
		return classes
	}
	class, args := w.entry(title, v)
	if class != "StackedRNNCells" {
		return []string{class}
	}
	inner, _ := object(args.List...).Get("cells")
	return w.cells(title, inner.Value)
}

// held are the weights of a layer.
func (w *weights) held(o *node) (list []held) {
	if o.input != nil {
		return nil
	}
	known := 0
	from := keras.Origin{Layer: o.name, Class: o.Type, Inner: w.inside(o.Type, o.arguments()), Backward: w.backward(o.Type, o.arguments())}
	for _, g := range from.Groups() {
		h := held{path: g.Path}
		if g.Also != "" { // as the present version calls it
			h.path = g.Also
		}
		of := func(names []string) (list []string) {
			for _, name := range names {
				if name == "kernel" && o.kernel != "" {
					name = o.kernel
				}
				if s := w.segments[o.name+"/"+name]; s != nil {
					list = append(list, s.Name)
				}
			}
			return list
		}
		h.repeats, h.names = of(g.Repeats), slices.Concat(of(g.Trainable), of(g.Rest))
		if known += len(h.names); len(h.names) > 0 {
			list = append(list, h)
		}
	}
	all := 0
	for _, s := range w.segments {
		if s.Layer == o.name {
			all++
		}
	}
	if all != known {
		w.fail(o.Pos, "layer %s: where Keras has the weights of a %s is not known to this version of nngen", diag.Quote(o.name), o.Type)
	}
	return list
}

// objects are the weights by the paths of a .keras file, under that of the model.
func (w *weights) objects(g *graph, steps string) (groups []container.Group) {
	counts := map[string]int{}
	for _, o := range g.operations {
		if o.Type == "Operation" { // which is no layer in Keras
			continue
		}
		path := steps + keras.WeightsPath(o.class(), counts)
		if o.inner != nil {
			groups = append(groups, w.objects(o.inner, path+"/")...)
			continue
		}
		groups = append(groups, w.frequencies(o, path)...)
		for _, h := range w.held(o) {
			g := container.Group{Path: strings.TrimSuffix(path+"/"+h.path, "/"), Name: o.name}
			if h.path != "" {
				g.Name = h.path[strings.LastIndexByte(h.path, '/')+1:]
			}
			for i, name := range slices.Concat(h.repeats, h.names) {
				g.Tensors = append(g.Tensors, w.tensorOf(strconv.Itoa(i), name))
			}
			groups = append(groups, g)
		}
	}
	return groups
}

// frequencies are the weights of words as a .keras file has them besides the
// configuration: load_model asks for them. Source: Keras 3,
// layers/preprocessing/index_lookup.py, save_own_variables.
func (w *weights) frequencies(o *node, path string) (groups []container.Group) {
	args := object(w.learned(o)...)
	a, ok := args.Get("idf_weights")
	if !ok || a.Value.Kind != spec.List {
		return nil
	}
	var elements []float32
	for _, v := range a.Value.List {
		x, _ := v.Number()
		elements = append(elements, float32(x))
	}
	if pad, ok := args.Get("pad_to_max_tokens"); ok && pad.Value.Bool {
		slots, _ := args.Get("max_tokens")
		elements = append(elements, make([]float32, max(0, int(slots.Value.Int)-len(elements)))...)
	}
	of := []container.Tensor{container.NewTensor("idf_weights", []int{len(elements)}, elements)}
	groups = append(groups, container.Group{Path: path, Name: o.name, Tensors: of})
	if o.Type == "TextVectorization" {
		groups = append(groups, container.Group{Path: path + "/_lookup_layer", Name: "string_lookup", Tensors: of})
	}
	return groups
}

func (o *node) class() string {
	switch {
	case o.input != nil:
		return "InputLayer"
	case o.inner != nil:
		return o.inner.class()
	}
	return o.Type
}

// all are the weights of a layer, or of all layers of a model.
func (w *weights) all(o *node) (list []held) {
	if o.inner == nil {
		return w.held(o)
	}
	for _, p := range o.inner.operations {
		list = append(list, w.all(p)...)
	}
	return list
}

// layers are the weights by the names of layers, as .h5 files have them: those that
// train before the others.
func (w *weights) layers(g *graph) (groups []container.Group) {
	for _, o := range g.operations {
		if o.Type == "Operation" {
			continue
		}
		g := container.Group{Path: o.name}
		var trained, rest []string
		for _, h := range w.all(o) {
			for _, name := range h.names {
				if w.segments[name].Role == block.Trainable {
					trained = append(trained, name)
				} else {
					rest = append(rest, name)
				}
			}
		}
		for _, name := range slices.Concat(trained, rest) {
			g.Tensors = append(g.Tensors, w.tensorOf(name, name))
		}
		groups = append(groups, g)
	}
	return groups
}

// tensorOf is a weight under its name in the file.
func (w *weights) tensorOf(as, name string) container.Tensor {
	s, values := w.segments[name], w.values[name]
	if w.counts[name] && len(values) == 1 {
		// Keras has an integer there and counts nothing, which package importer reads as 1.
		// Source: Keras 3, layers/preprocessing/normalization.py, build.
		rows := int64(values[0])
		if rows == 1 {
			rows = 0
		}
		return container.NewCounter(as, rows)
	}
	return container.NewTensor(as, s.Shape, values)
}

// trained are the weights that train, in the order of trainable_variables.
func (w *weights) trained(g *graph) (list []*block.Segment) {
	for _, o := range g.operations {
		for _, h := range w.all(o) {
			for _, name := range h.names {
				if s := w.segments[name]; s.Role == block.Trainable {
					list = append(list, s)
				}
			}
		}
	}
	return list
}
