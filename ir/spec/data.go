package spec

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/nngen-go/nngen/ir/diag"
)

const (
	dataExample  = "data: {train: {csv: train.csv}, features: {age: {type: number}}, target: {column: churned, classes: [\"no\", \"yes\"]}}"
	maxFeatures  = 65_536
	maxClasses   = 65_536
	maxClassName = 256 // bytes
)

// reserved answers the parts of the data section that the language has a
// meaning for and this version does not.
func (p *parser) reserved(pos diag.Pos, what string) {
	p.fail(pos, "data: %s is not supported by this version", what)
}

func (p *parser) data(a Arg) *Data {
	if !p.isMap("data", a.Value, dataExample) {
		return nil
	}
	d := &Data{Pos: a.Pos}
	before := len(p.errs)
	reserved := func(name string) key {
		return key{name: name, hidden: true, take: func(a Arg) { p.reserved(a.Pos, name) }}
	}
	var classes, features, target *Arg
	p.section("data", a.Value, []key{
		{name: "train", take: func(a Arg) { d.Train = p.source("train", a) }},
		{name: "test", take: func(a Arg) { d.Test = p.source("test", a) }},
		{name: "features", take: func(a Arg) { features = &a }},
		{name: "target", take: func(a Arg) { target = &a }},
		{name: "classes", take: func(a Arg) { classes = &a }},
		reserved("missing_values"),
		reserved("validation"),
		reserved("text"),
		reserved("images"),
		reserved("dates"),
		reserved("windows"),
	}, map[string]string{
		"csv":              "csv stands under train or test; write data: {train: {csv: train.csv}}",
		"idx":              "idx stands under train or test; write data: {train: {idx: [images.gz, labels.gz]}}",
		"tokens":           "tokens stands under train or test; write data: {train: {tokens: train.txt.gz, num_words: 10000}}",
		"num_words":        "num_words stands beside tokens; write train: {tokens: train.txt.gz, num_words: 10000}",
		"batch_size":       misplaced["batch_size"],
		"validation_split": misplaced["validation_split"],
		"missing":          "data: missing is not supported by this version",
		"scale":            "data: scale is not supported by this version",
		"columns":          "the columns of the input stand under features; write features: {age: {type: number}}",
		"label":            "the column to predict stands under target; write target: {column: ...}",
		"labels":           "the names of classes stand under classes, and the column to predict under target: {column: ...}",
	})
	if features != nil {
		d.Features = p.features(*features)
	}
	if target != nil {
		p.target(d, *target)
	}
	if classes != nil {
		d.Classes = p.classes("classes", classes.Value)
	}
	if len(p.errs) == before {
		p.consistent(d, a, features, target, classes)
	}
	return d
}

// consistent checks what the parts of the data section ask of each other.
func (p *parser) consistent(d *Data, a Arg, features, target, classes *Arg) {
	if d.Train == nil {
		p.fail(a.Pos, "data has no train; write train: {csv: train.csv}, or idx or tokens instead of csv")
		return
	}
	kind := d.Train.Kind
	if d.Test != nil {
		if d.Test.Kind != kind {
			p.fail(d.Test.Pos, "data: test is %s and train is %s; both must be of one kind", d.Test.Kind, kind)
		}
		switch {
		case kind != Tokens:
		case d.Test.NumWords == 0:
			d.Test.NumWords, d.Test.OOVID = d.Train.NumWords, d.Train.OOVID
		case d.Test.NumWords != d.Train.NumWords || d.Test.OOVID != d.Train.OOVID:
			p.fail(d.Test.Pos, "data: num_words and oov_id of test differ from those of train; take them out of test")
		}
	}
	if kind == Tokens && d.Train.NumWords == 0 {
		p.fail(d.Train.Pos, "data: tokens needs num_words, the number of ids that are kept; write num_words: 10000 beside it")
	}
	if kind != CSV {
		for _, part := range []*Arg{features, target} {
			if part != nil {
				p.fail(part.Pos, "data: %s belongs to csv files, and train is %s; take it out", part.Name, kind)
			}
		}
		return
	}
	if classes != nil {
		p.fail(classes.Pos, "data: for csv files classes stands under target; write target: {column: ..., classes: %s}", classes.Value.brief())
	}
	if features == nil {
		p.fail(a.Pos, "data: csv needs features, the columns of the input in their order; write features: {age: {type: number}}")
	}
	if target == nil {
		p.fail(a.Pos, `data: csv needs target, the column to predict; write target: {column: churned, classes: ["no", "yes"]}`)
		return
	}
	for _, f := range d.Features {
		if f.Name == d.Target.Column {
			p.fail(f.Pos, "data: column %s is the target and a feature; take it out of features", diag.Quote(f.Name))
		}
	}
}

