package build

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/spec"
)

// modelID identifies the function that the parameters belong to: inputs,
// layers as far as prediction depends on them, outputs, preprocessing, classes.
func (p *plan) modelID() string {
	tree := p.architecture(false)
	if d := p.spec.Data; d != nil {
		data := map[string]any{"features": features(d), "classes": d.Classes}
		if s := d.Train; s != nil {
			data["kind"], data["num_words"], data["oov_id"] = s.Kind, s.NumWords, s.OOVID
		}
		tree["data"] = data
	}
	return digest(tree)
}

// hash identifies everything that the description means, whatever its layout,
// comments, file name and order of keys, and whether defaults are written down.
func (p *plan) hash() string {
	m := p.spec
	tree := p.architecture(true)
	tree["name"] = m.Name
	f := p.fit()
	tree["fit"] = []any{f.BatchSize, f.Epochs, f.ValidationSplit, f.Shuffle == nil || *f.Shuffle}
	if m.Data != nil {
		tree["data"] = p.data()
	}
	if m.Compile != nil {
		var losses, metrics []any
		for i, l := range p.compile.losses {
			losses = append(losses, map[string]any{l.name: layer.Canonical(l.loss, true)})
			metrics = append(metrics, metricSettings(p.compile.metrics[i]))
		}
		tree["compile"] = map[string]any{"optimizer": p.compile.optimizer, "losses": losses, "metrics": metrics}
	}
	return digest(tree)
}

func (p *plan) architecture(training bool) map[string]any {
	var inputs, layers, outputs []any
	for _, in := range p.spec.Inputs {
		inputs = append(inputs, []any{in.Name, in.Shape, in.DType})
	}
	for i, l := range p.spec.Layers {
		one := map[string]any{"name": p.names[i], "type": l.Type, "args": layer.Canonical(p.configs[i], training)}
		var reads []string
		for _, r := range p.reads[i] {
			reads = append(reads, r.Name)
		}
		one["inputs"] = reads
		if training {
			one["trainable"] = l.Trainable == nil || *l.Trainable
		}
		layers = append(layers, one)
	}
	for _, r := range p.spec.OutputRefs() {
		outputs = append(outputs, r.Name)
	}
	return map[string]any{"inputs": inputs, "layers": layers, "outputs": outputs}
}

func (p *plan) data() any {
	d := p.spec.Data
	source := func(s *spec.Source) any {
		if s == nil {
			return nil
		}
		return []any{s.Kind, s.Files, s.NumWords, s.OOVID}
	}
	tree := map[string]any{"train": source(d.Train), "test": source(d.Test), "features": features(d), "classes": d.Classes}
	if d.Target != nil {
		tree["target"] = d.Target.Column
	}
	return tree
}

func features(d *spec.Data) []any {
	var list []any
	for _, f := range d.Features {
		list = append(list, []string{f.Name, f.Type})
	}
	return list
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
