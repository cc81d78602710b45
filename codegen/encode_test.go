package codegen

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/codegen/internal/irisprog"
	"github.com/nngen-go/nngen/ir/encoding"
	"github.com/nngen-go/nngen/ir/loop"
)

// place gives features their places one after the other in the first input, or
// each its own where it has a port.
func place(p *loop.Program, features ...encoding.Feature) {
	at := 0
	for i, f := range features {
		if f.Port == 0 {
			features[i].Offset = at
			at += f.Width
		}
	}
	p.Encoding.Features = features
}

// mixed is a network on a table with features of every kind.
func mixed() *loop.Program {
	p := irisprog.Sized(54)
	p.Inputs = append(p.Inputs,
		loop.Port{Name: "city", Shape: []int{2}, DType: loop.I32, Limit: 5},
		loop.Port{Name: "note", Shape: []int{4}, DType: loop.I32, Limit: 9},
		loop.Port{Name: "tags", Ragged: true, DType: loop.I32, Limit: 9},
	)
	p.Encoding = &encoding.Encoding{Source: "csv", Missing: []string{"", "NA"}, Targets: []encoding.Target{{Columns: []string{"species"}}}, Weight: "how much", Table: encoding.Table{Separator: ";"},
		Spellings: [][]string{{"Iris-setosa"}, nil, {"virg.", "V"}}}
	place(p,
		encoding.Feature{Name: "age", Type: encoding.Number, Width: 1, Missing: encoding.Missing{Kind: "mean"}, Scale: []string{"standard"}},
		encoding.Feature{Name: "fare", Type: encoding.Number, Width: 1, Missing: encoding.Missing{Kind: "value", Value: 0.5}, Scale: []string{"log1p", "standard"}},
		encoding.Feature{Name: "hours", Type: encoding.Number, Width: 1, Missing: encoding.Missing{Kind: "median"}, Scale: []string{"log1p", "min_max"}},
		encoding.Feature{Name: "raw", Type: encoding.Number, Width: 1, Missing: encoding.Missing{Kind: "error"}},
		encoding.Feature{Name: "plan", Type: encoding.Category, Width: 4, Slots: 4, OOV: true, Encode: "one_hot", Missing: encoding.Missing{Kind: "oov"}},
		encoding.Feature{Name: "color", Type: encoding.Category, Width: 3, Slots: 3, Encode: "one_hot", Vocabulary: []string{"red", "green", "blue"}, Missing: encoding.Missing{Kind: "most_frequent"}},
		encoding.Feature{Name: "shop", Type: encoding.Category, Width: 3, Slots: 3, OOV: true, Encode: "one_hot", Missing: encoding.Missing{Kind: "text", Text: "none"}},
		encoding.Feature{Name: "joined", Type: encoding.Date, Width: 9, Encode: "cyclic", Format: "2006-01-02", Parts: []string{"year", "month", "weekday", "hour", "minute"}, Missing: encoding.Missing{Kind: "error"}},
		encoding.Feature{Name: "left at", Type: encoding.Date, Width: 3, Encode: "number", Format: "02.01.2006 15:04", Parts: []string{"days", "hour", "day_of_year"}, Missing: encoding.Missing{Kind: "text", Text: "31.12.1999 23:59"}},
		encoding.Feature{Name: "review", Type: encoding.Text, Width: 12, Slots: 12, Encode: "tf_idf", Standardize: "lower_and_strip_punctuation", Split: "whitespace", NGrams: 1},
		encoding.Feature{Name: "title", Type: encoding.Text, Width: 8, Slots: 8, Encode: "count", Standardize: "lower", Split: "character", NGrams: 1, Vocabulary: []string{"a", "b", "é"}},
		encoding.Feature{Name: "words", Type: encoding.Text, Width: 8, Slots: 8, Encode: "multi_hot", Standardize: "lower_and_strip_punctuation", Split: "whitespace", NGrams: 2},
		encoding.Feature{Name: "city", Port: 1, Type: encoding.Category, Width: 1, Slots: 5, OOV: true, Encode: "integer", Missing: encoding.Missing{Kind: "oov"}},
		encoding.Feature{Name: "note", Port: 2, Type: encoding.Text, Width: 4, Slots: 9, Encode: "integer", Length: 4, Standardize: "none", Split: "whitespace", NGrams: 1},
		encoding.Feature{Name: "town", Port: 1, Offset: 1, Type: encoding.Category, Width: 1, Slots: 3, OOV: true, Encode: "integer", Vocabulary: []string{"x", "y"}, Missing: encoding.Missing{Kind: "oov"}},
		encoding.Feature{Name: "tags", Port: 3, Type: encoding.Text, Slots: 9, Encode: "integer", Standardize: "strip_punctuation", Split: "whitespace", NGrams: 1},
	)
	return p
}

