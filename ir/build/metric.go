package build

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/spec"
)

// metric is one row of the table of metrics. Its settings, where it has any,
// are fields.
type metric interface {
	// name is the runtime's metric for outputs compared with such targets, or an
	// error that says why they do not fit.
	name(output, target ir.Type) (string, error)
}

var metrics = layer.Table[metric]{
	Kind: "metric",
	Entries: []layer.Entry[metric]{
		{Name: "accuracy", Aliases: []string{"Accuracy"}, Doc: "the share of right answers: binary, categorical or sparse categorical accuracy, as output and target ask for", New: func() metric { return &accuracy{} }},
		{Name: "binary_accuracy", Aliases: []string{"BinaryAccuracy"}, Doc: "the share of outputs on the target's side of the threshold", New: func() metric { return &binaryAccuracy{Threshold: 0.5} }},
		{Name: "categorical_accuracy", Aliases: []string{"CategoricalAccuracy"}, Doc: "the share of rows whose largest output is that of the one-hot target", New: func() metric { return &categoricalAccuracy{} }},
		{Name: "sparse_categorical_accuracy", Aliases: []string{"SparseCategoricalAccuracy"}, Doc: "the share of rows whose largest output is that of the target's class number", New: func() metric { return &sparseCategoricalAccuracy{} }},
		{Name: "mean_absolute_error", Aliases: []string{"MeanAbsoluteError", "mae", "MAE"}, Doc: "the mean of |p-y|", New: func() metric { return &difference{"mean_absolute_error"} }},
		{Name: "mean_squared_error", Aliases: []string{"MeanSquaredError", "mse", "MSE"}, Doc: "the mean of (p-y)²", New: func() metric { return &difference{"mean_squared_error"} }},
	},
	Later: []string{
		"AUC", "auc", "Precision", "precision", "Recall", "recall", "RootMeanSquaredError", "root_mean_squared_error", "R2Score", "r2_score",
		"F1Score", "f1_score", "FBetaScore", "TopKCategoricalAccuracy", "top_k_categorical_accuracy", "SparseTopKCategoricalAccuracy",
		"sparse_top_k_categorical_accuracy", "TruePositives", "TrueNegatives", "FalsePositives", "FalseNegatives", "CosineSimilarity",
		"cosine_similarity", "BinaryCrossentropy", "binary_crossentropy", "CategoricalCrossentropy", "categorical_crossentropy",
		"SparseCategoricalCrossentropy", "sparse_categorical_crossentropy", "MeanAbsolutePercentageError", "mape", "MAPE",
		"MeanSquaredLogarithmicError", "msle", "MSLE", "LogCoshError", "Hinge", "hinge", "KLDivergence", "kl_divergence", "Poisson", "poisson",
		"IoU", "MeanIoU", "BinaryIoU", "PearsonCorrelation", "ConcordanceCorrelation",
	},
}

type accuracy struct{}

// name chooses as Keras does, trainers/compile_utils.py, get_metric: one unit is
// binary, class numbers are sparse, the rest is one-hot.
func (*accuracy) name(output, target ir.Type) (string, error) {
	switch {
	case output.Shape[len(output.Shape)-1] == 1:
		return "binary_accuracy", nil
	case target.DType == ir.I32:
		return "sparse_categorical_accuracy", nil
	}
	return (&categoricalAccuracy{}).name(output, target)
}

type binaryAccuracy struct {
	Threshold float64 `arg:"threshold,min=0,max=1" doc:"output above which the answer is 1"`
}

func (*binaryAccuracy) name(_, target ir.Type) (string, error) {
	return "binary_accuracy", numbers(target)
}

type categoricalAccuracy struct{}

func (*categoricalAccuracy) name(output, target ir.Type) (string, error) {
	if err := numbers(target); err != nil {
		return "", err
	}
	switch {
	case output.Shape[len(output.Shape)-1] == 1:
		return "", fmt.Errorf("compares classes, but the output has one unit (%v); use accuracy or binary_accuracy", output.Shape)
	case len(output.Shape) > 2:
		return "", fmt.Errorf("of outputs with steps (%v) is not supported by this version of nngen", output.Shape)
	}
	return "categorical_accuracy", nil
}

type sparseCategoricalAccuracy struct{}

func (*sparseCategoricalAccuracy) name(_, target ir.Type) (string, error) {
	if target.DType != ir.I32 {
		return "", fmt.Errorf("compares with class numbers, but the loss takes targets %v; use accuracy, or the loss sparse_categorical_crossentropy", target.Shape)
	}
	return "sparse_categorical_accuracy", nil
}

// difference is a metric that compares element by element.
type difference struct{ of string }

func (d *difference) name(_, target ir.Type) (string, error) { return d.of, numbers(target) }

// numbers reports class numbers where a metric compares numbers.
func numbers(target ir.Type) error {
	if target.DType == ir.I32 {
		return fmt.Errorf("compares outputs with numbers, but the loss sparse_categorical_crossentropy takes class numbers; use accuracy")
	}
	return nil
}

func (p *plan) resolveMetric(call spec.Call) (metricOf, bool) {
	_, m, errs := metrics.Resolve(call)
	p.errs = append(p.errs, errs...)
	return metricOf{metric: m, as: call.Name, call: call}, len(errs) == 0
}

// checkMetric settles the name of a metric.
func (p *plan) checkMetric(m *metricOf, output string, y, target ir.Type) {
	name, err := m.metric.name(y, target)
	if err != nil {
		p.errs.Add(m.call.Pos, "compile: output %s: %s %v", diag.Quote(output), m.call.Name, err)
		return
	}
	m.resolved = name
}

// metricSettings lists the metrics of an output, under the names that the
// description gives them. The history puts the output's name before them where
// there are several outputs, and a number behind what is there twice.
func metricSettings(list []metricOf) []loop.Setting {
	var settings []loop.Setting
	for _, m := range list {
		s := loop.Setting{Name: m.resolved, As: m.as}
		switch m.metric.(type) {
		case *binaryAccuracy:
			s.Args = arguments(m.metric)
		case *accuracy:
			if m.resolved == "binary_accuracy" {
				s.Args = arguments(&binaryAccuracy{Threshold: 0.5})
			}
		}
		settings = append(settings, s)
	}
	return settings
}
