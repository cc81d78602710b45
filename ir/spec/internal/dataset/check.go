package dataset

import (
	"reflect"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/encoding"
	"github.com/nngen-go/nngen/ir/spec/internal/document"
	"github.com/nngen-go/nngen/runtime/data"
)

// dataCheck compares the parts of the data section.
type dataCheck struct {
	*document.Reader
	d     *Data
	parts *dataArgs
	raw   bool // inputs take columns, or the text of a row, as they are
}

// consistent checks what the parts of the data section ask of each other, and
// completes what they say. Row is what a row of train is, where it is one thing.
func (c *dataCheck) consistent(a document.Arg, row *Feature) {
	d, parts := c.d, c.parts
	if d.Train == nil {
		c.Fail(a.Pos, "data has no train; write train: {csv: train.csv}, or another kind of files instead of csv")
		return
	}
	kind := d.Train.Kind
	before := len(c.Errs)
	c.train(d.Train, row, parts.settings["train"])
	complete := len(c.Errs) == before
	for _, o := range []struct {
		name string
		*Source
	}{{"test", d.Test}, {"validation", d.Validation}} {
		switch s := o.Source; {
		case s == nil:
		case s.Split > 0:
			s.Kind = kind
			s.written(d.Train)
		case s.Kind != kind:
			c.Fail(s.Pos, "data: %s is %s and train is %s; both must be of one kind", o.name, s.Kind, kind)
		default:
			if complete {
				c.likeTrain(o.name)
			}
			s.written(d.Train)
		}
	}
	if row != nil && !(c.raw && kind == TextDir) {
		d.Features = []Feature{*row}
	}
	if kind == CSV {
		c.table(a)
		return
	}
	c.notColumns()
	for _, part := range []*document.Arg{parts.features, parts.missing, parts.weight, parts.windows} {
		if part != nil {
			c.Fail(part.Pos, "data: %s belongs to csv files, and train is %s; take it out", part.Name, kind)
		}
	}
	if i := slices.IndexFunc(d.Spellings, func(s []string) bool { return s != nil }); i >= 0 {
		c.Fail(parts.classes.Value.List[i].Pos, "data: classes: other spellings of a class belong to csv files, and train is %s; write the name alone", kind)
	}
	if kind.Shape() == data.ClassFolder {
		c.folders()
	}
}

// notColumns reports targets that are columns of files that have none.
func (c *dataCheck) notColumns() {
	d := c.d
	for i := range d.Targets {
		t := &d.Targets[i]
		switch kind := d.Train.Kind; {
		case t.SameAs != "":
		case t.Columns == nil && t.Output == "":
			c.Fail(t.Pos, "data: for %s files classes belongs under data itself; write classes: %s beside train", kind, document.TextList(d.Classes).Flow())
		case t.Columns == nil && kind.Shape().Labelled():
			c.Fail(t.Pos, "data: target %s: the classes of %s belong under data itself; write classes: [...] beside train", diag.Quote(t.Output), kind)
		case t.Columns == nil:
		case kind.Shape() == data.ArrayArchive:
			c.Fail(t.Pos, "data: target: columns belong to csv files, and train is %s; the array of the targets belongs beside it: train: {%s: %s, target: y}", kind, kind, document.Plain(d.Train.Files[0]))
		case kind.Shape() == data.ArrayFiles:
			c.Fail(t.Pos, "data: target: columns belong to csv files, and train is %s; the file of the targets belongs under it: train: {%s: {inputs: x.%s, target: y.%s}}", kind, kind, kind, kind)
		case kind == Tokens:
			c.Fail(t.Pos, "data: target: columns belong to csv files, and a row of tokens comes with its label; take target out")
		default:
			c.Fail(t.Pos, "data: target: columns belong to csv files, and a row of %s comes with its class; take target out, or write target: {same_as: x} for an output that repeats the input", kind)
		}
	}
}

