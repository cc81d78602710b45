package build

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/spec"
)

// source is where the target of output i comes from.
func (p *plan) source(i int) spec.Target {
	if d := p.spec.Data; d != nil && i < len(d.Targets) {
		return d.Targets[i]
	}
	return spec.Target{}
}

// classesOf are the classes that the data section names for the target of output
// i, where one is a class.
func (p *plan) classesOf(i int) []string {
	d, t := p.spec.Data, p.source(i)
	switch {
	case d == nil || t.SameAs != "":
		return nil
	case t.Classes != nil:
		return t.Classes
	}
	return d.Classes
}

// labels are the names of the labels of output i, of which a row has any number:
// those of its columns, or of the classes of arrays. Nil where it has none.
func (p *plan) labels(i int) []string {
	d := p.spec.Data
	if d == nil || i >= len(p.compile.losses) || p.compile.losses[i].name != "binary_crossentropy" || len(p.compile.targets[i].of.Shape) != 2 {
		return nil
	}
	names := p.source(i).Columns
	if d.Train.Kind.Shape().Arrays() {
		names = p.classesOf(i)
	}
	if len(names) != p.compile.targets[i].of.Shape.Elements() {
		return nil
	}
	return names
}

// classNames are the classes of which a row is one, or the labels of which it has
// any number; nil where there are none, or where there are several targets with
// classes of their own.
func (p *plan) classNames() []string {
	d := p.spec.Data
	switch n := len(p.spec.OutputRefs()); {
	case d == nil:
		names, _ := ownClasses(p)
		return names
	case n > 1 && d.Train.Kind.Shape().Labelled():
		for i := range n {
			if p.source(i).SameAs == "" {
				return slices.Clone(d.Classes)
			}
		}
		return nil
	case n > 1 || p.source(0).SameAs != "":
		return nil
	}
	if labels := p.labels(0); labels != nil {
		return slices.Clone(labels)
	}
	return slices.Clone(d.Classes)
}

// ownClasses are those that the layer of the one output names itself, and whether it gives
// their probabilities; nil where it names none.
func ownClasses(p *plan) (names []string, probabilities bool) {
	refs := p.spec.OutputRefs()
	if len(refs) != 1 {
		return nil, false
	}
	if i := slices.Index(p.names, refs[0].Name); i >= 0 { // else a result of a layer, or an input
		if k, ok := p.configs[i].(layer.Classifier); ok {
			return k.Classes()
		}
	}
	return nil, false
}

// targetFields names the values of the target of output i.
func (p *plan) targetFields(i int, inputs []loop.Port) []string {
	t := p.source(i)
	if t.Columns != nil {
		return slices.Clone(t.Columns)
	}
	if k := slices.IndexFunc(inputs, func(in loop.Port) bool { return in.Name == t.SameAs }); k >= 0 {
		return slices.Clone(inputs[k].Fields)
	}
	return slices.Clone(p.labels(i))
}

// labelWords says that a row has any number of labels.
func labelWords(labels []string) string {
	return fmt.Sprintf("a row has any number of the %d labels %s", len(labels), strings.Join(labels, ", "))
}

// classCount is how many classes there are; 0 where a mistake keeps that from
// being known.
func (p *plan) classCount() (classes int, why string) {
	t, l := p.compile.targets[0], p.compile.losses[0]
	switch {
	case t.of.Shape == nil || l.loss == nil:
		return 0, ""
	case layer.AnyLabel(l.loss):
		return 0, fmt.Sprintf("%s takes any whole numbers as labels; set ClassWeight of FitConfig in Go", l.name)
	case t.of.DType == ir.I32:
		return t.limit, ""
	case (l.name == "binary_crossentropy" || l.name == "binary_focal_crossentropy") && t.of.Shape.Elements() == 1:
		return 2, ""
	case loop.OneHotLoss(l.name):
		return t.of.Shape.Elements(), ""
	}
	if labels := p.labels(0); labels != nil {
		return 0, labelWords(labels)
	}
	return 0, fmt.Sprintf("%s compares numbers", l.name)
}

// classWeight is the weight of every class, nil where the description says
// nothing of them.
func (p *plan) classWeight() []float64 {
	f := p.spec.Fit
	if len(f.ClassWeights) == 0 || p.spec.Compile == nil {
		return nil
	}
	n, _ := p.classCount()
	weights := slices.Repeat([]float64{1}, n)
	for _, w := range f.ClassWeights {
		weights[w.Class] = w.Weight
	}
	return weights
}
