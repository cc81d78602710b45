package progress

import (
	"math"
	"testing"
)

// Expected strings from Python: f"{v:.4f}" above 0.001, f"{v:.4e}" up to it.
func TestFigure(t *testing.T) {
	for v, want := range map[float64]string{
		0.97123:      "0.9712",
		0:            "0.0000e+00",
		0.001:        "1.0000e-03",
		0.00100001:   "0.0010",
		-0.5:         "-0.5000",
		-0.0001:      "-1.0000e-04",
		123456.5:     "123456.5000",
		math.Inf(1):  "inf",
		math.Inf(-1): "-inf",
	} {
		if got := string(AppendFigure(nil, v)); got != want {
			t.Errorf("%v: %q, want %q", v, got, want)
		}
	}
	if got := string(AppendFigure(nil, math.NaN())); got != "nan" {
		t.Errorf("NaN: %q", got)
	}
}
