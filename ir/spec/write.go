package spec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
)

// WriteJSON gives the JSON form of a model, one layer a line. Reading it gives
// the model back, except for positions. A loss or metric that is for every
// output may not be beside one that is for a single output.
func WriteJSON(m *Model) []byte {
	var b strings.Builder
	b.WriteString("{\n")
	section := func(name string, v Value) {
		if b.Len() > 2 {
			b.WriteString(",\n")
		}
		b.WriteString("  " + jsonText(name) + ": ")
		if v.Kind != List || name != "layers" {
			b.WriteString(v.json())
			return
		}
		for i, e := range v.List {
			b.WriteString([...]string{"[\n    ", ",\n    "}[min(i, 1)])
			b.WriteString(e.json())
		}
		b.WriteString("\n  ]")
	}
	section("name", text(m.Name))
	if m.Data != nil {
		section("data", m.Data.tree())
	}
	var inputs []Arg
	for _, in := range m.Inputs {
		shape := Value{Kind: List}
		for _, n := range in.Shape {
			size := whole(n)
			if n == Ragged {
				size = Value{}
			}
			shape.List = append(shape.List, size)
		}
		inputs = append(inputs, Arg{Name: in.Name, Value: object(Arg{Name: "shape", Value: shape}, Arg{Name: "dtype", Value: text(in.DType)})})
	}
	section("inputs", object(inputs...))
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
		{Name: "batch_size", Value: whole(m.Fit.BatchSize)}, {Name: "epochs", Value: whole(m.Fit.Epochs)},
		{Name: "validation_split", Value: Value{Kind: Float, Float: m.Fit.ValidationSplit}},
	}
	if m.Fit.Shuffle != nil {
		fit = append(fit, Arg{Name: "shuffle", Value: Value{Kind: Bool, Bool: *m.Fit.Shuffle}})
	}
	section("fit", object(append(fit, m.fitExtras()...)...))
	b.WriteString("\n}\n")
	return []byte(b.String())
}

// fitExtras are the parts of fit that are seldom there.
func (m *Model) fitExtras() []Arg {
	var list []Arg
	f := &m.Fit
	if f.Stratify {
		list = append(list, named("stratify", Value{Kind: Bool, Bool: true}))
	}
	if f.ClassWeights != nil {
		weights := object()
		for _, w := range f.ClassWeights {
			name := strconv.Itoa(w.Class)
			if m.Data != nil && m.Data.Classes != nil {
				name = m.Data.Classes[w.Class]
			}
			weights.Map = append(weights.Map, named(name, Value{Kind: Float, Float: w.Weight}))
		}
		list = append(list, named("class_weight", weights))
	}
	if f.StepsPerEpoch > 0 {
		list = append(list, named("steps_per_epoch", whole(f.StepsPerEpoch)))
	}
	if f.Callbacks != nil {
		list = append(list, named("callbacks", mapList(f.Callbacks, Call.tree)))
	}
	return list
}

func text(s string) Value          { return Value{Kind: String, Str: s} }
func whole(n int) Value            { return Value{Kind: Int, Int: int64(n)} }
func object(entries ...Arg) Value  { return Value{Kind: Map, Map: entries} }
func listOf(items ...Value) Value  { return Value{Kind: List, List: items} }
func named(s string, v Value) Arg  { return Arg{Name: s, Value: v} }
func (c Call) tree() Value         { return c.Args.tree(c.Name) }
func textList(list []string) Value { return mapList(list, text) }

// jsonText quotes a text; what cannot be printed is escaped, also where JSON
// allows it.
func jsonText(s string) string {
	var quoted bytes.Buffer
	enc := json.NewEncoder(&quoted)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		panic("spec: " + err.Error()) // a text: nothing that JSON cannot hold
	}
	var b strings.Builder
	for _, r := range strings.TrimSuffix(quoted.String(), "\n") {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, "\\u%04x", unit)
		}
	}
	return b.String()
}

func mapList[T any](list []T, tree func(T) Value) Value {
	v := Value{Kind: List}
	for _, e := range list {
		v.List = append(v.List, tree(e))
	}
	return v
}

func refsTree(refs []Ref) Value {
	return mapList(refs, func(r Ref) Value { return text(r.Name) })
}

// tree gives a name with these arguments: the name alone where there are none.
func (a Args) tree(name string) Value {
	switch {
	case a.Positional != nil:
		return object(named(name, *a.Positional))
	case len(a.List) == 0:
		return text(name)
	}
	return object(named(name, object(a.List...)))
}

func (l Layer) tree() Value {
	var own []Arg
	if l.Name != "" {
		own = append(own, named("name", text(l.Name)))
	}
	if l.Inputs != nil {
		own = append(own, named("inputs", refsTree(l.Inputs)))
	}
	if l.Trainable != nil {
		own = append(own, named("trainable", Value{Kind: Bool, Bool: *l.Trainable}))
	}
	args := l.Args
	args.List = append(own, args.List...)
	return args.tree(l.Type)
}

func (c *Compile) tree() Value {
	entries := []Arg{named("optimizer", c.Optimizer.tree())}
	if len(c.Losses) > 0 {
		entries = append(entries, named("loss", callsTree(c.Losses)))
	}
	if len(c.Metrics) > 0 {
		entries = append(entries, named("metrics", callsTree(c.Metrics)))
	}
	if len(c.WeightedMetrics) > 0 {
		entries = append(entries, named("weighted_metrics", callsTree(c.WeightedMetrics)))
	}
	return object(entries...)
}

// callsTree writes one call alone, more as a list, and those of single outputs
// as a map of either.
func callsTree(calls []NamedCall) Value {
	byOutput := object()
	var all []Value
	for i, n := range calls {
		if n.Output == "" {
			all = append(all, n.Call.tree())
			continue
		}
		if _, done := byOutput.get(n.Output); done {
			continue
		}
		var own []Value
		for _, o := range calls[i:] {
			if o.Output == n.Output {
				own = append(own, o.Call.tree())
			}
		}
		byOutput.Map = append(byOutput.Map, named(n.Output, oneOrList(own)))
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
	return listOf(values...)
}
