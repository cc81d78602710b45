package dataset

import (
	"maps"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/encoding"
	"github.com/nngen-go/nngen/ir/spec/internal/document"
)

const (
	dataExample = "data: {train: {csv: train.csv}, features: {age: {type: number}}, target: {column: churned, classes: [\"no\", \"yes\"]}}"
	MaxSlots    = 1 << 24 // ids of a vocabulary: what CategoryEncoding takes at most
)

// mistakesOfData answers the keys of dataMistakes, and kinds of files that stand
// where train does.
func mistakesOfData() map[string]string {
	answers := maps.Clone(dataMistakes)
	for _, k := range kinds() {
		if _, ok := answers[k.Name]; !ok {
			answers[k.Name] = k.Name + " belongs under train or test; write data: {train: " + strings.ReplaceAll(k.Example, "%s", "train") + "}"
		}
	}
	return answers
}

var dataMistakes = map[string]string{
	"csv":              "csv belongs under train or test; write data: {train: {csv: train.csv}}",
	"tokens":           "tokens belongs under train or test; write data: {train: {tokens: train.txt.gz, num_words: 10000}}",
	"text_dir":         "text_dir belongs under train or test; write data: {train: {text_dir: reviews/train, vocabulary: 10000}}",
	"image_dir":        "image_dir belongs under train or test; write data: {train: {image_dir: photos/train, size: [28, 28]}}",
	"num_words":        "num_words belongs beside tokens; write train: {tokens: train.txt.gz, num_words: 10000}",
	"separator":        `separator belongs beside csv; write train: {csv: train.csv, separator: ";"}`,
	"sep":              `separator belongs beside csv; write train: {csv: train.csv, separator: ";"}`,
	"delimiter":        `separator belongs beside csv; write train: {csv: train.csv, separator: ";"}`,
	"decimal":          `decimal belongs beside csv; write train: {csv: train.csv, decimal: ","}`,
	"thousands":        `thousands belongs beside csv; write train: {csv: train.csv, decimal: ",", thousands: "."}`,
	"encoding":         "encoding belongs beside csv; write train: {csv: train.csv, encoding: latin-1}",
	"quote":            "quote belongs beside csv; write train: {csv: train.csv, quote: none}",
	"header":           "header belongs beside csv; write train: {csv: train.csv, header: [age, plan]}",
	"batch_size":       "batch_size belongs under fit: write fit: {batch_size: ...}",
	"validation_split": "validation_split belongs under fit: write fit: {validation_split: ...}",
	"test_split":       "data: test rows that come from the file of train are written test: {split: 0.2}",
	"missing":          "data: the replacement for a missing value belongs to its feature, age: {type: number, missing: mean}; the texts that mean one belong under missing_values",
	"na_values":        `data: the texts that mean a missing value belong under missing_values; write missing_values: ["", NA]`,
	"na":               `data: the texts that mean a missing value belong under missing_values; write missing_values: ["", NA]`,
	"scale":            "data: scale belongs to a feature; write features: {age: {type: number, scale: standard}}",
	"encode":           "data: encode belongs to a feature; write features: {plan: {type: category, encode: one_hot}}",
	"vocabulary":       "data: vocabulary belongs to a feature, or beside text_dir",
	"columns":          "the columns of the input belong under features; write features: {age: {type: number}}",
	"label":            "the column to predict belongs under target; write target: {column: ...}",
	"label_column":     "the column to predict belongs under target; write target: {column: ...}",
	"label_name":       "the column to predict belongs under target; write target: {column: ...}",
	"target_column":    "the column to predict belongs under target; write target: {column: ...}",
	"labels":           "the names of classes belong under classes, and the column to predict under target: {column: ...}",
	"class_names":      "data: the names of classes are called classes; write classes: [cat, dog]",
	"sample_weight":    "data: the column of the sample weights is called weight; write weight: ...",
	"weights":          "data: the column of the sample weights is called weight; write weight: ...",
	"window":           "data: windows of successive rows are written windows: {length: 12}",
	"sequence_length":  "data: windows of successive rows are written windows: {length: 12}",
	"validation_data":  "data: the rows to validate on belong under validation; write validation: {csv: val.csv}",
	"val":              "data: the rows to validate on belong under validation; write validation: {csv: val.csv}",
	"text":             "data: columns of text are features, review: {type: text, vocabulary: 10000}; folders of texts are train: {text_dir: reviews/train, vocabulary: 10000}",
	"images":           "data: folders of images are train: {image_dir: photos/train, size: [28, 28]}",
	"dates":            "data: dates are features, joined: {type: date}",
}