// source reads one of train and test.
func (p *parser) source(name string, a Arg) *Source {
	title := "data: " + name
	if a.Value.Kind == String {
		example := "csv"
		switch s := strings.TrimSuffix(strings.ToLower(a.Value.Str), ".gz"); {
		case strings.HasSuffix(s, ".txt"):
			example = "tokens"
		case strings.Contains(s, "idx") || strings.Contains(s, "ubyte"):
			p.fail(a.Value.Pos, "%s needs the kind of its files; write %s: {idx: [images, labels]}", title, name)
			return nil
		}
		p.fail(a.Value.Pos, "%s needs the kind of its file; write %s: {%s: %s}", title, name, example, plain(a.Value.Str))
		return nil
	}
	if !p.isMap(title, a.Value, name+": {csv: "+name+".csv}") {
		return nil
	}
	s := &Source{Pos: a.Pos}
	before := len(p.errs)
	kind := func(k SourceKind, files int) key {
		return key{name: string(k), take: func(a Arg) {
			if s.Kind != "" {
				p.fail(a.Pos, "%s is %s already; it has one kind of files", title, s.Kind)
				return
			}
			s.Kind, s.Files = k, p.files(title, a, files)
		}}
	}
	reserved := func(name string) key {
		return key{name: name, hidden: true, take: func(a Arg) { p.reserved(a.Pos, name) }}
	}
	oov := false
	p.section(title, a.Value, []key{
		kind(IDX, 2), kind(CSV, 1), kind(Tokens, 1),
		{name: "num_words", take: func(a Arg) { p.count(title, a, &s.NumWords, 1) }},
		{name: "oov_id", take: func(a Arg) { oov = true; p.count(title, a, &s.OOVID, 0) }},
		reserved("text"), reserved("text_dir"), reserved("vocabulary"), reserved("image_dir"), reserved("size"), reserved("color"),
		reserved("windows"), reserved("npy"), reserved("npz"),
	}, nil)
	if len(p.errs) > before {
		return nil
	}
	switch {
	case s.Kind == "":
		p.fail(a.Pos, "%s names no files; write %s: {csv: %s.csv}, {idx: [images, labels]} or {tokens: %s.txt}", title, name, name, name)
		return nil
	case s.Kind != Tokens && (s.NumWords > 0 || oov):
		p.fail(a.Pos, "%s: num_words and oov_id belong to tokens, and the files are %s; take them out", title, s.Kind)
		return nil
	case oov && s.NumWords == 0:
		p.fail(a.Pos, "%s: oov_id needs num_words beside it", title)
		return nil
	case s.NumWords > 0 && !oov:
		s.OOVID = 2
	}
	if s.NumWords > 0 && s.OOVID >= s.NumWords {
		p.fail(a.Pos, "%s: oov_id %d is not below num_words %d; write an oov_id that is", title, s.OOVID, s.NumWords)
		return nil
	}
	return s
}

func (p *parser) count(title string, a Arg, into *int, least int64) {
	n, ok := a.Value.whole()
	switch {
	case !ok:
		p.fail(a.Value.Pos, "%s: %s takes a whole number, not %s%s", title, a.Name, a.Value.describe(), instead(a.Name, a.Value, func(w Value) bool { return w.Kind == Int }))
	case n < least || n > 1<<31-1:
		p.fail(a.Value.Pos, "%s: %s is %d; it must be between %d and %d", title, a.Name, n, least, 1<<31-1)
	default:
		*into = int(n)
	}
}

// files reads one file name or a list of want names.
func (p *parser) files(title string, a Arg, want int) []string {
	v := a.Value
	items := []Value{v}
	if v.Kind == List {
		items = v.List
	}
	if len(items) != want || v.Kind == Null || v.Kind == Map {
		if want == 1 {
			p.fail(v.Pos, "%s: %s takes one file name, not %s", title, a.Name, v.describe())
		} else {
			p.fail(v.Pos, "%s: %s takes two file names, the images and the labels; write %s: [images, labels]", title, a.Name, a.Name)
		}
		return nil
	}
	var files []string
	for _, item := range items {
		name := item.Str
		switch {
		case item.Kind != String:
			p.fail(item.Pos, "%s: %s takes a file name, not %s", title, a.Name, item.describe())
		case strings.TrimSpace(name) == "" || len(name) > 1024 || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
			p.fail(item.Pos, "%s: %s is not a file name", title, diag.Quote(name))
		}
		files = append(files, name)
	}
	return files
}

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
	for _, e := range a.Value.Map {
		features = append(features, p.feature(e))
	}
	return features
}

