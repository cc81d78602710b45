package exporter

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/spec"
)

// node is a layer of a model of Keras, an input of it, a model in it or a function of
// keras.ops.
type node struct {
	name       string
	input      *spec.Input // nil: a layer or a model
	inner      *graph      // nil: an input or a layer
	spec.Layer             // of the first use
	info       layer.Info
	settings   layer.Config
	uses       []call
	said       []string // what every use is called in the description
	kernel     string   // what its weight kernel is called there; "": kernel

	depth, found int // of Keras's order
}

// tensor is a result of a use of an operation, as Keras counts them.
type tensor struct {
	of         *node
	use, index int
}

// get is an argument of a layer as it is written.
func (o *node) get(name string) (spec.Arg, bool) {
	return spec.Value{Kind: spec.Map, Map: o.Args.List}.Get(name)
}

// argument is an argument of a layer, which may stand alone and without its name.
func (o *node) argument(name string) (spec.Value, bool) {
	if a, ok := o.get(name); ok {
		return a.Value, true
	}
	if o.Args.Positional == nil {
		return spec.Value{}, false
	}
	docs := spec.DocOf(o.settings)
	i := slices.IndexFunc(docs, func(d spec.ArgDoc) bool { return d.Positional })
	if i < 0 {
		i = 0
	}
	if len(docs) == 0 || docs[i].Name != name {
		return spec.Value{}, false
	}
	return *o.Args.Positional, true
}

// arguments are those of a layer by name, one that stands alone as well.
func (o *node) arguments() []spec.Arg {
	if o.Args.Positional == nil {
		return o.Args.List
	}
	for _, d := range spec.DocOf(o.settings) {
		if v, ok := o.argument(d.Name); ok {
			return []spec.Arg{named(d.Name, v)}
		}
	}
	return nil
}

// graph is a model as Keras has it: the description, or a model in it.
type graph struct {
	name       string
	trainable  bool
	operations []*node
	inputs     []*node
	outputs    []tensor
	values     map[string]tensor // by their names in the description
}

// maker makes graphs of a description.
type maker struct {
	model  *spec.Model
	names  []string         // of the layers
	shapes map[string][]int // of what they give
	used   map[string]bool  // names of the file
	errs   diag.List
}

func (k *maker) fail(pos diag.Pos, format string, args ...any) {
	pos.File = k.model.File
	k.errs.Add(pos, format, args...)
}

// graph reads a description that has been built.
func (k *maker) graph() *graph {
	m := k.model
	g := &graph{name: m.Name, trainable: true, values: map[string]tensor{}}
	for i := range m.Inputs {
		g.input(m.Inputs[i])
		k.used[m.Inputs[i].Name] = true
	}
	for _, name := range k.names {
		k.used[name] = true
	}
	tree := m.Tree
	if tree == nil {
		tree = &spec.Group{}
		for i, reads := range m.InputRefs() {
			item := spec.Item{Layer: i}
			for _, r := range reads {
				item.Reads = append(item.Reads, spec.From{Input: -1, Ref: r})
			}
			tree.Items = append(tree.Items, item)
		}
	}
	k.fill(g, tree)
	for _, r := range m.OutputRefs() {
		g.outputs = append(g.outputs, g.values[r.Name])
	}
	return g
}

func (g *graph) input(in spec.Input) {
	o := &node{name: in.Name, input: &in, uses: make([]call, 1), said: []string{in.Name}}
	g.operations, g.inputs = append(g.operations, o), append(g.inputs, o)
	g.values[in.Name] = tensor{of: o}
}

// fill reads what is in a model, each layer after what it reads.
func (k *maker) fill(g *graph, tree *spec.Group) {
	layers, models := map[string]*node{}, map[string]*node{}
	done := make([]bool, len(tree.Items))
	for progress := true; progress; {
		progress = false
		for i, item := range tree.Items {
			reads := item.Reads
			if item.Group != nil {
				reads = item.Group.Reads
			}
			in, ok := g.reads(reads)
			if done[i] || !ok {
				continue
			}
			if done[i], progress = true, true; item.Group != nil {
				k.use(g, models, item.Group, in)
			} else {
				k.layer(g, layers, item.Layer, in)
			}
		}
	}
}

// reads are what is read in a model; false where a layer of it is yet to come.
func (g *graph) reads(list []spec.From) (in []tensor, ok bool) {
	for _, f := range list {
		t, known := g.values[f.Ref.Name]
		if f.Input >= 0 {
			t, known = tensor{of: g.inputs[f.Input]}, true
		}
		if !known {
			return nil, false
		}
		in = append(in, t)
	}
	return in, true
}

