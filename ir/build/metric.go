package build

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/spec"
)

// metric is one row of the table of metrics. Its settings are fields.
type metric interface {
	// setting is the runtime's metric for outputs compared with such targets, or
	// an error that says why they do not fit. Its arguments are Keras's and those
	// that follow from the output.
	setting(output, target ir.Type) (loop.Setting, error)
}

// named is what every metric takes.
type named struct {
	Name *string `arg:"name" doc:"name in the history; null: the metric's own"`
}

func (n *named) given() *string { return n.Name }

var metrics = layer.Table[metric]{
	Kind:    "metric",
	Entries: slices.Concat(accuracies, decisions, crossentropies, differences),
	Meant: map[string]string{
		"rmse": `"root_mean_squared_error"`, "cce": `"categorical_crossentropy"`, "scce": `"sparse_categorical_crossentropy"`, "f1": `"f1_score"`, "r2": `"r2_score"`, "fbeta": `"fbeta_score"`,
		"roc_auc": `"auc"`, "roc": `"auc"`, "pr_auc": "{auc: {curve: PR}}", "tp": `"true_positives"`, "tn": `"true_negatives"`, "fp": `"false_positives"`, "fn": `"false_negatives"`,
		"top_5": `"top_k_categorical_accuracy" or "sparse_top_k_categorical_accuracy"`, "top_k_accuracy": `"top_k_categorical_accuracy" or "sparse_top_k_categorical_accuracy"`, "error": `"accuracy", which is 1 - error`,
		"cosine": `"cosine_similarity"`, "kld": `"kl_divergence"`, "kullback_leibler_divergence": `"kl_divergence"`, "sensitivity": `"recall"`, "ppv": `"precision"`,
	},
	Later: []string{"IoU", "MeanIoU", "BinaryIoU", "OneHotIoU", "OneHotMeanIoU", "PearsonCorrelation", "pearson_correlation", "ConcordanceCorrelation", "concordance_correlation"},
}

// ownNames are the names that Keras gives where they are not the entry's.
var ownNames = map[string]string{"log_cosh_error": "logcosh"}

func (p *plan) resolveMetric(call spec.Call) (metricOf, bool) {
	e, m, errs := metrics.Resolve(call)
	of := metricOf{metric: m, as: call.Name, call: call}
	if len(errs) == 0 {
		if len(call.Args.List) > 0 || call.Args.Positional != nil {
			of.as = e.Name
			if own, ok := ownNames[e.Name]; ok {
				of.as = own
			}
		}
		if given := m.(interface{ given() *string }).given(); given != nil {
			of.as = *given
			if problem := badMetricName(*given); problem != "" {
				errs.Add(argumentPos(call, "name"), "compile: the name of metric %s %s", e.Name, problem)
			}
		}
	}
	p.errs = append(p.errs, errs...)
	return of, len(errs) == 0
}

// longestMetricName is what a line of progress has room for.
const longestMetricName = 64

// badMetricName says what is wrong with a name for the history, or "".
func badMetricName(s string) string {
	switch {
	case strings.TrimSpace(s) == "":
		return "is empty"
	case utf8.RuneCountInString(s) > longestMetricName:
		return fmt.Sprintf("has %d characters; at most %d are allowed", utf8.RuneCountInString(s), longestMetricName)
	case s != strings.TrimSpace(s):
		return "begins or ends with a space"
	case strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }):
		return "contains a character that cannot be printed"
	case strings.HasPrefix(s, "val_"):
		return fmt.Sprintf("begins with val_, which marks the figures of the validation rows; write name: %s", strings.TrimPrefix(s, "val_"))
	}
	return ""
}

// argumentPos is where an argument of a call is written.
func argumentPos(call spec.Call, name string) diag.Pos {
	for _, a := range call.Args.List {
		if a.Name == name {
			return a.Value.Pos
		}
	}
	return call.Pos
}

// checkMetric settles what a metric is for an output.
func (p *plan) checkMetric(m *metricOf, output string, y, target ir.Type) {
	setting, err := m.metric.setting(y, target)
	if err != nil {
		p.errs.Add(m.call.Pos, "compile: output %s: %s %v", diag.Quote(output), m.call.Name, err)
		return
	}
	setting.As = m.as
	m.resolved = setting
}

// metricSettings lists the metrics of an output, under the names that the
// description gives them. The history puts the output's name before them where
// there are several outputs, and a number behind what is there twice.
func metricSettings(list []metricOf) []loop.Setting {
	var settings []loop.Setting
	for _, m := range list {
		settings = append(settings, m.resolved)
	}
	return settings
}

// metricSetting is the setting of a metric with its arguments in the order of
// its fields, but for its name and for those that are null or have no element.
func metricSetting(name string, m any) loop.Setting {
	s := loop.Setting{Name: name}
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if f.Anonymous {
				walk(v.Field(i))
				continue
			}
			arg, _, _ := strings.Cut(f.Tag.Get("arg"), ",")
			x := v.Field(i)
			if x.Kind() == reflect.Pointer {
				if x.IsNil() {
					continue
				}
				x = x.Elem()
			}
			if arg == "" || arg == "name" || x.Kind() == reflect.Slice && x.Len() == 0 {
				continue
			}
			s.Args = append(s.Args, loop.SettingArg{Name: arg, Value: x.Interface()})
		}
	}
	walk(reflect.ValueOf(m).Elem())
	return s
}

// units is the last axis of an output.
func units(output ir.Type) int { return output.Shape[len(output.Shape)-1] }

// numbers reports class numbers where a metric compares numbers.
func numbers(target ir.Type) error {
	if target.DType == ir.I32 {
		return fmt.Errorf("compares outputs with numbers, but the loss sparse_categorical_crossentropy takes class numbers; use accuracy")
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

// manyUnits reports outputs of one unit where a metric compares classes.
func manyUnits(output ir.Type, instead string) error {
	if units(output) == 1 {
		return fmt.Errorf("compares classes, but the output has one unit (%v); use %s", output.Shape, instead)
	}
	return nil
}

// classNumbers reports one-hot targets where a metric takes class numbers.
func classNumbers(target ir.Type) error {
	if target.DType != ir.I32 {
		return fmt.Errorf("compares with class numbers, but the loss takes targets %v; use accuracy, or the loss sparse_categorical_crossentropy", target.Shape)
	}
	return nil
}

// firstError is the first that is not nil.
func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