// What Encode makes of rows is what one works out by hand, in packages of both
// kinds (testdata/mixed_test.go.txt).
func TestEncodeMixed(t *testing.T) {
	testBoth(t, mixed(), "mixed", "testdata/mixed_test.go.txt")
}

// likened is a network on categories and classes that are numbers and truth
// values, with logits for outputs.
func likened() *loop.Program {
	p := irisprog.Sized(17)
	p.Classes, p.Answer.Probabilities = []string{"0", "1", "False"}, loop.BySoftmax
	p.Encoding = &encoding.Encoding{Source: "csv", Missing: []string{"", "-9"}, Targets: []encoding.Target{{Columns: []string{"species"}}}, Spellings: [][]string{{"0.00"}, nil, {"no"}}}
	category := func(name string, slots int, oov bool, words ...string) encoding.Feature {
		f := encoding.Feature{Name: name, Type: encoding.Category, Width: slots, Slots: slots, OOV: oov, Encode: "one_hot", Vocabulary: words, Missing: encoding.Missing{Kind: "error"}}
		if oov {
			f.Missing.Kind = "oov"
		}
		return f
	}
	place(p,
		category("listed", 6, true, "2", "True", "1e1", "Paris", "007"),
		category("both", 5, true, "2", "2.0", "TRUE", "true"),
		category("strict", 2, false, "0", "-1.5"),
		category("learned", 4, true),
	)
	return p
}

// A category, a class and a missing value are found by their very text, or by
// what they are the only ones to write in another way
// (testdata/likened_test.go.txt).
func TestEncodeLikened(t *testing.T) {
	testBoth(t, likened(), "likened", "testdata/likened_test.go.txt")
}

