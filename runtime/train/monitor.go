package train

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/runtime/nearest"
)

// monitor watches one figure for improvement, as Keras's MonitorCallback does
// (callbacks/monitor_callback.py). Like it, it compares in float32.
type monitor struct {
	name  string
	up    bool    // more is better
	delta float64 // an improvement by less does not count
}

// newMonitor looks for the figure in the run that begins. No name means
// val_loss; the mode is auto, min or max, none means auto.
func newMonitor(s *State, callback, name, mode string, delta float64) (monitor, error) {
	m := monitor{name: name, delta: math.Abs(delta)}
	if m.name == "" {
		m.name = "val_loss"
	}
	if !slices.Contains(s.figures, m.name) {
		what := fmt.Sprintf("train: %s monitors %q, which this training does not have", callback, m.name)
		if plain, ok := strings.CutPrefix(m.name, "val_"); ok && slices.Contains(s.figures, plain) {
			return m, fmt.Errorf("%s: it has no validation: set ValidationData or ValidationSplit, or monitor %q", what, plain)
		}
		return m, fmt.Errorf("%s%s; it has %s", what, nearest.Question(m.name, s.figures), strings.Join(s.figures, ", "))
	}
	modes := []string{"auto", "min", "max"}
	switch mode {
	case "", "auto":
		up, known := s.rising[m.name]
		if !known {
			return m, fmt.Errorf("train: %s monitors %q, and it is not known whether more or less of it is better: set Mode to \"max\" or \"min\"", callback, m.name)
		}
		m.up = up
	case "min", "max":
		m.up = mode == "max"
	default:
		return m, fmt.Errorf("train: %s: unknown mode %q%s; there are auto, min and max", callback, mode, nearest.Question(mode, modes))
	}
	return m, nil
}

// better reports whether a value is the best so far: it improves on the best one,
// if there is any. NaN never is, even as the first: nothing could improve on it.
func (m monitor) better(value float64, hasBest bool, best float64) bool {
	if !hasBest {
		return !math.IsNaN(value)
	}
	return m.improves(value, best)
}

// improves reports whether a value is better than a reference.
func (m monitor) improves(value, reference float64) bool {
	if m.up {
		return float32(value-m.delta) > float32(reference)
	}
	return float32(value+m.delta) < float32(reference)
}
