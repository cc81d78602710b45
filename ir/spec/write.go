package spec

import (
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/ir/spec/internal/document"
)

// WriteJSON gives the JSON form of a model, one layer a line. Reading it gives
// the model back, except for positions and for Tree: models in it are not written. A loss or metric that is for every
// output may not be beside one that is for a single output.
func WriteJSON(m *Model) []byte {
	var b strings.Builder
	b.WriteString("{\n")
	section := func(name string, v Value) {
		if b.Len() > 2 {
			b.WriteString(",\n")
		}
		b.WriteString("  " + document.JsonText(name) + ": ")
		if v.Kind != List || name != "layers" {
			b.WriteString(v.JSON())
			return
		}
		for i, e := range v.List {
			b.WriteString([...]string{"[\n    ", ",\n    "}[min(i, 1)])
			b.WriteString(e.JSON())
		}
		b.WriteString("\n  ]")
	}
	section("name", document.Text(m.Name))
	if m.Data != nil {
		section("data", m.Data.Tree())
	}
	var inputs []Arg
	for _, in := range m.Inputs {
		shape := Value{Kind: List}
		for _, n := range in.Shape {
			size := document.Whole(n)
			if n == Ragged {
				size = Value{}
			}
			shape.List = append(shape.List, size)
		}
		inputs = append(inputs, Arg{Name: in.Name, Value: document.Object(Arg{Name: "shape", Value: shape}, Arg{Name: "dtype", Value: document.Text(in.DType)})})
	}
	section("inputs", document.Object(inputs...))
	layers := Value{Kind: List}
	for _, l := range m.Layers {
		layers.List = append(layers.List, l.tree())
	}
	section("layers", layers)
	if m.Outputs != nil {
		section("outputs", refsTree(m.Outputs))
	}
	if m.Compile != nil {
		section("compile", m.Compile.tree())
	}
	fit := []Arg{
		{Name: "batch_size", Value: document.Whole(m.Fit.BatchSize)}, {Name: "epochs", Value: document.Whole(m.Fit.Epochs)},
		{Name: "validation_split", Value: Value{Kind: Float, Float: m.Fit.ValidationSplit}},
	}
	if m.Fit.Shuffle != nil {
		fit = append(fit, Arg{Name: "shuffle", Value: Value{Kind: Bool, Bool: *m.Fit.Shuffle}})
	}
	section("fit", document.Object(append(fit, m.fitExtras()...)...))
	b.WriteString("\n}\n")
	return []byte(b.String())
}

// fitExtras are the parts of fit that are seldom there.
func (m *Model) fitExtras() []Arg {
	var list []Arg
	f := &m.Fit
	if f.Stratify {
		list = append(list, document.Named("stratify", Value{Kind: Bool, Bool: true}))
	}
	if f.ClassWeights != nil {
		weights := document.Object()
		for _, w := range f.ClassWeights {
			name := strconv.Itoa(w.Class)
			if m.Data != nil && m.Data.Classes != nil {
				name = m.Data.Classes[w.Class]
			}
			weights.Map = append(weights.Map, document.Named(name, Value{Kind: Float, Float: w.Weight}))
		}
		list = append(list, document.Named("class_weight", weights))
	}
	if f.StepsPerEpoch > 0 {
		list = append(list, document.Named("steps_per_epoch", document.Whole(f.StepsPerEpoch)))
	}
	if f.Callbacks != nil {
		list = append(list, document.Named("callbacks", document.MapList(f.Callbacks, Call.tree)))
	}
	return list
}

func (c Call) tree() Value { return c.Args.tree(c.Name) }

func refsTree(refs []Ref) Value {
	return document.MapList(refs, func(r Ref) Value { return document.Text(r.Name) })
}

// tree gives a name with these arguments: the name alone where there are none.
func (a Args) tree(name string) Value {
	switch {
	case a.Positional != nil:
		return document.Object(document.Named(name, *a.Positional))
	case len(a.List) == 0:
		return document.Text(name)
	}
	return document.Object(document.Named(name, document.Object(a.List...)))
}

