package gosrc

import (
	"testing"

	"github.com/nngen-go/nngen/ir/loop"
)

// What a description says of a metric is what the constructor is given; what it
// leaves at the default is not printed.
func TestMetricText(t *testing.T) {
	arg := func(name string, value any) loop.SettingArg { return loop.SettingArg{Name: name, Value: value} }
	for _, c := range []struct {
		setting loop.Setting
		want    string
	}{
		{loop.Setting{Name: "mean_squared_error", As: "mse"}, `§metric.MeanSquaredError("mse")`},
		{loop.Setting{Name: "binary_accuracy", As: "accuracy", Args: []loop.SettingArg{arg("threshold", 0.25)}}, `§metric.BinaryAccuracy("accuracy", 0.25)`},
		{loop.Setting{Name: "top_k_categorical_accuracy", Args: []loop.SettingArg{arg("k", 3)}}, `§metric.TopKCategoricalAccuracy("top_k_categorical_accuracy", 3)`},
		{loop.Setting{Name: "true_positives"}, `§metric.TruePositives("true_positives")`},
		{loop.Setting{Name: "false_negatives", Args: []loop.SettingArg{arg("thresholds", []float64{0.5, 0.75})}}, `§metric.FalseNegatives("false_negatives", 0.5, 0.75)`},
		{loop.Setting{Name: "precision"}, `§metric.Precision("precision", §metric.Decision{})`},
		{loop.Setting{Name: "recall", As: "r", Args: []loop.SettingArg{arg("thresholds", []float64{0.5}), arg("top_k", 2), arg("class_id", 0)}},
			`§metric.Recall("r", §metric.Decision{Thresholds: []float64{0.5}, TopK: 2, ClassID: §metric.Class(0)})`},
		{loop.Setting{Name: "auc", Args: []loop.SettingArg{arg("num_thresholds", 200), arg("curve", "ROC"), arg("summation_method", "interpolation"), arg("multi_label", false), arg("from_logits", false)}},
			`§metric.AUC("auc", §metric.Curve{})`},
		{loop.Setting{Name: "auc", As: "pr", Args: []loop.SettingArg{arg("num_thresholds", 100), arg("curve", "PR"), arg("summation_method", "minoring"),
			arg("thresholds", []float64{0.5}), arg("multi_label", true), arg("num_labels", 2), arg("label_weights", []float64{1, 2}), arg("from_logits", true)}},
			`§metric.AUC("pr", §metric.Curve{Of: "PR", SummationMethod: "minoring", NumThresholds: 100, Thresholds: []float64{0.5}, Labels: 2, LabelWeights: []float64{1, 2}, FromLogits: true})`},
		{loop.Setting{Name: "precision_at_recall", Args: []loop.SettingArg{arg("recall", 0.5), arg("num_thresholds", 200)}}, `§metric.PrecisionAtRecall("precision_at_recall", 0.5, §metric.Sweep{})`},
		{loop.Setting{Name: "sensitivity_at_specificity", Args: []loop.SettingArg{arg("specificity", 0.75), arg("num_thresholds", 50), arg("class_id", 2)}},
			`§metric.SensitivityAtSpecificity("sensitivity_at_specificity", 0.75, §metric.Sweep{NumThresholds: 50, ClassID: §metric.Class(2)})`},
		{loop.Setting{Name: "f1_score", Args: []loop.SettingArg{arg("classes", 3)}}, `§metric.F1Score("f1_score", §metric.FScore{Classes: 3})`},
		{loop.Setting{Name: "fbeta_score", Args: []loop.SettingArg{arg("average", "macro"), arg("beta", 2.0), arg("threshold", 0.5), arg("classes", 3)}},
			`§metric.FBetaScore("fbeta_score", 2, §metric.FScore{Classes: 3, Average: "macro", Threshold: 0.5})`},
		{loop.Setting{Name: "r2_score", Args: []loop.SettingArg{arg("num_regressors", 0), arg("outputs", 2)}}, `§metric.R2Score("r2_score", §metric.R2{Outputs: 2, ClassAggregation: "none"})`},
		{loop.Setting{Name: "r2_score", Args: []loop.SettingArg{arg("class_aggregation", "uniform_average"), arg("num_regressors", 1), arg("outputs", 2)}},
			`§metric.R2Score("r2_score", §metric.R2{Outputs: 2, NumRegressors: 1})`},
		{loop.Setting{Name: "binary_crossentropy", Args: []loop.SettingArg{arg("from_logits", true), arg("label_smoothing", 0.0)}}, `§metric.BinaryCrossentropy("binary_crossentropy", §metric.Crossentropy{FromLogits: true})`},
		{loop.Setting{Name: "sparse_categorical_crossentropy", Args: []loop.SettingArg{arg("from_logits", false)}}, `§metric.SparseCategoricalCrossentropy("sparse_categorical_crossentropy", false)`},
	} {
		got, err := metricText(c.setting)
		if err != nil || got != c.want {
			t.Errorf("%+v:\n%s (%v)\nwant\n%s", c.setting, got, err, c.want)
		}
	}
	for _, bad := range []loop.Setting{{Name: "mean_io_u"}, {Name: "precision", Args: []loop.SettingArg{arg("top_k", struct{}{})}}} {
		if got, err := metricText(bad); err == nil {
			t.Errorf("%+v became %s", bad, got)
		}
	}
}
