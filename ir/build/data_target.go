package build

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
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

// checkTarget compares the target of output i with what its loss asks for.
func (p *plan) checkTarget(g *built, i int) {
	y, l, t := g.outputs[i], p.compile.losses[i], p.compile.targets[i].of
	d, src, classes := p.spec.Data, p.source(i), p.classesOf(i)
	r := p.spec.OutputRefs()[i]
	at, name := p.unitsPos(r), diag.Quote(r.Name)
	units, sparse, oneHot := y.Shape[len(y.Shape)-1], t.DType == ir.I32, l.name == "categorical_crossentropy"
	compares := fmt.Sprintf("layer %s gives %v, and %s compares it with targets %v, but data: ", name, y.Shape, l.name, t.Shape)
	switch n := t.Shape.Elements(); {
	case src.SameAs != "":
		p.checkSame(g, i, compares)
	case classes != nil && (sparse || oneHot || d.Train.Kind.Shape().Arrays() && n > 1) && units != len(classes):
		p.errs.Add(at, "layer %s has %d units, but data: names %d classes; write units: %d", name, units, len(classes), len(classes))
	case classes != nil && n == 1 && !sparse && len(classes) > 2:
		p.errs.Add(l.call.Pos, "compile: %s with one unit tells two classes apart, but data: names %d; write units: %d, activation: softmax and loss: sparse_categorical_crossentropy",
			l.name, len(classes), len(classes))
	case d.Train.Kind.Shape().Arrays() || n == 1 && len(src.Columns) <= 1 || oneHot && len(t.Shape) == 2 && len(src.Columns) <= 1 || n == len(src.Columns):
	case len(src.Columns) > 1:
		p.errs.Add(at, "%starget has %d columns%s", compares, len(src.Columns), columnsHint(y, l.name, len(src.Columns)))
	default:
		what := "target has 1 column"
		if d.Train.Kind.Shape().Labelled() {
			what = fmt.Sprintf("a row of %s has one class", d.Train.Kind)
		}
		p.errs.Add(at, "%s%s%s", compares, what, p.oneValueHint(y, l.name))
	}
}

// checkSame compares a target that repeats an input with what its loss asks for.
func (p *plan) checkSame(g *built, i int, compares string) {
	src, l, t := p.source(i), p.compile.losses[i], p.compile.targets[i].of
	k := slices.IndexFunc(p.spec.Inputs, func(in spec.Input) bool { return in.Name == src.SameAs })
	if k < 0 || !g.inputs[k].Valid() {
		return
	}
	x, y := g.inputs[k], g.outputs[i]
	r := p.spec.OutputRefs()[i]
	switch {
	case t.DType == ir.I32:
		p.errs.Add(l.call.Pos, "compile: %s compares with class numbers, but data: target is the same as input %s, which holds numbers; write loss: mean_squared_error, or for values from 0 to 1 loss: binary_crossentropy",
			l.name, diag.Quote(src.SameAs))
	case x.Shape.Elements() != t.Shape.Elements():
		hint := ""
		if len(y.Shape) == 2 {
			hint = fmt.Sprintf("; write units: %d", x.Shape.Elements())
		}
		p.errs.Add(p.unitsPos(r), "%starget is the same as input %s %v%s", compares, diag.Quote(src.SameAs), x.Shape, hint)
	}
}

// columnsHint says how so many columns become a target.
func columnsHint(y *ir.Value, loss string, columns int) string {
	units := y.Shape[len(y.Shape)-1]
	switch {
	case loss == "sparse_categorical_crossentropy" && units == columns && len(y.Shape) == 2:
		return "; columns of a one-hot class are for loss: categorical_crossentropy"
	case loss == "sparse_categorical_crossentropy" && len(y.Shape) == 2:
		return fmt.Sprintf("; a class number stands in one column, and the columns of a one-hot class are for units: %d and loss: categorical_crossentropy", columns)
	case len(y.Shape) == 2:
		return fmt.Sprintf("; write units: %d", columns)
	}
	return ""
}

// oneValueHint says what to write where the data has one value per row and the
// loss compares with several.
func (p *plan) oneValueHint(y *ir.Value, loss string) string {
	units, d := y.Shape[len(y.Shape)-1], p.spec.Data
	switch {
	case len(y.Shape) > 2 && d.Train.Kind == spec.CSV && d.Windows != nil:
		return "; the target of a window is one row: put a layer after it that leaves no steps, such as Flatten and Dense"
	case len(y.Shape) > 2 && d.Train.Kind == spec.CSV:
		return "; name all columns of the target, target: {columns: [...]}, or read it from npz"
	case len(y.Shape) > 2:
		return "; masks and sequences of targets are read from npz"
	case d.Train.Kind.Shape().Labelled():
		return fmt.Sprintf("; write units: 1, or for one of %d classes activation: softmax and loss: sparse_categorical_crossentropy", units)
	case loss == "binary_crossentropy":
		return fmt.Sprintf("; write units: 1, for one of %d classes activation: softmax and loss: sparse_categorical_crossentropy, or for %d labels target: {columns: [...]}", units, units)
	}
	return fmt.Sprintf("; write units: 1, or target: {columns: [...]} with %d columns", units)
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
		return nil
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
