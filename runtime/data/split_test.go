package data

import "testing"

// The row at which Keras splits: int(math.floor(n * (1.0 - fraction))) in
// Python.
func TestSplit(t *testing.T) {
	for _, c := range []struct {
		n        int
		fraction float64
		want     int
	}{
		{10, 0.2, 8}, {47, 0.2, 37}, {25000, 0.2, 20000}, {60000, 0.1, 54000}, {10, 0.3, 7}, {10, 0.7, 3}, {100, 0.29, 71}, {3, 0.5, 1}, {2, 0.5, 1}, {7, 0.999, 0},
	} {
		x := make([]int, c.n)
		y := make([]string, c.n)
		for i := range x {
			x[i] = i
		}
		train, validation, err := Split(Slices(x, y), c.fraction)
		if c.want == 0 {
			if err == nil {
				t.Errorf("%d rows, fraction %v: no error", c.n, c.fraction)
			}
			continue
		}
		if err != nil {
			t.Errorf("%d rows, fraction %v: %v", c.n, c.fraction, err)
			continue
		}
		if train.Len() != c.want || train.Len()+validation.Len() != c.n {
			t.Errorf("%d rows, fraction %v: %d and %d, want %d first", c.n, c.fraction, train.Len(), validation.Len(), c.want)
		}
		if first, _, _ := validation.At(0); *first != c.want {
			t.Errorf("%d rows, fraction %v: validation starts at row %d", c.n, c.fraction, *first)
		}
		i := 0
		for e, err := range validation.Rows(0) {
			if err != nil || e.X != c.want+i || e.Weight != 1 {
				t.Errorf("validation row %d: %v, %v", i, e, err)
			}
			i++
		}
		for range validation.Rows(0) {
			break
		}
		if i != validation.Len() {
			t.Errorf("%d of %d rows", i, validation.Len())
		}
	}
}
