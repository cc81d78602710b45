package build

import (
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/spec"
)

const plain = `
name: plain
inputs: {x: {shape: [4]}}
layers:
  - Dense: {units: 3, activation: relu}
  - Dropout: 0.5
  - Dense: {name: head, units: 2, activation: softmax}
compile: {optimizer: rmsprop, loss: sparse_categorical_crossentropy, metrics: [accuracy]}
`

// TestHashes changes the description and says which of both hashes changes.
func TestHashes(t *testing.T) {
	base := network(t, plain).Header
	if base.Hash == base.ModelID || len(base.Hash) != 64 {
		t.Fatalf("hashes %q and %q", base.Hash, base.ModelID)
	}
	for _, c := range []struct {
		what, old, new string
		hash, modelID  bool // changes
	}{
		{"a comment", "name: plain", "name: plain # said aside", false, false},
		{"a comment line", "layers:", "# what it does\nlayers:", false, false},
		{"the order of arguments", "{units: 3, activation: relu}", "{activation: relu, units: 3}", false, false},
		{"the order of sections", "name: plain\ninputs: {x: {shape: [4]}}", "inputs: {x: {shape: [4]}}\nname: plain", false, false},
		{"a default", "units: 3,", "units: 3, use_bias: true, kernel_initializer: GlorotUniform,", false, false},
		{"the default optimizer's own", "optimizer: rmsprop", "optimizer: {rmsprop: {learning_rate: 0.001, rho: 0.9}}", false, false},
		{"a named positional", "Dropout: 0.5", "Dropout: {rate: 0.5}", false, false},
		{"an automatic name", "Dense: {units: 3", "Dense: {name: dense, units: 3", false, false},
		{"the inputs of a sequence", "units: 2,", "units: 2, inputs: [dropout],", false, false},
		{"the output", "compile:", "outputs: [head]\ncompile:", false, false},
		{"a default of fit", "compile:", "fit: {batch_size: 32, epochs: 1}\ncompile:", false, false},
		{"trainable", "units: 3,", "units: 3, trainable: true,", false, false},

		{"a loss that counts once", "[accuracy]", "[accuracy], loss_weights: 1", false, false},

		{"the name", "name: plain", "name: other", true, false},
		{"the optimizer", "rmsprop", "adam", true, false},
		{"the loss", "sparse_categorical_crossentropy", "{sparse_categorical_crossentropy: {from_logits: true}}", true, false},
		{"the metrics", "[accuracy]", "[]", true, false},
		{"a metric's name", "[accuracy]", "[{accuracy: {name: right}}]", true, false},
		{"a metric's argument", "[accuracy]", "[accuracy, {sparse_top_k_categorical_accuracy: 2}]", true, false},
		{"weighted metrics", "[accuracy]", "[accuracy], weighted_metrics: [accuracy]", true, false},
		{"the weight of the loss", "[accuracy]", "[accuracy], loss_weights: {head: 0.5}", true, false},
		{"the batch", "compile:", "fit: {batch_size: 64}\ncompile:", true, false},
		{"an initializer", "units: 3,", "units: 3, kernel_initializer: he_normal,", true, false},
		{"an initializer's argument", "units: 3,", "units: 3, kernel_initializer: {glorot_uniform: {seed: 1}},", true, false},
		{"a regularizer", "units: 3,", "units: 3, kernel_regularizer: l2,", true, false},
		{"the dropout", "Dropout: 0.5", "Dropout: 0.4", true, false},
		{"freezing", "units: 3,", "units: 3, trainable: false,", true, false},

		{"the units", "units: 3", "units: 5", true, true},
		{"the activation", "relu", "tanh", true, true},
		{"the activation's argument", "relu", "{relu: {max_value: 6}}", true, true},
		{"a layer's name", "head", "tail", true, true},
		{"the input's shape", "[4]", "[5]", true, true},
		{"the input's name", "x:", "y:", true, true},
		{"the bias", "units: 3,", "units: 3, use_bias: false,", true, true},
	} {
		text := strings.Replace(plain, c.old, c.new, 1)
		if text == plain {
			t.Fatalf("%s: nothing changes", c.what)
		}
		h := network(t, text).Header
		if (h.Hash != base.Hash) != c.hash {
			t.Errorf("%s: the hash changes: %v", c.what, !c.hash)
		}
		if (h.ModelID != base.ModelID) != c.modelID {
			t.Errorf("%s: the model's ID changes: %v", c.what, !c.modelID)
		}
	}
}

