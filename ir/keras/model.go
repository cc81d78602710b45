package keras

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec"
)

// Bounds on what a configuration may hold; those of a description are the same.
const (
	maxLayers = 10_000
	maxModels = 16 // inside one another
)

// graph is a model as a graph: a Sequential is a chain.
type graph struct {
	name    string
	class   string // of the model itself, where it is Python code with a definition
	path    string // "" of the model itself
	layers  []*part
	names   map[string]*part
	inputs  []*part
	outputs []tensor
}

// part is a layer as the file has it.
type part struct {
	path   string // where: `layers[3] "conv_1"`
	class  string
	module string
	as     string // registered_name
	name   string // Keras's
	config spec.Value
	input  spec.Value // build_config.input_shape; null where it is not known
	nodes  []node
	inner  *graph // of a model
	said   string // its name in the description
	// defined is there of a layer of a definition; order is its place among the weights
	// there, counted from 1, and unlisted says that the definition does not tell it. Reads
	// are the inputs of a class that has a definition.
	defined  *defined
	order    int
	unlisted bool
	reads    []string
	weight   string // where its weights are in a .keras file: layers/conv2d_1
	// bare is an operation of keras.ops in an .h5 file of Keras 3, which says no modules:
	// it has nothing that all layers have.
	bare bool
}

// node is one use of a layer.
type node struct {
	inputs []tensor      // in the order of the arguments
	named  []namedTensor // arguments with a name
	given  []spec.Arg    // arguments that are no tensors
	consts []spec.Value  // of the operands of an operation, in order; Null stands for the next of inputs
}

type namedTensor struct {
	name string
	of   []tensor
}

// tensor is a result of a use of a layer.
type tensor struct {
	of          *part
	node, index int
}

// isModel reports the classes that are models of layers.
func isModel(class string) bool {
	return class == "Sequential" || class == "Functional" || class == "Model"
}

// graphReader reads models as graphs.
type graphReader struct{ *reader }

// model reads the configuration of a model.
func (r graphReader) model(config spec.Value) (*graph, bool) {
	class := text(config, "class_name")
	if config.Kind != spec.Map || class == "" {
		r.fail("", "it is no configuration of a Keras model: %s has no class_name; take what model.to_json() gives, or config.json of a .keras file", config.Describe())
		return nil, false
	}
	inner := field(config, "config")
	_, layered := inner.Get("layers")
	if whole := r.part(config, "", 0); !isModel(class) && !layered {
		if d := r.definition(whole); d != nil {
			return r.whole(d, whole)
		}
	}
	if !isModel(class) && !layered || isModel(class) && inner.Kind == spec.Map && !layered {
		what := "its class " + diag.Quote(class)
		if isModel(class) {
			what = "it"
		}
		r.fail("", "%s is a subclass of Model, whose layers are Python code and not in the file; say what it computes in a file for --custom (import --draft begins one), or build the same network with keras.Sequential or keras.Model(inputs, outputs), load its weights there, and save that", what)
		return nil, false
	}
	if !isModel(class) {
		r.note("", "the model's class %s is Python code of its own; the description has its layers alone, as a functional model", diag.Quote(class))
	}
	return r.graph(class, inner, "", 0)
}

// graph reads the layers of a model.
func (r graphReader) graph(class string, config spec.Value, path string, depth int) (*graph, bool) {
	g := &graph{path: path, name: text(config, "name"), names: map[string]*part{}}
	list := field(config, "layers")
	if config.Kind == spec.List { // Sequential of Keras 1 and early 2
		list = config
	}
	switch {
	case depth > maxModels:
		r.fail(path, "models are more than %d levels inside one another", maxModels)
		return g, false
	case list.Kind != spec.List || len(list.List) == 0:
		r.fail(path, "the model has no layers")
		return g, false
	}
	counts := map[string]int{}
	for i, v := range list.List {
		if r.count++; r.count > maxLayers {
			r.fail(path, "the model has more than %d layers", maxLayers)
			return g, false
		}
		p := r.part(v, path, i)
		p.weight = WeightsPath(p.class, counts)
		if d := r.definition(p); d != nil {
			r.define(d, p, depth+1)
			alone(p)
		} else if isModel(p.class) || field(p.config, "input_layers").Kind != spec.Null && field(p.config, "layers").Kind == spec.List {
			var ok bool
			if p.inner, ok = r.graph(p.class, p.config, p.path, depth+1); !ok {
				continue
			}
			if p.name == "" {
				p.name = p.inner.name
			}
		}
		if g.names[p.name] != nil {
			r.fail(p.path, "two layers have this name")
			continue
		}
		g.layers, g.names[p.name] = append(g.layers, p), p
	}
	if len(r.errs) > 0 {
		return g, false
	}
	if field(config, "input_layers").Kind == spec.Null {
		return g, r.chain(g, config)
	}
	return g, r.connect(g, list, config)
}

