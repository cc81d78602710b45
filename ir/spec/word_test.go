package spec

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/spec/internal/document"
)

// wordPositions are the places where a scalar is meant as a word: a description
// that lacks the word, and the word that was read. Listed is where null is a
// word too.
var wordPositions = []struct {
	name, yaml string
	of         func(m *Model) string
	listed     bool
}{
	{"name", "name: %s\ninputs: {x: {shape: [2]}}\nlayers: [{Dense: 1}]\n", func(m *Model) string { return m.Name }, false},
	{"layer", "inputs: {input: {shape: [2]}}\nlayers:\n- Dense: {units: 1, name: %s}\n- Dense: 1\n", func(m *Model) string { return m.Layers[0].Name }, false},
	{"reads", "inputs: {%[2]s: {shape: [2]}}\nlayers: [{Dense: {units: 1, inputs: %[1]s}}]\n", func(m *Model) string { return m.Layers[0].Inputs[0].Name }, false},
	{"reads several", "inputs: {%[2]s: {shape: [2]}}\nlayers: [{Dense: {units: 1, inputs: [%[1]s]}}]\n", func(m *Model) string { return m.Layers[0].Inputs[0].Name }, false},
	{"input", "inputs: {%s: {shape: [2]}}\nlayers: [{Dense: 1}]\n", func(m *Model) string { return m.Inputs[0].Name }, true},
	{"outputs", "inputs: {input: {shape: [2]}}\nlayers: [{Dense: {units: 1, name: %s}}]\noutputs: [%[1]s]\n", func(m *Model) string { return m.Outputs[0].Name }, false},
	{"metric", "inputs: {x: {shape: [2]}}\nlayers: [{Dense: 1}]\ncompile: {loss: mse, metrics: [{accuracy: {name: %s}}]}\n",
		func(m *Model) string { return m.Compile.Metrics[0].Call.Args.List[0].Value.Str }, false},
	{"monitor", "inputs: {x: {shape: [2]}}\nlayers: [{Dense: 1}]\nfit: {callbacks: [{early_stopping: {monitor: %s}}]}\n",
		func(m *Model) string { return m.Fit.Callbacks[0].Args.List[0].Value.Str }, false},
	{"vocabulary", table("gg: {type: category, vocabulary: [%s, otherwise]}", ""), func(m *Model) string { return m.Data.Features[0].Vocabulary[0] }, true},
	{"missing category", table("gg: {type: category, vocabulary: 3, missing: %s}", ""), func(m *Model) string { return m.Data.Features[0].Missing.Text }, false},
	{"feature", table("%s: {type: number}", ""), func(m *Model) string { return m.Data.Features[0].Name }, true},
	{"missing_values", table("gg: {type: number}", "missing_values: [%s, otherwise]"), func(m *Model) string { return m.Data.Missing[0] }, true},
	{"weight", table("gg: {type: number}", "weight: %s"), func(m *Model) string { return m.Data.Weight }, false},
	{"classes", strings.Replace(table("gg: {type: number}", ""), "{column: jj}", "{column: jj, classes: [otherwise, %s]}", 1), func(m *Model) string { return m.Data.Classes[1] }, true},
	{"spellings", strings.Replace(table("gg: {type: number}", ""), "{column: jj}", "{column: jj, classes: [[gg, %s], hh]}", 1), func(m *Model) string { return m.Data.Spellings[0][0] }, true},
	{"class_weight", strings.Replace(table("gg: {type: number}", ""), "{column: jj}", "{column: jj, classes: [otherwise, %[2]s]}", 1) + "fit: {class_weight: {%[1]s: 2}}\n",
		func(m *Model) string { return m.Data.Classes[m.Fit.ClassWeights[0].Class] }, true},
	{"target", strings.Replace(table("gg: {type: number}", ""), "column: jj", "column: %s", 1), func(m *Model) string { return m.Data.Targets[0].Columns[0] }, false},
	{"targets", strings.Replace(table("gg: {type: number}", ""), "column: jj", "columns: [otherwise, %s]", 1), func(m *Model) string { return m.Data.Targets[0].Columns[1] }, true},
	{"array", "inputs: {x: {shape: [2]}}\ndata: {train: {npz: a, inputs: %s, target: otherwise}}\nlayers: [{Dense: 1}]\n", func(m *Model) string { return m.Data.Train.Arrays[0] }, false},
	{"array of an input", "inputs: {x: {shape: [2]}}\ndata: {train: {npz: a, inputs: {x: %s}, target: {out: otherwise}}}\nlayers: [{Dense: {units: 1, name: out}}]\n", func(m *Model) string { return m.Data.Train.Arrays[0] }, false},
	{"npy", "inputs: {x: {shape: [2]}}\ndata: {train: {npy: {inputs: %s, target: otherwise}}}\nlayers: [{Dense: 1}]\n", func(m *Model) string { return m.Data.Train.Files[0] }, false},
	{"input of a feature", table("gg: {type: number, input: %s}", ""), func(m *Model) string { return m.Data.Features[0].Input }, false},
	{"columns of a feature", table("gg: {type: number, columns: [%s, otherwise]}", ""), func(m *Model) string { return m.Data.Features[0].Name }, true},
	{"csv", strings.Replace(table("gg: {type: number}", ""), "train.csv", "%s", 1), func(m *Model) string { return m.Data.Train.Files[0] }, false},
	{"header", strings.Replace(table("gg: {type: number}", ""), "train.csv", "a, header: [gg, jj, %s]", 1), func(m *Model) string { return m.Data.Train.Header[2] }, true},
	{"idx", "inputs: {x: {shape: [2]}}\ndata: {train: {idx: [%s, labels]}}\nlayers: [{Dense: 1}]\n", func(m *Model) string { return m.Data.Train.Files[0] }, false},
	{"arrays", "inputs: {x: {shape: [2]}}\ndata: {train: {npz: a, arrays: [%s, otherwise]}}\nlayers: [{Dense: 1}]\n", func(m *Model) string { return m.Data.Train.Arrays[0] }, false},
	{"folder class", "data: {train: {text_dir: a, vocabulary: 9, length: 3}, classes: [%s, otherwise]}\nlayers: [{Embedding: {input_dim: 9, output_dim: 2}}]\n",
		func(m *Model) string { return m.Data.Classes[0] }, true},
}

