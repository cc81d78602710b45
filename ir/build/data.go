package build

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/encoding"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/spec"
	"github.com/nngen-go/nngen/runtime/encode"
)

// checkData compares the data section with the network that is to be trained on
// it.
func (p *plan) checkData(g *built) {
	d := p.spec.Data
	if d == nil {
		return
	}
	p.checkMissing(d)
	p.checkIDs(g)
	if p.spec.Compile == nil {
		return
	}
	refs := p.spec.OutputRefs()
	if len(refs) > 1 && d.Classes != nil && !d.Train.Kind.Shape().Labelled() {
		p.errs.Add(d.Pos, "data: classes are those of one output, and the model has %d; write target: {%s: {classes: [...]}}", len(refs), refs[0].Name)
		return
	}
	for i := range refs {
		if g.outputs[i].Valid() && p.compile.losses[i].loss != nil && p.compile.targets[i].of.Shape != nil {
			p.checkTarget(g, i)
		}
	}
}

// checkMissing reports categories that are missing values written in another
// way; those written alike are known to the parser.
func (p *plan) checkMissing(d *spec.Data) {
	missing := map[string]string{}
	for _, s := range d.Missing {
		if l := string(encode.Likeness(nil, s)); l != "" {
			missing[l] = s
		}
	}
	for i := range d.Features {
		f := &d.Features[i]
		for _, w := range f.Vocabulary {
			if s, ok := missing[string(encode.Likeness(nil, w))]; ok && f.Type == encoding.Category {
				p.errs.Add(f.SlotsPos, "data: feature %s: %s of the vocabulary is %s of missing_values written in another way, so that no row has it; take it out here or there",
					diag.Quote(f.Name), diag.Quote(w), diag.Quote(s))
			}
		}
	}
}

// lengths says where the lengths of features that have none would be written.
func (p *plan) lengths(g *built) map[*ir.Value]string {
	at := map[*ir.Value]string{}
	for _, place := range p.spec.Places() {
		if place.Input < 0 {
			continue
		}
		in := g.inputs[place.Input]
		if kind := p.spec.Data.Train.Kind; kind == spec.CSV {
			at[in] = "in the feature"
		} else {
			at[in] = "beside " + string(kind)
		}
	}
	return at
}

// checkIDs compares the ids that features become with those that the layers
// take.
func (p *plan) checkIDs(g *built) {
	for i, at := range p.spec.Places() {
		f := &p.spec.Data.Features[i]
		if !f.Integer() || at.Input < 0 || !g.inputs[at.Input].Valid() {
			continue
		}
		in := g.inputs[at.Input].Op.(*op.Input)
		switch {
		case in.Limit == 0:
		case f.Type == encoding.Tokens && f.NumWords > in.Limit:
			p.errs.Add(f.SlotsPos, "data: num_words is %d, but the layer that reads %s takes ids below %d; make them equal", f.NumWords, diag.Quote(in.Port), in.Limit)
		case f.Slots > in.Limit && f.Vocabulary != nil:
			p.errs.Add(f.SlotsPos, "data: feature %s has ids from 0 to %d, %s, but the layer that reads %s takes ids below %d; write %d there",
				diag.Quote(f.Name), f.Slots-1, slotsOf(f), diag.Quote(in.Port), in.Limit, f.Slots)
		case f.Slots > in.Limit:
			p.errs.Add(f.SlotsPos, "data: vocabulary of feature %s is %d, but the layer that reads %s takes ids below %d; make them equal", diag.Quote(f.Name), f.Slots, diag.Quote(in.Port), in.Limit)
		}
	}
}

// slotsOf says what the ids of a listed vocabulary are.
func slotsOf(f *spec.Feature) string {
	words := fmt.Sprintf("%d words of its vocabulary", len(f.Vocabulary))
	switch f.Slots - len(f.Vocabulary) {
	case 1:
		return "one for what is unknown and " + words
	case 2:
		return "one for padding, one for what is unknown and " + words
	}
	return words
}

// unitsPos is where the size of an output is written.
func (p *plan) unitsPos(r spec.Ref) diag.Pos {
	for i, l := range p.spec.Layers {
		if p.names[i] != r.Name {
			continue
		}
		for _, a := range l.Args.List {
			if a.Name == "units" {
				return a.Value.Pos
			}
		}
		return l.Pos
	}
	return r.Pos
}
