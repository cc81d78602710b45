package data

import (
	"fmt"
	"testing"
)

func TestStratifiedSplit(t *testing.T) {
	var x, y []int
	for i := range 20 {
		x = append(x, i)
		y = append(y, map[bool]int{true: 7}[i%4 == 3])
	}
	x, y = append(x, 20), append(y, -1) // a class with a single row
	class := func(y *int) int { return *y }
	train, validation, err := StratifiedSplit(Slices(x, y), 0.25, class)
	if err != nil {
		t.Fatal(err)
	}
	rows := func(d Indexed[int, int]) string {
		var got []int
		for e, err := range d.Rows(0) {
			if err != nil || e.Y != y[e.X] || e.Weight != 1 {
				t.Errorf("%+v, %v", e, err)
			}
			got = append(got, e.X)
		}
		return fmt.Sprint(d.Len(), got)
	}
	// Of 15 rows of class 0 the first floor(15·0.75) = 11, of the 5 of class 7 the first 3.
	if got, want := rows(train), "15 [0 1 2 3 4 5 6 7 8 9 10 11 12 13 20]"; got != want {
		t.Errorf("training: %s, want %s", got, want)
	}
	if got, want := rows(validation), "6 [14 15 16 17 18 19]"; got != want {
		t.Errorf("validation: %s, want %s", got, want)
	}
	if got := validation.(Placed).Place(5); got != "row 19" {
		t.Errorf("place %s", got)
	}
	for _, c := range []struct {
		d        Dataset[int, int]
		fraction float64
		want     string
	}{
		{Slices(x, y), 0, "data: cannot split off a fraction of 0 for validation: it must lie between 0 and 1"},
		{Slices(x[20:], y[20:]), 0.5, "data: a fraction of 0.5 for validation cannot be split off 1 row: one part would be empty"},
		{Slices(x, y[1:]), 0.5, "data: 21 inputs, 20 targets: a data set needs one target for each input"},
		{counting{n: 5}, 0.5, "data: cannot split off a fraction of 0.5 for validation: the data set has no random access; give the validation rows as a data set of their own"},
	} {
		if _, _, err := StratifiedSplit(c.d, c.fraction, class); err == nil || err.Error() != c.want {
			t.Errorf("%v\nwant %s", err, c.want)
		}
	}
}
