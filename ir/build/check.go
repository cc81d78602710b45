package build

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/encoding"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/spec"
	"github.com/nngen-go/nngen/runtime/encode"
)

// check compares the sections of a description with the shapes of its network.
type check struct {
	*plan
	g *built
}

// outputs reports outputs that are no numbers, and what their losses,
// metrics and data say about their shapes.
func (c check) outputs() {
	for i, r := range c.spec.OutputRefs() {
		y := c.g.outputs[i]
		if !y.Valid() {
			continue
		}
		if y.DType != ir.F32 || y.Shape.Ragged() {
			c.errs.Add(r.Pos, "output %s holds ids (%v); an output holds numbers: put an Embedding or CategoryEncoding layer after it", diag.Quote(r.Name), y.Type)
			continue
		}
		c.loss(i, r.Name, y)
	}
	c.data()
	c.trains()
}

// loss settles the target of output i and checks its loss and metrics.
func (c check) loss(i int, name string, y *ir.Value) {
	if c.spec.Compile == nil || c.compile.losses[i].loss == nil {
		return
	}
	l := c.compile.losses[i]
	t, limit, err := l.loss.Target(y.Shape)
	if err != nil {
		c.errs.Add(l.call.Pos, "compile: output %s: %s %v", diag.Quote(name), l.name, err)
		return
	}
	if m := c.g.masks[name]; m != nil {
		c.masked(i, name, y, m)
	}
	if layer.WholeBatch(l.loss, y.Shape) {
		c.g.net.WholeLoss = true
		c.g.net.BatchStatistics = append(c.g.net.BatchStatistics, name)
	}
	c.compile.targets[i] = target{t, limit}
	for _, lists := range [][][]metricOf{c.compile.metrics, c.compile.weighted} {
		if lists == nil {
			continue
		}
		for j := range lists[i] {
			m := &lists[i][j]
			if err := m.settle(l.name, y.Type, t); err != nil {
				c.errs.Add(m.call.Pos, "compile: output %s: %s %v", diag.Quote(name), m.call.Name, err)
			}
		}
	}
}

// masked settles that the loss of an output is the mean over the steps that count
// in the whole batch.
func (c check) masked(i int, name string, y, mask *ir.Value) {
	l := c.compile.losses[i]
	if len(mask.Shape) != len(y.Shape)-1 {
		c.errs.Add(l.call.Pos, "compile: output %s is %v with a mask %v; a loss takes a mask of one axis less than the output; take it away with a layer that drops it, such as Reshape", diag.Quote(name), y.Shape, mask.Shape)
	}
	c.g.net.BatchStatistics = append(c.g.net.BatchStatistics, name)
	c.g.net.WholeLoss = true
}

// data compares the data section with the network that is to be trained on
// it.
func (c check) data() {
	d := c.spec.Data
	if d == nil {
		return
	}
	c.errs = append(c.errs, neverThere(d)...)
	c.ids()
	if c.spec.Compile == nil {
		return
	}
	refs := c.spec.OutputRefs()
	if len(refs) > 1 && d.Classes != nil && !d.Train.Kind.Shape().Labelled() {
		c.errs.Add(d.Pos, "data: classes are those of one output, and the model has %d; write target: {%s: {classes: [...]}}", len(refs), refs[0].Name)
		return
	}
	for i := range refs {
		if c.g.outputs[i].Valid() && c.compile.losses[i].loss != nil && c.compile.targets[i].of.Shape != nil {
			c.target(i)
		}
	}
}

// neverThere reports categories that are missing values written in another
// way; those written alike are known to the parser.
func neverThere(d *spec.Data) diag.List {
	var errs diag.List
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
				errs.Add(f.SlotsPos, "data: feature %s: %s of the vocabulary is %s of missing_values written in another way, so that no row has it; take it out here or there",
					diag.Quote(f.Name), diag.Quote(w), diag.Quote(s))
			}
		}
	}
	return errs
}

// lookups compares the ids that preprocessing layers give with those that layers take.
func (c check) lookups() {
	for i := range c.lifted.features {
		f := &c.lifted.features[i]
		if f.Port < 0 || f.Layer.Mode != "int" || f.Layer.Invert || !c.g.inputs[f.Port].Valid() {
			continue
		}
		if in := c.g.inputs[f.Port].Op.(*op.Input); in.Limit > 0 && f.Slots > in.Limit {
			c.errs.Add(c.lifted.pos[f.Name], "layer %s gives ids from 0 to %d, but the layer that reads them takes ids below %d; write %d there", diag.Quote(f.Name), f.Slots-1, in.Limit, f.Slots)
		}
	}
}

// ids compares the ids that features become with those that the layers
// take.
func (c check) ids() {
	for i, at := range c.lifted.places {
		f := &c.spec.Data.Features[i]
		if !f.Integer() || at.Input < 0 || !c.g.inputs[at.Input].Valid() {
			continue
		}
		in := c.g.inputs[at.Input].Op.(*op.Input)
		switch {
		case in.Limit == 0:
		case f.Type == encoding.Tokens && f.NumWords > in.Limit:
			c.errs.Add(f.SlotsPos, "data: num_words is %d, but the layer that reads %s takes ids below %d; make them equal", f.NumWords, diag.Quote(in.Port), in.Limit)
		case f.Slots > in.Limit && f.Vocabulary != nil:
			c.errs.Add(f.SlotsPos, "data: feature %s has ids from 0 to %d, %s, but the layer that reads %s takes ids below %d; write %d there",
				diag.Quote(f.Name), f.Slots-1, slotsOf(f), diag.Quote(in.Port), in.Limit, f.Slots)
		case f.Slots > in.Limit:
			c.errs.Add(f.SlotsPos, "data: vocabulary of feature %s is %d, but the layer that reads %s takes ids below %d; make them equal", diag.Quote(f.Name), f.Slots, diag.Quote(in.Port), in.Limit)
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

// trains compares the fit section with the outputs.
func (c check) trains() {
	f := c.spec.Fit
	if c.spec.Compile == nil {
		return
	}
	if i := slices.IndexFunc(c.configs, layer.Stateful); i >= 0 && (f.Shuffle == nil || *f.Shuffle) {
		c.errs.Add(c.spec.Layers[i].Pos, "layer %s: stateful: true begins row i of a batch where row i of the batch before has ended, which says nothing where the rows of every epoch come in another order; write fit: {shuffle: false}", diag.Quote(c.names[i]))
	}
	if labels := c.labels(0); labels != nil && f.Stratify {
		c.errs.Add(f.StratifyPos, "fit: stratify takes rows of every class, and %s; take stratify out", labelWords(labels))
	}
	if src := c.source(0); src.SameAs != "" && f.Stratify {
		c.errs.Add(f.StratifyPos, "fit: stratify takes rows of every class, and the target is the same as input %s; take stratify out", diag.Quote(src.SameAs))
	}
	if len(f.ClassWeights) == 0 {
		return
	}
	if n := len(c.compile.targets); n > 1 {
		c.errs.Add(f.ClassWeightPos, "fit: class_weight is for one output, and the model has %d; give each row its weight in Go", n)
		return
	}
	classes, why := c.classCount()
	if why != "" {
		c.errs.Add(f.ClassWeightPos, "fit: class_weight needs classes, and %s", why)
		return
	}
	for _, w := range f.ClassWeights {
		if classes > 0 && w.Class >= classes {
			c.errs.Add(w.Pos, "fit: class_weight: there is no class %d; the model tells %d apart, from 0 to %d", w.Class, classes, classes-1)
		}
	}
}
