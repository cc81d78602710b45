package build

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/encoding"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/spec"
)

// lifted is a description without its preprocessing layers, which become part of the
// encoding: what they give to the network is an input of it.
type lifted struct {
	*spec.Model              // without them
	full        *spec.Model  // with them
	places      []spec.Place // of the features of the data section
	features    []encoding.Feature
	shapes      []ir.Shape          // of what features give
	pos         map[string]diag.Pos // of the layers, by name
	errs        diag.List
	failed      bool // a layer's arguments have mistakes, which are not in errs
}

// lift takes the preprocessing layers out of a description.
func lift(m *spec.Model) *lifted {
	l := &lifted{Model: m, full: m, places: m.Places(), pos: map[string]diag.Pos{}}
	if !slices.ContainsFunc(m.Inputs, spec.Input.Raw) && !slices.ContainsFunc(m.Layers, func(l spec.Layer) bool { return preprocessor(l) != nil }) {
		return l
	}
	names, reads := m.Names(), m.InputRefs()
	operands := map[string]layer.Operand{}
	for _, in := range m.Inputs {
		operands[in.Name] = layer.Operand{Name: in.Name, Of: in.DType, Shape: ir.Shape(in.Shape)}
	}
	inner := map[int]bool{} // layers of the network
	for _, i := range m.Order() {
		of := preprocessor(m.Layers[i])
		if of == nil {
			inner[i] = true
			l.numbers(i, names[i], reads[i], operands)
			continue
		}
		l.preprocess(of, i, names[i], reads[i], operands)
	}
	if len(l.errs) == 0 && !l.failed {
		l.learns()
		l.split(reads, inner, operands)
	}
	return l
}

// preprocessor is the settings of a preprocessing layer; nil of all others.
func preprocessor(l spec.Layer) layer.Preprocessor {
	info, ok := layer.Find(l.Type)
	if !ok {
		return nil
	}
	of, _ := info.New().(layer.Preprocessor)
	return of
}

// numbers reports a layer of the network that reads what is no number yet.
func (l *lifted) numbers(i int, name string, reads []spec.Ref, operands map[string]layer.Operand) {
	for _, r := range reads {
		x := operands[r.Name]
		raw := slices.ContainsFunc(l.full.Inputs, func(in spec.Input) bool { return in.Name == r.Name && in.Raw() })
		hint := "put a layer IntegerLookup, Hashing or Discretization between them, or write dtype: int32"
		switch {
		case x.Of != "string" && !raw:
			continue
		case x.Of == "string":
			hint = "put a layer StringLookup, TextVectorization or Hashing between them"
		}
		l.errs.Add(r.Pos, "layer %s: %s computes with numbers, but %s holds %s; %s", diag.Quote(name), l.full.Layers[i].Type, diag.Quote(r.Name), x.Of, hint)
	}
}

// preprocess has a layer say what it makes of what it reads.
func (l *lifted) preprocess(of layer.Preprocessor, i int, name string, reads []spec.Ref, operands map[string]layer.Operand) {
	at := l.full.Layers[i]
	l.pos[name] = at.Pos
	p := &layer.Preprocessing{Name: name, Kind: at.Type, Pos: at.Pos, Args: at.Args, Folder: l.full.Folder}
	merge := at.Type == "HashedCrossing"
	switch {
	case at.Shared.Name != "":
		l.errs.Add(at.Pos, "layer %s: a preprocessing layer is used once; write the layer itself once more, with the vocabulary that both have", diag.Quote(name))
		return
	case len(layer.Decode(at.Args, of, title(at, i))) > 0, len(reads) == 0, merge != (len(reads) > 1):
		l.failed = true // reported with all layers
		return
	}
	for _, r := range reads {
		x, ok := operands[r.Name]
		if !ok {
			l.errs.Add(r.Pos, "layer %s: %s works on rows before they reach the network, so it reads an input or another preprocessing layer, and %s is a layer of the network", diag.Quote(name), at.Type, diag.Quote(r.Name))
			return
		}
		if x.Name == "" { // has a mistake
			l.failed = true
			return
		}
		p.In = append(p.In, x)
	}
	f, shape := of.Preprocess(p)
	operands[name] = layer.Operand{}
	if l.errs = append(l.errs, p.Errors...); len(p.Errors) > 0 {
		return
	}
	gives := "float32"
	if f.Layer != nil {
		gives = f.Layer.Gives()
	}
	operands[name] = layer.Operand{Name: name, Of: gives, Shape: shape}
	l.features, l.shapes = append(l.features, f), append(l.shapes, shape)
}

