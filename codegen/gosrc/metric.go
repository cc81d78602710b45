package gosrc

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/loop"
)

// metricsDecl prints the function that makes the metrics of every output.
func metricsDecl(field string, outputs [][]loop.Setting) (string, error) {
	if len(outputs) == 0 {
		return "", nil
	}
	var lists []string
	for _, list := range outputs {
		var each []string
		for _, m := range list {
			text, err := metricText(m)
			if err != nil {
				return "", err
			}
			each = append(each, text)
		}
		if len(each) > 1 {
			lists = append(lists, "{\n"+strings.Join(each, ",\n")+",\n}")
		} else {
			lists = append(lists, "{"+strings.Join(each, ", ")+"}")
		}
	}
	return fmt.Sprintf("%s: func() [][]§metric.Metric {\nreturn [][]§metric.Metric{%s}\n},\n", field, strings.Join(lists, ", ")), nil
}

// metricText builds one metric. What repeats the runtime's defaults is not
// printed.
func metricText(s loop.Setting) (string, error) {
	name := s.As
	if name == "" {
		name = s.Name
	}
	m := metricArgs{setting: s}
	call := func(constructor string, args ...string) string {
		return fmt.Sprintf("§metric.%s(%s)", constructor, strings.Join(append([]string{quote(name)}, args...), ", "))
	}
	constructor := metricConstructors[s.Name]
	var text string
	switch s.Name {
	case "binary_accuracy":
		text = call(constructor, m.number("threshold", "0.5"))
	case "top_k_categorical_accuracy", "sparse_top_k_categorical_accuracy":
		text = call(constructor, m.number("k", "5"))
	case "true_positives", "true_negatives", "false_positives", "false_negatives":
		if list := m.numbers("thresholds"); list != "" {
			text = call(constructor, list)
		} else {
			text = call(constructor)
		}
	case "precision", "recall":
		text = call(constructor, m.literal("Decision", m.list("Thresholds", "thresholds"), m.field("TopK", "top_k", ""), m.class()))
	case "auc":
		text = call(constructor, m.literal("Curve", m.field("Of", "curve", `"ROC"`), m.field("SummationMethod", "summation_method", `"interpolation"`),
			m.field("NumThresholds", "num_thresholds", "200"), m.list("Thresholds", "thresholds"), m.field("Labels", "num_labels", ""),
			m.list("LabelWeights", "label_weights"), m.field("FromLogits", "from_logits", "false")))
	case "sensitivity_at_specificity", "specificity_at_sensitivity", "precision_at_recall", "recall_at_precision":
		text = call(constructor, m.number(s.Name[strings.LastIndexByte(s.Name, '_')+1:], "0"),
			m.literal("Sweep", m.field("NumThresholds", "num_thresholds", "200"), m.class()))
	case "f1_score", "fbeta_score":
		args := []string{m.literal("FScore", m.field("Classes", "classes", ""), m.field("Average", "average", ""), m.field("Threshold", "threshold", ""))}
		if s.Name == "fbeta_score" {
			args = append([]string{m.number("beta", "1")}, args...)
		}
		text = call(constructor, args...)
	case "r2_score":
		aggregation := `ClassAggregation: "none"`
		if m.find("class_aggregation") != nil {
			aggregation = m.field("ClassAggregation", "class_aggregation", `"uniform_average"`)
		}
		text = call(constructor, m.literal("R2", m.field("Outputs", "outputs", ""), aggregation, m.field("NumRegressors", "num_regressors", "0")))
	case "binary_crossentropy", "categorical_crossentropy":
		text = call(constructor, m.literal("Crossentropy", m.field("FromLogits", "from_logits", "false"), m.field("LabelSmoothing", "label_smoothing", "0")))
	case "sparse_categorical_crossentropy":
		text = call(constructor, m.number("from_logits", "false"))
	default:
		if constructor == "" {
			return "", fmt.Errorf("the metric %s is not emitted by this version", diag.Quote(s.Name))
		}
		text = call(constructor)
	}
	return text, m.err
}

// metricConstructors are the runtime's functions by Keras's names.
var metricConstructors = map[string]string{
	"binary_accuracy": "BinaryAccuracy", "categorical_accuracy": "CategoricalAccuracy", "sparse_categorical_accuracy": "SparseCategoricalAccuracy",
	"top_k_categorical_accuracy": "TopKCategoricalAccuracy", "sparse_top_k_categorical_accuracy": "SparseTopKCategoricalAccuracy",
	"true_positives": "TruePositives", "true_negatives": "TrueNegatives", "false_positives": "FalsePositives", "false_negatives": "FalseNegatives",
	"precision": "Precision", "recall": "Recall", "auc": "AUC", "f1_score": "F1Score", "fbeta_score": "FBetaScore",
	"sensitivity_at_specificity": "SensitivityAtSpecificity", "specificity_at_sensitivity": "SpecificityAtSensitivity",
	"precision_at_recall": "PrecisionAtRecall", "recall_at_precision": "RecallAtPrecision",
	"binary_crossentropy": "BinaryCrossentropy", "categorical_crossentropy": "CategoricalCrossentropy",
	"sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
	"mean_absolute_error":             "MeanAbsoluteError", "mean_squared_error": "MeanSquaredError", "root_mean_squared_error": "RootMeanSquaredError",
	"mean_absolute_percentage_error": "MeanAbsolutePercentageError", "mean_squared_logarithmic_error": "MeanSquaredLogarithmicError",
	"log_cosh_error": "LogCoshError", "poisson": "Poisson", "hinge": "Hinge", "squared_hinge": "SquaredHinge", "categorical_hinge": "CategoricalHinge",
	"cosine_similarity": "CosineSimilarity", "kl_divergence": "KLDivergence", "r2_score": "R2Score",
}

// metricArgs prints the arguments of a metric; err is the first that cannot be.
type metricArgs struct {
	setting loop.Setting
	err     error
}

func (m *metricArgs) find(name string) any {
	for _, a := range m.setting.Args {
		if a.Name == name {
			return a.Value
		}
	}
	return nil
}

// number prints an argument, or what stands for it where it is not given.
func (m *metricArgs) number(name, standard string) string {
	v := m.find(name)
	if v == nil {
		return standard
	}
	text, err := argText(loop.SettingArg{Name: name, Value: v})
	if err != nil && m.err == nil {
		m.err = fmt.Errorf("metric %s: %w", m.setting.Name, err)
	}
	return text
}

// field prints a field of a struct, or nothing where it has its default.
func (m *metricArgs) field(field, name, standard string) string {
	if v := m.number(name, standard); v != standard {
		return field + ": " + v
	}
	return ""
}

// numbers prints a list, or nothing.
func (m *metricArgs) numbers(name string) string {
	list, _ := m.find(name).([]float64)
	var each []string
	for _, x := range list {
		each = append(each, elem{"float64", ""}.number(x))
	}
	return strings.Join(each, ", ")
}

func (m *metricArgs) list(field, name string) string {
	if text := m.numbers(name); text != "" {
		return field + ": []float64{" + text + "}"
	}
	return ""
}

func (m *metricArgs) class() string {
	if v := m.number("class_id", ""); v != "" {
		return "ClassID: §metric.Class(" + v + ")"
	}
	return ""
}

// literal prints a struct of the runtime with the fields that are given.
func (m *metricArgs) literal(kind string, fields ...string) string {
	var given []string
	for _, f := range fields {
		if f != "" {
			given = append(given, f)
		}
	}
	return "§metric." + kind + "{" + strings.Join(given, ", ") + "}"
}