func table(feature, more string) string {
	if more != "" {
		more = ", " + more
	}
	return "data: {train: {csv: train.csv}, features: {" + feature + "}, target: {column: jj}" + more + "}\nlayers: [{Dense: 1}]\n"
}

// lookalikes are words that YAML, JSON or one of their versions takes for
// something else.
var lookalikes = []string{
	"TRUE", "True", "true", "FALSE", "False", "false", "NA", "yes", "no", "on", "Off", "y", "N", "-999", "+1", "0", "-0", "007", "0x10", "0XfF", "0o17", "0b11", "1_000", "1'000",
	"1e3", "1E3", "1.0", "1.50", ".5", "5.", "-1.5e-7", "1e999", ".inf", "-.Inf", ".nan", "NaN", "99999999999999999999", "2024-01-31", "2024-01-31T10:00:00Z", "12:30", "1:30:00",
	"~", "null", "Null", "NULL", "1.2.3", "<<", "=", "é", "0.1e", "e3", "--1", "+", "1e+3", "None", "inf", "0x", "1.0.", "mean", "64", "1234567890123456789",
}

// TestWords takes every lookalike, and random ones made of their characters, for
// a word in every position, without quotes, in single and in double ones, as
// JSON and as a JSON literal.
func TestWords(t *testing.T) {
	words := slices.Clone(lookalikes)
	random := rand.New(rand.NewPCG(1, 2))
	for range 150 {
		const letters = "0123456789.eE+-xob_~TRUEtruenlsNAoyi"
		b := make([]byte, 1+random.IntN(7))
		for i := range b {
			b[i] = letters[random.IntN(len(letters))]
		}
		words = append(words, string(b))
	}
	for _, p := range wordPositions {
		for _, w := range words {
			null := w == "~" || strings.EqualFold(w, "null") && w != "nULL" && w != "nUll"
			own := slices.Contains([]string{"error", "oov", "mean", "otherwise"}, w) && p.name == "missing category"
			if null && !p.listed || own || p.name == "feature" && w == "<<" || strings.HasPrefix(w, "-") && len(w) == 1 {
				continue
			}
			plain := w
			if w == "<<" && (p.name == "input" || p.name == "class_weight") { // a merge key
				plain = `"<<"`
			}
			for _, written := range []string{plain, "'" + strings.ReplaceAll(w, "'", "''") + "'", document.JsonText(w)} {
				checkWord(t, p.name, "m.yaml", wordIn(p.yaml, written, document.JsonText(w)), w, p.of)
			}
			m, err := Parse("m.yaml", []byte(wordIn(p.yaml, document.JsonText(w), document.JsonText(w))))
			if err != nil {
				continue // reported above
			}
			asJSON := string(WriteJSON(m))
			checkWord(t, p.name, "m.json", asJSON, w, p.of)
			if jsonLiteral.MatchString(w) && !keyed(p.name) {
				checkWord(t, p.name, "m.json", literally(asJSON, w), w, p.of)
			}
		}
	}
}