// learns reports what cannot be learned: a row has to hold what it is learned from.
func (l *lifted) learns() {
	d := l.full.Data
	for _, f := range l.features {
		if !f.Learned() {
			continue
		}
		report := func(format string, args ...any) {
			l.errs.Add(l.pos[f.Name], "layer %s: %s", diag.Quote(f.Name), fmt.Sprintf(format, args...))
		}
		for _, r := range f.Reads {
			at := slices.IndexFunc(l.full.Inputs, func(in spec.Input) bool { return in.Name == r })
			if at < 0 {
				report("%s learns from the training rows, so it reads an input; give it what it would learn from %s", f.Layer.Kind, diag.Quote(r))
				continue
			}
			for i, place := range l.places {
				if place.Input != at {
					continue
				}
				if g := d.Features[i]; g.Type != encoding.Number || g.Scale != nil || g.Missing.Kind != "error" && g.Missing.Kind != "value" {
					report("%s learns from the rows as they are, and feature %s of input %s is learned itself; write features: {%s: {type: number}}, or give what is to be learned", f.Layer.Kind, diag.Quote(g.Name), diag.Quote(r), g.Name)
				}
			}
		}
	}
	for i := range l.features {
		if d != nil && slices.ContainsFunc(d.Features, func(g spec.Feature) bool { return g.Name == l.features[i].Name }) {
			l.errs.Add(l.pos[l.features[i].Name], "layer %s has the name of a feature of data; give it another name", diag.Quote(l.features[i].Name))
		}
	}
	if d != nil && d.Train != nil && d.Train.Kind != spec.CSV && d.Train.Kind != spec.TextDir {
		for _, f := range l.features {
			l.errs.Add(l.pos[f.Name], "layer %s: %s works on the rows of csv files, of text_dir or of a Go program; %s files are not supported with it by this version", diag.Quote(f.Name), f.Layer.Kind, d.Train.Kind)
		}
	}
}

// rows are the preprocessing layers in the summary table.
func (l *lifted) rows() []loop.Layer {
	var list []loop.Layer
	for i, f := range l.features {
		list = append(list, loop.Layer{Name: f.Name, Type: f.Layer.Kind, Inputs: f.Reads, Output: l.shapes[i], Trainable: true, Pos: l.pos[f.Name]})
	}
	return list
}

// split makes the description without preprocessing layers.
func (l *lifted) split(reads [][]spec.Ref, inner map[int]bool, operands map[string]layer.Operand) {
	m := *l.full
	m.Inputs, m.Layers = nil, nil
	index := make([]int, len(l.full.Inputs))
	for i, in := range l.full.Inputs {
		index[i] = -1
		if !in.Raw() {
			index[i] = len(m.Inputs)
			m.Inputs = append(m.Inputs, in)
		}
	}
	l.places = slices.Clone(l.places)
	for i := range l.places {
		if at := l.places[i].Input; at >= 0 {
			l.places[i].Input = index[at]
		}
	}
	needed := map[string]bool{}
	for i, of := range l.full.Layers {
		if !inner[i] {
			continue
		}
		of.Inputs = reads[i]
		for _, r := range reads[i] {
			needed[r.Name] = true
		}
		m.Layers = append(m.Layers, of)
	}
	for _, r := range l.full.OutputRefs() {
		if _, ok := operands[r.Name]; ok {
			l.errs.Add(r.Pos, "layer %s is computed before a row reaches the network, and an output is computed by the network; add a layer that reads it", diag.Quote(r.Name))
		}
	}
	for i := range l.features {
		f := &l.features[i]
		f.Port = -1
		if needed[f.Name] {
			x := operands[f.Name]
			in := spec.Input{Name: f.Name, Shape: x.Shape, DType: "float32", Pos: l.pos[f.Name]}
			if x.Of == "int64" {
				in.DType = "int32"
			}
			f.Port = len(m.Inputs)
			m.Inputs = append(m.Inputs, in)
		}
	}
	if len(m.Layers) == 0 {
		return // an output is reported
	}
	m.Outputs = l.full.OutputRefs()
	l.Model = &m
}

// rowFeatures are the inputs as a row has them, for preprocessing layers: those that
// no feature of a data section fills.
func (l *lifted) rowFeatures() []encoding.Feature {
	if len(l.features) == 0 && l.full == l.Model {
		return nil
	}
	var list []encoding.Feature
	for _, in := range l.full.Inputs {
		f := encoding.Feature{Name: in.Name, Port: -1, Size: 1}
		for _, n := range in.Shape {
			f.Size *= n
		}
		switch {
		case in.DType == "string":
			f.Type = encoding.Strings
		case in.DType == "int64":
			f.Type, f.Missing.Kind = encoding.Integers, "error"
		case l.full.Data != nil:
			continue
		default:
			f.Type = encoding.Values
			if in.DType == "int32" {
				f.Encode = "integer"
			}
			if in.Shape[0] == spec.Ragged {
				f.Type, f.Size = encoding.Tokens, 0
			}
			f.Port = slices.IndexFunc(l.Model.Inputs, func(k spec.Input) bool { return k.Name == in.Name })
			f.Width = f.Values()
		}
		list = append(list, f)
	}
	return list
}