// train completes the source that the settings are beside.
func (c *dataCheck) train(s *Source, row *Feature, settings []document.Arg) {
	of := featureReader{c.Reader, "data: train", row}
	switch s.Kind {
	case CSV:
		if s.Separator == "" {
			s.Separator = ","
		}
		t := tableReader{c.Reader, "data: train", s}
		t.marks(settings)
	case Tokens:
		of.tokenRow(s, settings)
	case TextDir:
		if c.raw {
			c.rawText(settings)
			return
		}
		of.textFeature(document.Object(settings...))
	case ImageDir:
		if row.Height == 0 {
			c.Fail(s.Pos, "data: image_dir needs size, the rows and columns that every image gets; write size: [28, 28] beside it")
		}
	}
}

// rawText reports how a text becomes numbers where a layer says that.
func (c *dataCheck) rawText(settings []document.Arg) {
	for _, a := range settings {
		if a.Name != "encoding" {
			c.Fail(a.Pos, "data: train: an input of dtype string takes the texts as they are; %s belongs to the layer TextVectorization", a.Name)
		}
	}
}

// written takes over how the files of train are written.
func (s *Source) written(train *Source) {
	s.Separator, s.Header, s.Quote, s.Encoding, s.Decimal, s.Thousands = train.Separator, train.Header, train.Quote, train.Encoding, train.Decimal, train.Thousands
}

// likeTrain reports settings beside the files of test or validation that differ
// from those beside the files of train. Archives have arrays of their own.
func (c *dataCheck) likeTrain(name string) {
	kind := c.d.Train.Kind
	if kind.Shape() == data.ArrayArchive {
		return
	}
	apply := func(settings []document.Arg) (Source, Feature) {
		trial := sourceReader{Reader: &document.Reader{}}
		s, f := Source{Kind: kind}, Feature{}
		if kind == CSV {
			s.Separator = ","
		}
		if row := rowOf(kind, diag.Pos{}); row != nil {
			f = *row
		}
		for _, k := range trial.settingKeys("", &s, &f) {
			for _, a := range settings {
				if a.Name == k.Name {
					k.Take(a)
				}
			}
		}
		f.SlotsPos = diag.Pos{}
		if f.Length > 0 {
			f.sides()
		}
		return s, f
	}
	train := c.parts.settings["train"]
	s, f := apply(train)
	for _, a := range c.parts.settings[name] {
		if own, with := apply(append(slices.Clone(train), a)); !reflect.DeepEqual(own, s) || !reflect.DeepEqual(with, f) {
			c.Fail(a.Pos, "data: %s: %s differs from that of train; take it out: settings beside train hold for all files", name, a.Name)
		}
	}
}

// table checks what a table is read for.
func (c *dataCheck) table(a document.Arg) {
	d, parts := c.d, c.parts
	if parts.classes != nil {
		c.Fail(parts.classes.Pos, "data: for csv files classes belongs under target; write target: {column: ..., classes: %s}", parts.classes.Value.Brief())
	}
	if parts.features == nil && !c.raw {
		c.Fail(a.Pos, "data: csv needs features, the columns of the input in their order; write features: {age: {type: number}}")
	}
	if d.Missing == nil {
		d.Missing = []string{""}
	}
	if parts.target == nil {
		c.Fail(a.Pos, `data: csv needs target, the column to predict; write target: {column: churned, classes: ["no", "yes"]}`)
		return
	}
	missing := map[string]bool{}
	for _, s := range d.Missing {
		missing[s] = true
	}
	targets := map[string]bool{}
	for _, t := range d.Targets {
		if t.Columns == nil && t.SameAs == "" {
			c.Fail(t.Pos, "data: target %s has no column; write %s: {column: ..., classes: [...]}", diag.Quote(t.Output), document.Plain(t.Output))
		}
		for _, c := range t.Columns {
			targets[c] = true
		}
	}
	series := d.Windows != nil && d.Windows.Offset > 0 // where the target's past may be an input
	for i := range d.Features {
		f := &d.Features[i]
		switch {
		case targets[f.Name] && !series:
			c.Fail(f.Pos, "data: column %s is the target and a feature; take it out of features, or write target: {same_as: x} for outputs that repeat the features", diag.Quote(f.Name))
		case f.Name == d.Weight:
			c.Fail(f.Pos, "data: column %s is the weight and a feature; take it out of features", diag.Quote(f.Name))
		case d.Windows != nil && (f.Integer() || f.Type == encoding.Text):
			what := "becomes ids"
			if f.Type == encoding.Text {
				what = "is text"
			}
			c.Fail(f.Pos, "data: feature %s %s, and the rows of windows hold numbers, dates and one-hot categories; take it out, or write encode: one_hot for a category", diag.Quote(f.Name), what)
		}
		c.neverThere(missing, f, *parts.features)
	}
	if d.Weight != "" && targets[d.Weight] {
		c.Fail(parts.weight.Value.Pos, "data: column %s is the weight and the target; write the column that holds the weights", diag.Quote(d.Weight))
	}
	c.inHeader()
}

