package build

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/loop"
)

// decisions take every output for an answer of yes or no. Defaults: Keras 3,
// metrics/confusion_metrics.py and f_score_metrics.py.
var decisions = []layer.Entry[metric]{
	{Name: "true_positives", Aliases: []string{"TruePositives"}, Doc: "how many outputs are rightly above the threshold", New: func() metric { return &counted{of: "true_positives"} }},
	{Name: "true_negatives", Aliases: []string{"TrueNegatives"}, Doc: "how many outputs are rightly not above the threshold", New: func() metric { return &counted{of: "true_negatives"} }},
	{Name: "false_positives", Aliases: []string{"FalsePositives"}, Doc: "how many outputs are wrongly above the threshold", New: func() metric { return &counted{of: "false_positives"} }},
	{Name: "false_negatives", Aliases: []string{"FalseNegatives"}, Doc: "how many outputs are wrongly not above the threshold", New: func() metric { return &counted{of: "false_negatives"} }},
	{Name: "precision", Aliases: []string{"Precision"}, Doc: "the share of the outputs above the threshold that are rightly so", New: func() metric { return &decision{of: "precision"} }},
	{Name: "recall", Aliases: []string{"Recall"}, Doc: "the share of the targets of 1 whose output is above the threshold", New: func() metric { return &decision{of: "recall"} }},
	{Name: "auc", Aliases: []string{"AUC"}, Doc: "the area under the curve that all thresholds describe", New: func() metric {
		return &auc{NumThresholds: 200, Curve: "ROC", SummationMethod: "interpolation"}
	}},
	{Name: "sensitivity_at_specificity", Aliases: []string{"SensitivityAtSpecificity"}, Doc: "the largest sensitivity of a threshold with at least that specificity", New: func() metric { return &sensitivityAtSpecificity{sweep: sweep{NumThresholds: 200}} }},
	{Name: "specificity_at_sensitivity", Aliases: []string{"SpecificityAtSensitivity"}, Doc: "the largest specificity of a threshold with at least that sensitivity", New: func() metric { return &specificityAtSensitivity{sweep: sweep{NumThresholds: 200}} }},
	{Name: "precision_at_recall", Aliases: []string{"PrecisionAtRecall"}, Doc: "the largest precision of a threshold with at least that recall", New: func() metric { return &precisionAtRecall{sweep: sweep{NumThresholds: 200}} }},
	{Name: "recall_at_precision", Aliases: []string{"RecallAtPrecision"}, Doc: "the largest recall of a threshold with at least that precision", New: func() metric { return &recallAtPrecision{sweep: sweep{NumThresholds: 200}} }},
	{Name: "f1_score", Aliases: []string{"F1Score"}, Doc: "the harmonic mean of precision and recall, of every class or on average", New: func() metric { return &f1Score{} }},
	{Name: "fbeta_score", Aliases: []string{"FBetaScore", "f_beta_score"}, Doc: "the mean of precision and recall in which recall counts beta times as much, of every class or on average", New: func() metric { return &fBetaScore{Beta: 1} }},
}

type counted struct {
	of         string
	Thresholds []float64 `arg:"thresholds,min=0,max=1" doc:"an output above one is a yes; a figure for each; without any, 0.5"`
	named
}

func (m *counted) setting(_, target ir.Type) (loop.Setting, error) {
	return metricSetting(m.of, m), answers(target)
}

type decision struct {
	of         string
	Thresholds []float64 `arg:"thresholds,min=0,max=1" doc:"an output above one is a yes; a figure for each; without any, 0.5, or with top_k none"`
	TopK       *int      `arg:"top_k,min=1" doc:"how many of the largest outputs of a row may be a yes; null: all"`
	ClassID    *int      `arg:"class_id,min=0" doc:"the only output of a row that counts; null: all"`
	named
}

func (m *decision) setting(output, target ir.Type) (loop.Setting, error) {
	err := firstError(answers(target), oneClass(m.ClassID, output))
	if err == nil && m.TopK != nil {
		err = firstError(flat(output), among("top_k", *m.TopK, output))
	}
	return metricSetting(m.of, m), err
}

type auc struct {
	NumThresholds   int       `arg:"num_thresholds,min=2,max=100000" doc:"how many thresholds there are, at equal distances"`
	Curve           string    `arg:"curve,oneof=ROC|PR|PRGAIN|roc|pr|prgain" doc:"true over false positives (ROC), precision over recall (PR), or their gains (PRGAIN)"`
	SummationMethod string    `arg:"summation_method,oneof=interpolation|minoring|majoring" doc:"what stands for the curve between two thresholds"`
	Thresholds      []float64 `arg:"thresholds,min=0,max=1" doc:"the thresholds between 0 and 1, in place of num_thresholds"`
	MultiLabel      bool      `arg:"multi_label" doc:"whether every output has an area of its own, of which the mean is taken"`
	NumLabels       *int      `arg:"num_labels,min=1" doc:"how many outputs there are, with multi_label; null: as many as the output has"`
	LabelWeights    []float64 `arg:"label_weights,min=0" doc:"weight of every output"`
	FromLogits      bool      `arg:"from_logits" doc:"whether the outputs are logits"`
	named
}

