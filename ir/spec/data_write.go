package spec

import (
	"slices"

	"github.com/nngen-go/nngen/ir/encoding"
)

// tree writes the section; defaults are left out.
func (d *Data) tree() Value {
	var entries []Arg
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
			source.Map = append(source.Map, named("arrays", textList(s.Arrays)))
		}
		entries = append(entries, named(s.name, source))
	}
	if d.Train.Kind != CSV {
		if target, ok := d.targetTree(); ok {
			entries = append(entries, target)
		}
		if d.Classes != nil {
			entries = append(entries, named("classes", textList(d.Classes)))
		}
		return object(entries...)
	}
	if d.Missing != nil && !slices.Equal(d.Missing, []string{""}) {
		entries = append(entries, named("missing_values", textList(d.Missing)))
	}
	if d.Weight != "" {
		entries = append(entries, named("weight", text(d.Weight)))
	}
	if w := d.Windows; w != nil {
		entries = append(entries, named("windows", object(named("length", whole(w.Length)), named("offset", whole(w.Offset)), named("stride", whole(w.Stride)))))
	}
	features := object()
	for i := range d.Features {
		f := &d.Features[i]
		features.Map = append(features.Map, named(f.Name, object(append([]Arg{named("type", text(string(f.Type)))}, f.settings()...)...)))
	}
	if len(features.Map) > 0 {
		entries = append(entries, named("features", features))
	}
	if target, ok := d.targetTree(); ok {
		entries = append(entries, target)
	}
	return object(entries...)
}

// targetTree writes the targets that the section names.
func (d *Data) targetTree() (Arg, bool) {
	outputs := object()
	for i := range d.Targets {
		t := &d.Targets[i]
		one := object()
		switch {
		case t.SameAs != "":
			one.Map = append(one.Map, named("same_as", text(t.SameAs)))
		case len(t.Columns) == 1:
			one.Map = append(one.Map, named("column", text(t.Columns[0])))
		case t.Columns != nil:
			one.Map = append(one.Map, named("columns", textList(t.Columns)))
		}
		if t.Classes != nil {
			one.Map = append(one.Map, named("classes", classesTree(t.Classes, t.Spellings)))
		} else if d.Classes != nil && t.Columns != nil {
			one.Map = append(one.Map, named("classes", classesTree(d.Classes, d.Spellings)))
		}
		if t.Output == "" {
			return named("target", one), len(one.Map) > 0
		}
		if len(one.Map) > 0 {
			outputs.Map = append(outputs.Map, named(t.Output, one))
		}
	}
	return named("target", outputs), len(outputs.Map) > 0
}

// classesTree writes a class that has other spellings as a list.
func classesTree(classes []string, spellings [][]string) Value {
	list := textList(classes)
	for i, more := range spellings {
		if len(more) > 0 {
			list.List[i] = textList(append([]string{classes[i]}, more...))
		}
	}
	return list
}

func (s *Source) tree() Value {
	if s.Split > 0 {
		return object(named("split", Value{Kind: Float, Float: s.Split}))
	}
	files := textList(s.Files)
	if len(s.Files) == 1 {
		files = text(s.Files[0])
	}
	return object(named(string(s.Kind), files))
}

// settings are what is written beside the files of train.
func (d *Data) settings() []Arg {
	var list []Arg
	if s := d.Train.Separator; s != "" && s != "," {
		list = append(list, named("separator", text(s)))
	}
	if d.Train.Header != nil {
		list = append(list, named("header", textList(d.Train.Header)))
	}
	for _, word := range [][2]string{{"quote", d.Train.Quote}, {"encoding", d.Train.Encoding}, {"decimal", d.Train.Decimal}, {"thousands", d.Train.Thousands}} {
		if word[1] != "" {
			list = append(list, named(word[0], text(word[1])))
		}
	}
	if d.Train.Arrays != nil {
		list = append(list, named("arrays", textList(d.Train.Arrays)))
	}
	if d.Train.Kind != CSV && len(d.Features) == 1 {
		list = append(list, d.Features[0].settings()...)
	}
	return list
}

// settings are what a feature says besides its type.
func (f *Feature) settings() []Arg {
	var list []Arg
	usual := defaults("", f.Type, f.Pos)
	word := func(name, value, unsaid string) {
		if value != unsaid {
			list = append(list, named(name, text(value)))
		}
	}
	number := func(name string, value, unsaid int) {
		if value != unsaid {
			list = append(list, named(name, whole(value)))
		}
	}
	switch f.Type {
	case encoding.Tokens:
		list = append(list, named("num_words", whole(f.NumWords)), named("oov_id", whole(f.OOVID)))
		number("length", f.Length, 0)
		word("padding", f.Padding, "")
		word("truncating", f.Truncating, "")
		return list
	case encoding.Image:
		return []Arg{named("size", listOf(whole(f.Height), whole(f.Columns))), named("color", text(map[int]string{1: "gray", 3: "rgb"}[f.Channels]))}
	}
	switch {
	case f.Vocabulary != nil:
		list = append(list, named("vocabulary", textList(f.Vocabulary)))
	case f.Slots > 0:
		list = append(list, named("vocabulary", whole(f.Slots)))
	}
	word("input", f.Input, "")
	word("encode", f.Encode, usual.Encode)
	if f.OOV != usual.OOV {
		list = append(list, named("oov", Value{Kind: Bool, Bool: f.OOV}))
	}
	word("format", f.Format, usual.Format)
	if !slices.Equal(f.Parts, usual.Parts) {
		list = append(list, named("parts", textList(f.Parts)))
	}
	switch m := f.Missing; {
	case m == usual.Missing, f.Type == encoding.Category && m.Kind == map[bool]string{true: "oov", false: "error"}[f.OOV]:
	case m.Kind == "value":
		list = append(list, named("missing", Value{Kind: Float, Float: m.Value}))
	case m.Kind == "text":
		list = append(list, named("missing", text(m.Text)))
	default:
		list = append(list, named("missing", text(m.Kind)))
	}
	switch len(f.Scale) {
	case 0:
	case 1:
		list = append(list, named("scale", text(f.Scale[0])))
	default:
		list = append(list, named("scale", textList(f.Scale)))
	}
	number("length", f.Length, 0)
	word("standardize", f.Standardize, usual.Standardize)
	word("split", f.Split, usual.Split)
	number("ngrams", f.NGrams, usual.NGrams)
	return list
}