// part reads what a layer is.
func (r graphReader) part(v spec.Value, path string, i int) *part {
	p := &part{class: text(v, "class_name"), module: text(v, "module"), as: text(v, "registered_name"), config: field(v, "config"), input: field(field(v, "build_config"), "input_shape")}
	if p.name = text(v, "name"); p.name == "" {
		p.name = text(p.config, "name")
	}
	if p.path = fmt.Sprintf("layers[%d]", i); path != "" {
		p.path = path + "." + p.path
	}
	if p.name != "" {
		p.path += " " + diag.Quote(p.name)
	}
	_, trainable := p.config.Get("trainable")
	_, dtype := p.config.Get("dtype")
	p.bare = r.version.major >= 3 && p.module == "" && !trainable && !dtype && !isModel(p.class) && p.class != "InputLayer"
	if p.class == "" {
		r.fail(p.path, "it has no class_name")
	}
	if p.name == "" { // a Sequential of Keras 1 may leave names out
		p.name = fmt.Sprintf("%s_%d", strings.ToLower(p.class), i)
	}
	return p
}

// chain makes the graph of a Sequential.
func (r graphReader) chain(g *graph, config spec.Value) bool {
	first := g.layers[0]
	if first.class != "InputLayer" {
		in := &part{path: first.path, class: "InputLayer", name: "input", config: inputConfig(first, config)}
		for n := 1; g.names[in.name] != nil; n++ {
			in.name = fmt.Sprintf("input_%d", n)
		}
		g.layers, g.names[in.name] = slices.Insert(g.layers, 0, in), in
	}
	g.inputs = g.layers[:1]
	for i, p := range g.layers[1:] {
		if p.class == "InputLayer" {
			r.fail(p.path, "an InputLayer stands in the middle of a Sequential")
			return false
		}
		p.nodes = []node{{inputs: []tensor{{of: g.layers[i]}}}}
	}
	if len(g.layers) == 1 {
		r.fail(g.path, "the model has no layers but its input")
		return false
	}
	g.outputs = []tensor{{of: g.layers[len(g.layers)-1]}}
	return true
}

// inputConfig finds the shape of the input of a Sequential without an InputLayer:
// an argument of its first layer, or what the model was built for.
func inputConfig(first *part, config spec.Value) spec.Value {
	of := first.config
	if first.inner != nil && len(first.inner.inputs) == 1 {
		return first.inner.inputs[0].config
	}
	shape := func(v spec.Value) spec.Value {
		return spec.Value{Kind: spec.Map, Map: []spec.Arg{{Name: "batch_shape", Value: v}, {Name: "dtype", Value: field(of, "dtype")}}}
	}
	sizes := func(v ...spec.Value) spec.Value {
		return shape(spec.Value{Kind: spec.List, List: append([]spec.Value{{}}, v...)})
	}
	for _, name := range []string{"batch_input_shape", "batch_shape"} {
		if v := field(of, name); v.Kind == spec.List {
			return shape(v)
		}
	}
	if v := field(of, "input_shape"); v.Kind == spec.List {
		return sizes(v.List...)
	}
	width, length := field(of, "input_dim"), field(of, "input_length")
	switch {
	case first.class == "Embedding" && length.Kind == spec.Int:
		return sizes(length)
	case first.class != "Embedding" && width.Kind == spec.Int && length.Kind == spec.Int:
		return sizes(length, width)
	case first.class != "Embedding" && width.Kind == spec.Int:
		return sizes(width)
	}
	for _, v := range []spec.Value{field(config, "build_input_shape"), first.input} {
		if v.Kind == spec.List {
			return shape(v)
		}
	}
	return shape(spec.Value{})
}
