package build

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/arg"
	runtime "github.com/nngen-go/nngen/runtime/metric"
)

// fits says why a metric does not fit outputs compared with such targets.
func (m *metric) fits(output, target ir.Type) error {
	n := units(output)
	switch e := m.of; {
	case e.Targets == runtime.Numbers && target.DType == ir.I32:
		return fmt.Errorf("compares outputs with numbers, but the loss takes class numbers; use accuracy")
	case e.Targets == runtime.Answers && target.DType == ir.I32: // Keras fails on them, too
		return fmt.Errorf("compares every output with a target of 0 or 1, but the loss takes class numbers; use accuracy or sparse_top_k_categorical_accuracy, or one-hot targets and the loss categorical_crossentropy")
	case e.Targets == runtime.ClassNumbers && target.DType != ir.I32:
		return fmt.Errorf("compares with class numbers, but the loss takes targets %v; use accuracy, or the loss sparse_categorical_crossentropy", target.Shape)
	case n == 1 && e.Instead != "":
		return fmt.Errorf("compares classes, but the output has one unit (%v); use %s", output.Shape, e.Instead)
	case e.Whole:
		if err := flat(output); err != nil {
			return err
		}
	}
	most := 2 // classes of a BinaryIoU
	for _, f := range arg.Fields(m.args) {
		switch f.Name {
		case "k":
			return among("k", f.Value().(int), output)
		case "num_classes":
			most = f.Value().(int)
		case "target_class_ids":
			ids, _ := f.Value().([]int)
			if len(ids) == 0 {
				return fmt.Errorf("has no target_class_ids; write some from 0 to %d", most-1)
			}
			for _, id := range ids {
				if id >= most {
					return fmt.Errorf("has the class %d among target_class_ids, and num_classes: %d; write classes from 0 to %d", id, most, most-1)
				}
			}
		}
	}
	if strings.HasSuffix(m.of.Name, "_correlation") && n == 1 {
		return fmt.Errorf("compares the outputs of a row with one another, but there is one (%v); use r2_score", output.Shape)
	}
	for _, a := range m.args {
		if err := overlaps(a, output, target); err != nil {
			return err
		}
		if err := m.fitsSettings(a, output); err != nil {
			return err
		}
	}
	return nil
}

// overlaps compares where an intersection over union looks for classes with what
// there is.
func overlaps(settings any, output, target ir.Type) error {
	var numbers, answers, given bool
	switch s := settings.(type) {
	case *runtime.Overlap:
		numbers, answers, given = s.SparseYTrue, s.SparseYPred, true
	case *runtime.OneHotOverlap:
		answers, given = s.SparseYPred, true
	}
	switch {
	case !given:
	case answers && target.DType == ir.I32:
		return fmt.Errorf("takes outputs for class numbers, but the loss has a value for each of %d classes; write sparse_y_pred: false", units(output))
	case answers && !numbers:
		return fmt.Errorf("takes outputs for class numbers and targets for one-hot vectors, but both are %v; leave sparse_y_pred out", target.Shape)
	case answers && units(output) > 1:
		return fmt.Errorf("takes outputs for class numbers, but the output has %d units; write sparse_y_pred: false for a value of each class", units(output))
	case numbers && !answers && target.DType != ir.I32:
		return fmt.Errorf("takes targets for class numbers, but the loss takes targets %v; write sparse_y_true: false", target.Shape)
	case !numbers && target.DType == ir.I32:
		return fmt.Errorf("takes targets for one-hot vectors, but the loss takes class numbers; use io_u or mean_io_u with sparse_y_pred: false")
	case !answers && units(output) == 1:
		return fmt.Errorf("compares classes, but the output has one unit (%v); use binary_io_u", output.Shape)
	}
	return nil
}

// fitsSettings compares settings of a metric with the outputs.
func (m *metric) fitsSettings(settings any, output ir.Type) error {
	n := units(output)
	switch s := settings.(type) {
	case *runtime.Decision:
		if err := oneClass(s.ClassID, output); err != nil || s.TopK == 0 {
			return err
		}
		if err := flat(output); err != nil {
			return err
		}
		return among("top_k", s.TopK, output)
	case *runtime.Sweep:
		return oneClass(s.ClassID, output)
	case *runtime.Curve:
		return m.area(s, output)
	case *runtime.FScore:
		// Of one unit the largest is always that one, so that without a threshold
		// every answer would be a yes: Keras reports such a score, which says nothing.
		if n == 1 && s.Threshold == 0 {
			return fmt.Errorf("without a threshold takes the largest output for the answer, but the output has one unit (%v); write {%s: {average: micro, threshold: 0.5}}", output.Shape, m.of.Name)
		}
	case *runtime.R2:
		if len(output.Shape) != 2 {
			return fmt.Errorf("takes outputs of one axis, not %v", output.Shape)
		}
	}
	return nil
}

// area settles the labels of an area under a curve.
func (m *metric) area(s *runtime.Curve, output ir.Type) error {
	n, given := units(output), s.Labels
	s.Of = strings.ToUpper(s.Of)
	if s.Labels = 0; m.MultiLabel {
		s.Labels = n
	}
	switch {
	case given != 0 && !m.MultiLabel:
		return fmt.Errorf("takes num_labels only with multi_label: true")
	case given != 0 && given != n:
		return fmt.Errorf("has num_labels: %d, but the output has %d units", given, n)
	case len(s.LabelWeights) != 0 && len(s.LabelWeights) != n:
		return fmt.Errorf("has %d label_weights, but the output has %d units", len(s.LabelWeights), n)
	case m.MultiLabel || len(s.LabelWeights) != 0:
		return flat(output)
	}
	return nil
}

// flat reports outputs with steps where a metric looks at a row as a whole.
func flat(output ir.Type) error {
	if len(output.Shape) > 2 {
		return fmt.Errorf("of outputs with steps (%v) is not supported by this version of nngen", output.Shape)
	}
	return nil
}

// among reports a number of largest outputs that there are not.
func among(name string, k int, output ir.Type) error {
	n := units(output)
	switch {
	case k > n && n == 1:
		return fmt.Errorf("looks at the %d largest outputs, but there is one; take %s out", k, name)
	case k > n:
		return fmt.Errorf("looks at the %d largest outputs, but there are %d; write %s: %d or less", k, n, name, n-1)
	}
	return nil
}

// oneClass reports a class that the output has not.
func oneClass(id *int, output ir.Type) error {
	if id == nil {
		return nil
	}
	n := units(output)
	switch {
	case n == 1 && *id > 0:
		return fmt.Errorf("has class_id: %d, but the output has one unit; take it out", *id)
	case *id >= n:
		return fmt.Errorf("has class_id: %d, but the output has %d units; write one from 0 to %d", *id, n, n-1)
	}
	return flat(output)
}
