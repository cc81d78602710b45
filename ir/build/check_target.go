package build

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/spec"
)

// target compares the target of output i with what its loss asks for.
func (c check) target(i int) {
	y, l, t := c.g.outputs[i], c.compile.losses[i], c.compile.targets[i].of
	d, src, classes := c.spec.Data, c.source(i), c.classesOf(i)
	r := c.spec.OutputRefs()[i]
	at, name := c.unitsPos(r), diag.Quote(r.Name)
	if layer.AnyLabel(l.loss) && classes != nil {
		return // whose numbers are labels like others
	}
	units, sparse, oneHot := y.Shape[len(y.Shape)-1], t.DType == ir.I32, loop.OneHotLoss(l.name)
	compares := fmt.Sprintf("layer %s gives %v, and %s compares it with targets %v, but data: ", name, y.Shape, l.name, t.Shape)
	switch n := t.Shape.Elements(); {
	case src.SameAs != "":
		c.same(i, compares)
	case classes != nil && (sparse || oneHot || d.Train.Kind.Shape().Arrays() && n > 1) && units != len(classes):
		c.errs.Add(at, "layer %s has %d units, but data: names %d classes; write units: %d", name, units, len(classes), len(classes))
	case classes != nil && n == 1 && !sparse && len(classes) > 2:
		c.errs.Add(l.call.Pos, "compile: %s with one unit tells two classes apart, but data: names %d; write units: %d, activation: softmax and loss: sparse_categorical_crossentropy",
			l.name, len(classes), len(classes))
	case d.Train.Kind.Shape().Arrays() || n == 1 && len(src.Columns) <= 1 || oneHot && len(t.Shape) == 2 && len(src.Columns) <= 1 || n == len(src.Columns):
	case len(src.Columns) > 1:
		c.errs.Add(at, "%starget has %d columns%s", compares, len(src.Columns), columnsHint(y, l.name, len(src.Columns)))
	default:
		what := "target has 1 column"
		if d.Train.Kind.Shape().Labelled() {
			what = fmt.Sprintf("a row of %s has one class", d.Train.Kind)
		}
		c.errs.Add(at, "%s%s%s", compares, what, oneValueHint(d, y, l.name))
	}
}

// same compares a target that repeats an input with what its loss asks for.
func (c check) same(i int, compares string) {
	src, l, t := c.source(i), c.compile.losses[i], c.compile.targets[i].of
	k := slices.IndexFunc(c.spec.Inputs, func(in spec.Input) bool { return in.Name == src.SameAs })
	if k < 0 || !c.g.inputs[k].Valid() {
		return
	}
	x, y := c.g.inputs[k], c.g.outputs[i]
	r := c.spec.OutputRefs()[i]
	switch {
	case t.DType == ir.I32:
		c.errs.Add(l.call.Pos, "compile: %s compares with class numbers, but data: target is the same as input %s, which holds numbers; write loss: mean_squared_error, or for values from 0 to 1 loss: binary_crossentropy",
			l.name, diag.Quote(src.SameAs))
	case x.Shape.Elements() != t.Shape.Elements():
		hint := ""
		if len(y.Shape) == 2 {
			hint = fmt.Sprintf("; write units: %d", x.Shape.Elements())
		}
		c.errs.Add(c.unitsPos(r), "%starget is the same as input %s %v%s", compares, diag.Quote(src.SameAs), x.Shape, hint)
	}
}

// unitsPos is where the size of an output is written.
func (c check) unitsPos(r spec.Ref) diag.Pos {
	for i, l := range c.spec.Layers {
		if c.names[i] != r.Name {
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
func oneValueHint(d *spec.Data, y *ir.Value, loss string) string {
	units := y.Shape[len(y.Shape)-1]
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
