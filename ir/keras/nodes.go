package keras

import (
	"slices"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec"
)

// connect reads what the layers of a functional model read, and its ends.
func (r graphReader) connect(g *graph, list, config spec.Value) bool {
	of := map[string]spec.Value{}
	for _, v := range list.List {
		name := text(v, "name")
		if name == "" {
			name = text(field(v, "config"), "name")
		}
		of[name] = field(v, "inbound_nodes")
	}
	for _, p := range g.layers {
		for _, v := range of[p.name].List {
			p.nodes = append(p.nodes, r.node(g, p, v))
		}
	}
	for _, t := range r.ends(g, field(config, "input_layers"), "input_layers") {
		if t.of.class != "InputLayer" {
			r.fail(t.of.path, "input_layers names it, and it is no InputLayer")
			continue
		}
		g.inputs = append(g.inputs, t.of)
	}
	g.outputs = r.ends(g, field(config, "output_layers"), "output_layers")
	if len(r.errs) == 0 && (len(g.inputs) == 0 || len(g.outputs) == 0) {
		r.fail(g.path, "the model has no inputs, or no outputs")
	}
	if len(r.errs) == 0 {
		shiftUses(g)
		r.checkTensors(g)
	}
	return len(r.errs) == 0
}

// shiftUses counts the uses of models from 0: files of Keras 2 may count the one by
// which the model was made, which is none in another model.
func shiftUses(g *graph) {
	var all []*tensor
	for _, p := range g.layers {
		for i := range p.nodes {
			n := &p.nodes[i]
			for k := range n.inputs {
				all = append(all, &n.inputs[k])
			}
			for _, a := range n.named {
				for k := range a.of {
					all = append(all, &a.of[k])
				}
			}
		}
	}
	for k := range g.outputs {
		all = append(all, &g.outputs[k])
	}
	least, most := map[*part]int{}, map[*part]int{}
	for _, t := range all {
		if n, ok := least[t.of]; !ok || t.node < n {
			least[t.of] = t.node
		}
		most[t.of] = max(most[t.of], t.node)
	}
	for _, t := range all {
		if t.of.inner != nil && least[t.of] > 0 && most[t.of] == len(t.of.nodes) {
			t.node--
		}
	}
}

// checkTensors reports results that no use of a layer gives.
func (r graphReader) checkTensors(g *graph) {
	check := func(t tensor, path string) {
		uses := len(t.of.nodes)
		if t.of.class == "InputLayer" {
			uses = 1
		}
		if t.node < 0 || t.node >= uses || t.index < 0 || t.of.inner != nil && t.index >= len(t.of.inner.outputs) || t.of.class == "InputLayer" && t.index > 0 {
			r.fail(path, "it reads result %d of use %d of layer %s, which is not in the file", t.index, t.node, diag.Quote(t.of.name))
		}
	}
	for _, p := range g.layers {
		for _, n := range p.nodes {
			for _, t := range n.inputs {
				check(t, p.path)
			}
			for _, a := range n.named {
				for _, t := range a.of {
					check(t, p.path)
				}
			}
		}
	}
	for _, t := range g.outputs {
		check(t, g.path)
	}
}

// ends reads input_layers or output_layers: a triple, a list of these, or a map
// whose values are such.
func (r graphReader) ends(g *graph, v spec.Value, what string) (list []tensor) {
	if t, ok := r.triple(g, v, what); ok {
		return []tensor{t}
	}
	for _, e := range append(slices.Clone(v.List), values(v.Map)...) {
		list = append(list, r.ends(g, e, what)...)
	}
	return list
}

func values(args []spec.Arg) (list []spec.Value) {
	for _, a := range args {
		list = append(list, a.Value)
	}
	return list
}

// triple reads [layer, use, result], what follows in it being arguments of the
// call. A layer that is not there is reported.
func (r graphReader) triple(g *graph, v spec.Value, path string) (t tensor, ok bool) {
	if v.Kind != spec.List || len(v.List) < 3 || v.List[0].Kind != spec.String || v.List[1].Kind != spec.Int || v.List[2].Kind != spec.Int {
		return t, false
	}
	name, use, index := v.List[0].Str, v.List[1].Int, v.List[2].Int
	if use < 0 || use > maxLayers || index < 0 || index > maxLayers {
		return t, false
	}
	if t.of = g.names[name]; t.of == nil {
		r.fail(path, "it reads layer %s, which is not in the model", diag.Quote(name))
		return tensor{of: &part{name: name, class: "InputLayer"}}, true
	}
	t.node, t.index = int(use), int(index)
	return t, true
}

