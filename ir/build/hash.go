package build

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"reflect"
	"slices"

	"github.com/nngen-go/nngen/ir/encoding"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/spec"
)

// identity is what a description means, apart from how it is written.
type identity struct {
	*plan
	header *loop.Program
}

// modelID identifies the function that the parameters belong to: inputs,
// layers as far as prediction depends on them, outputs, preprocessing, classes.
func (id identity) modelID() string {
	tree := id.architecture(false)
	if d := id.spec.Data; d != nil {
		tree["data"] = map[string]any{"encoding": preprocessing(id.header.Encoding), "classes": d.Classes}
	} else if e := preprocessing(id.header.Encoding); e != nil {
		tree["encoding"] = e
	}
	if id.spec.Data == nil && id.header.Classes != nil { // those of a layer that is a file
		tree["classes"] = id.header.Classes
	}
	return digest(tree)
}

// hash identifies everything that the description means, whatever its layout,
// comments, file name and order of keys, and whether defaults are written down.
func (id identity) hash() string {
	m := id.spec
	tree := id.architecture(true)
	tree["name"] = m.Name
	f := id.fit
	tree["fit"] = []any{f.BatchSize, f.Epochs, f.ValidationSplit, f.Shuffle == nil || *f.Shuffle}
	if extra := settings(reflect.ValueOf(fitting{f.Stratify, f.StepsPerEpoch, id.header.Training.ClassWeight, id.callbacks})); len(extra) > 0 {
		tree["fitting"] = extra
	}
	if m.Data != nil {
		tree["data"] = id.data()
	} else if e := preprocessing(id.header.Encoding); e != nil {
		tree["encoding"] = e
	}
	if m.Compile != nil {
		var losses, metrics []any
		for i, l := range id.compile.losses {
			losses = append(losses, map[string]any{l.name: layer.Canonical(l.loss, true)})
			metrics = append(metrics, metricSettings(id.compile.metrics[i]))
		}
		section := map[string]any{"optimizer": id.compile.optimizer, "losses": losses, "metrics": metrics}
		var weighted []any
		for _, list := range id.compile.weighted {
			weighted = append(weighted, metricSettings(list))
		}
		if weighted != nil {
			section["weighted_metrics"] = weighted
		}
		if id.compile.weights != nil {
			section["loss_weights"] = id.compile.weights
		}
		tree["compile"] = section
	}
	return digest(tree)
}

func (id identity) architecture(training bool) map[string]any {
	var inputs, layers, outputs []any
	for _, in := range id.spec.Inputs {
		inputs = append(inputs, []any{in.Name, in.Shape, in.DType})
	}
	for i, l := range id.spec.Layers {
		one := map[string]any{"name": id.names[i], "type": l.Type, "args": layer.Canonical(id.configs[i], training)}
		var reads []string
		for _, r := range id.reads[i] {
			reads = append(reads, r.Name)
		}
		one["inputs"] = reads
		if training {
			one["trainable"] = id.trainable(i)
		}
		if l.Shared.Name != "" {
			one["shared"] = l.Shared.Name
		}
		if a := id.activities[i]; training && a.Regularizer != nil {
			one["activity_regularizer"] = map[string]any{a.Name: layer.Canonical(a.Regularizer, true)}
		}
		layers = append(layers, one)
	}
	for _, r := range id.spec.OutputRefs() {
		outputs = append(outputs, r.Name)
	}
	return map[string]any{"inputs": inputs, "layers": layers, "outputs": outputs}
}

// data is all that the section says: files, and how they are read.
func (id identity) data() any {
	d := id.spec.Data
	source := func(s *spec.Source) any {
		if s == nil {
			return nil
		}
		if s.Split == 0 && !slices.Equal(s.Arrays, d.Train.Arrays) {
			return []any{s.Kind, s.Files, s.Arrays}
		}
		return []any{s.Kind, s.Files, s.Split}
	}
	tree := map[string]any{
		"train": source(d.Train), "test": source(d.Test), "validation": source(d.Validation), "classes": d.Classes, "spellings": d.Spellings,
		"encoding": preprocessing(id.header.Encoding), "windows": nil, "weight": d.Weight,
	}
	if w := d.Windows; w != nil {
		tree["windows"] = []int{w.Length, w.Offset, w.Stride}
	}
	if s := d.Train; s != nil {
		tree["table"] = []any{s.Separator, s.Header, s.Arrays}
		if writing := [...]string{s.Quote, s.Encoding, s.Decimal, s.Thousands}; writing != [4]string{} {
			tree["writing"] = writing
		}
	}
	switch {
	case len(d.Targets) == 1 && len(d.Targets[0].Columns) == 1:
		tree["target"] = d.Targets[0].Columns[0]
	case d.Targets != nil:
		var list []any
		for _, t := range d.Targets {
			list = append(list, map[string]any{"columns": t.Columns, "same_as": t.SameAs, "classes": t.Classes, "spellings": t.Spellings})
		}
		tree["targets"] = list
	}
	return tree
}

// fitting is what the fit section seldom says.
type fitting struct {
	Stratify      bool
	StepsPerEpoch int
	ClassWeight   []float64
	Callbacks     []loop.Setting
}

// preprocessing is what the values of an input depend on, given a row. Where
// rows come from, and what else is read from a file, is no part of it.
func preprocessing(e *encoding.Encoding) any {
	if e == nil || len(e.Features) == 0 {
		return nil
	}
	tree := map[string]any{"missing": slices.Sorted(slices.Values(e.Missing))}
	var list []any
	for i := range e.Features {
		list = append(list, settings(reflect.ValueOf(&e.Features[i]).Elem()))
	}
	tree["features"] = list
	if e.Series != nil {
		tree["length"] = e.Series.Length
	}
	return tree
}

// settings are the fields of a struct that are not zero, by name: a field that
// is new changes no hash where it is not used.
func settings(v reflect.Value) map[string]any {
	tree := map[string]any{}
	for i := range v.NumField() {
		if f := v.Field(i); !f.IsZero() {
			tree[v.Type().Field(i).Name] = f.Interface()
		}
	}
	return tree
}

// digest hashes a tree of maps, lists, numbers and texts: encoding/json sorts
// the keys of maps.
func digest(tree any) string {
	text, err := json.Marshal(tree)
	if err != nil {
		panic("build: " + err.Error()) // texts, finite numbers, lists and maps: nothing that JSON cannot hold
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
