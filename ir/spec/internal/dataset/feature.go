package dataset

import (
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/encoding"
	"github.com/nngen-go/nngen/ir/spec/internal/document"
	"github.com/nngen-go/nngen/runtime/nearest"
)

// featureTypes are the types of columns, each with the settings that belong to
// it, in the order of messages.
var featureTypes = []struct {
	name     encoding.Type
	settings []string
}{
	{encoding.Number, []string{"missing", "scale"}},
	{encoding.Category, []string{"vocabulary", "encode", "oov", "missing"}},
	{encoding.Date, []string{"format", "parts", "encode", "missing"}},
	{encoding.Text, []string{"vocabulary", "encode", "length", "padding", "truncating", "standardize", "split", "ngrams"}},
}

// typeWords are words that others use for the types.
var typeWords = map[string]encoding.Type{
	"numeric": encoding.Number, "float": encoding.Number, "int": encoding.Number, "integer": encoding.Number, "double": encoding.Number,
	"float32": encoding.Number, "float64": encoding.Number, "int64": encoding.Number, "int32": encoding.Number, "real": encoding.Number, "num": encoding.Number, "numerical": encoding.Number,
	"categorical": encoding.Category, "factor": encoding.Category, "bool": encoding.Category, "boolean": encoding.Category, "enum": encoding.Category, "object": encoding.Category,
	"nominal": encoding.Category, "datetime": encoding.Date, "timestamp": encoding.Date, "time": encoding.Date, "datetime64": encoding.Date,
	"string": encoding.Text, "str": encoding.Text,
}

var featureMistakes = map[string]string{
	"max_tokens":             "the size of the vocabulary is called vocabulary; write vocabulary: 500",
	"num_tokens":             "the size of the vocabulary is called vocabulary; write vocabulary: 500",
	"num_words":              "the size of the vocabulary is called vocabulary; write vocabulary: 10000",
	"vocab_size":             "the size of the vocabulary is called vocabulary; write vocabulary: 500",
	"categories":             "the categories are called vocabulary; write vocabulary: [a, b, c]",
	"levels":                 "the categories are called vocabulary; write vocabulary: [a, b, c]",
	"output_mode":            "what a feature becomes is called encode; write encode: one_hot",
	"one_hot":                "one-hot vectors are written encode: one_hot",
	"onehot":                 "one-hot vectors are written encode: one_hot",
	"output_sequence_length": "the number of ids of a text is called length; write length: 200",
	"maxlen":                 "the number of ids of a text is called length; write length: 200",
	"max_length":             "the number of ids of a text is called length; write length: 200",
	"normalize":              "normalizing is called scale; write scale: standard (mean 0, deviation 1) or scale: min_max (0 to 1)",
	"normalise":              "normalizing is called scale; write scale: standard (mean 0, deviation 1) or scale: min_max (0 to 1)",
	"standardise":            "of a text it is spelled standardize; of a number write scale: standard",
	"scaler":                 "how numbers are scaled is called scale; write scale: standard",
	"scaling":                "how numbers are scaled is called scale; write scale: standard",
	"log":                    "logarithms are written scale: log1p",
	"mean":                   "means are learned from the training rows; for scaling with them write scale: standard",
	"std":                    "deviations are learned from the training rows; for scaling with them write scale: standard",
	"variance":               "deviations are learned from the training rows; for scaling with them write scale: standard",
	"fill_value":             "the replacement for a missing value is called missing; write missing: 0",
	"fillna":                 "the replacement for a missing value is called missing; write missing: 0",
	"default":                "the replacement for a missing value is called missing; write missing: 0",
	"strategy":               "the replacement for a missing value is called missing; write missing: mean",
	"impute":                 "the replacement for a missing value is called missing; write missing: mean",
	"na_values":              `the texts that mean a missing value belong under data; write data: {missing_values: ["", NA]}`,
	"missing_values":         `the texts that mean a missing value belong under data; write data: {missing_values: ["", NA]}`,
	"num_oov_indices":        "a slot for unknown categories is written oov: true, and none oov: false",
	"handle_unknown":         "a slot for unknown categories is written oov: true, and none oov: false",
	"oov_token":              "a slot for unknown categories is written oov: true, and none oov: false",
	"drop":                   "every category has a slot; take drop out",
	"mask_token":             "a missing category is written missing: and the category that stands for it; take mask_token out",
	"embedding":              "an embedding is a layer; write encode: integer here and an Embedding layer that reads the feature's input",
	"output_dim":             "an embedding is a layer; write encode: integer here and an Embedding layer that reads the feature's input",
	"strptime":               `the layout of dates is called format; write format: "2006-01-02"`,
	"date_format":            `the layout of dates is called format; write format: "2006-01-02"`,
	"ngram_range":            "the longest run of words is called ngrams; write ngrams: 2 for words and pairs of words",
	"lowercase":              "lower case is written standardize: lower",
	"stop_words":             "stop words are not supported by this version; list the vocabulary without them",
	"pad_to_max_tokens":      "vectors are as wide as the vocabulary says; take pad_to_max_tokens out",
	"column":                 "the name of a feature is the header of its column; write it before the type, or for several columns that are alike columns: [a, b]",
	"dtype":                  "what a column holds is called type; write type: number",
	"name":                   "the name of a feature comes before it, and is the header of its column",
	"shape":                  "a feature has no shape; shapes belong under inputs",
}