// layer adds a use of a layer.
func (k *maker) layer(g *graph, layers map[string]*node, i int, in []tensor) {
	l := k.model.Layers[i]
	o := layers[cmp.Or(l.Shared.Name, k.names[i])]
	switch {
	case o == nil && l.Shared.Name != "":
		k.fail(l.Pos, "layer %s: a file of Keras has layers that models share once for each of them, with weights of their own; use %s within one model", diag.Quote(k.names[i]), diag.Quote(l.Shared.Name))
		o = &node{}
		fallthrough
	case o == nil:
		o = &node{name: k.names[i], Layer: l}
		if l.Type == "PositionEmbedding" {
			k.positions(o)
		}
		o.info, _ = layer.Find(o.Type)
		o.settings = o.info.New()
		args, _, _ := layer.TakeActivity(o.Args, "the layer")
		layer.Decode(args, o.settings, "the layer") // without errors: the description has been built
		g.operations, layers[k.names[i]] = append(g.operations, o), o
	}
	if l.Type == "PositionEmbedding" {
		in = []tensor{k.ones(g, o.name, in)}
	}
	use := len(o.uses)
	g.values[k.names[i]] = tensor{of: o, use: use}
	if s, ok := o.settings.(layer.Several); ok {
		for n, result := range s.Results() {
			g.values[k.names[i]+"."+result] = tensor{of: o, use: use, index: n + 1}
		}
	}
	c := o.call(in)
	if _, dtype := k.shapeOf(in[0]); o.Type == "ReversibleEmbedding" && len(o.uses) > 0 && dtype == "float32" {
		c.name("reverse", argument{value: truth(true)})
	}
	o.uses, o.said = append(o.uses, c), append(o.said, k.names[i])
}

// use adds a use of a model.
func (k *maker) use(g *graph, models map[string]*node, tree *spec.Group, in []tensor) {
	o := models[cmp.Or(tree.Of, tree.Name)]
	if tree.Of != "" && o == nil {
		k.fail(k.model.Pos, "model %s: a file of Keras has models that other models share once for each of them, with weights of their own; use it within one model", diag.Quote(tree.Of))
		return
	}
	if tree.Of == "" {
		o = &node{name: k.free(cmp.Or(tree.Name, "model")), inner: &graph{trainable: tree.Trainable, values: map[string]tensor{}}}
		o.inner.name = o.name
		for i, name := range tree.Inputs {
			shape, dtype := k.shapeOf(in[i])
			o.inner.input(spec.Input{Name: k.free(cmp.Or(name, o.name+"_input")), Shape: shape, DType: dtype})
		}
		k.fill(o.inner, tree)
		for _, r := range tree.Outputs {
			o.inner.outputs = append(o.inner.outputs, o.inner.values[r.Name])
		}
		g.operations, models[tree.Name] = append(g.operations, o), o
	}
	for i, r := range tree.Outputs {
		g.values[r.Name] = tensor{of: o, use: len(o.uses), index: i}
	}
	c, masks := call{args: []argument{many(in)}}, list()
	for range in {
		masks.List = append(masks.List, spec.Value{})
	}
	if len(in) == 1 {
		c.args, masks = []argument{one(in[0])}, spec.Value{}
	}
	c.name("mask", argument{value: masks})
	o.uses, o.said = append(o.uses, c), append(o.said, "")
}

// free is a name that nothing in the file has.
func (k *maker) free(name string) string {
	said := name
	for n := 1; k.used[said]; n++ {
		said = fmt.Sprint(name, "_", n)
	}
	k.used[said] = true
	return said
}

// shapeOf is the shape of a result, without the batch, and its type.
func (k *maker) shapeOf(t tensor) (shape []int, dtype string) {
	switch {
	case t.of.input != nil:
		return t.of.input.Shape, t.of.input.DType
	case t.of.inner != nil:
		return k.shapeOf(t.of.inner.outputs[t.index])
	}
	name := t.of.said[t.use]
	if t.index > 0 {
		name += "." + t.of.settings.(layer.Several).Results()[t.index-1]
	}
	return k.shapes[name], "float32"
}

// sequential reports a chain: one input, and every layer reads the one before it.
func (g *graph) sequential() bool {
	if len(g.inputs) != 1 || len(g.outputs) != 1 || len(g.operations) < 2 {
		return false
	}
	for i, o := range g.operations[1:] {
		if o.inner != nil && len(o.inner.outputs) > 1 || len(o.uses) != 1 || o.Type == "Operation" {
			return false
		}
		c := o.uses[0]
		if len(c.args) != 1 || len(c.named) > 0 || c.args[0].list || c.args[0].tensors[0] != (tensor{of: g.operations[i]}) {
			return false
		}
	}
	return g.outputs[0] == tensor{of: g.operations[len(g.operations)-1]}
}

// sort brings the operations into the order in which Keras has the layers of a
// functional model: from the farthest from an output to the nearest, and of one
// distance as a search from the outputs meets them. Weights are numbered in this
// order. Source: Keras 3, ops/function.py, map_graph.
func (g *graph) sort() {
	type use struct {
		of  *node
		use int
	}
	seen := map[use]bool{}
	var order []use
	met := map[*node]bool{}
	var visit func(t tensor)
	visit = func(t tensor) {
		u := use{t.of, t.use}
		if seen[u] {
			return
		}
		seen[u] = true
		if !met[t.of] {
			t.of.found, met[t.of] = len(met), true
		}
		for _, x := range t.of.uses[t.use].tensors() {
			visit(x)
		}
		order = append(order, u)
	}
	for _, t := range g.outputs {
		visit(t)
	}
	depths := map[use]int{}
	for _, u := range slices.Backward(order) {
		depth := max(depths[u], u.of.depth)
		u.of.depth, depths[u] = depth, depth
		for _, x := range u.of.uses[u.use].tensors() {
			before := use{x.of, x.use}
			depths[before] = max(depths[before], depth+1)
		}
	}
	for _, in := range g.inputs {
		if !met[in] {
			in.found = -1
		}
	}
	slices.SortStableFunc(g.operations, func(a, b *node) int {
		return cmp.Or(cmp.Compare(b.depth, a.depth), cmp.Compare(a.found, b.found))
	})
}