const columns = `
data:
  train: {csv: train.csv}
  features: {age: {type: number}, income: {type: number}}
  target: {column: churned, classes: ["no", "yes"]}
layers:
  - Dense: {units: 1, activation: sigmoid}
compile: {loss: binary_crossentropy}
`

// The data section: what becomes the input, and the classes, belong to the
// model; files and how they are read do not.
func TestHashesOfData(t *testing.T) {
	base := network(t, columns).Header
	for _, c := range []struct {
		old, new string
		modelID  bool
	}{
		{"train.csv", "other.csv", false},
		{"column: churned", "column: left", false},
		{"train.csv}", `train.csv, separator: ";"}`, false},
		{"train.csv}", "train.csv, header: [age, income, churned]}", false},
		{"  features", "  test: {split: 0.1}\n  features", false},
		{"  features", "  validation: {csv: val.csv}\n  features", false},
		{"  features", "  weight: w\n  features", false},
		{"{column: churned,", "{column: left,", false},
		{`target: {column: churned, classes: ["no", "yes"]}`, "target: {columns: [churned]}", true},
		{`"yes"`, `[yes, y]`, false},
		{"compile", "fit: {validation_split: 0.2, stratify: true}\ncompile", false},
		{"compile", "fit: {steps_per_epoch: 3}\ncompile", false},
		{"compile", `fit: {class_weight: {"yes": 3}}` + "\ncompile", false},
		{"compile", "fit: {callbacks: [terminate_on_nan]}\ncompile", false},
		{"age:", "years:", true},
		{`"yes"`, `"oui"`, true},
		{"  features", "  missing_values: [NA]\n  features", true},
		{"number}", "number, missing: mean}", true},
		{"number}", "number, missing: 1.5}", true},
		{"number}", "number, scale: standard}", true},
		{"number}", "category, vocabulary: 2, oov: false}", true},
		{"number}", "category, vocabulary: [a, b]}", true},
		{"number}", "date}", true},
		{"number}", "text, vocabulary: 3, encode: count}", true},
	} {
		h := network(t, strings.Replace(columns, c.old, c.new, 1)).Header
		if h.Hash == base.Hash || (h.ModelID != base.ModelID) != c.modelID {
			t.Errorf("%s: hash changes: %v, model's ID: %v", c.new, h.Hash != base.Hash, h.ModelID != base.ModelID)
		}
	}
}

