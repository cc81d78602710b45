package build

import (
	"slices"
	"strconv"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/spec"
	"github.com/nngen-go/nngen/runtime/data"
)

// encoding says how rows become samples; nil without a data section.
func (p *plan) encoding() *loop.Encoding {
	d := p.spec.Data
	if d == nil || d.Train == nil {
		return nil
	}
	e := &loop.Encoding{
		Source: string(d.Train.Kind), Missing: slices.Clone(d.Missing), Separator: d.Train.Separator, Header: slices.Clone(d.Train.Header), Weight: d.Weight,
	}
	e.Quote, e.Encoding, e.Decimal, e.Thousands = d.Train.Quote, d.Train.Encoding, d.Train.Decimal, d.Train.Thousands
	e.Arrays = slices.Clone(d.Train.Arrays)
	for _, t := range d.Targets {
		e.Targets = append(e.Targets, loop.TargetSource{Columns: slices.Clone(t.Columns), SameAs: t.SameAs, Classes: slices.Clone(t.Classes), Spellings: cloneAll(t.Spellings)})
	}
	if p.classNames() == nil {
		if d.Train.Kind.Shape() == data.ClassFolder {
			e.Folders = slices.Clone(d.Classes)
		}
	} else {
		e.Spellings = cloneAll(d.Spellings)
	}
	if w := d.Windows; w != nil {
		e.Series = &loop.Series{Length: w.Length, Offset: w.Offset, Stride: w.Stride}
	}
	for i, at := range p.spec.Places() {
		e.Features = append(e.Features, feature(&d.Features[i], at))
	}
	return e
}

func cloneAll(lists [][]string) [][]string {
	var all [][]string
	for _, s := range lists {
		all = append(all, slices.Clone(s))
	}
	return all
}

func feature(f *spec.Feature, at spec.Place) loop.Feature {
	l := loop.Feature{
		Name: f.Name, Type: loop.FeatureType(f.Type), Port: at.Input, Offset: at.Offset, Width: f.Width(),
		Missing: loop.Missing(f.Missing), Scale: slices.Clone(f.Scale), Encode: f.Encode,
		Vocabulary: slices.Clone(f.Vocabulary), Slots: f.Slots, OOV: f.OOV,
		Standardize: f.Standardize, Split: f.Split, NGrams: f.NGrams, Length: f.Length, Padding: f.Padding, Truncating: f.Truncating,
		NumWords: f.NumWords, OOVID: f.OOVID, Parts: slices.Clone(f.Parts), Height: f.Height, Columns: f.Columns, Channels: f.Channels,
	}
	if f.Type == spec.DateFeature {
		l.Format = f.Format
	}
	if f.Type == spec.TextFeature && f.Length > 0 {
		l.Padding, l.Truncating = "post", "post"
	}
	return l
}

// fields names the values of a sample of an input, or of a step of it, after
// the features that fill them; nil where no columns do.
func fields(e *loop.Encoding, port int) []string {
	if e == nil || e.Source != string(spec.CSV) {
		return nil
	}
	var names []string
	for i := range e.Features {
		f := &e.Features[i]
		if f.Port != port {
			continue
		}
		if f.Type == loop.TextFeature || f.Width > maxFields-len(names) {
			return nil
		}
		names = append(names, fieldsOf(f)...)
	}
	return names
}

// maxFields bounds the names of an input's values.
const maxFields = 1 << 16

// fieldsOf names the values of one feature: plan=basic for a slot whose
// category is known in advance, plan[3] for another one, joined.month.sin for a
// part of a date.
func fieldsOf(f *loop.Feature) []string {
	if f.Type == loop.DateFeature {
		var names []string
		for _, part := range f.Parts {
			if f.Encode == "number" || part == "year" || part == "days" {
				names = append(names, f.Name+"."+part)
			} else {
				names = append(names, f.Name+"."+part+".sin", f.Name+"."+part+".cos")
			}
		}
		return names
	}
	if f.Encode != "one_hot" {
		return []string{f.Name}
	}
	names := make([]string, 0, f.Slots)
	if f.OOV {
		names = append(names, f.Name+"[unknown]")
	}
	for _, s := range f.Vocabulary {
		names = append(names, f.Name+"="+s)
	}
	for i := len(names); i < f.Slots; i++ {
		names = append(names, f.Name+"["+strconv.Itoa(i)+"]")
	}
	return names
}
