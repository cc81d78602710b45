package metric

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Labels counts how often each of several labels was found where it belongs: a
// row has any number of them, and the network a probability for each. Above 0.5
// a label is taken to be there. It is not safe for concurrent use.
type Labels struct {
	names                    []string
	hits, predicted, support []int64
	rows, exact              int64
}

// NewLabels counts nothing yet of labels with these names, in the order of the
// network's values.
func NewLabels(names []string) *Labels {
	n := len(names)
	return &Labels{names: append([]string(nil), names...), hits: make([]int64, n), predicted: make([]int64, n), support: make([]int64, n)}
}

// AddOutput counts a row: targets are 1 where the label is there, else 0.
func (l *Labels) AddOutput(target, output []float32) error {
	if len(target) != len(l.names) || len(output) != len(l.names) {
		return fmt.Errorf("metric: a target of %d values and %d outputs for %d labels", len(target), len(output), len(l.names))
	}
	exact := true
	for i := range l.names {
		is, said := target[i] > 0.5, output[i] > 0.5
		if is {
			l.support[i]++
		}
		if said {
			l.predicted[i]++
		}
		if is && said {
			l.hits[i]++
		}
		exact = exact && is == said
	}
	l.rows++
	if exact {
		l.exact++
	}
	return nil
}

// LabelsReport has the figures of [Labels]: those of scikit-learn's
// classification_report for several labels. A share of nothing is 0.
type LabelsReport struct {
	Labels     []ClassReport `json:"labels"`
	Rows       int64         `json:"rows"`
	ExactMatch float64       `json:"exact_match"`   // the share of rows all of whose labels are right
	Micro      ClassReport   `json:"micro_average"` // over all labels of all rows
	Macro      ClassReport   `json:"macro_average"`
	Weighted   ClassReport   `json:"weighted_average"` // by support
}

// Report computes the figures.
func (l *Labels) Report() LabelsReport {
	r := LabelsReport{Labels: make([]ClassReport, len(l.names)), Rows: l.rows, ExactMatch: ratio(float64(l.exact), float64(l.rows))}
	figures := func(name string, hits, predicted, support int64) ClassReport {
		return ClassReport{
			Class: name, Precision: ratio(float64(hits), float64(predicted)), Recall: ratio(float64(hits), float64(support)),
			F1: ratio(2*float64(hits), float64(predicted+support)), Support: support,
		}
	}
	var hits, predicted, support int64
	for i, name := range l.names {
		of := figures(name, l.hits[i], l.predicted[i], l.support[i])
		r.Labels[i] = of
		r.Macro.add(of, 1)
		r.Weighted.add(of, float64(of.Support))
		hits, predicted, support = hits+l.hits[i], predicted+l.predicted[i], support+l.support[i]
	}
	r.Micro = figures("", hits, predicted, support)
	r.Macro.divide(float64(len(l.names)), support)
	r.Weighted.divide(float64(support), support)
	return r
}

// String gives the report as text for 80 columns. Of many labels it lists those
// with the lowest F1.
func (l *Labels) String() string {
	var b strings.Builder
	r := l.Report()
	writeFigures(&b, r.Labels, "labels", []summary{
		{"exact match", ClassReport{F1: r.ExactMatch, Support: r.Rows}, true},
		{"micro average", r.Micro, false},
		{"macro average", r.Macro, false},
		{"weighted average", r.Weighted, false},
	})
	return b.String()
}

// MarshalJSON gives the report.
func (l *Labels) MarshalJSON() ([]byte, error) { return json.Marshal(l.Report()) }
