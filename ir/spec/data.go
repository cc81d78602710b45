package spec

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/runtime/nearest"
)

const (
	dataExample = "data: {train: {csv: train.csv}, features: {age: {type: number}}, target: {column: churned, classes: [\"no\", \"yes\"]}}"
	maxFeatures = 65_536
	maxSlots    = 1 << 24 // ids of a vocabulary: what CategoryEncoding takes at most
	maxWord     = 256     // bytes of the header of a column, a category or a class
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
	"batch_size":       misplaced["batch_size"],
	"validation_split": misplaced["validation_split"],
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
	missing, weight, windows, features, target, classes *Arg
	settings                                            map[string][]Arg // of train, test and validation
}

func (p *parser) data(a Arg) *Data {
	if !p.isMap("data", a.Value, dataExample) {
		return nil
	}
	d := &Data{Pos: a.Pos}
	before := len(p.errs)
	p.arrays, p.repeats = map[*Source]*namedArrays{}, repeats(a.Value)
	parts := dataArgs{settings: map[string][]Arg{}}
	var row *Feature // what a row of train is, where it is one thing
	source := func(name string, into **Source) key {
		return key{name: name, take: func(a Arg) {
			s, f, settings := p.source(name, a)
			*into, parts.settings[name] = s, settings
			if name == "train" {
				row = f
			}
		}}
	}
	keep := func(name string, into **Arg) key { return key{name: name, take: func(a Arg) { *into = &a }} }
	p.section("data", a.Value, []key{
		source("train", &d.Train), source("test", &d.Test), source("validation", &d.Validation),
		keep("missing_values", &parts.missing), keep("weight", &parts.weight), keep("windows", &parts.windows),
		keep("features", &parts.features), keep("target", &parts.target), keep("classes", &parts.classes),
	}, mistakesOfData())
	if parts.missing != nil {
		d.Missing = p.missingValues(parts.missing.Value)
	}
	if parts.weight != nil {
		d.Weight = p.column("data: weight", parts.weight.Value)
	}
	if parts.windows != nil {
		d.Windows = p.windows(*parts.windows)
	}
	if parts.features != nil {
		d.Features = p.features(*parts.features)
	}
	if parts.target != nil {
		p.targets(d, *parts.target)
	}
	if parts.classes != nil {
		d.Classes, d.Spellings = p.classes("classes", parts.classes.Value)
	}
	if len(p.errs) == before {
		p.consistent(d, a, row, &parts)
	}
	p.badData = len(p.errs) > before
	return d
}

// column reads the header of a column.
func (p *parser) column(title string, v Value) string {
	s, ok := p.single(v)
	switch {
	case !ok:
		p.fail(v.Pos, "%s takes the header of a column, not %s%s", title, v.describe(), inQuotes(v))
	case badColumn(s) != "":
		p.fail(v.Pos, "%s: the name of the column %s", title, badColumn(s))
	default:
		return s
	}
	return ""
}

// badColumn says what is wrong with the header of a column, or "": it is the
// file's text, so "/" and spaces may occur in it.
func badColumn(s string) string {
	switch {
	case strings.TrimSpace(s) == "":
		return "is empty"
	case len(s) > maxWord:
		return fmt.Sprintf("has %d bytes; at most %d are allowed", len(s), maxWord)
	case strings.ContainsFunc(s, unprintable):
		return "contains a line break or another character that cannot be printed"
	}
	return ""
}

func unprintable(r rune) bool { return !unicode.IsPrint(r) }

func (p *parser) features(a Arg) []Feature {
	if a.Value.Kind == List && len(a.Value.List) > 0 {
		e := a.Value.List[0]
		if e.Kind == Map && len(e.Map) > 0 {
			e = Value{Kind: String, Str: e.Map[0].Name}
		}
		p.fail(a.Value.Pos, "data: features takes columns with their types, not a list; write features: {%s: {type: number}, ...}", e.brief())
		return nil
	}
	if !p.isMap("data: features", a.Value, "features: {age: {type: number}}") {
		return nil
	}
	if len(a.Value.Map) == 0 || len(a.Value.Map) > maxFeatures {
		p.fail(a.Value.Pos, "data: features has %s; it must have between 1 and %d", count(len(a.Value.Map), "column"), maxFeatures)
		return nil
	}
	var features []Feature
	seen := map[string]bool{}
	for _, e := range a.Value.Map {
		for _, f := range p.feature(e) {
			if seen[f.Name] {
				p.fail(f.Pos, "data: features: column %s is a feature already", diag.Quote(f.Name))
			}
			seen[f.Name] = true
			features = append(features, f)
		}
	}
	return features
}

// count reads a whole number between two bounds.
func (p *parser) count(title string, a Arg, into *int, least, most int64) {
	n, ok := a.Value.whole()
	switch {
	case !ok:
		p.fail(a.Value.Pos, "%s: %s takes a whole number, not %s%s", title, a.Name, a.Value.describe(), instead(a.Name, a.Value, func(w Value) bool { return w.Kind == Int }))
	case n < least || n > most:
		p.fail(a.Value.Pos, "%s: %s is %d; it must be between %d and %d", title, a.Name, n, least, most)
	default:
		*into = int(n)
	}
}

// flag reads true or false.
func (p *parser) flag(title string, a Arg, into *bool) {
	if a.Value.Kind != Bool {
		p.fail(a.Value.Pos, "%s: %s takes true or false, not %s%s", title, a.Name, a.Value.describe(), instead(a.Name, a.Value, func(w Value) bool { return w.Kind == Bool }))
		return
	}
	*into = a.Value.Bool
}

// choose reads one of some words. Habits are words that others use for them, in
// lower case without hyphens, underscores and spaces.
func (p *parser) choose(title string, a Arg, words []string, habits map[string]string) string {
	v := a.Value
	if v.Kind != String {
		p.fail(v.Pos, "%s: %s takes %s, not %s", title, a.Name, orList(words), v.describe())
		return ""
	}
	if slices.Contains(words, v.Str) {
		return v.Str
	}
	near, ok := habits[folded(v.Str)]
	if !ok {
		near, ok = nearest.Of(v.Str, words)
	}
	hint := ""
	if ok {
		hint = "; write " + a.Name + ": " + near
	}
	p.fail(v.Pos, "%s: %s takes %s, not %s%s", title, a.Name, orList(words), v.describe(), hint)
	return ""
}

// folded is a word without what spellings differ in.
func folded(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '-', '_', ' ', '.':
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

// wordOf reads a text that a file has.
func (p *parser) wordOf(title, what string, v Value) (string, bool) {
	s, ok := p.word(v)
	if !ok {
		p.fail(v.Pos, "%s: %s is a text, not %s; write it in quotes as it is in the file", title, what, v.describe())
	}
	return s, ok
}
