package keras

import (
	"cmp"
	"slices"

	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/spec"
)

// writer writes the layers of one model.
type writer struct {
	*reader
	g       *graph
	refs    map[tensor]ref
	entries []spec.Value
	last    string          // what the last entry gives, where that is one result
	named   map[string]bool // what layers name
	steps   string          // before the paths of weights: layers/functional/
	legacy  []string        // the models that this one is in, by Keras's names
	defined Defined         // the layer that is defined so
	unsaid  bool            // the definition does not tell the order of its weights
	place   []int           // and by their numbers in the lists of layers
}

// ref is what a result is called.
type ref struct {
	name string // by a layer that reads it
	flat string // of the layer itself, where the name is that of a model
}

// entry is a map of one entry: a layer with its arguments.
func entry(class string, args ...spec.Arg) spec.Value {
	return spec.Value{Kind: spec.Map, Map: []spec.Arg{{Name: class, Value: spec.Value{Kind: spec.Map, Map: args}}}}
}

func textArg(name, s string) spec.Arg { return spec.Arg{Name: name, Value: word(s)} }

func word(s string) spec.Value { return spec.Value{Kind: spec.String, Str: s} }

func words(list []string) (v spec.Value) {
	v.Kind = spec.List
	for _, s := range list {
		v.List = append(v.List, word(s))
	}
	return v
}

// write gives the description of a model, but for its compile section.
func (r *reader) write(g *graph) spec.Value {
	w := &writer{reader: r, g: g, refs: map[tensor]ref{}, named: map[string]bool{}, defined: Defined{Class: g.class}}
	inputs := spec.Value{Kind: spec.Map}
	for _, p := range g.inputs {
		p.said = r.take(p.name, p.path)
		w.refs[tensor{of: p}] = ref{p.said, p.said}
		inputs.Map = append(inputs.Map, spec.Arg{Name: p.said, Value: r.input(g, p)})
	}
	r.checkShapes(g)
	if len(g.inputs) == 1 {
		w.last = g.inputs[0].said
	}
	w.layers()
	outputs := w.outputs()
	tree := spec.Value{Kind: spec.Map}
	if name := valid(g.name); g.name != "" {
		tree.Map = append(tree.Map, textArg("name", name))
	}
	tree.Map = append(tree.Map, spec.Arg{Name: "inputs", Value: inputs}, spec.Arg{Name: "layers", Value: spec.Value{Kind: spec.List, List: w.entries}})
	if len(outputs) != 1 || outputs[0] != w.last {
		tree.Map = append(tree.Map, spec.Arg{Name: "outputs", Value: words(outputs)})
	}
	return tree
}

// layers writes those that the outputs depend on, each after what it reads, and
// otherwise in the order of the file.
func (w *writer) layers() {
	needed := w.needed()
	done := map[tensor]bool{}
	for _, p := range w.g.inputs {
		done[tensor{of: p}] = true
	}
	for progress := true; progress; {
		progress = false
		for _, p := range w.g.layers {
			for i := range p.nodes {
				t := tensor{of: p, node: i}
				if !needed[t] || done[t] || !w.ready(p, i, done) {
					continue
				}
				done[t], progress = true, true
				w.use(p, i)
			}
		}
	}
	for _, p := range w.g.layers {
		for i := range p.nodes {
			if t := (tensor{of: p, node: i}); needed[t] && !done[t] {
				w.fail(p.path, "it depends on its own result, or on an input that the model has not")
				return
			}
		}
		if p.class != "InputLayer" && p.said == "" && len(w.errs) == 0 && !isOperation(p) {
			w.note(p.path, "it is left out: no output depends on it")
		}
	}
}

// needed are the uses that outputs depend on; masks are passed on by themselves.
func (w *writer) needed() map[tensor]bool {
	needed := map[tensor]bool{}
	stack := slices.Clone(w.g.outputs)
	for len(stack) > 0 {
		t := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if t.index = 0; needed[t] {
			continue
		}
		needed[t] = true
		if t.of.class != "InputLayer" {
			stack = append(stack, t.of.nodes[t.node].reads()...)
		}
	}
	return needed
}

// reads are the tensors that a use of a layer reads, but for masks.
func (n *node) reads() []tensor {
	list := slices.Clone(n.inputs)
	for _, a := range n.named {
		if !isMask(a.name) {
			list = append(list, a.of...)
		}
	}
	return list
}

func (w *writer) ready(p *part, i int, done map[tensor]bool) bool {
	return !slices.ContainsFunc(p.nodes[i].reads(), func(t tensor) bool { return !done[tensor{of: t.of, node: t.node}] })
}

// use writes one use of a layer.
func (w *writer) use(p *part, i int) {
	switch first := p.said == ""; {
	case !first:
		w.again(p, i)
	case p.inner != nil:
		w.inner(p, i)
	case isOperation(p):
		w.operation(p, i)
	default:
		w.layer(p, i)
	}
}

// add appends an entry that reads these values and gives one.
func (w *writer) add(class, name string, inputs []string, args ...spec.Arg) {
	own := []spec.Arg{textArg("name", name)}
	if class == "Shared" {
		own = slices.Insert(own, 0, args...)
		args = nil
	}
	if a, ok := w.reading(inputs); ok {
		own = append(own, a)
	}
	w.entries = append(w.entries, entry(class, append(own, args...)...))
	w.last = name
}