// dataArgs are the parts of the section, where they are.
type dataArgs struct {
	missing, weight, windows, features, target, classes *document.Arg
	settings                                            map[string][]document.Arg // of train, test and validation
}

// reader reads the data section.
type reader struct{ *document.Reader }

// Read reads the data section and gives what its sources say of their arrays. It is
// not sound where there are mistakes; nil, where there is nothing to be read. Raw
// says that inputs take columns, or the text of a row, as they are.
func Read(of *document.Reader, a document.Arg, raw bool) (d *Data, named Arrays, sound bool) {
	r := &reader{of}
	if !r.IsMap("data", a.Value, dataExample) {
		return nil, nil, true
	}
	d = &Data{Pos: a.Pos}
	before := len(r.Errs)
	sources := sourceReader{Reader: of, arrays: Arrays{}, repeats: repeats(a.Value)}
	parts := dataArgs{settings: map[string][]document.Arg{}}
	var row *Feature // what a row of train is, where it is one thing
	source := func(name string, into **Source) document.Key {
		return document.Key{Name: name, Take: func(a document.Arg) {
			s, f, settings := sources.source(name, a)
			*into, parts.settings[name] = s, settings
			if name == "train" {
				row = f
			}
		}}
	}
	keep := func(name string, into **document.Arg) document.Key {
		return document.Key{Name: name, Take: func(a document.Arg) { *into = &a }}
	}
	r.Section("data", a.Value, []document.Key{
		source("train", &d.Train), source("test", &d.Test), source("validation", &d.Validation),
		keep("missing_values", &parts.missing), keep("weight", &parts.weight), keep("windows", &parts.windows),
		keep("features", &parts.features), keep("target", &parts.target), keep("classes", &parts.classes),
	}, mistakesOfData())
	if parts.missing != nil {
		d.Missing = r.missingValues(parts.missing.Value)
	}
	if parts.weight != nil {
		d.Weight = r.Column("data: weight", parts.weight.Value)
	}
	if parts.windows != nil {
		d.Windows = r.windows(*parts.windows)
	}
	if parts.features != nil {
		d.Features = r.features(*parts.features)
	}
	if parts.target != nil {
		r.targets(d, *parts.target)
	}
	if parts.classes != nil {
		d.Classes, d.Spellings = r.classes("classes", parts.classes.Value)
	}
	if len(r.Errs) == before {
		check := dataCheck{r.Reader, d, &parts, raw}
		check.consistent(a, row)
	}
	return d, sources.arrays, len(r.Errs) == before
}

func (r *reader) features(a document.Arg) []Feature {
	if a.Value.Kind == document.List && len(a.Value.List) > 0 {
		e := a.Value.List[0]
		if e.Kind == document.Map && len(e.Map) > 0 {
			e = document.Value{Kind: document.String, Str: e.Map[0].Name}
		}
		r.Fail(a.Value.Pos, "data: features takes columns with their types, not a list; write features: {%s: {type: number}, ...}", e.Brief())
		return nil
	}
	if !r.IsMap("data: features", a.Value, "features: {age: {type: number}}") {
		return nil
	}
	if len(a.Value.Map) == 0 || len(a.Value.Map) > document.MaxColumns {
		r.Fail(a.Value.Pos, "data: features has %s; it must have between 1 and %d", document.Counted(len(a.Value.Map), "column"), document.MaxColumns)
		return nil
	}
	var features []Feature
	seen := map[string]bool{}
	for _, e := range a.Value.Map {
		for _, f := range r.feature(e) {
			if seen[f.Name] {
				r.Fail(f.Pos, "data: features: column %s is a feature already", diag.Quote(f.Name))
			}
			seen[f.Name] = true
			features = append(features, f)
		}
	}
	return features
}

