package build

import (
	"strconv"

	"github.com/nngen-go/nngen/ir/encoding"
	"github.com/nngen-go/nngen/ir/spec"
	"github.com/nngen-go/nngen/runtime/data"
)

// encoding says how rows become samples; nil without a data section.
func (p *plan) encoding() *encoding.Encoding {
	d := p.spec.Data
	rows := p.lifted.rowFeatures()
	if d == nil && rows != nil {
		return &encoding.Encoding{Features: p.withLookups(rows)}
	}
	if d == nil || d.Train == nil {
		return nil
	}
	e := &encoding.Encoding{Source: string(d.Train.Kind), Missing: d.Missing, Table: d.Train.Table, Weight: d.Weight}
	for _, t := range d.Targets {
		e.Targets = append(e.Targets, t.Target)
	}
	if p.classNames() == nil {
		if d.Train.Kind.Shape() == data.ClassFolder {
			e.Folders = d.Classes
		}
	} else {
		e.Spellings = d.Spellings
	}
	if d.Windows != nil {
		e.Series = &d.Windows.Series
	}
	for i, at := range p.lifted.places {
		f := d.Features[i].Feature
		f.Port, f.Offset, f.Width = at.Input, at.Offset, f.Values()
		e.Features = append(e.Features, f)
	}
	e.Features = p.withLookups(append(e.Features, rows...))
	return e
}

// withLookups appends what preprocessing layers make of features.
func (p *plan) withLookups(features []encoding.Feature) []encoding.Feature {
	for _, f := range p.lifted.features {
		f.Width = f.Values()
		features = append(features, f)
	}
	return features
}

// fields names the values of a sample of an input, or of a step of it, after
// the features that fill them; nil where no columns do.
func fields(e *encoding.Encoding, port int) []string {
	if e == nil || e.Source != string(spec.CSV) {
		return nil
	}
	var names []string
	for i := range e.Features {
		f := &e.Features[i]
		if f.Port != port {
			continue
		}
		if f.Type == encoding.Text || f.Type == encoding.Lookup || f.Width > maxFields-len(names) {
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
func fieldsOf(f *encoding.Feature) []string {
	if f.Type == encoding.Date {
		var names []string
		for _, part := range f.Parts {
			if !f.Cyclic(part) {
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