// testBoth tests the packages p0, trainable, and p1, predict-only, with a test
// of their own and one that imports both.
func testBoth(t *testing.T, p *loop.Program, name, file string) {
	t.Helper()
	full, err := Generate(p, Config{Package: name})
	if err != nil {
		t.Fatal(err)
	}
	small, err := Generate(p, Config{Package: name + "predict", PredictOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	test, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	testWith(t, []File{{Name: name + "_test.go", Data: test}}, full, small)
}

// texts is a network whose features are the cases of TextVectorization in
// testdata/keras/preprocessing.json.gz, and the Go source of where they go.
func texts() (*loop.Program, string) {
	text := func(name, encode string, slots int) encoding.Feature {
		return encoding.Feature{Name: name, Type: encoding.Text, Encode: encode, Slots: slots, Standardize: "lower_and_strip_punctuation", Split: "whitespace", NGrams: 1}
	}
	with := func(f encoding.Feature, change func(f *encoding.Feature)) encoding.Feature {
		change(&f)
		return f
	}
	features := []encoding.Feature{
		text("text_multi_hot", "multi_hot", 12),
		text("text_count", "count", 12),
		text("text_tf_idf", "tf_idf", 12),
		text("text_multi_hot_more_room_than_words", "multi_hot", 100),
		text("text_count_padded_to_max_tokens", "count", 100),
		text("text_tf_idf_all_words", "tf_idf", 60),
		with(text("text_bigrams_multi_hot", "multi_hot", 30), func(f *encoding.Feature) { f.NGrams = 2 }),
		text("text_int", "integer", 100),
		text("text_int_max_tokens", "integer", 8),
		with(text("text_int_length_pads_and_truncates", "integer", 12), func(f *encoding.Feature) { f.Length = 4 }),
		with(text("text_int_pads", "integer", 100), func(f *encoding.Feature) { f.Length = 12 }),
		with(text("text_lower_only", "integer", 20), func(f *encoding.Feature) { f.Standardize = "lower" }),
		with(text("text_strip_punctuation_only", "integer", 20), func(f *encoding.Feature) { f.Standardize = "strip_punctuation" }),
		with(text("text_as_it_is", "integer", 20), func(f *encoding.Feature) { f.Standardize = "none" }),
		with(text("text_characters", "integer", 20), func(f *encoding.Feature) { f.Split, f.Length = "character", 16 }),
		with(text("text_bigrams", "integer", 30), func(f *encoding.Feature) { f.NGrams = 2 }),
	}
	return keras(features)
}

// lookups is a network whose features are the cases of StringLookup.
func lookups() (*loop.Program, string) {
	category := func(name, encode string, slots int, oov bool, vocabulary ...string) encoding.Feature {
		missing := "error"
		if oov {
			missing = "oov"
		}
		return encoding.Feature{Name: name, Type: encoding.Category, Encode: encode, Slots: slots, OOV: oov, Vocabulary: vocabulary, Missing: encoding.Missing{Kind: missing}}
	}
	return keras([]encoding.Feature{
		category("lookup_int", "integer", 20, true),
		category("lookup_int_max_tokens", "integer", 4, true),
		category("lookup_int_no_oov", "integer", 20, false),
		category("lookup_int_given", "integer", 4, true, "low", "middle", "high"),
		category("lookup_one_hot", "one_hot", 12, true),
		category("lookup_one_hot_no_oov", "one_hot", 9, false),
		category("lookup_one_hot_max_tokens", "one_hot", 4, true),
		category("lookup_one_hot_given", "one_hot", 3, true, "low", "high"),
	})
}

// keras is a network with these features, and the Go source of where they go.
func keras(features []encoding.Feature) (*loop.Program, string) {
	width := 0
	for i := range features {
		if f := &features[i]; f.Encode != "integer" {
			f.Width = f.Slots
			width += f.Width
		}
	}
	p := irisprog.Sized(width)
	for i := range features {
		f := &features[i]
		if f.Encode == "integer" {
			f.Port, f.Width = len(p.Inputs), f.Length
			port := loop.Port{Name: f.Name, DType: loop.I32, Limit: f.Slots, Ragged: f.Type == encoding.Text && f.Length == 0}
			if f.Type == encoding.Category {
				f.Width = 1
			}
			if !port.Ragged {
				port.Shape = []int{f.Width}
			}
			p.Inputs = append(p.Inputs, port)
		}
	}
	p.Encoding = &encoding.Encoding{Source: "csv", Targets: []encoding.Target{{Columns: []string{"species"}}}}
	place(p, features...)
	ports := "package texts_test\n\nvar ports = map[string]struct {\nfield string\noffset, width int\n}{\n"
	for _, f := range p.Encoding.Features {
		field := "X"
		if f.Port > 0 {
			field = ""
			for _, word := range strings.Split(f.Name, "_") {
				field += strings.ToUpper(word[:1]) + word[1:]
			}
		}
		ports += fmt.Sprintf("%q: {%q, %d, %d},\n", f.Name, field, f.Offset, f.Width)
	}
	return p, ports + "}\n"
}

// Texts and categories become what real Keras makes of them.
func TestEncodeKeras(t *testing.T) {
	for _, network := range []func() (*loop.Program, string){texts, lookups} {
		p, ports := network()
		full, err := Generate(p, Config{Package: "texts"})
		if err != nil {
			t.Fatal(err)
		}
		test, err := os.ReadFile("testdata/texts_test.go.txt")
		if err != nil {
			t.Fatal(err)
		}
		testWith(t, []File{{Name: "texts_test.go", Data: test}, {Name: "ports_test.go", Data: []byte(ports)}}, full)
	}
}

// pictures is a network on images of one size.
func pictures(height, width, channels int) *loop.Program {
	n := height * width * channels
	p := irisprog.Sized(n)
	p.Inputs[0].Shape = []int{height, width, channels}
	p.Encoding = &encoding.Encoding{Source: "image_dir"}
	place(p, encoding.Feature{Name: "image", Type: encoding.Image, Width: n, Height: height, Columns: width, Channels: channels})
	return p
}

// Images become what real Keras makes of them.
func TestEncodeImages(t *testing.T) {
	var packages [][]File
	for _, size := range [][3]int{{3, 3, 1}, {8, 12, 1}, {3, 4, 3}, {4, 4, 1}, {5, 7, 3}, {8, 8, 3}} {
		files, err := Generate(pictures(size[0], size[1], size[2]), Config{Package: "images", PredictOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, files)
	}
	full, err := Generate(pictures(3, 3, 1), Config{Package: "images"})
	if err != nil {
		t.Fatal(err)
	}
	test, err := os.ReadFile("testdata/images_test.go.txt")
	if err != nil {
		t.Fatal(err)
	}
	testWith(t, []File{{Name: "images_test.go", Data: test}}, append(packages, full)...)
}

// windowed is a network on two successive rows of a table.
func windowed() *loop.Program {
	p := irisprog.Sized(6)
	p.Inputs[0].Shape = []int{2, 3}
	p.Classes = nil
	p.Encoding = &encoding.Encoding{Source: "csv", Targets: []encoding.Target{{Columns: []string{"y"}}}, Missing: []string{""}, Series: &encoding.Series{Length: 2, Offset: 1, Stride: 1}}
	place(p,
		encoding.Feature{Name: "n", Type: encoding.Number, Width: 1, Missing: encoding.Missing{Kind: "error"}, Scale: []string{"standard"}},
		encoding.Feature{Name: "kind", Type: encoding.Category, Width: 2, Slots: 2, OOV: true, Encode: "one_hot", Missing: encoding.Missing{Kind: "oov"}},
	)
	return p
}

// tokens is a network with lists of ids cut to four.
func tokens(side string, words int) *loop.Program {
	p := irisprog.Program()
	p.Inputs = append(p.Inputs, loop.Port{Name: "tokens", DType: loop.I32, Shape: []int{4}, Limit: 10})
	p.Classes = nil
	p.Encoding = &encoding.Encoding{Source: "tokens"}
	place(p, encoding.Feature{Name: "tokens", Port: 1, Type: encoding.Tokens, Width: 4, Length: 4, Padding: side, Truncating: side, NumWords: words, OOVID: 2})
	return p
}

// columns is a network on more numbers than Features has fields for.
func columns() *loop.Program {
	p := irisprog.Sized(120)
	p.Encoding = &encoding.Encoding{Source: "csv", Targets: []encoding.Target{{Columns: []string{"species"}}}, Missing: []string{""}}
	var features []encoding.Feature
	for i := range 120 {
		features = append(features, encoding.Feature{Name: fmt.Sprint("pixel", i), Type: encoding.Number, Width: 1, Missing: encoding.Missing{Kind: "mean"}, Scale: []string{"standard"}})
	}
	place(p, features...)
	return p
}

// Windows, lists of ids and many numbers alike.
func TestEncodeShapes(t *testing.T) {
	var packages [][]File
	for _, p := range []*loop.Program{windowed(), tokens("pre", 9), tokens("post", 0), columns()} {
		files, err := Generate(p, Config{Package: "shapes"})
		if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, files)
	}
	test, err := os.ReadFile("testdata/shapes_test.go.txt")
	if err != nil {
		t.Fatal(err)
	}
	testWith(t, []File{{Name: "shapes_test.go", Data: test}}, packages...)
}

// What fit says seldom is printed too: a package with callbacks, weights of
// classes and a split class by class trains.
func TestFitSettings(t *testing.T) {
	p := mixed()
	p.Training.Stratify, p.Training.ValidationSplit, p.Training.StepsPerEpoch = true, 0.25, 3
	p.Training.ClassWeight = []float64{1, 2, 0.5}
	p.Training.Callbacks = []loop.Setting{
		{Name: "early_stopping", Args: []loop.SettingArg{{Name: "monitor", Value: "loss"}, {Name: "baseline", Value: 0.1}, {Name: "patience", Value: 2}}},
		{Name: "reduce_lr_on_plateau", Args: []loop.SettingArg{{Name: "monitor", Value: "loss"}, {Name: "min_delta", Value: -1.0}}},
		{Name: "terminate_on_nan"},
	}
	columns, err := Generate(p, Config{Package: "settings"})
	if err != nil {
		t.Fatal(err)
	}
	p = irisprog.Sized(4)
	p.Encoding = &encoding.Encoding{Source: "npz", Table: encoding.Table{Arrays: []string{"x", "y"}}}
	p.Training.Stratify, p.Training.ValidationSplit = true, 0.25
	arrays, err := Generate(p, Config{Package: "settingsarrays"})
	if err != nil {
		t.Fatal(err)
	}
	testIn(t, columns, arrays)
}

// Weights without what the encoding has learned cannot be embedded.
func TestEmbeddedEncoding(t *testing.T) {
	p := columns()
	_, err := Generate(p, Config{PredictOnly: true, Weights: irisWeights(t, p)})
	if err == nil || !strings.Contains(err.Error(), "the weights hold no encoding") {
		t.Error(err)
	}
}