// defaults is a feature of a type about which nothing else is said.
func defaults(name string, t encoding.Type, pos diag.Pos) Feature {
	f := Feature{Feature: encoding.Feature{Name: name, Type: t}, Pos: pos, SlotsPos: pos}
	switch t {
	case encoding.Number:
		f.Missing.Kind = "error"
	case encoding.Category:
		f.Encode, f.OOV = "one_hot", true
	case encoding.Date:
		f.Missing.Kind, f.Format, f.Encode = "error", DefaultFormat, "cyclic"
		f.Parts = slices.Clone(DefaultParts)
	case encoding.Text:
		f.Encode, f.Standardize, f.Split, f.NGrams = "integer", "lower_and_strip_punctuation", "whitespace", 1
	}
	return f
}

// featureReader reads the settings of a feature.
type featureReader struct {
	*document.Reader
	title string
	f     *Feature
}

// feature reads a column, or several that are alike under the name of the input
// that they fill.
func (r *reader) feature(e document.Arg) []Feature {
	title := "data: feature " + diag.Quote(e.Name)
	if problem := document.BadColumn(e.Name); problem != "" {
		r.Fail(e.Pos, "%s: the name %s", title, problem)
	}
	if e.Value.Kind != document.Map {
		t := encoding.Number
		if e.Value.Kind == document.String {
			if near, ok := nearType(e.Value.Str); ok {
				t = near
			}
		}
		r.Fail(e.Value.Pos, "%s takes a type, not %s; write %s: {type: %s}", title, e.Value.Describe(), document.Plain(e.Name), t)
		return []Feature{defaults(e.Name, "", e.Pos)}
	}
	var t encoding.Type
	of := &featureReader{Reader: r.Reader, title: title}
	a, typed := e.Value.Get("type")
	if typed {
		t = of.featureType(a.Value)
	}
	f := defaults(e.Name, t, e.Pos)
	of.f = &f
	var group *document.Arg
	keys := []document.Key{
		{Name: "type", Take: func(document.Arg) {}},
		{Name: "input", Take: func(a document.Arg) { f.Input = of.inputOf(a.Value) }},
		{Name: "columns", Take: func(a document.Arg) { group = &a }},
	}
	switch t {
	case encoding.Number:
		keys = append(keys, of.numberKeys()...)
	case encoding.Category:
		keys = append(keys, of.categoryKeys()...)
	case encoding.Date:
		keys = append(keys, of.dateKeys()...)
	case encoding.Text:
		keys = append(keys, of.textKeys()...)
	}
	for _, kind := range featureTypes {
		for _, setting := range kind.settings {
			if !slices.ContainsFunc(keys, func(k document.Key) bool { return k.Name == setting }) {
				keys = append(keys, document.Key{Name: setting, Hidden: true, Take: func(a document.Arg) {
					if t != "" {
						r.Fail(a.Pos, "%s: %s belongs to %s features, and this one is %s; take it out", title, setting, document.OrList(typesWith(setting)), t)
					}
				}})
			}
		}
	}
	before := len(r.Errs)
	r.Section(title, e.Value, keys, featureMistakes)
	switch {
	case !typed && len(r.Errs) == before:
		r.Fail(e.Pos, "%s has no type; write %s: {type: number}", title, document.Plain(e.Name))
	case len(r.Errs) == before && t == encoding.Category:
		of.category()
	case len(r.Errs) == before && t == encoding.Date:
		of.date(e.Value)
	case len(r.Errs) == before && t == encoding.Text:
		of.textFeature(e.Value)
	}
	if group == nil {
		return []Feature{f}
	}
	if f.Input == "" {
		f.Input = e.Name
	}
	var all []Feature
	for i, name := range r.Columns(title, group.Value) {
		f.Name, f.Pos = name, group.Value.List[i].Pos
		all = append(all, f)
	}
	return all
}