// missingValues reads the texts that mean a missing value. Spaces around them do
// not count.
func (r *reader) missingValues(v document.Value) []string {
	const title, example = "data: missing_values", `write missing_values: ["", NA]`
	if v.Kind != document.List || len(v.List) == 0 {
		hint := example
		if s, ok := r.Single(v); ok {
			hint = "write missing_values: " + document.ListOf(document.Text(s)).Flow()
		}
		r.Fail(v.Pos, "%s takes a list of texts, not %s; %s", title, v.Describe(), hint)
		return nil
	}
	var texts []string
	seen := map[string]bool{}
	for _, e := range v.List {
		s, ok := "", false
		if e.Kind == document.Null && e.Unquoted() == "" {
			r.Fail(e.Pos, `%s: null is not a text; for an empty field write "", and for the word itself "null"`, title)
		} else {
			s, ok = r.WordOf(title, "what means a missing value", e)
		}
		if !ok {
			continue
		}
		s = strings.TrimSpace(s)
		switch {
		case len(s) > document.MaxWord || strings.ContainsFunc(s, document.Unprintable):
			r.Fail(e.Pos, "%s: %s is too long, or not printable", title, diag.Quote(s))
		case seen[s]:
			r.Fail(e.Pos, "%s: %s is in the list twice", title, diag.Quote(s))
		}
		seen[s] = true
		texts = append(texts, s)
	}
	return texts
}

// windows reads how samples are made of successive rows.
func (r *reader) windows(a document.Arg) *Windows {
	const title = "data: windows"
	v := a.Value
	if v.Kind == document.Int {
		r.Fail(v.Pos, "%s takes a length; write windows: {length: %d}", title, v.Int)
		return nil
	}
	if !r.IsMap(title, v, "windows: {length: 12}") {
		return nil
	}
	w := &Windows{encoding.Series{Offset: 1, Stride: 1}, a.Pos}
	before := len(r.Errs)
	r.Section(title, v, []document.Key{
		{Name: "length", Take: func(a document.Arg) { r.Count(title, a, &w.Length, 1, MaxSlots) }},
		{Name: "offset", Take: func(a document.Arg) { r.Count(title, a, &w.Offset, 0, MaxSlots) }},
		{Name: "stride", Take: func(a document.Arg) { r.Count(title, a, &w.Stride, 1, MaxSlots) }},
	}, map[string]string{
		"sequence_length":        title + ": the number of rows is called length; write length: 12",
		"size":                   title + ": the number of rows is called length; write length: 12",
		"lookback":               title + ": the number of rows is called length; write length: 12",
		"sequence_stride":        title + ": the distance of successive windows is called stride; write stride: 1",
		"shift":                  title + ": the distance of successive windows is called stride; write stride: 1",
		"delay":                  title + ": how far after the window the target comes is called offset; write offset: 1",
		"horizon":                title + ": how far after the window the target comes is called offset; write offset: 1",
		"sampling_rate":          title + ": the rows of a window follow one another; sampling_rate is not supported by this version",
		"batch_size":             "batch_size belongs under fit: write fit: {batch_size: ...}",
		"output_sequence_length": title + ": the number of rows is called length; write length: 12",
	})
	if w.Length == 0 && len(r.Errs) == before {
		r.Fail(a.Pos, "%s has no length; write windows: {length: 12}", title)
	}
	return w
}
