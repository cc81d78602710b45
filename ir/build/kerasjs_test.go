package build_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
	"github.com/nngen-go/nngen/ir/spec"
)

var kerasJS = flag.String("kerasjs", "", "folder of the test vectors of keras-js (attrs.json and test/data): TestKerasJS holds layers to them")

// kerasJSCase is a case of keras-js: a layer, or several of them.
type kerasJSCase struct {
	Input, Expected tensor
	Inputs, Weights []tensor
}

// kerasJSCounts is how many cases the files of keras-js have.
var kerasJSCounts = map[string]int{
	"activations": 33, "layers/convolutional": 44, "layers/core": 22, "layers/embeddings": 3, "layers/merge": 22, "layers/noise": 1, "layers/normalization": 7,
	"layers/pooling": 70, "layers/recurrent": 18, "layers/wrappers": 2, "graph": 5, "pipeline": 13,
}

// TestKerasJS holds layers to what Keras 2 gave, in single precision. Its
// hard_sigmoid was another function, which takes the place of ours. A stateful layer
// goes on from the batch before, as from the steps before.
func TestKerasJS(t *testing.T) {
	if *kerasJS == "" {
		t.Skip("the vectors are not in the repository: see -kerasjs")
	}
	var settings map[string]json.RawMessage
	readJSON(t, filepath.Join(*kerasJS, "attrs.json"), &settings)
	data := filepath.Join(*kerasJS, "test/data")
	cases := map[string]int{}
	err := filepath.WalkDir(data, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		var vectors map[string]kerasJSCase
		readJSON(t, path, &vectors)
		part, _ := filepath.Rel(data, filepath.Dir(path))
		if part == "." {
			part = "activations"
		}
		for name, v := range vectors {
			cases[filepath.ToSlash(part)]++
			t.Run(name, func(t *testing.T) { v.run(t, name, settings[name]) })
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(cases, kerasJSCounts) {
		t.Errorf("%v cases, want %v", cases, kerasJSCounts)
	}
}

// run compares a case.
func (v kerasJSCase) run(t *testing.T, name string, setting json.RawMessage) {
	if v.Inputs == nil {
		v.Inputs = []tensor{v.Input}
	}
	layers, inputs, feed := v.layers(t, name, setting), map[string]any{}, batch{Inputs: tensors{}}
	for i, x := range v.Inputs {
		port := fmt.Sprint("x", i)
		inputs[port] = map[string]any{"shape": x.Shape}
		if strings.HasPrefix(name, "embeddings.") {
			inputs[port] = map[string]any{"shape": x.Shape, "dtype": "int32"}
		}
		feed.Inputs[port] = tensor{Shape: append([]int{1}, x.Shape...), Data: x.Data}
	}
	text, err := json.Marshal(map[string]any{"inputs": inputs, "layers": layers})
	if err != nil {
		t.Fatal(err)
	}
	m, err := spec.Parse("case.json", text)
	if err != nil {
		t.Fatal(err)
	}
	n, err := build.Build(m)
	if err != nil {
		t.Fatal(err)
	}
	weights := tensors{}
	for _, l := range m.Names() { // of which Keras has one after the other
		for _, s := range n.Header.Segments {
			if strings.HasPrefix(s.Name, l+"/") && len(v.Weights) > 0 {
				weights[s.Name], v.Weights = v.Weights[0], v.Weights[1:]
			}
		}
	}
	if len(v.Weights) > 0 {
		t.Errorf("%d weights are left", len(v.Weights))
	}
	keras2(n.Predict)
	got := newEngine(t, weights, n.Header.Segments).run(n.Predict, feed).Outputs[0]
	if len(got.F) < len(v.Expected.Data) {
		t.Fatalf("%d values, Keras has %d", len(got.F), len(v.Expected.Data))
	}
	last := got.F[len(got.F)-len(v.Expected.Data):]
	scale := 1.0
	for _, want := range v.Expected.Data {
		scale = max(scale, math.Abs(want))
	}
	for i, want := range v.Expected.Data {
		if math.Abs(last[i]-want) > 1e-5*scale { // six decimals are given, of weights as well
			t.Errorf("output[%d] is %v, Keras's %v", i, last[i], want)
		}
	}
}

// layers are the entries of a description.
func (v *kerasJSCase) layers(t *testing.T, name string, setting json.RawMessage) []any {
	var one struct {
		LayerClass string
		Attrs      map[string]any
		Layers     []struct {
			LayerClass string
			Attrs      map[string]any
			Inbound    []string
		}
	}
	entry := func(kind string, attrs map[string]any) any { return map[string]any{kind: attrs} }
	group, kind, _ := strings.Cut(name, ".")
	kind, number, _ := strings.Cut(kind, ".")
	if len(setting) > 0 && setting[0] == '{' {
		if err := json.Unmarshal(setting, &one); err != nil {
			t.Fatal(err)
		}
	}
	if one.Layers != nil {
		var list []any
		for i, l := range one.Layers {
			if len(l.Inbound) > 0 {
				l.Attrs["inputs"] = l.Inbound
			} else {
				l.Attrs["inputs"] = []string{fmt.Sprint("x", min(i, len(v.Inputs)-1))}
			}
			list = append(list, entry(l.LayerClass, l.Attrs))
		}
		return list
	}
	attrs := one.Attrs
	if attrs == nil {
		attrs = map[string]any{}
	}
	dense := func(name string) any {
		return entry("Dense", map[string]any{"name": name, "units": v.Weights[0].Shape[1], "inputs": []string{"x0"}})
	}
	switch {
	case group == "activations":
		attrs = map[string]any{}
		for _, set := range kerasJSActivations[kind+"."+number] {
			attrs[set.name] = set.value
		}
		return []any{entry("Activation", map[string]any{"activation": map[string]any{kind: attrs}})}
	case kind == "Activation":
		var function string
		if err := json.Unmarshal(setting, &function); err != nil {
			t.Fatal(err)
		}
		return []any{dense("d"), entry(kind, map[string]any{"activation": function})}
	case kind == "Dropout":
		return []any{dense("d"), entry(kind, map[string]any{"rate": 0.5})}
	case kind == "GaussianNoise":
		return []any{dense("d"), entry(kind, map[string]any{"stddev": 0.5})}
	case group == "merge":
		var list []any
		var branches []string
		for i := range len(v.Weights) / 2 {
			branches = append(branches, fmt.Sprint("d", i))
			list = append(list, dense(branches[i]))
			if len(v.Expected.Shape) > 1 { // three steps of the same
				branches[i] += "_steps"
				list = append(list, entry("RepeatVector", map[string]any{"name": branches[i], "n": 3}))
			}
		}
		attrs = map[string]any{"inputs": branches}
		for _, set := range kerasJSMerges[kind+"."+number] {
			attrs[set.name] = set.value
		}
		return append(list, entry(kind, attrs))
	}
	if attrs["stateful"] == true { // the second of two calls with these steps
		x := &v.Inputs[0]
		x.Shape = slices.Clone(x.Shape)
		x.Shape[0] *= 2
		x.Data = append(slices.Clone(x.Data), x.Data...)
	}
	delete(attrs, "stateful")
	delete(attrs, "input_length")
	if kind == "GRU" {
		attrs["reset_after"] = false
	}
	if inner, ok := attrs["layer"].(map[string]any); ok {
		config := inner["config"].(map[string]any)
		delete(config, "input_dim")
		attrs["layer"] = map[string]any{inner["class_name"].(string): config}
	}
	return []any{entry(kind, attrs)}
}

type kerasJSArgument struct {
	name  string
	value any
}

// What the files do not say, from the programs that wrote them.
var (
	kerasJSActivations = map[string][]kerasJSArgument{
		"elu.3": {{"alpha", 0.5}}, "relu.3": {{"max_value", 0.5}}, "relu.4": {{"negative_slope", 0.3}},
	}
	kerasJSMerges = map[string][]kerasJSArgument{
		"Concatenate.2": {{"axis", 1}}, "Concatenate.3": {{"axis", -2}}, "Dot.0": {{"axes", 1}}, "Dot.1": {{"axes", 2}},
		"Dot.2": {{"axes", 1}, {"normalize", true}}, "Dot.3": {{"axes", 2}, {"normalize", true}}, "Dot.4": {{"axes", -1}, {"normalize", true}},
	}
)

// keras2 has hard_sigmoid be max(0, min(1, x/5 + 1/2)), as it was in Keras 2
// (keras/backend/tensorflow_backend.py).
func keras2(g *ir.Graph) {
	for _, v := range g.Values {
		switch o := v.Op.(type) {
		case *op.Map:
			if o.Word == "hard_sigmoid" {
				line := scalar.Call("add", scalar.Call("mul", scalar.Arg(0), scalar.Num(0.2)), scalar.Num(0.5))
				v.Op = &op.Map{Expr: scalar.Call("max", scalar.Num(0), scalar.Call("min", scalar.Num(1), line)), Word: "hard_sigmoid"}
			}
		case *op.Scan:
			keras2(o.Body)
		}
	}
}

func readJSON(t *testing.T, path string, into any) {
	t.Helper()
	src, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(src, into)
	}
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w", path, err))
	}
}
