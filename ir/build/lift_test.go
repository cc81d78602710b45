package build

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/spec"
)

// plans is a description with preprocessing layers, one of which reads a file.
const plans = `
inputs:
  x: {shape: [2]}
  plan: {shape: [1], dtype: string}
  user: {shape: [1], dtype: int64}
layers:
  - StringLookup: {name: id, inputs: [plan], vocabulary: words.txt}
  - Embedding: {input_dim: 4, output_dim: 2}
  - Flatten: {name: flat}
  - IntegerLookup: {name: who, inputs: [user], max_tokens: 5, mask_token: 0, output_mode: count}
  - HashedCrossing: {name: both, inputs: [plan, user], num_bins: 6}
  - Hashing: {name: again, inputs: [both], num_bins: 3, salt: 7, output_mode: one_hot}
  - Discretization: {name: bins, inputs: [x], bin_boundaries: [0.5, 1], output_mode: one_hot}
  - Flatten: {name: bins_flat}
  - Concatenate: {inputs: [x, flat, who, again, bins_flat]}
  - Dense: 1
compile: {loss: mse}
`

// inFolder builds a description that lies beside files.
func inFolder(t *testing.T, text string, files map[string]string) (*Network, error) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	m, err := spec.Parse(filepath.Join(dir, "plans.yaml"), []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return Build(m)
}

// What preprocessing layers give are inputs of the network, called after them; what they
// do is in the encoding, and in the identity of the model.
func TestLift(t *testing.T) {
	words := map[string]string{"words.txt": "free\npaid\nno plan\n"}
	n, err := inFolder(t, plans, words)
	if err != nil {
		t.Fatal(err)
	}
	var ports []string
	for _, in := range n.Header.Inputs {
		kind := "f32"
		if in.DType == loop.I32 {
			kind = "i32"
		}
		ports = append(ports, in.Name+" "+kind)
	}
	if want := []string{"x f32", "id i32", "who f32", "again f32", "bins f32"}; !slices.Equal(ports, want) {
		t.Errorf("inputs %q, want %q", ports, want)
	}
	const want = `encoding of rows of a program
  values    "x"      input 0 at 0, 2 wide  size 2
  strings   "plan"   no input              size 1
  integers  "user"   no input              missing error, size 1
  lookup    "id"     input 1 at 0, 1 wide  slots 4, vocabulary ["free" "paid" "no plan"], reads ["plan"], size 1, StringLookup, mode int, oov 1
  lookup    "who"    input 2 at 0, 5 wide  slots 5, reads ["user"], size 1, IntegerLookup, mode count, oov 1, mask "0"
  lookup    "both"   no input              slots 6, reads ["plan" "user"], size 1, HashedCrossing, mode int
  lookup    "again"  input 3 at 0, 3 wide  slots 3, reads ["both"], size 1, Hashing, mode one_hot, salt [7 7]
  lookup    "bins"   input 4 at 0, 6 wide  slots 3, reads ["x"], size 2, Discretization, mode one_hot, bounds [0.5 1]
`
	if got := n.Header.Encoding.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	other := map[string]string{"words.txt": "free\npaid\nno plan" + "s\n"}
	for _, c := range []struct {
		text  string
		files map[string]string
		same  bool
	}{
		{plans, words, true},
		{strings.Replace(plans, "max_tokens: 5,", "max_tokens: 5, num_oov_indices: 1, oov_token: -1,", 1), words, true},
		{strings.Replace(plans, "words.txt", `[free, paid, "no plan"]`, 1), nil, true},
		{plans, other, false},
		{strings.Replace(plans, "salt: 7", "salt: 8", 1), words, false},
		{strings.Replace(plans, "[0.5, 1]", "[0.5, 2]", 1), words, false},
		{strings.Replace(plans, "mask_token: 0,", "", 1), words, false},
	} {
		again, err := inFolder(t, c.text, c.files)
		if err != nil {
			t.Fatal(err)
		}
		if (again.Header.ModelID == n.Header.ModelID) != c.same || (again.Header.Hash == n.Header.Hash) != c.same {
			t.Errorf("%s\nwith %q: model's ID and hash are to be the same: %v", c.text, c.files, c.same)
		}
	}
}

