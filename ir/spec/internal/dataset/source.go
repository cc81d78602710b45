package dataset

import (
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/encoding"
	"github.com/nngen-go/nngen/ir/spec/internal/document"
	"github.com/nngen-go/nngen/runtime/data"
)

// kindRow is a kind of sources: its format, the settings that may be beside
// the files, and what a row is, where it is one thing.
type kindRow struct {
	data.Format
	settings []string
	keys     func(r *sourceReader, title string, s *Source, f *Feature) []document.Key
	row      func(pos diag.Pos) *Feature
}

// ownSettings are those of the kinds that have some.
var ownSettings = map[SourceKind]kindRow{
	CSV: {settings: []string{"separator", "header", "quote", "encoding", "decimal", "thousands"},
		keys: func(r *sourceReader, title string, s *Source, _ *Feature) []document.Key {
			t := tableReader{r.Reader, title, s}
			return t.csvKeys()
		}},
	Tokens: {settings: []string{"num_words", "oov_id", "length", "padding", "truncating"},
		keys: func(r *sourceReader, title string, _ *Source, f *Feature) []document.Key {
			of := featureReader{r.Reader, title, f}
			return of.tokenKeys()
		},
		row: func(pos diag.Pos) *Feature {
			return &Feature{Feature: encoding.Feature{Name: "tokens", Type: encoding.Tokens, OOVID: 2}, Pos: pos, SlotsPos: pos}
		}},
	TextDir: {settings: []string{"vocabulary", "encode", "length", "standardize", "split", "ngrams", "encoding"},
		keys: func(r *sourceReader, title string, s *Source, f *Feature) []document.Key {
			of, t := featureReader{r.Reader, title, f}, tableReader{r.Reader, title, s}
			return append(of.textKeys(), t.encodingKey())
		},
		row: func(pos diag.Pos) *Feature {
			f := defaults("text", encoding.Text, pos)
			return &f
		}},
	ImageDir: {settings: []string{"size", "color"},
		keys: func(r *sourceReader, title string, _ *Source, f *Feature) []document.Key {
			of := featureReader{r.Reader, title, f}
			return of.imageKeys()
		},
		row: func(pos diag.Pos) *Feature {
			return &Feature{Feature: encoding.Feature{Name: "image", Type: encoding.Image, Channels: 3}, Pos: pos, SlotsPos: pos}
		}},
}

// kinds are the kinds of sources, in the order of messages.
func kinds() []kindRow {
	var list []kindRow
	for _, f := range data.Formats() {
		k := ownSettings[SourceKind(f.Name)]
		if k.Format = f; f.Shape == data.ArrayArchive {
			k.settings = []string{"arrays", "inputs", "target"}
			k.keys = func(r *sourceReader, title string, s *Source, _ *Feature) []document.Key {
				return r.archiveKeys(title, s)
			}
		}
		list = append(list, k)
	}
	return list
}