var jsonLiteral = regexp.MustCompile(`^(true|false|-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?)$`)

// keyed reports a position that is a key, or that a key repeats.
func keyed(position string) bool {
	return slices.Contains([]string{"input", "feature", "class_weight", "reads", "reads several"}, position)
}

// literally takes the quotes of a word away, except in keys.
func literally(text, w string) string {
	return regexp.MustCompile(regexp.QuoteMeta(document.JsonText(w))+`([^:])`).ReplaceAllString(text, strings.ReplaceAll(w, "$", "$$")+"$1")
}

func wordIn(format, written, quoted string) string {
	if strings.Contains(format, "%[2]s") {
		return fmt.Sprintf(format, written, quoted)
	}
	return fmt.Sprintf(format, written)
}

func checkWord(t *testing.T, position, file, src, want string, of func(m *Model) string) {
	t.Helper()
	m, err := Parse(file, []byte(src))
	if err != nil {
		t.Errorf("%s: %q: %v\n%s", position, want, err, src)
		return
	}
	if got := of(m); got != want {
		t.Errorf("%s: %q is read as %q\n%s", position, want, got, src)
	}
	if file == "m.json" && !json.Valid([]byte(src)) {
		t.Errorf("%s: no JSON: %s", position, src)
	}
}

// TestNotWords reports, where no word is meant, what only a word could be.
func TestNotWords(t *testing.T) {
	for src, want := range map[string]string{
		"inputs: {x: {shape: [2]}}\nlayers: [{Dense: 007}]\n":                                    "m.yaml:2:18: a number that begins with 0 means different things to different readers; write 7, or \"007\" for a text",
		"inputs: {x: {shape: [2]}}\nlayers: [{Dense: 1_000}]\n":                                  "m.yaml:2:18: write the number 1_000 without separators: 1000",
		table("gg: {type: number, missing: &a 007}, hh: {type: category, vocabulary: [*a]}", ""): "m.yaml:1:72: a number that begins with 0 means different things to different readers; write 7, or \"007\" for a text",
		"name: ~\ninputs: {x: {shape: [2]}}\nlayers: [{Dense: 1}]\n":                             "m.yaml:1:7: name takes a text, not null; for the word itself write \"~\"",
		table("gg: {type: number}", "weight: null"):                                              "m.yaml:1:95: data: weight takes the header of a column, not null; for the word itself write \"null\"",
		table("gg: {type: category, vocabulary: [1.0, 1.0]}", ""):                                "m.yaml:1:83: data: feature \"gg\": vocabulary has \"1.0\" twice",
	} {
		_, err := Parse("m.yaml", []byte(src))
		if err == nil || err.Error() != want {
			t.Errorf("%s\ngot  %v\nwant %s", src, err, want)
		}
	}
}
