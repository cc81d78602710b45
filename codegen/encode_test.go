package codegen

import (
	"testing"

	"github.com/nngen-go/nngen/codegen/internal/irisprog"
	"github.com/nngen-go/nngen/ir/loop"
)

// place gives features their places behind one another in the first input, or
// each its own where it has a port.
func place(p *loop.Program, features ...loop.Feature) {
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
		loop.Port{Name: "city", Shape: []int{1}, DType: loop.I32, Limit: 5},
		loop.Port{Name: "note", Shape: []int{4}, DType: loop.I32, Limit: 9},
		loop.Port{Name: "tags", Ragged: true, DType: loop.I32, Limit: 9},
	)
	p.Encoding = &loop.Encoding{Source: "csv", Missing: []string{"", "NA"}, Target: "species", Weight: "how much", Separator: ";",
		Spellings: [][]string{{"Iris-setosa"}, nil, {"virg.", "V"}}}
	place(p,
		loop.Feature{Name: "age", Type: loop.NumberFeature, Width: 1, Missing: loop.Missing{Kind: "mean"}, Scale: []string{"standard"}},
		loop.Feature{Name: "fare", Type: loop.NumberFeature, Width: 1, Missing: loop.Missing{Kind: "value", Value: 0.5}, Scale: []string{"log1p", "standard"}},
		loop.Feature{Name: "hours", Type: loop.NumberFeature, Width: 1, Missing: loop.Missing{Kind: "median"}, Scale: []string{"log1p", "min_max"}},
		loop.Feature{Name: "raw", Type: loop.NumberFeature, Width: 1, Missing: loop.Missing{Kind: "error"}},
		loop.Feature{Name: "plan", Type: loop.CategoryFeature, Width: 4, Slots: 4, OOV: true, Encode: "one_hot", Missing: loop.Missing{Kind: "oov"}},
		loop.Feature{Name: "color", Type: loop.CategoryFeature, Width: 3, Slots: 3, Encode: "one_hot", Vocabulary: []string{"red", "green", "blue"}, Missing: loop.Missing{Kind: "most_frequent"}},
		loop.Feature{Name: "shop", Type: loop.CategoryFeature, Width: 3, Slots: 3, OOV: true, Encode: "one_hot", Missing: loop.Missing{Kind: "text", Text: "none"}},
		loop.Feature{Name: "joined", Type: loop.DateFeature, Width: 9, Encode: "cyclic", Format: "2006-01-02", Parts: []string{"year", "month", "weekday", "hour", "minute"}, Missing: loop.Missing{Kind: "error"}},
		loop.Feature{Name: "left at", Type: loop.DateFeature, Width: 3, Encode: "number", Format: "02.01.2006 15:04", Parts: []string{"days", "hour", "day_of_year"}, Missing: loop.Missing{Kind: "text", Text: "31.12.1999 23:59"}},
		loop.Feature{Name: "review", Type: loop.TextFeature, Width: 12, Slots: 12, Encode: "tf_idf", Standardize: "lower_and_strip_punctuation", Split: "whitespace", NGrams: 1},
		loop.Feature{Name: "title", Type: loop.TextFeature, Width: 8, Slots: 8, Encode: "count", Standardize: "lower", Split: "character", NGrams: 1, Vocabulary: []string{"a", "b", "é"}},
		loop.Feature{Name: "words", Type: loop.TextFeature, Width: 8, Slots: 8, Encode: "multi_hot", Standardize: "lower_and_strip_punctuation", Split: "whitespace", NGrams: 2},
		loop.Feature{Name: "city", Port: 1, Type: loop.CategoryFeature, Width: 1, Slots: 5, OOV: true, Encode: "integer", Missing: loop.Missing{Kind: "oov"}},
		loop.Feature{Name: "note", Port: 2, Type: loop.TextFeature, Width: 4, Slots: 9, Encode: "integer", Length: 4, Standardize: "none", Split: "whitespace", NGrams: 1},
		loop.Feature{Name: "tags", Port: 3, Type: loop.TextFeature, Slots: 9, Encode: "integer", Standardize: "strip_punctuation", Split: "whitespace", NGrams: 1},
	)
	return p
}

// Packages of both kinds prove themselves.
func TestEncodeMixed(t *testing.T) {
	full, err := Generate(mixed(), Config{Package: "mixed"})
	if err != nil {
		t.Fatal(err)
	}
	small, err := Generate(mixed(), Config{Package: "mixedpredict", PredictOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	testIn(t, full, small)
}

// What fit says seldom is printed too: a package with callbacks, weights of
// classes and a split class by class trains.
func TestFitSettings(t *testing.T) {
	p := mixed()
	p.Training.Stratify, p.Training.ValidationSplit, p.Training.StepsPerEpoch = true, 0.25, 3
	p.Training.ClassWeight = []float64{1, 2, 0.5}
	p.Training.Callbacks = []loop.Setting{
		{Name: "early_stopping", Args: []loop.SettingArg{{Name: "monitor", Value: "loss"}, {Name: "baseline", Value: 0.1}, {Name: "patience", Value: 2}}},
		{Name: "reduce_lr_on_plateau", Args: []loop.SettingArg{{Name: "monitor", Value: "loss"}, {Name: "min_delta", Value: 0.0}}},
		{Name: "terminate_on_nan"},
	}
	columns, err := Generate(p, Config{Package: "settings"})
	if err != nil {
		t.Fatal(err)
	}
	p = irisprog.Sized(4)
	p.Encoding = &loop.Encoding{Source: "npz", Arrays: [2]string{"x", "y"}}
	p.Training.Stratify, p.Training.ValidationSplit = true, 0.25
	arrays, err := Generate(p, Config{Package: "settingsarrays"})
	if err != nil {
		t.Fatal(err)
	}
	testIn(t, columns, arrays)
}