// inputOf reads the name of the input that a feature goes to.
func (r *featureReader) inputOf(v document.Value) string {
	name, ok := r.Single(v)
	if !ok || document.BadName(name) != "" {
		r.Fail(v.Pos, "%s: input takes the name of an input, not %s", r.title, v.Describe())
		return ""
	}
	return name
}

// typesWith lists the types that a setting belongs to.
func typesWith(setting string) []string {
	var types []string
	for _, t := range featureTypes {
		if slices.Contains(t.settings, setting) {
			types = append(types, string(t.name))
		}
	}
	return types
}

// nearType finds the type that is meant by a word.
func nearType(s string) (encoding.Type, bool) {
	if t, ok := typeWords[document.Folded(s)]; ok {
		return t, true
	}
	var names []string
	for _, t := range featureTypes {
		names = append(names, string(t.name))
	}
	near, ok := nearest.Of(s, names)
	return encoding.Type(near), ok
}

func (r *featureReader) featureType(v document.Value) encoding.Type {
	if v.Kind != document.String {
		r.Fail(v.Pos, "%s: type takes a word, not %s; write type: number", r.title, v.Describe())
		return ""
	}
	switch t := encoding.Type(v.Str); t {
	case encoding.Number, encoding.Category, encoding.Date, encoding.Text:
		return t
	case encoding.Image:
		r.Fail(v.Pos, "%s: images are not columns; write data: {train: {image_dir: photos/train, size: [28, 28]}}", r.title)
		return ""
	case encoding.Tokens:
		r.Fail(v.Pos, "%s: lists of ids are not columns; write data: {train: {tokens: train.txt.gz, num_words: 10000}}", r.title)
		return ""
	}
	if t, ok := nearType(v.Str); ok {
		r.Fail(v.Pos, "%s: there is no type %s; write type: %s", r.title, diag.Quote(v.Str), t)
	} else {
		r.Fail(v.Pos, "%s: there is no type %s; the types are number, category, date and text", r.title, diag.Quote(v.Str))
	}
	return ""
}

// numberKeys are the settings of numbers.
func (r *featureReader) numberKeys() []document.Key {
	return []document.Key{
		{Name: "missing", Take: func(a document.Arg) { r.f.Missing = r.missingNumber(a.Value) }},
		{Name: "scale", Take: func(a document.Arg) { r.f.Scale = r.scale(a.Value) }},
	}
}

