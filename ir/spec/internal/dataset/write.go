package dataset

import (
	"slices"

	"github.com/nngen-go/nngen/ir/encoding"
	"github.com/nngen-go/nngen/ir/spec/internal/document"
)

// Tree writes the section; defaults are left out.
func (d *Data) Tree() document.Value {
	var entries []document.Arg
	for _, s := range []struct {
		name string
		*Source
	}{{"train", d.Train}, {"test", d.Test}, {"validation", d.Validation}} {
		if s.Source == nil {
			continue
		}
		source := s.Source.tree()
		if s.name == "train" {
			source.Map = append(source.Map, d.settings()...)
		} else if s.Split == 0 && !slices.Equal(s.Arrays, d.Train.Arrays) {
			source.Map = append(source.Map, document.Named("arrays", document.TextList(s.Arrays)))
		}
		entries = append(entries, document.Named(s.name, source))
	}
	if d.Train.Kind != CSV {
		if target, ok := d.targetTree(); ok {
			entries = append(entries, target)
		}
		if d.Classes != nil {
			entries = append(entries, document.Named("classes", document.TextList(d.Classes)))
		}
		return document.Object(entries...)
	}
	if d.Missing != nil && !slices.Equal(d.Missing, []string{""}) {
		entries = append(entries, document.Named("missing_values", document.TextList(d.Missing)))
	}
	if d.Weight != "" {
		entries = append(entries, document.Named("weight", document.Text(d.Weight)))
	}
	if w := d.Windows; w != nil {
		entries = append(entries, document.Named("windows", document.Object(document.Named("length", document.Whole(w.Length)), document.Named("offset", document.Whole(w.Offset)), document.Named("stride", document.Whole(w.Stride)))))
	}
	features := document.Object()
	for i := range d.Features {
		f := &d.Features[i]
		features.Map = append(features.Map, document.Named(f.Name, document.Object(append([]document.Arg{document.Named("type", document.Text(string(f.Type)))}, f.settings()...)...)))
	}
	if len(features.Map) > 0 {
		entries = append(entries, document.Named("features", features))
	}
	if target, ok := d.targetTree(); ok {
		entries = append(entries, target)
	}
	return document.Object(entries...)
}

// targetTree writes the targets that the section names.
func (d *Data) targetTree() (document.Arg, bool) {
	outputs := document.Object()
	for i := range d.Targets {
		t := &d.Targets[i]
		one := document.Object()
		switch {
		case t.SameAs != "":
			one.Map = append(one.Map, document.Named("same_as", document.Text(t.SameAs)))
		case len(t.Columns) == 1:
			one.Map = append(one.Map, document.Named("column", document.Text(t.Columns[0])))
		case t.Columns != nil:
			one.Map = append(one.Map, document.Named("columns", document.TextList(t.Columns)))
		}
		if t.Classes != nil {
			one.Map = append(one.Map, document.Named("classes", classesTree(t.Classes, t.Spellings)))
		} else if d.Classes != nil && t.Columns != nil {
			one.Map = append(one.Map, document.Named("classes", classesTree(d.Classes, d.Spellings)))
		}
		if t.Output == "" {
			return document.Named("target", one), len(one.Map) > 0
		}
		if len(one.Map) > 0 {
			outputs.Map = append(outputs.Map, document.Named(t.Output, one))
		}
	}
	return document.Named("target", outputs), len(outputs.Map) > 0
}

// classesTree writes a class that has other spellings as a list.
func classesTree(classes []string, spellings [][]string) document.Value {
	list := document.TextList(classes)
	for i, more := range spellings {
		if len(more) > 0 {
			list.List[i] = document.TextList(append([]string{classes[i]}, more...))
		}
	}
	return list
}

func (s *Source) tree() document.Value {
	if s.Split > 0 {
		return document.Object(document.Named("split", document.Value{Kind: document.Float, Float: s.Split}))
	}
	files := document.TextList(s.Files)
	if len(s.Files) == 1 {
		files = document.Text(s.Files[0])
	}
	return document.Object(document.Named(string(s.Kind), files))
}