// neverThere reports categories that are missing values at the same time.
func (c *dataCheck) neverThere(missing map[string]bool, f *Feature, features document.Arg) {
	if f.Type != encoding.Category {
		return
	}
	var list document.Arg
	for i, s := range f.Vocabulary {
		if missing[s] {
			if list.Name == "" {
				list = vocabularyOf(features, f)
			}
			c.Fail(list.Value.List[i].Pos, "data: feature %s: %s of the vocabulary is one of missing_values, so that no row has it; take it out here or there", diag.Quote(f.Name), diag.Quote(s))
		}
	}
}

// vocabularyOf is the vocabulary that a feature is written with, by itself or
// among columns that are alike.
func vocabularyOf(features document.Arg, f *Feature) document.Arg {
	written, ok := features.Value.Get(f.Name)
	if columns, group := written.Value.Get("columns"); !ok || group && len(columns.Value.List) > 0 && columns.Value.List[0].Pos != f.Pos {
		for _, e := range features.Value.Map {
			columns, _ := e.Value.Get("columns")
			if slices.ContainsFunc(columns.Value.List, func(v document.Value) bool { return v.Pos == f.Pos }) {
				written = e
			}
		}
	}
	list, _ := written.Value.Get("vocabulary")
	return list
}

// inHeader reports columns that the header of a file without a header line does
// not name.
func (c *dataCheck) inHeader() {
	d, parts := c.d, c.parts
	header := d.Train.Header
	if header == nil {
		return
	}
	known := map[string]bool{}
	for _, name := range header {
		known[name] = true
	}
	unknown := 0
	check := func(pos diag.Pos, what, name string) {
		if known[name] {
			return
		}
		hint := ""
		if unknown++; unknown <= document.MaxHints {
			hint = diag.DidYouMean(name, header)
		}
		c.Fail(pos, "data: %s %s is not in header%s", what, diag.Quote(name), hint)
	}
	for _, f := range d.Features {
		check(f.Pos, "feature", f.Name)
	}
	for _, t := range d.Targets {
		for _, c := range t.Columns {
			check(t.Pos, "target column", c)
		}
	}
	if d.Weight != "" {
		check(parts.weight.Value.Pos, "weight column", d.Weight)
	}
}

// folders checks the names of classes that are names of folders.
func (c *dataCheck) folders() {
	d, parts := c.d, c.parts
	if parts.classes == nil {
		example := "[neg, pos]"
		if d.Train.Kind == ImageDir {
			example = "[cat, dog]"
		}
		c.Fail(d.Train.Pos, "data: %s needs classes, the names of the folders in %s, one for every class; write classes: %s beside train", d.Train.Kind, diag.Quote(d.Train.Files[0]), example)
		return
	}
	for i, name := range d.Classes {
		if name == "." || name == ".." || strings.ContainsAny(name, `/\`) {
			c.Fail(parts.classes.Value.List[i].Pos, "data: classes: %s cannot be the name of a folder in %s", diag.Quote(name), diag.Quote(d.Train.Files[0]))
		}
	}
}
