package build_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/spec"
)

// TestMetricNames holds metrics with arguments to the names that Keras gives
// them, and descriptions to everything that Keras takes there.
func TestMetricNames(t *testing.T) {
	text, err := os.ReadFile("../../runtime/metric/testdata/keras_settings.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Batches map[string][]struct{ Output [][]float64 }
		Cases   []struct {
			Metric, Data, Name string
			Args               json.RawMessage
		}
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, c := range file.Cases {
		width := len(file.Batches[c.Data][0].Output[0])
		loss := map[bool]string{true: "sparse_categorical_crossentropy", false: "mean_squared_error"}[strings.HasPrefix(c.Data, "sparse")]
		if string(c.Args) == "{}" {
			c.Args = json.RawMessage(`{"name": null}`) // arguments, so that the name is the class's own
		}
		model := fmt.Sprintf(`{"inputs": {"x": {"shape": [%d]}}, "layers": [{"Activation": "linear"}], "compile": {"loss": %q, "metrics": [{%q: %s}]}}`, width, loss, c.Metric, c.Args)
		m, err := spec.Parse("model.json", []byte(model))
		if err != nil {
			t.Errorf("%s: %v", model, err)
			continue
		}
		n, err := build.Build(m)
		switch {
		case err != nil && refusedOnPurpose(c.Metric, width, string(c.Args)):
		case err != nil:
			t.Errorf("%s: %v", model, err)
		default:
			seen[c.Metric] = true
			if s := n.Header.Training.Metrics[0][0]; s.As != c.Name {
				t.Errorf("%s %s is called %q, Keras's %q", c.Metric, c.Args, s.As, c.Name)
			}
		}
	}
	if len(seen) < 30 {
		t.Errorf("%d metrics", len(seen))
	}
}

// refusedOnPurpose are the metrics that Keras computes although they say nothing.
func refusedOnPurpose(metric string, width int, args string) bool {
	switch metric {
	case "TopKCategoricalAccuracy", "SparseTopKCategoricalAccuracy":
		return !strings.Contains(args, `"k"`) && width < 5
	case "F1Score", "FBetaScore":
		return !strings.Contains(args, "threshold") && width == 1
	}
	return false
}
