package exporter

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/spec"
	"github.com/nngen-go/nngen/runtime/encode"
)

const learners = `name: learners
inputs:
  plan: {shape: [1], dtype: string}
  age: {shape: [1]}
  note: {shape: [1], dtype: string}
  size: {shape: [1], dtype: int64}
layers:
  - StringLookup: {name: slots, inputs: [plan], max_tokens: 5, output_mode: one_hot}
  - Discretization: {name: bins, inputs: [age], num_bins: 3, output_mode: one_hot}
  - TextVectorization: {name: words, inputs: [note], max_tokens: 6, output_mode: tf_idf}
  - IntegerLookup: {name: sizes, inputs: [size], max_tokens: 4, output_mode: multi_hot}
  - StringLookup: {name: listed, inputs: [plan], vocabulary: words.txt, output_mode: one_hot}
  - Concatenate: {inputs: [slots, bins, words, sizes, listed]}
  - Dense: 1
`

// What layers have learned, and what stands in files of their own, is written into the
// configuration, and comes back with the same network.
func TestLearned(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "words.txt"), []byte("free\npaid\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	m, err := spec.Parse(filepath.Join(dir, "learners.yaml"), []byte(learners))
	if err != nil {
		t.Fatal(err)
	}
	n, err := build.Build(m)
	if err != nil {
		t.Fatal(err)
	}
	const document = `{"id":"0","features":{"slots":{"words":["free","paid"]},"bins":{"bounds":[15,25.5]},
		"words":{"vocabulary":{"words":["good","bad"]},"idf":[1.5,1,2]},"sizes":{"words":[9007199254740993,-3]},"other":{"mean":[1]}}}`
	learned, err := ParseLearned(document, encode.Digest(document))
	if err != nil {
		t.Fatal(err)
	}
	source := Source{Network: n, Values: drawn(n), Learned: learned}
	for _, name := range []string{"m.keras", "m.h5"} {
		back := write(t, dir, name, source)
		if back == nil {
			continue
		}
		text := strings.Join(strings.Fields(string(back.Report.Description)), " ")
		for _, want := range []string{
			"name: slots", "vocabulary: [free, paid]", "bin_boundaries: [15.0, 25.5]", `vocabulary: ["[UNK]", good, bad]`, "idf_weights: [1.5, 1.0, 2.0]", "vocabulary: [9007199254740993, -3]", "max_tokens: 6, ",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %s in %s", name, want, text)
			}
		}
		if is := write(t, dir, "again.keras", Source{Network: back.Network, Values: back.Weights}); is != nil {
			same(t, back, is)
		}
	}
	if _, err := ParseLearned(document, "0"); err == nil || !strings.Contains(err.Error(), "does not match its digest") {
		t.Error(err)
	}
	source.Learned = nil
	if _, _, err := source.Model(Keras); err == nil || !strings.Contains(err.Error(), `layer "bins": it learns its bin_boundaries from the training rows, and the weights do not hold it`) {
		t.Error(err)
	}
	source.Values = nil
	if _, _, err := source.Model(Keras); err != nil {
		t.Errorf("before there are weights: %v", err)
	}
}