// reading is the argument inputs; ok is false where the layer reads the one before
// it, which goes without saying.
func (w *writer) reading(inputs []string) (a spec.Arg, ok bool) {
	if len(inputs) == 1 && inputs[0] == w.last {
		return a, false
	}
	for _, name := range inputs {
		w.named[name] = true
	}
	if len(inputs) == 1 {
		return textArg("inputs", inputs[0]), true
	}
	return spec.Arg{Name: "inputs", Value: words(inputs)}, true
}

// layer writes the first use of a layer.
func (w *writer) layer(p *part, i int) {
	p.said = w.name(p)
	w.learned(p)
	class, args, ok := converter{w.reader}.arguments(p)
	if !ok {
		return
	}
	inputs, more := w.called(p, class, i)
	inputs, args = w.scaled(p, inputs), append(args, more...)
	w.results(p, i, class, args)
	if a, ok := (converter{w.reader}).activity(p); ok {
		args = append(args, a)
	}
	w.add(class, p.said, inputs, args...)
	w.origin(p, class)
}

// results names what a layer gives, some of which may depend on how it is called.
func (w *writer) results(p *part, i int, class string, args []spec.Arg) {
	w.refs[tensor{p, i, 0}] = ref{p.said, p.said}
	info, _ := layer.Find(class)
	settings := info.New()
	own := slices.DeleteFunc(slices.Clone(args), func(a spec.Arg) bool { return a.Name == "trainable" })
	if s, several := settings.(layer.Several); several && len(layer.Decode(spec.Args{Owner: "the layer", Kind: class, List: own}, settings, "the layer")) == 0 {
		for k, result := range s.Results() {
			name := p.said + "." + result
			w.refs[tensor{p, i, k + 1}] = ref{name, name}
		}
	}
}

// again writes a use of a layer or model after the first.
func (w *writer) again(p *part, i int) {
	name := w.free(p.said)
	if p.inner != nil && len(p.inner.outputs) > 1 {
		w.fail(p.path, "a model of %d outputs that is used more than once is not supported by this version of nngen; give it one output, or build it twice", len(p.inner.outputs))
		return
	}
	inputs, more := w.called(p, p.class, i)
	if len(more) > 0 {
		w.fail(p.path, "it is used with %s in one call and not in the other, which is not supported; build the layer twice", more[0].Name)
	}
	w.refs[tensor{p, i, 0}] = ref{name, name}
	for t, known := range w.refs {
		if t.of == p && t.node != i && t.index > 0 {
			_, result := spec.Ref{Name: known.name}.Of()
			w.refs[tensor{p, i, t.index}] = ref{name + "." + result, name + "." + result}
		}
	}
	w.add("Shared", name, inputs, textArg("layer", p.said))
}

// inner writes the first use of a model.
func (w *writer) inner(p *part, i int) {
	g := p.inner
	p.said = w.name(p)
	in := &writer{reader: w.reader, g: g, refs: map[tensor]ref{}, named: map[string]bool{}, steps: w.steps + p.weight + "/", legacy: append(slices.Clone(w.legacy), p.name), place: w.placeOf(p), defined: w.defined, unsaid: w.unsaid || p.unlisted}
	if p.reads != nil && in.defined.Class == "" {
		in.defined = Defined{p.class, in.steps}
	}
	outer, _ := w.called(p, p.class, i)
	if len(outer) != len(g.inputs) {
		w.fail(p.path, "the model has %d inputs and is called with %d", len(g.inputs), len(outer))
		return
	}
	var bound []string
	for _, q := range g.inputs {
		if q.said = valid(q.name); p.reads == nil {
			q.said = w.free(q.said)
		} else { // which its layers alone know
			w.taken[q.said] = true
		}
		in.refs[tensor{of: q}] = ref{q.said, q.said}
		bound = append(bound, q.said)
	}
	if len(bound) == 1 {
		in.last = bound[0]
	}
	in.layers()
	outputs := in.outputs()
	args := []spec.Arg{textArg("name", p.said)}
	if len(bound) == 1 && !in.named[bound[0]] {
		if a, ok := w.reading(outer); ok {
			args = append(args, a)
		}
	} else {
		reads := spec.Value{Kind: spec.Map}
		for k, name := range bound {
			w.named[outer[k]] = true
			reads.Map = append(reads.Map, textArg(name, outer[k]))
		}
		args = append(args, spec.Arg{Name: "inputs", Value: reads})
	}
	args = append(args, spec.Arg{Name: "layers", Value: spec.Value{Kind: spec.List, List: in.entries}})
	if len(outputs) != 1 || outputs[0] != in.last {
		args = append(args, spec.Arg{Name: "outputs", Value: words(outputs)})
	}
	if v := field(p.config, "trainable"); v.Kind == spec.Bool && !v.Bool {
		args = append(args, spec.Arg{Name: "trainable", Value: v})
	}
	w.entries = append(w.entries, entry("Model", args...))
	w.last = ""
	for k, t := range g.outputs {
		known := in.refs[t]
		if known.name = known.flat; len(outputs) == 1 {
			known.name, w.last = p.said, p.said
		}
		w.refs[tensor{p, i, k}] = known
	}
}

// outputs are the names of what the model gives. One that is an input, or twice
// there, gets a layer of its own.
func (w *writer) outputs() (names []string) {
	for _, t := range w.g.outputs {
		name := w.refs[t].name
		if t.of.class == "InputLayer" || slices.Contains(names, name) {
			more := w.free(cmp.Or(name, "output") + "_output")
			w.add("Identity", more, []string{name})
			w.refs[t] = ref{more, more}
			name = more
		}
		names = append(names, name)
	}
	return names
}
