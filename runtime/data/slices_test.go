package data

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// gather reads a data set and returns its rows as text.
func gather(t *testing.T, d Dataset[int, string]) string {
	t.Helper()
	var b strings.Builder
	for e, err := range d.Rows(0) {
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%d %s %v;", e.X, e.Y, e.Weight)
	}
	return b.String()
}

func TestSlices(t *testing.T) {
	x, y := []int{1, 2, 3}, []string{"a", "b", "c"}
	d := Slices(x, y)
	if d.Len() != 3 || gather(t, d) != "1 a 1;2 b 1;3 c 1;" {
		t.Errorf("%d rows: %s", d.Len(), gather(t, d))
	}
	all := d.(Indexed[int, string])
	if px, py, w := all.At(1); px != &x[1] || py != &y[1] || w != 1 {
		t.Error("At copies the row")
	}
	d = WeightedSlices(x, y, []float32{0.5, 0, 2})
	if d.Len() != 3 || gather(t, d) != "1 a 0.5;2 b 0;3 c 2;" {
		t.Errorf("%d rows: %s", d.Len(), gather(t, d))
	}
	for range d.Rows(0) {
		break // a reader may stop early
	}
}

func TestSlicesOfDifferentLengths(t *testing.T) {
	for _, c := range []struct {
		d    Dataset[int, string]
		want string
	}{
		{Slices([]int{1, 2}, []string{"a"}), "data: 2 inputs, 1 target: a data set needs one target for each input"},
		{WeightedSlices([]int{1}, []string{"a"}, nil), "data: 1 input, 1 target, 0 weights: a data set needs one of each for each row"},
		{WeightedSlices([]int{1}, []string(nil), []float32{1}), "data: 1 input, 0 targets, 1 weight: a data set needs one of each for each row"},
	} {
		var got error
		for _, err := range c.d.Rows(0) {
			got = errors.Join(got, err)
		}
		if got == nil || got.Error() != c.want || c.d.Len() != 0 {
			t.Errorf("%v, %d rows; want %s", got, c.d.Len(), c.want)
		}
		if err := c.d.(interface{ Err() error }).Err(); err == nil || err.Error() != c.want {
			t.Errorf("Err() = %v", err)
		}
		if _, _, err := Split(c.d, 0.5); err == nil || err.Error() != c.want {
			t.Errorf("Split: %v", err)
		}
	}
	if err := Slices[int, string](nil, nil).(interface{ Err() error }).Err(); err != nil {
		t.Errorf("an empty data set: %v", err)
	}
}