// kerasTensor reads a tensor of Keras 3.
func (r graphReader) kerasTensor(g *graph, v spec.Value, path string) (tensor, bool) {
	if text(v, "class_name") != "__keras_tensor__" {
		return tensor{}, false
	}
	t, ok := r.triple(g, field(field(v, "config"), "keras_history"), path)
	if ok {
		r.ranks[t] = len(field(field(v, "config"), "shape").List)
	}
	return t, ok
}

// tensors collects those in a value, in order, and reports whether it holds
// nothing else but lists and maps of them.
func (r graphReader) tensors(g *graph, v spec.Value, path string) (list []tensor, pure bool) {
	if t, ok := r.kerasTensor(g, v, path); ok {
		return []tensor{t}, true
	}
	if t, ok := r.triple(g, v, path); ok {
		return []tensor{t}, true
	}
	items := v.List
	switch v.Kind {
	case spec.List:
	case spec.Map:
		if _, object := v.Get("class_name"); object {
			return nil, false
		}
		items = values(v.Map)
	default:
		return nil, false
	}
	pure = len(items) > 0
	for _, e := range items {
		more, ok := r.tensors(g, e, path)
		list = append(list, more...)
		pure = pure && ok
	}
	return list, pure
}

// node reads one use of a layer.
func (r graphReader) node(g *graph, p *part, v spec.Value) (n node) {
	if v.Kind == spec.Map {
		if args, ok := v.Get("args"); ok {
			for _, a := range args.Value.List {
				r.operand(g, p, &n, a)
			}
			r.keywords(g, p, &n, field(v, "kwargs").Map)
			return n
		}
	}
	if _, one := r.triple(g, v, p.path); one {
		r.oldOperand(g, p, &n, v)
		return n
	}
	for _, e := range append(slices.Clone(v.List), values(v.Map)...) {
		r.oldOperand(g, p, &n, e)
	}
	if len(n.inputs) == 0 && len(n.named) == 0 {
		r.fail(p.path, "what it reads is in a form that is not known: %s", v.Brief())
	}
	return n
}

// operand reads an argument of a call of Keras 3.
func (r graphReader) operand(g *graph, p *part, n *node, v spec.Value) {
	list, pure := r.tensors(g, v, p.path)
	n.inputs = append(n.inputs, list...)
	for range list {
		n.consts = append(n.consts, spec.Value{})
	}
	if !pure && (v.Kind != spec.List || len(v.List) > 0) {
		n.consts = append(n.consts, v)
	}
}

// oldOperand reads [layer, use, result, arguments], or a constant.
func (r graphReader) oldOperand(g *graph, p *part, n *node, v spec.Value) {
	if v.Kind == spec.List && len(v.List) >= 3 && v.List[0].Kind == spec.String && v.List[0].Str == "_CONSTANT_VALUE" {
		n.consts = append(n.consts, v.List[2])
	} else {
		r.operand(g, p, n, v)
	}
	if v.Kind == spec.List && len(v.List) == 4 && v.List[3].Kind == spec.Map {
		r.keywords(g, p, n, v.List[3].Map)
	}
}

// keywords reads the arguments of a call that have names.
func (r graphReader) keywords(g *graph, p *part, n *node, args []spec.Arg) {
	for _, a := range args {
		list, pure := r.tensors(g, a.Value, p.path)
		switch {
		case pure:
			if !slices.ContainsFunc(n.named, func(t namedTensor) bool { return t.name == a.Name }) {
				n.named = append(n.named, namedTensor{a.Name, list})
			}
		case len(list) > 0 && !isMask(a.Name):
			r.fail(p.path, "its argument %s mixes tensors and other values", diag.Quote(a.Name))
		case len(list) > 0:
			n.named = append(n.named, namedTensor{a.Name, list})
		default:
			n.given = append(n.given, a)
		}
	}
}

// isMask reports the arguments of a call that carry masks, which Keras passes on by
// itself.
func isMask(name string) bool {
	return slices.Contains([]string{"mask", "query_mask", "value_mask", "key_mask"}, name)
}