// missingNumber reads what stands for a missing number.
func (r *featureReader) missingNumber(v document.Value) encoding.Missing {
	if x, ok := v.Number(); ok {
		if math.Abs(x) > math.MaxFloat32 {
			r.Fail(v.Pos, "%s: missing is %s, which is too large for a float32", r.title, v.Flow())
		}
		return encoding.Missing{Kind: "value", Value: x}
	}
	if v.Kind == document.String {
		switch v.Str {
		case "error", "mean", "median":
			return encoding.Missing{Kind: v.Str}
		}
	}
	hint := ""
	if v.Kind == document.String {
		switch document.Folded(v.Str) {
		case "avg", "average":
			hint = "; write missing: mean"
		case "zero", "zeros":
			hint = "; write missing: 0"
		case "drop", "dropna", "skip", "ignore":
			hint = ": rows are not left out; write missing: mean, or take the rows out of the file"
		case "mode", "mostfrequent", "ffill", "bfill", "interpolate":
			hint = ": that is not supported for numbers; write missing: median"
		default:
			if near, ok := nearest.Of(v.Str, []string{"error", "mean", "median"}); ok {
				hint = "; write missing: " + near
			} else {
				hint = document.Instead("missing", v, func(w document.Value) bool { _, ok := w.Number(); return ok })
			}
		}
	}
	r.Fail(v.Pos, "%s: missing takes a number, mean, median or error, not %s%s", r.title, v.Describe(), hint)
	return encoding.Missing{Kind: "error"}
}

// scaleWords are words that others use for the scalings.
var scaleWords = map[string]string{
	"standardize": "standard", "standardise": "standard", "standardscaler": "standard", "standardization": "standard", "zscore": "standard", "z": "standard",
	"minmax": "min_max", "minmaxscaler": "min_max", "range": "min_max", "log": "log1p", "ln": "log1p", "logarithm": "log1p", "log10": "log1p", "log2": "log1p",
	"false": "none", "off": "none", "no": "none", "null": "none",
}

// scale reads none, one scaling, or a logarithm and one of the others.
func (r *featureReader) scale(v document.Value) []string {
	items := []document.Value{v}
	if v.Kind == document.List {
		items = v.List
	}
	if v.Kind == document.Bool {
		r.Fail(v.Pos, "%s: scale takes none, standard, min_max or log1p, not %s; write scale: %s", r.title, v.Describe(), map[bool]string{true: "standard", false: "none"}[v.Bool])
		return nil
	}
	if len(items) == 0 || len(items) > 2 {
		r.Fail(v.Pos, "%s: scale takes one scaling, or [log1p, standard] or [log1p, min_max], not %s", r.title, v.Describe())
		return nil
	}
	words := []string{"none", "standard", "min_max", "log1p"}
	if len(items) > 1 {
		words = words[1:]
	}
	var scale []string
	before := len(r.Errs)
	for _, e := range items {
		switch f := document.Folded(e.Str); {
		case e.Kind == document.String && e.Str == "log":
			scale = append(scale, "log1p")
		case e.Kind == document.String && slices.Contains([]string{"normalize", "normalise", "normalization", "normalized", "normalizer"}, f):
			r.Fail(e.Pos, "%s: %s has two meanings; write scale: standard (mean 0, deviation 1) or scale: min_max (0 to 1)", r.title, diag.Quote(e.Str))
		case e.Kind == document.String && slices.Contains([]string{"robustscaler", "robust", "maxabsscaler", "maxabs", "powertransformer", "quantiletransformer"}, f):
			r.Fail(e.Pos, "%s: scale takes %s; %s is not supported by this version", r.title, document.OrList(words), diag.Quote(e.Str))
		default:
			scale = append(scale, r.Choose(r.title, document.Arg{Name: "scale", Value: e}, words, scaleWords))
		}
	}
	switch {
	case len(r.Errs) > before || len(scale) == 1 && scale[0] == "none":
		return nil
	case len(scale) == 2 && (scale[0] != "log1p" || scale[1] == "log1p"):
		hint := "one of standard and min_max is enough"
		if scale[1] == "log1p" {
			hint = "the logarithm comes first: scale: [log1p, " + scale[0] + "]"
			if scale[0] == "log1p" {
				hint = "the logarithm is taken once: scale: log1p"
			}
		}
		r.Fail(v.Pos, "%s: scale cannot be %s; %s", r.title, v.Flow(), hint)
		return nil
	}
	return scale
}
