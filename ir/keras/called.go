package keras

import (
	"slices"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/spec"
)

// called is what one use of a layer reads, by the names of the description, and the
// arguments of the call that are settings there.
func (w *writer) called(p *part, class string, i int) (inputs []string, more []spec.Arg) {
	n := p.nodes[i]
	list := n.inputs
	info, _ := layer.Find(class)
	docs := spec.EntryDoc{}
	if d := find(w.catalog.Layers, class); d != nil {
		docs = *d
	}
	for _, c := range n.consts {
		if c.Kind != spec.Null {
			w.fail(p.path, "an operand of it is a value in the file, which a description has not: %s", c.Brief())
		}
	}
	reads := info.Reads
	if p.reads != nil {
		reads = p.reads
	}
	if len(reads) > 0 {
		list = w.ordered(p, reads, n)
	}
	if slices.ContainsFunc(n.named, func(a namedTensor) bool { return a.name == "attention_mask" }) {
		more = append(more, spec.Arg{Name: "attention_mask", Value: spec.Value{Kind: spec.Bool, Bool: true}})
	}
	for _, a := range n.named {
		switch {
		case isMask(a.name):
			if !automaticMask(a.of) {
				w.fail(p.path, "its argument %s is not the mask that comes with its input, which is not supported by this version of nngen", diag.Quote(a.name))
			}
		case slices.Contains(reads, a.name): // done
		case a.name == "initial_state":
			list = append(slices.Clone(list), a.of...)
		case a.name == "inputs" && len(list) == 0:
			list = a.of
		default:
			w.fail(p.path, "it is called with the argument %s, which is not supported by this version of nngen", diag.Quote(a.name))
		}
	}
	for _, a := range n.given {
		known := slices.IndexFunc(docs.Args, func(d spec.ArgDoc) bool { return d.Name == a.Name })
		switch {
		case a.Value.Kind == spec.Null || isMask(a.Name) || a.Value.Kind == spec.List && len(a.Value.List) == 0:
		case a.Name == "training" && same(a.Value, false):
			// Keras 3 writes it into every call, and goes by what the model is called with. Source:
			// Keras 3, models/functional.py, operation_fn.
			if (class == "BatchNormalization" || class == "Dropout") && w.version.before(3, 0) {
				w.note(p.path, "it is called with training=False, so that it predicts while the model trains; in the description it trains as well")
			}
		case a.Name == "training" && slices.Contains([]string{"CenterCrop", "Resizing", "AutoContrast"}, class): // which files have although nothing depends on it
		case a.Name == "training":
			w.fail(p.path, "it is called with training=True: it would train while the model predicts, which is not supported")
		case a.Name == "reverse" && class == "ReversibleEmbedding": // what it reads says so
		case known >= 0 && !same(a.Value, docs.Args[known].Default):
			more = append(more, a)
		case known < 0 && !same(a.Value, false):
			w.fail(p.path, "it is called with the argument %s, which is not supported by this version of nngen", diag.Quote(a.Name))
		}
	}
	for _, t := range list {
		inputs = append(inputs, w.refs[t].name)
	}
	return inputs, more
}

// ordered are the inputs of a layer whose inputs have names, such as query and
// value.
func (w *writer) ordered(p *part, reads []string, n node) (list []tensor) {
	list = slices.Clone(n.inputs)
	byName := map[string]tensor{}
	for _, a := range n.named {
		if len(a.of) == 1 && slices.Contains(reads, a.name) {
			byName[a.name] = a.of[0]
		}
	}
	if mask, ok := byName["attention_mask"]; ok { // the last one, as the argument attention_mask says
		delete(byName, "attention_mask")
		defer func() { list = append(list, mask) }()
	}
	for k := len(list); k < len(reads) && len(byName) > 0; k++ {
		t, ok := byName[reads[k]]
		if !ok {
			break
		}
		list = append(list, t)
		delete(byName, reads[k])
	}
	for _, name := range reads {
		if _, left := byName[name]; left {
			w.fail(p.path, "it is called with %s and without what comes before it", diag.Quote(name))
		}
	}
	return list
}

// automaticMask reports masks that Keras computes along the way of an Embedding or
// a Masking: comparisons of ids or numbers, and what merges join of them.
func automaticMask(list []tensor) bool {
	return !slices.ContainsFunc(list, func(t tensor) bool {
		return !slices.Contains([]string{"NotEqual", "Any", "LogicalAnd", "LogicalOr", "Concatenate", "Cast", "ExpandDims", "Squeeze", "Broadcast_to", "BroadcastTo", "Reshape", "All"}, t.of.class) ||
			!isOperation(t.of)
	})
}