// settings are what is written beside the files of train.
func (d *Data) settings() []document.Arg {
	var list []document.Arg
	if s := d.Train.Separator; s != "" && s != "," {
		list = append(list, document.Named("separator", document.Text(s)))
	}
	if d.Train.Header != nil {
		list = append(list, document.Named("header", document.TextList(d.Train.Header)))
	}
	for _, word := range [][2]string{{"quote", d.Train.Quote}, {"encoding", d.Train.Encoding}, {"decimal", d.Train.Decimal}, {"thousands", d.Train.Thousands}} {
		if word[1] != "" {
			list = append(list, document.Named(word[0], document.Text(word[1])))
		}
	}
	if d.Train.Arrays != nil {
		list = append(list, document.Named("arrays", document.TextList(d.Train.Arrays)))
	}
	if d.Train.Kind != CSV && len(d.Features) == 1 {
		list = append(list, d.Features[0].settings()...)
	}
	return list
}

// settings are what a feature says besides its type.
func (f *Feature) settings() []document.Arg {
	var list []document.Arg
	usual := defaults("", f.Type, f.Pos)
	word := func(name, value, unsaid string) {
		if value != unsaid {
			list = append(list, document.Named(name, document.Text(value)))
		}
	}
	number := func(name string, value, unsaid int) {
		if value != unsaid {
			list = append(list, document.Named(name, document.Whole(value)))
		}
	}
	switch f.Type {
	case encoding.Tokens:
		list = append(list, document.Named("num_words", document.Whole(f.NumWords)), document.Named("oov_id", document.Whole(f.OOVID)))
		number("length", f.Length, 0)
		word("padding", f.Padding, "")
		word("truncating", f.Truncating, "")
		return list
	case encoding.Image:
		return []document.Arg{document.Named("size", document.ListOf(document.Whole(f.Height), document.Whole(f.Columns))), document.Named("color", document.Text(map[int]string{1: "gray", 3: "rgb"}[f.Channels]))}
	}
	switch {
	case f.Vocabulary != nil:
		list = append(list, document.Named("vocabulary", document.TextList(f.Vocabulary)))
	case f.Slots > 0:
		list = append(list, document.Named("vocabulary", document.Whole(f.Slots)))
	}
	word("input", f.Input, "")
	word("encode", f.Encode, usual.Encode)
	if f.OOV != usual.OOV {
		list = append(list, document.Named("oov", document.Value{Kind: document.Bool, Bool: f.OOV}))
	}
	word("format", f.Format, usual.Format)
	if !slices.Equal(f.Parts, usual.Parts) {
		list = append(list, document.Named("parts", document.TextList(f.Parts)))
	}
	switch m := f.Missing; {
	case m == usual.Missing, f.Type == encoding.Category && m.Kind == map[bool]string{true: "oov", false: "error"}[f.OOV]:
	case m.Kind == "value":
		list = append(list, document.Named("missing", document.Value{Kind: document.Float, Float: m.Value}))
	case m.Kind == "text":
		list = append(list, document.Named("missing", document.Text(m.Text)))
	default:
		list = append(list, document.Named("missing", document.Text(m.Kind)))
	}
	switch len(f.Scale) {
	case 0:
	case 1:
		list = append(list, document.Named("scale", document.Text(f.Scale[0])))
	default:
		list = append(list, document.Named("scale", document.TextList(f.Scale)))
	}
	number("length", f.Length, 0)
	if f.Length > 0 {
		word("padding", f.Padding, f.usualSide())
		word("truncating", f.Truncating, f.usualSide())
	}
	word("standardize", f.Standardize, usual.Standardize)
	word("split", f.Split, usual.Split)
	number("ngrams", f.NGrams, usual.NGrams)
	return list
}
