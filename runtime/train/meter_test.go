package train

import (
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
