package train

import "testing"

func TestResult(t *testing.T) {
	r := Result{Loss: 0.0934, Metrics: []NamedValue{{"accuracy", 0.9712}}}
	if got := r.String(); got != "accuracy: 0.9712 - loss: 0.0934" {
		t.Errorf("%q", got)
	}
}