var sourceMistakes = map[string]string{
	"sep":                    `the character between two fields is called separator; write separator: ";"`,
	"delimiter":              `the character between two fields is called separator; write separator: ";"`,
	"names":                  "the names of the columns of a file without a header line are called header; write header: [age, plan]",
	"columns":                "the columns of the input belong under features; write features: {age: {type: number}}",
	"usecols":                "the columns of the input belong under features; other columns are passed over",
	"index_col":              "a column that is not under features is passed over; take index_col out",
	"dtype":                  "the type of a column belongs under features; write features: {age: {type: number}}",
	"parse_dates":            "a column of dates is a feature; write features: {joined: {type: date}}",
	"na_values":              `the texts that mean a missing value belong under data; write data: {missing_values: ["", NA]}`,
	"missing_values":         `missing_values belongs under data, not under the files; write data: {missing_values: ["", NA]}`,
	"quoting":                "quotes that mean nothing are described by quote; write quote: none",
	"quotechar":              "fields are in double quotes, or in none: write quote: none where quotes mean nothing",
	"charset":                "the encoding of the text is called encoding; write encoding: latin-1",
	"dec":                    `the decimal mark is called decimal; write decimal: ","`,
	"decimal_mark":           `the decimal mark is called decimal; write decimal: ","`,
	"grouping_mark":          `the thousands separator is called thousands; write thousands: "."`,
	"big_mark":               `the thousands separator is called thousands; write thousands: "."`,
	"fileEncoding":           "the encoding of the text is called encoding; write encoding: latin-1",
	"skip_top":               "skip_top has no meaning here; take it out",
	"index_from":             "index_from has no meaning here: the files hold the ids as they are; take it out",
	"maxlen":                 "the number of ids of a row is called length; write length: 200",
	"output_sequence_length": "the number of ids of a text is called length; write length: 200",
	"max_length":             "the number of ids of a text is called length; write length: 200",
	"max_tokens":             "the size of the vocabulary is called vocabulary; write vocabulary: 10000",
	"output_mode":            "what a text becomes is called encode; write encode: multi_hot",
	"standardise":            "it is spelled standardize",
	"image_size":             "the size of the images is called size; write size: [28, 28]",
	"target_size":            "the size of the images is called size; write size: [28, 28]",
	"color_mode":             "the colours of the images are called color; write color: rgb, or color: gray",
	"grayscale":              "one number per pixel is written color: gray",
	"label_mode":             "what the targets are follows from the loss; take label_mode out",
	"labels":                 "the classes are the names of the folders; write data: {classes: [cat, dog]}",
	"class_names":            "the classes are the names of the folders; write data: {classes: [cat, dog]}",
	"classes":                "classes belongs under data, not under the files; write data: {classes: [cat, dog]}",
	"interpolation":          "images are resized bilinearly, as in Keras; take interpolation out",
	"validation_split":       "validation_split belongs under fit: write fit: {validation_split: ...}",
	"batch_size":             "batch_size belongs under fit: write fit: {batch_size: ...}",
	"shuffle":                "shuffle belongs under fit: write fit: {shuffle: true}",
	"windows":                "windows belongs under data, not under the files; write data: {windows: {length: 12}}",
	"features":               "features belongs under data, not under the files; write data: {features: {age: {type: number}}}",
	"target":                 "target belongs under data, not under the files; write data: {target: {column: churned}}",
	"targets":                "what the outputs are compared with is called target; write target: y, or for several outputs target: {a: y_a, b: y_b}",
	"x":                      "the arrays of the inputs belong under inputs; write inputs: {x: ...}",
	"y":                      "the array of the targets is called target; write target: ...",
}

// sourceReader reads the sources of the data section.
type sourceReader struct {
	*document.Reader
	arrays  Arrays
	repeats bool // a target repeats an input, which needs no file
}

// source reads one of train, test and validation: its files, what a row is
// where it is one thing, and the settings beside the files as written.
func (r *sourceReader) source(name string, a document.Arg) (*Source, *Feature, []document.Arg) {
	title := "data: " + name
	if a.Value.Kind == document.String {
		r.kindMissing(title, name, a.Value)
		return nil, nil, nil
	}
	if !r.IsMap(title, a.Value, name+": {csv: "+name+".csv}") {
		return nil, nil, nil
	}
	s := &Source{Pos: a.Pos}
	before := len(r.Errs)
	for _, e := range a.Value.Map {
		if kind := SourceKind(e.Name); s.Kind == "" && kind.Shape() != 0 {
			s.Kind = kind
		}
	}
	f := rowOf(s.Kind, a.Pos)
	var settings []document.Arg
	var keys []document.Key
	own := r.settingKeys(title, s, f)
	for _, k := range kinds() {
		keys = append(keys, document.Key{Name: k.Name, Take: func(a document.Arg) {
			if s.Files != nil || k.Name != string(s.Kind) {
				r.Fail(a.Pos, "%s is %s already; it has one kind of files", title, s.Kind)
				return
			}
			if k.Shape == data.ArrayFiles {
				s.Files = r.arrayFiles(title, a, s)
			} else {
				s.Files = r.files(title, a, k.Shape)
			}
		}})
	}
	fraction := s.Kind == "" && name == "test"
	if fraction {
		keys = append(keys, document.Key{Name: "split", Take: func(a document.Arg) { r.Fraction(title, a, &s.Split, false) }})
	}
	for _, k := range own {
		keys = append(keys, document.Key{Name: k.Name, Take: func(a document.Arg) {
			settings = append(settings, a)
			k.Take(a)
		}})
	}
	for _, k := range kinds() {
		for _, setting := range k.settings {
			if _, answered := sourceMistakes[setting]; slices.ContainsFunc(keys, func(k document.Key) bool { return k.Name == setting }) || answered && s.Kind == CSV {
				continue
			}
			keys = append(keys, document.Key{Name: setting, Hidden: true, Take: func(a document.Arg) { r.strangeSetting(title, s.Kind, SourceKind(k.Name), a) }})
		}
	}
	r.Section(title, a.Value, keys, sourceMistakes)
	switch {
	case len(r.Errs) > before:
		return nil, nil, nil
	case s.Kind == "" && !(fraction && s.Split > 0):
		var examples []string
		for _, k := range kinds() {
			examples = append(examples, strings.ReplaceAll(k.Example, "%s", name))
		}
		r.Fail(a.Pos, "%s names no files; write %s: %s", title, name, document.OrList(examples))
		return nil, nil, nil
	}
	return s, f, settings
}

