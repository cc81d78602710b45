package spec

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
)

// Canonical gives a JSON text of what the description means, for hashes: two descriptions that differ in comments, layout, format, order of arguments or in
// writing a default name, input or output down have the same text. What a layer's own defaults are is not known here, nor which argument one that stands alone is. A caller
// who wants the hash of a part clears the rest: Data, Compile and Fit may be zero.
func Canonical(m *Model) []byte {
	names, reads := m.Names(), m.InputRefs()
	layers := make([]any, len(m.Layers))
	for i, l := range m.Layers {
		layers[i] = map[string]any{
			"type": l.Type, "name": names[i], "args": canonicalTree(l.Args), "inputs": refNames(reads[i]), "trainable": l.Trainable == nil || *l.Trainable,
		}
	}
	inputs := make([]any, len(m.Inputs))
	for i, in := range m.Inputs {
		inputs[i] = map[string]any{"name": in.Name, "shape": in.Shape, "dtype": in.DType}
	}
	tree := map[string]any{
		"name": m.Name, "inputs": inputs, "layers": layers, "outputs": refNames(m.OutputRefs()),
		"fit": map[string]any{
			"batch_size": m.Fit.BatchSize, "epochs": m.Fit.Epochs, "validation_split": canonicalFloat(m.Fit.ValidationSplit), "shuffle": m.Fit.Shuffle == nil || *m.Fit.Shuffle,
		},
	}
	if c := m.Compile; c != nil {
		tree["compile"] = map[string]any{"optimizer": canonicalCall(c.Optimizer), "losses": canonicalCalls(c.Losses), "metrics": canonicalCalls(c.Metrics)}
	}
	if m.Data != nil {
		tree["data"] = canonicalData(m.Data)
	}
	return marshal(tree)
}

func marshal(tree any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(tree); err != nil {
		panic("spec: canonical text: " + err.Error()) // strings, finite numbers, lists and maps: nothing that JSON cannot hold
	}
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'})
}

func refNames(refs []Ref) []string {
	names := make([]string, len(refs))
	for i, r := range refs {
		names[i] = r.Name
	}
	return names
}

func canonicalArgs(a Args) []byte { return marshal(canonicalTree(a)) }

// canonicalTree keys an argument that stands alone by the empty name, which no argument has.
func canonicalTree(a Args) map[string]any {
	tree := map[string]any{}
	if a.Positional != nil {
		tree[""] = canonicalValue(*a.Positional)
	}
	for _, arg := range a.List {
		tree[arg.Name] = canonicalValue(arg.Value)
	}
	return tree
}

func canonicalValue(v Value) any {
	switch v.Kind {
	case Bool:
		return v.Bool
	case Int:
		return v.Int
	case Float:
		return canonicalFloat(v.Float)
	case String:
		return v.Str
	case List:
		list := make([]any, len(v.List))
		for i, e := range v.List {
			list[i] = canonicalValue(e)
		}
		return list
	case Map:
		tree := map[string]any{}
		for _, a := range v.Map {
			tree[a.Name] = canonicalValue(a.Value)
		}
		return tree
	}
	return nil
}

// canonicalFloat writes 1.0 as 1: the number is the same whichever way it is written.
func canonicalFloat(f float64) json.Number {
	if f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		return json.Number(strconv.FormatInt(int64(f), 10))
	}
	return json.Number(strconv.FormatFloat(f, 'g', -1, 64))
}

func canonicalCall(c Call) any {
	return map[string]any{c.Name: canonicalTree(c.Args)}
}

func canonicalCalls(calls []NamedCall) []any {
	list := make([]any, len(calls))
	for i, n := range calls {
		list[i] = map[string]any{"output": n.Output, "call": canonicalCall(n.Call)}
	}
	return list
}

func canonicalData(d *Data) any {
	tree := map[string]any{"classes": d.Classes}
	source := func(s *Source) any {
		if s == nil {
			return nil
		}
		return map[string]any{"kind": s.Kind, "files": s.Files, "num_words": s.NumWords, "oov_id": s.OOVID}
	}
	tree["train"], tree["test"] = source(d.Train), source(d.Test)
	features := make([]any, len(d.Features))
	for i, f := range d.Features {
		features[i] = map[string]any{"name": f.Name, "type": f.Type}
	}
	tree["features"] = features
	if d.Target != nil {
		tree["target"] = d.Target.Column
	}
	return tree
}
