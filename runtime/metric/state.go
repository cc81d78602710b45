package metric

import "fmt"

// setState copies a state into a metric's sums.
func setState(name string, sums, state []float64) error {
	if len(state) != len(sums) {
		return fmt.Errorf("metric: %s: a state of %d values, not of %d", name, len(state), len(sums))
	}
	copy(sums, state)
	return nil
}