// Every setting of a feature belongs to the model, and one that says what holds
// anyway changes nothing.
func TestHashesOfFeatures(t *testing.T) {
	with := func(settings string) *loop.Program {
		text := strings.Replace(columns, "income: {type: number}", "more: {"+settings+"}", 1)
		return network(t, strings.Replace(text, "train.csv}", "train.csv}\n  windows: {length: 1}", 1)).Header
	}
	for _, c := range []struct {
		base    string
		same    []string
		differs []string
	}{
		{"type: number", []string{"type: number, missing: error, scale: none"}, []string{"type: number, scale: [log, standard]", "type: number, missing: 0", "type: number, scale: min_max"}},
		{"type: number, scale: [log, standard]", []string{"type: number, scale: [log1p, standard]"}, nil},
		{"type: category, vocabulary: [a, 2]", []string{
			"type: category, vocabulary: [a, \"2\"], encode: one_hot, oov: true, missing: oov",
		}, []string{"type: category, vocabulary: [2, a]", "type: category, vocabulary: [a, 2], missing: a", "type: category, vocabulary: [a, 2, b], oov: false", "type: category, vocabulary: 3",
			"type: category, vocabulary: [a, 2], missing: most_frequent"}},
		{"type: date", []string{`type: date, format: "2006-01-02", parts: [year, month, weekday], encode: cyclic, missing: error`}, []string{
			"type: date, encode: number", `type: date, format: "02.01.2006"`, "type: date, parts: [year, weekday, month]", `type: date, missing: "2000-01-01"`}},
	} {
		base := with(c.base)
		for _, s := range c.same {
			if h := with(s); h.Hash != base.Hash || h.ModelID != base.ModelID {
				t.Errorf("%s and %s differ", c.base, s)
			}
		}
		for _, s := range c.differs {
			if h := with(s); h.Hash == base.Hash || h.ModelID == base.ModelID {
				t.Errorf("%s and %s are the same", c.base, s)
			}
		}
	}
	// A window's length belongs to the model; where its target stands and the
	// next one begins, to the training.
	series := func(windows string) *loop.Program {
		return network(t, strings.Replace(columns, "train.csv}", "train.csv}\n  windows: {"+windows+"}", 1)).Header
	}
	base := series("length: 1")
	if h := series("length: 1, offset: 1, stride: 1"); h.Hash != base.Hash {
		t.Error("the defaults of windows change the hash")
	}
	for _, s := range []string{"length: 1, offset: 2", "length: 1, stride: 2"} {
		if h := series(s); h.Hash == base.Hash || h.ModelID != base.ModelID {
			t.Errorf("%s: hash changes: %v, model's ID: %v", s, h.Hash != base.Hash, h.ModelID != base.ModelID)
		}
	}
}

// The order of inputs, and what they hold, belong to the model.
func TestHashesOfGraphs(t *testing.T) {
	const text = `
name: sums
inputs: {x: {shape: [4]}, y: {shape: [4]}}
layers:
  - Add: {inputs: [x, y]}
  - Dropout: 0.5
`
	base := network(t, text).Header
	for _, c := range []struct {
		old, new string
		modelID  bool
	}{
		{"[x, y]", "[y, x]", true},
		{"x: {shape: [4]}, y: {shape: [4]}", "y: {shape: [4]}, x: {shape: [4]}", true},
		{"Dropout: 0.5", "Dropout: {rate: 0.5, seed: 1}", false},
		{"layers:", "fit: {epochs: 2}\nlayers:", false},
		{"layers:", "fit: {shuffle: false}\nlayers:", false},
		{"layers:", "fit: {validation_split: 0.5}\nlayers:", false},
		{"layers:", "compile: {loss: mse}\nlayers:", false},
	} {
		h := network(t, strings.Replace(text, c.old, c.new, 1)).Header
		if h.Hash == base.Hash || (h.ModelID != base.ModelID) != c.modelID {
			t.Errorf("%s: hash changes: %v, model's ID: %v", c.new, h.Hash != base.Hash, h.ModelID != base.ModelID)
		}
	}
}

// A model means the same in JSON.
func TestHashesOfJSON(t *testing.T) {
	for _, text := range []string{plain, two} {
		m := parse(t, text)
		again, err := spec.Parse("model.json", spec.WriteJSON(m))
		if err != nil {
			t.Fatal(err)
		}
		n, err := Build(again)
		if err != nil {
			t.Fatal(err)
		}
		if base := network(t, text).Header; n.Header.Hash != base.Hash || n.Header.ModelID != base.ModelID {
			t.Errorf("%s: the hashes of YAML and JSON differ", m.Name)
		}
	}
}

func TestFileNameIsNotHashed(t *testing.T) {
	m := parse(t, plain)
	m.File = "elsewhere.yaml"
	n, err := Build(m)
	if err != nil {
		t.Fatal(err)
	}
	if n.Header.Hash != network(t, plain).Header.Hash {
		t.Error("the hash knows the file's name")
	}
}
