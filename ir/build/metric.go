package build

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/arg"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/spec"
	runtime "github.com/nngen-go/nngen/runtime/metric"
)

// metric is a metric of the runtime as a description calls it.
type metric struct {
	of   *runtime.Entry // nil: the accuracy that output and target ask for
	args []any          // those of the runtime
	multiLabel
	named
}

// named is what every metric takes.
type named struct {
	Name *string `arg:"name" doc:"name in the history; null: the metric's own"`
}

// multiLabel is what an area under a curve takes besides: the runtime knows it by
// the number of labels.
type multiLabel struct {
	MultiLabel bool `arg:"multi_label" doc:"whether every output has an area of its own, of which the mean is taken"`
}

// Args are all that the metric takes.
func (m *metric) Args() []any {
	args := slices.Clone(m.args)
	if m.of != nil && m.of.Name == "auc" {
		args = append(args, &m.multiLabel)
	}
	return append(args, &m.named)
}

func newMetric(of *runtime.Entry) *metric {
	m := &metric{of: of}
	if of != nil && of.Args != nil {
		m.args = of.Args()
	}
	return m
}

var metrics = layer.Table[*metric]{
	Kind:    "metric",
	Entries: metricEntries(),
	Meant: map[string]string{
		"rmse": `"root_mean_squared_error"`, "cce": `"categorical_crossentropy"`, "scce": `"sparse_categorical_crossentropy"`, "f1": `"f1_score"`, "r2": `"r2_score"`, "fbeta": `"fbeta_score"`,
		"roc_auc": `"auc"`, "roc": `"auc"`, "pr_auc": "{auc: {curve: PR}}", "tp": `"true_positives"`, "tn": `"true_negatives"`, "fp": `"false_positives"`, "fn": `"false_negatives"`,
		"cer": `"edit_distance"`, "character_error_rate": `"edit_distance"`, "wer": `"edit_distance"`, "levenshtein": `"edit_distance"`,
		"top_5": `"top_k_categorical_accuracy" or "sparse_top_k_categorical_accuracy"`, "top_k_accuracy": `"top_k_categorical_accuracy" or "sparse_top_k_categorical_accuracy"`, "error": `"accuracy", which is 1 - error`,
		"cosine": `"cosine_similarity"`, "kld": `"kl_divergence"`, "kullback_leibler_divergence": `"kl_divergence"`, "sensitivity": `"recall"`, "ppv": `"precision"`,
	},
}

func metricEntries() []layer.Entry[*metric] {
	list := []layer.Entry[*metric]{{
		Name: "accuracy", Aliases: []string{"Accuracy", "acc"}, New: func() *metric { return newMetric(nil) },
		Doc: "the share of right answers: binary, categorical or sparse categorical accuracy, as output and target ask for",
	}}
	for _, e := range runtime.Entries() {
		list = append(list, layer.Entry[*metric]{Name: e.Name, Aliases: e.Aliases, Doc: e.Doc, New: func() *metric { return newMetric(&e) }})
	}
	return list
}

func resolveMetric(call spec.Call) (metricOf, diag.List) {
	e, m, errs := metrics.Resolve(call)
	of := metricOf{metric: m, as: call.Name, call: call}
	if len(errs) == 0 {
		if len(call.Args.List) > 0 || call.Args.Positional != nil {
			of.as = e.Name
			if m.of != nil && m.of.As != "" {
				of.as = m.of.As
			}
		}
		if given := m.Name; given != nil {
			of.as = *given
			if problem := badMetricName(*given); problem != "" {
				errs.Add(argumentPos(call, "name"), "compile: the name of metric %s %s", e.Name, problem)
			}
		}
	}
	return of, errs
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

// settle says what a metric is for outputs that a loss compares with such targets.
func (m *metricOf) settle(loss string, output, target ir.Type) error {
	spells := m.metric.of != nil && m.metric.of.Targets == runtime.Spelled
	switch {
	case loss == "circle":
		return fmt.Errorf("compares values with targets, and circle compares the vectors of rows with one another; take it out")
	case loss == "ctc" && !spells:
		return fmt.Errorf("compares values with values, and the targets of ctc are labels that the steps spell; use edit_distance")
	case loss != "ctc" && spells:
		return fmt.Errorf("compares labels with what steps spell, and goes with the loss ctc; use accuracy")
	}
	setting, err := m.metric.setting(output, target)
	if err == nil {
		setting.As = m.as
		m.resolved = setting
	}
	return err
}

// setting is the runtime's metric for outputs compared with such targets, or an
// error that says why they do not fit. Its arguments are Keras's and those that
// follow from the output.
func (m *metric) setting(output, target ir.Type) (loop.Setting, error) {
	if m.of == nil {
		m = accuracy(output, target)
	}
	m = m.clone() // another output has other units
	err := m.fits(output, target)
	for _, a := range arg.Fields(m.args) {
		if a.Has("units") {
			a.At.SetInt(int64(units(output)))
		}
	}
	return loop.Setting{Name: m.of.Name, Args: arguments(m.args, nil)}, err
}

func (m *metric) clone() *metric {
	c := *m
	c.args = nil
	for _, a := range m.args {
		v := reflect.New(reflect.TypeOf(a).Elem())
		v.Elem().Set(reflect.ValueOf(a).Elem())
		c.args = append(c.args, v.Interface())
	}
	return &c
}

// accuracy chooses as Keras does, trainers/compile_utils.py, get_metric: one unit
// is binary, class numbers are sparse, the rest is one-hot.
func accuracy(output, target ir.Type) *metric {
	name := "categorical_accuracy"
	switch {
	case units(output) == 1:
		name = "binary_accuracy"
	case target.DType == ir.I32:
		name = "sparse_categorical_accuracy"
	}
	i := slices.IndexFunc(metrics.Entries, func(e layer.Entry[*metric]) bool { return e.Name == name })
	return metrics.Entries[i].New()
}

// metricSettings lists the metrics of an output, under the names that the
// description gives them. The history puts the output's name before them where
// there are several outputs, and a number after what is there twice.
func metricSettings(list []metricOf) []loop.Setting {
	var settings []loop.Setting
	for _, m := range list {
		settings = append(settings, m.resolved)
	}
	return settings
}

// units is the last axis of an output.
func units(output ir.Type) int { return output.Shape[len(output.Shape)-1] }
