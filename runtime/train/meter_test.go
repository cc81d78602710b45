package train

import (
	"math"
	"slices"
	"testing"

	"github.com/nngen-go/nngen/runtime/metric"
)

// TestMeterNames holds the names of figures to the keys of Keras 3.15's
// History.history for a model with the outputs kind and size.
func TestMeterNames(t *testing.T) {
	c := Compiled{Metrics: func() [][]metric.Metric {
		return [][]metric.Metric{
			{metric.SparseCategoricalAccuracy("accuracy"), metric.SparseCategoricalAccuracy("accuracy")},
			{metric.MeanAbsoluteError("mae"), metric.MeanSquaredError("mse")},
		}
	}}
	m, err := newMeter([]string{"kind", "size"}, c)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, v := range m.results() {
		names = append(names, v.Name)
	}
	want := []string{"kind_accuracy", "kind_accuracy_1", "kind_loss", "loss", "size_loss", "size_mae", "size_mse"}
	if !slices.Equal(names, want) {
		t.Errorf("%v, Keras has %v", names, want)
	}
}

// TestMeterSeveral holds a metric of several figures to a column for each.
func TestMeterSeveral(t *testing.T) {
	list := func() [][]metric.Metric {
		return [][]metric.Metric{{
			metric.F1Score("f1_score", metric.FScore{Classes: 3}),
			metric.Precision("precision", metric.Decision{Thresholds: []float64{0.25, 0.75}}),
			metric.Recall("recall", metric.Decision{}),
		}}
	}
	m, err := newMeter([]string{"kind"}, Compiled{Metrics: list, WeightedMetrics: list})
	if err != nil {
		t.Fatal(err)
	}
	for _, lists := range [][][]metric.Metric{m.metrics, m.weighted} {
		for i, x := range lists[0] {
			x.Update([]float32{0, 1, 0}, []float32{0.1, 0.5, 0.4}, float32(i+1))
		}
	}
	want := map[string]float64{
		"loss": 0, "f1_score_0": 0, "f1_score_1": 0.99999985, "f1_score_2": 0, "precision_0": 0.5, "precision_1": 0, "recall": 0,
		"weighted_f1_score_0": 0, "weighted_f1_score_1": 0.99999985, "weighted_f1_score_2": 0, "weighted_precision_0": 0.5, "weighted_precision_1": 0,
		"weighted_recall": 0,
	}
	got := m.results()
	for _, v := range got {
		if w, ok := want[v.Name]; !ok || math.Abs(v.Value-w) > 1e-8 {
			t.Errorf("%s is %v, want %v (%v)", v.Name, v.Value, w, ok)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d figures, want %d", len(got), len(want))
	}
}