// Files of words that cannot be read, and hostile ones, are mistakes.
func TestVocabularyFiles(t *testing.T) {
	for text, want := range map[string]string{
		"":                                "is empty",
		"a\xff\n":                         "not text in UTF-8",
		"a\nb\na\n":                       `"a" is there twice`,
		"a\nb\nc\nd\n":                    "gives ids from 0 to 4, but the layer that reads them takes ids below 4",
		strings.Repeat("x", 1<<20) + "\n": "",
		"\r\n\x00\n\u00a0":                "",
	} {
		_, err := inFolder(t, plans, map[string]string{"words.txt": text})
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: %v", text, err)
		}
	}
	for _, name := range []string{".", "..", "/etc/passwd", "a/../../b", "", "folder"} {
		text := strings.Replace(plans, "words.txt", `"`+name+`"`, 1)
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "folder"), 0o755); err != nil {
			t.Fatal(err)
		}
		m, err := spec.Parse(filepath.Join(dir, "plans.yaml"), []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Build(m); err == nil || !strings.Contains(err.Error(), "vocabulary: ") {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// A tokenizer needs its special pieces among those of its vocabulary.
func TestWordPieceTokenizer(t *testing.T) {
	const text = `
inputs: {text: {shape: [1], dtype: string}}
layers:
  - WordPieceTokenizer: {name: ids, inputs: [text], vocabulary: vocab.txt, sequence_length: 6, start_token: "[CLS]"}
  - Embedding: {input_dim: 5, output_dim: 2}
  - Flatten: {}
  - Dense: 1
compile: {loss: mse}
`
	const pieces = "[PAD]\n[UNK]\n[CLS]\na\n##b\n"
	n, err := inFolder(t, text, map[string]string{"vocab.txt": pieces})
	if err != nil {
		t.Fatal(err)
	}
	const want = `encoding of rows of a program
  strings  "text"  no input              size 1
  lookup   "ids"   input 0 at 0, 6 wide  slots 5, vocabulary ["[PAD]" "[UNK]" "[CLS]" "a" "##b"], reads ["text"], size 6, WordPieceTokenizer, mode int, pieces {Lowercase:false StripAccents:false SplitOnCJK:true Suffix:## Unknown:1 Start:2 End:-1 Pad:0}
`
	if got := n.Header.Encoding.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for _, c := range []struct{ old, new, pieces, want string }{
		{"", "", strings.ReplaceAll(pieces, "[UNK]", "[unk]"), `oov_token "[UNK]" is none of the 5 pieces of vocabulary; did you mean "[unk]"?`},
		{"", "", strings.ReplaceAll(pieces, "\n", "\r\n"), `pad_token "[PAD]" is none of the 5 pieces of vocabulary; its lines end in CR LF`},
		{"", "", pieces + "a\n", `vocabulary: "a" is there twice`},
		{"", "", pieces + "b\n", "gives ids from 0 to 5, but the layer that reads them takes ids below 5"},
		{"vocabulary: vocab.txt, ", "", pieces, "WordPieceTokenizer needs the pieces that the model was trained with; write vocabulary: vocab.txt"},
		{"sequence_length: 6", `sequence_length: 1, end_token: "a"`, pieces, "sequence_length is 1, and start_token and end_token alone are 2 ids"},
		{"shape: [1]", "shape: [2]", pieces, "WordPieceTokenizer takes one text a row"},
		{"dtype: string", "dtype: int64", pieces, "WordPieceTokenizer takes string"},
		{"sequence_length: 6", `sequence_length: 6, suffix_indicator: ""`, pieces, "suffix_indicator is empty"},
	} {
		_, err := inFolder(t, strings.Replace(text, c.old, c.new, 1), map[string]string{"vocab.txt": c.pieces})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s in place of %s with %q: got %v, want %s", c.new, c.old, c.pieces, err, c.want)
		}
	}
}