func (l Layer) tree() Value {
	var own []Arg
	if l.Shared.Name != "" {
		own = append(own, document.Named("layer", document.Text(l.Shared.Name)))
	}
	if l.Name != "" {
		own = append(own, document.Named("name", document.Text(l.Name)))
	}
	if l.Inputs != nil {
		own = append(own, document.Named("inputs", refsTree(l.Inputs)))
	}
	if l.Trainable != nil {
		own = append(own, document.Named("trainable", Value{Kind: Bool, Bool: *l.Trainable}))
	}
	if l.Shared.Name != "" {
		return document.Object(document.Named(sharedType, document.Object(own...)))
	}
	args := l.Args
	if args.Positional != nil && len(own) > 0 { // which a model has given to the layer of an argument alone
		own = append(own, document.Named("layers", document.ListOf(args.tree(l.Type))))
		return document.Object(document.Named(modelType, document.Object(own...)))
	}
	args.List = append(own, args.List...)
	return args.tree(l.Type)
}

func (c *Compile) tree() Value {
	entries := []Arg{document.Named("optimizer", c.Optimizer.tree())}
	if len(c.Losses) > 0 {
		entries = append(entries, document.Named("loss", callsTree(c.Losses)))
	}
	if len(c.LossWeights) > 0 {
		weights := document.Object()
		for _, w := range c.LossWeights {
			number := Value{Kind: Float, Float: w.Weight}
			if weights.Map = append(weights.Map, document.Named(w.Output, number)); w.Output == "" {
				weights = number
			}
		}
		entries = append(entries, document.Named("loss_weights", weights))
	}
	if len(c.Metrics) > 0 {
		entries = append(entries, document.Named("metrics", callsTree(c.Metrics)))
	}
	if len(c.WeightedMetrics) > 0 {
		entries = append(entries, document.Named("weighted_metrics", callsTree(c.WeightedMetrics)))
	}
	return document.Object(entries...)
}

// callsTree writes one call alone, more as a list, and those of single outputs
// as a map of either.
func callsTree(calls []NamedCall) Value {
	byOutput := document.Object()
	var all []Value
	for i, n := range calls {
		if n.Output == "" {
			all = append(all, n.Call.tree())
			continue
		}
		if _, done := byOutput.Get(n.Output); done {
			continue
		}
		var own []Value
		for _, o := range calls[i:] {
			if o.Output == n.Output {
				own = append(own, o.Call.tree())
			}
		}
		byOutput.Map = append(byOutput.Map, document.Named(n.Output, oneOrList(own)))
	}
	if len(byOutput.Map) > 0 {
		return byOutput
	}
	return oneOrList(all)
}

func oneOrList(values []Value) Value {
	if len(values) == 1 {
		return values[0]
	}
	return document.ListOf(values...)
}

// WriteYAML writes a description, a map of its sections, as a person would: a
// section without layers on one line, or with a line for each of its entries
// where it has several, and a line for each layer; the layers of a Model are
// indented under it. Comment lines come first. Parse reads what root holds.
func WriteYAML(root Value, comments ...string) []byte {
	var b strings.Builder
	for _, line := range comments {
		for part := range strings.Lines(line) {
			b.WriteString(strings.TrimRight("# "+strings.TrimRight(part, "\r\n"), " ") + "\n")
		}
	}
	for _, section := range root.Map {
		writeSection(&b, section, "")
	}
	return []byte(b.String())
}

func writeSection(b *strings.Builder, a Arg, indent string) {
	v := a.Value
	b.WriteString(indent + document.Plain(a.Name) + ":")
	switch {
	case a.Name == "layers" && v.Kind == List && len(v.List) > 0:
		b.WriteByte('\n')
		for _, layer := range v.List {
			writeLayer(b, layer, indent+"  ")
		}
	case indent == "" && v.Kind == Map && len(v.Map) > 1 && a.Name != "fit":
		b.WriteByte('\n')
		for _, e := range v.Map {
			b.WriteString("  " + document.Plain(e.Name) + ": " + e.Value.Flow() + "\n")
		}
	default:
		b.WriteString(" " + v.Flow() + "\n")
	}
}

func writeLayer(b *strings.Builder, v Value, indent string) {
	if v.Kind != Map || len(v.Map) != 1 || v.Map[0].Name != modelType || v.Map[0].Value.Kind != Map {
		text := v.Flow()
		if v.Kind == Map && len(v.Map) == 1 { // the braces around one entry are not needed in a list
			text = document.Plain(v.Map[0].Name) + ": " + v.Map[0].Value.Flow()
		}
		b.WriteString(indent + "- " + text + "\n")
		return
	}
	b.WriteString(indent + "- " + modelType + ":\n")
	for _, a := range v.Map[0].Value.Map {
		writeSection(b, a, indent+"    ")
	}
}