// kindMissing answers a file name that is alone.
func (r *sourceReader) kindMissing(title, name string, v document.Value) {
	kind := "csv"
	for _, k := range kinds() {
		if !slices.ContainsFunc(k.Ends, func(end string) bool {
			return strings.HasSuffix(strings.TrimSuffix(strings.ToLower(v.Str), ".gz"), end)
		}) {
			continue
		}
		if kind = k.Name; k.Shape == data.ArrayFiles {
			r.Fail(v.Pos, "%s needs the kind of its files; write %s: %s", title, name, k.Example)
			return
		}
	}
	r.Fail(v.Pos, "%s needs the kind of its file; write %s: {%s: %s}", title, name, kind, document.Plain(v.Str))
}

// strangeSetting answers a setting that belongs to another kind of files.
func (r *sourceReader) strangeSetting(title string, kind, of SourceKind, a document.Arg) {
	_, number := a.Value.Number()
	switch {
	case a.Name == "split" && number:
		r.Fail(a.Pos, "%s: rows of train are kept for testing by test: {split: %s}, and for validation by fit: {validation_split: %s}", title, a.Value.Flow(), a.Value.Flow())
	case kind == "":
		r.Fail(a.Pos, "%s: %s is beside %s, and no files are named", title, a.Name, of)
	case of.Shape() == data.ArrayArchive && a.Name != "arrays" && kind.Shape() == data.ArrayFiles:
		r.Fail(a.Pos, "%s: %s belongs under %s; write %s: {inputs: {x: x.%s}, target: y.%s}", title, a.Name, kind, kind, kind, kind)
	case of == TextDir && kind == CSV:
		r.Fail(a.Pos, "%s: %s belongs to a feature; write it beside its type, features: {review: {type: text, ...}}", title, a.Name)
	default:
		r.Fail(a.Pos, "%s: %s belongs to %s, and the files are %s; take it out", title, a.Name, of, kind)
	}
}

// files reads the name of one file or folder.
func (r *sourceReader) files(title string, a document.Arg, shape data.Shape) []string {
	v := a.Value
	if v.Kind == document.List && len(v.List) == 1 {
		v = v.List[0]
	}
	if v.Kind == document.List || v.Kind == document.Null || v.Kind == document.Map {
		what := "file name"
		if shape == data.ClassFolder {
			what = "the name of one folder"
		} else {
			what = "one " + what
		}
		r.Fail(v.Pos, "%s: %s takes %s, not %s", title, a.Name, what, v.Describe())
		return nil
	}
	return []string{r.File(title, a.Name, v)}
}

// rowOf is what a row of such files is, where it is one thing.
func rowOf(kind SourceKind, pos diag.Pos) *Feature {
	if row := ownSettings[kind].row; row != nil {
		return row(pos)
	}
	return nil
}

// settingKeys are the settings that may be beside such files.
func (r *sourceReader) settingKeys(title string, s *Source, f *Feature) []document.Key {
	for _, k := range kinds() {
		if k.Name == string(s.Kind) && k.keys != nil {
			return k.keys(r, title, s, f)
		}
	}
	return nil
}