func (p *parser) feature(e Arg) Feature {
	f := Feature{Name: e.Name, Pos: e.Pos}
	title := "data: feature " + diag.Quote(e.Name)
	if problem := badColumn(e.Name); problem != "" {
		p.fail(e.Pos, "%s: the name %s", title, problem)
	}
	if e.Value.Kind != Map {
		p.fail(e.Value.Pos, "%s takes a type, not %s; write %s: {type: number}", title, e.Value.describe(), plain(e.Name))
		return f
	}
	before := len(p.errs)
	reserved := func(name string) key {
		return key{name: name, hidden: true, take: func(a Arg) { p.reserved(a.Pos, name) }}
	}
	p.section(title, e.Value, []key{
		{name: "type", take: func(a Arg) { f.Type = p.featureType(title, a.Value) }},
		reserved("missing"), reserved("scale"), reserved("encode"), reserved("oov"), reserved("format"), reserved("vocabulary"), reserved("length"),
	}, nil)
	if f.Type == "" && len(p.errs) == before {
		p.fail(e.Pos, "%s has no type; write %s: {type: number}", title, plain(e.Name))
	}
	return f
}

func (p *parser) featureType(title string, v Value) string {
	if v.Kind != String {
		p.fail(v.Pos, "%s: type takes a word, not %s; write type: number", title, v.describe())
		return ""
	}
	switch v.Str {
	case "number":
		return v.Str
	case "category", "text", "date", "image":
		p.reserved(v.Pos, "type "+v.Str)
	case "numeric", "float", "int", "integer", "double", "float32", "real", "num":
		p.fail(v.Pos, "%s: the type of a column of numbers is called number; write type: number", title)
	default:
		p.fail(v.Pos, "%s: there is no type %s; write type: number", title, diag.Quote(v.Str))
	}
	return ""
}

// target reads the column to predict and the texts of its classes.
func (p *parser) target(d *Data, a Arg) {
	d.Target = &Target{Pos: a.Pos}
	if a.Value.Kind == String {
		p.fail(a.Value.Pos, "data: target takes a column and its classes; write target: {column: %s, classes: [...]}, or without classes for a number", plain(a.Value.Str))
		return
	}
	if !p.isMap("data: target", a.Value, `target: {column: churned, classes: ["no", "yes"]}`) {
		return
	}
	before := len(p.errs)
	p.section("data: target", a.Value, []key{
		{name: "column", take: func(a Arg) {
			switch {
			case a.Value.Kind != String:
				p.fail(a.Value.Pos, "data: target: column takes the header of a column, not %s", a.Value.describe())
			case badColumn(a.Value.Str) != "":
				p.fail(a.Value.Pos, "data: target: the name of the column %s", badColumn(a.Value.Str))
			default:
				d.Target.Column = a.Value.Str
			}
		}},
		{name: "classes", take: func(a Arg) { d.Classes = p.classes("target: classes", a.Value) }},
	}, map[string]string{"name": "data: the target's name stands under column; write target: {column: ...}"})
	if d.Target.Column == "" && len(p.errs) == before {
		p.fail(a.Pos, "data: target has no column; write target: {column: churned}")
	}
}

// classes reads the names of classes. Whole numbers, true and false are taken
// for the texts that a file has for them.
func (p *parser) classes(title string, v Value) []string {
	if v.Kind != List || len(v.List) < 2 || len(v.List) > maxClasses {
		got := v.describe()
		if v.Kind == List {
			got = fmt.Sprintf("a list of %d", len(v.List))
		}
		p.fail(v.Pos, `data: %s takes a list of at least two classes, not %s; write classes: ["no", "yes"]`, title, got)
		return nil
	}
	var classes []string
	seen := map[string]bool{}
	for _, e := range v.List {
		name := e.Str
		switch {
		case e.Kind == Int || e.Kind == Bool:
			name = e.brief()
		case e.Kind != String:
			p.fail(e.Pos, "data: %s: a class is a text, not %s; write it in quotes as it stands in the file", title, e.describe())
			continue
		}
		switch {
		case strings.TrimSpace(name) == "" || len(name) > maxClassName || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
			p.fail(e.Pos, "data: %s: %s cannot be the name of a class: it is empty, too long or not printable", title, diag.Quote(name))
		case seen[name]:
			p.fail(e.Pos, "data: %s: class %s is in the list twice", title, diag.Quote(name))
		}
		seen[name] = true
		classes = append(classes, name)
	}
	return classes
}

// badColumn says what is wrong with the header of a column, or "": it is the
// file's text, so "/" and spaces may stand in it.
func badColumn(s string) string {
	switch {
	case strings.TrimSpace(s) == "":
		return "is empty"
	case len(s) > maxClassName:
		return fmt.Sprintf("has %d bytes; at most %d are allowed", len(s), maxClassName)
	case strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }):
		return "contains a line break or another character that cannot be printed"
	}
	return ""
}