func (m *auc) setting(output, target ir.Type) (loop.Setting, error) {
	s := *m
	s.Curve = strings.ToUpper(m.Curve)
	n := units(output)
	err := answers(target)
	switch {
	case err != nil:
	case m.NumLabels != nil && !m.MultiLabel:
		err = fmt.Errorf("takes num_labels only with multi_label: true")
	case m.NumLabels != nil && *m.NumLabels != n:
		err = fmt.Errorf("has num_labels: %d, but the output has %d units", *m.NumLabels, n)
	case len(m.LabelWeights) != 0 && len(m.LabelWeights) != n:
		err = fmt.Errorf("has %d label_weights, but the output has %d units", len(m.LabelWeights), n)
	case m.MultiLabel || len(m.LabelWeights) != 0:
		err = flat(output)
	}
	s.NumLabels = nil
	if m.MultiLabel {
		s.NumLabels = &n
	}
	return metricSetting("auc", &s), err
}

type sweep struct {
	NumThresholds int  `arg:"num_thresholds,min=1,max=100000" doc:"how many thresholds there are, at equal distances"`
	ClassID       *int `arg:"class_id,min=0" doc:"the only output of a row that counts; null: all"`
}

func (s *sweep) check(output, target ir.Type) error {
	return firstError(answers(target), oneClass(s.ClassID, output))
}

type (
	sensitivityAtSpecificity struct {
		Specificity float64 `arg:"specificity,required,min=0,max=1" doc:"least specificity"`
		sweep
		named
	}
	specificityAtSensitivity struct {
		Sensitivity float64 `arg:"sensitivity,required,min=0,max=1" doc:"least sensitivity"`
		sweep
		named
	}
	precisionAtRecall struct {
		Recall float64 `arg:"recall,required,min=0,max=1" doc:"least recall"`
		sweep
		named
	}
	recallAtPrecision struct {
		Precision float64 `arg:"precision,required,min=0,max=1" doc:"least precision"`
		sweep
		named
	}
)

func (m *sensitivityAtSpecificity) setting(output, target ir.Type) (loop.Setting, error) {
	return metricSetting("sensitivity_at_specificity", m), m.check(output, target)
}

func (m *specificityAtSensitivity) setting(output, target ir.Type) (loop.Setting, error) {
	return metricSetting("specificity_at_sensitivity", m), m.check(output, target)
}

func (m *precisionAtRecall) setting(output, target ir.Type) (loop.Setting, error) {
	return metricSetting("precision_at_recall", m), m.check(output, target)
}

func (m *recallAtPrecision) setting(output, target ir.Type) (loop.Setting, error) {
	return metricSetting("recall_at_precision", m), m.check(output, target)
}

type f1Score struct {
	Average   *string  `arg:"average,oneof=micro|macro|weighted" doc:"how the scores of the classes become one; null: a figure for each"`
	Threshold *float64 `arg:"threshold,above=0,max=1" doc:"output above which the answer is a yes; null: the largest of the row is"`
	named
}

func (m *f1Score) setting(output, target ir.Type) (loop.Setting, error) {
	return score("f1_score", m, m.Threshold, output, target)
}

type fBetaScore struct {
	Average   *string  `arg:"average,oneof=micro|macro|weighted" doc:"how the scores of the classes become one; null: a figure for each"`
	Beta      float64  `arg:"beta,above=0" doc:"how much more recall counts than precision"`
	Threshold *float64 `arg:"threshold,above=0,max=1" doc:"output above which the answer is a yes; null: the largest of the row is"`
	named
}

func (m *fBetaScore) setting(output, target ir.Type) (loop.Setting, error) {
	return score("fbeta_score", m, m.Threshold, output, target)
}

// score adds the number of classes to an F score. Of one unit the largest is
// always that one, so that without a threshold every answer would be a yes:
// Keras reports such a score, which says nothing.
func score(name string, m any, threshold *float64, output, target ir.Type) (loop.Setting, error) {
	err := firstError(answers(target), flat(output))
	if err == nil && units(output) == 1 && threshold == nil {
		err = fmt.Errorf("without a threshold takes the largest output for the answer, but the output has one unit (%v); write {%s: {average: micro, threshold: 0.5}}", output.Shape, name)
	}
	s := metricSetting(name, m)
	s.Args = append(s.Args, loop.SettingArg{Name: "classes", Value: units(output)})
	return s, err
}

// answers reports class numbers where every output is compared with a target of
// its own. Keras fails on them, too.
func answers(target ir.Type) error {
	if target.DType == ir.I32 {
		return fmt.Errorf("compares every output with a target of 0 or 1, but the loss sparse_categorical_crossentropy takes class numbers; use accuracy or sparse_top_k_categorical_accuracy, or one-hot targets and the loss categorical_crossentropy")
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
