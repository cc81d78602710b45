package data

import "slices"

// Median finds the median of numbers that come one by one, all of which it
// keeps. Its zero value is ready.
type Median struct{ values []float64 }

// Add takes a finite number.
func (m *Median) Add(x float64) { m.values = append(m.values, x) }

// Count is how many numbers there were.
func (m *Median) Count() int { return len(m.values) }

// Value is the number in the middle, or the mean of the two that share it; 0 of
// no numbers.
func (m *Median) Value() float64 {
	n := len(m.values)
	if n == 0 {
		return 0
	}
	slices.Sort(m.values)
	if n%2 == 1 {
		return m.values[n/2]
	}
	return float64(m.values[n/2-1]/2) + float64(m.values[n/2]/2) // the sum may be beyond float64
}
