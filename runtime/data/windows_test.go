package data

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// streamOf hides that a data set has random access.
type streamOf[X, Y any] struct{ Dataset[X, Y] }

// The windows are those of timeseries_dataset_from_array, whose targets lie as
// far after the beginning of a window as the list of them was moved.
func TestWindowsAreKeras(t *testing.T) {
	tried := 0
	for _, c := range kerasCases(t, "timeseries") {
		length, stride := c.setting("sequence_length", 0), c.setting("sequence_stride", 1)
		if length != 4 && length != 6 && length != 3 || c.Targets == nil || c.Settings["sampling_rate"] != nil || c.Settings["start_index"] != nil || strings.HasPrefix(c.Name, "window_two") {
			continue
		}
		var series []float64
		var want [][]float64
		decode(t, c.Train, &series)
		decode(t, c.Expected, &want)
		shift := int(c.Targets[0])
		rows := Slices(series, series)
		for name, d := range map[string]Dataset[float64, float64]{"memory": rows, "stream": streamOf[float64, float64]{rows}} {
			w, err := Windows(d, Series{length, shift - length + 1, stride}, func(rows []float64) *[]float64 { return &rows })
			if err != nil {
				t.Fatal(err)
			}
			got, err := all(w.Rows(0))
			if err != nil || len(got) != w.Len() || len(got) != len(want) {
				t.Errorf("%s, %s: %d windows, length %d, want %d, %v", c.Name, name, len(got), w.Len(), len(want), err)
				continue
			}
			for i, e := range got {
				if fmt.Sprint(e.X) != fmt.Sprint(want[i]) || e.Y != c.Wanted[i] {
					t.Errorf("%s, %s: window %d is %v → %v, want %v → %v", c.Name, name, i, e.X, e.Y, want[i], c.Wanted[i])
				}
			}
		}
		tried++
	}
	if tried < 3 {
		t.Errorf("only %d cases fit", tried)
	}
}

func TestWindows(t *testing.T) {
	type pair = [2]int
	x, y, weight := make([]int, 20), make([]int, 20), make([]float32, 20)
	for i := range x {
		x[i], y[i], weight[i] = i, 10*i, float32(i)
	}
	rows := WeightedSlices(x, y, weight)
	array := func(rows []int) *pair { return (*pair)(rows) }
	for _, c := range []struct {
		s    Series
		want string
	}{
		{Series{2, 0, 9}, "[0 1] 10 1;[9 10] 100 10;[18 19] 190 19;"},
		{Series{2, 1, 9}, "[0 1] 20 2;[9 10] 110 11;"},
		{Series{2, 17, 1}, "[0 1] 180 18;[1 2] 190 19;"},
		{Series{2, 18, 1}, "[0 1] 190 19;"},
		{Series{2, 3, 100}, "[0 1] 40 4;"},
	} {
		for _, d := range []Dataset[int, int]{rows, streamOf[int, int]{rows}} {
			w, err := Windows(d, c.s, array)
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			n := 0
			for e, err := range w.Rows(0) {
				if err != nil {
					t.Fatal(err)
				}
				fmt.Fprintf(&b, "%v %v %v;", e.X, e.Y, e.Weight)
				n++
			}
			if b.String() != c.want || w.Len() != n {
				t.Errorf("%+v: length %d: %s\nwant %s", c.s, w.Len(), b.String(), c.want)
			}
		}
	}
	w, err := Windows(rows, Series{2, 1, 1}, array)
	if err != nil {
		t.Fatal(err)
	}
	if v, _, _ := w.(Indexed[pair, int]).At(3); &v[0] != &x[3] {
		t.Error("windows copy the rows")
	}
	// 16 rows for training, 4 for validation: no window has rows of both.
	train, validation, err := Split(w, 0.2)
	if err != nil {
		t.Fatal(err)
	}
	last, lastY, _ := train.At(train.Len() - 1)
	first, firstY, _ := validation.At(0)
	if train.Len() != 14 || validation.Len() != 2 || *last != (pair{13, 14}) || *lastY != 150 || *first != (pair{16, 17}) || *firstY != 180 {
		t.Errorf("%d and %d windows; the last is %v → %v, the first %v → %v", train.Len(), validation.Len(), *last, *lastY, *first, *firstY)
	}
	if got := validation.(Placed).Place(1); got != "row 17" {
		t.Errorf("place %s", got)
	}
	if steps := train.(interface{ Steps() Dataset[int, int] }).Steps(); steps.Len() != 16 {
		t.Errorf("%d steps", steps.Len())
	}
	// Windows of a part have its rows, in its order.
	even, _, err := StratifiedSplit(rows, 0.5, func(y *int) int { return *y / 10 % 2 })
	if err != nil {
		t.Fatal(err)
	}
	if w, err := Windows(Dataset[int, int](even), Series{2, 1, 5}, array); err != nil || w.Len() != 2 {
		t.Errorf("%v", err)
	}
	for want, f := range map[string]func() error{
		"data: 20 rows make no window: one needs 21":                                                                 func() error { _, err := Windows(rows, Series{20, 1, 1}, array); return err },
		"data: windows of length 0, offset 1, stride 1: length and stride must be at least 1, the offset at least 0": func() error { _, err := Windows(rows, Series{0, 1, 1}, array); return err },
		"data: a fraction of 0.1 for validation leaves a part of 2 rows, and a window needs 3":                       func() error { _, _, err := Split(w, 0.1); return err },
		"data: windows of a series cannot be split by class: their order is that of the series": func() error {
			_, _, err := StratifiedSplit(w, 0.1, func(*int) int { return 0 })
			return err
		},
		"cut off": func() error {
			w, err := Windows(Dataset[int, int](counting{5, errors.New("cut off")}), Series{2, 1, 1}, array)
			if err != nil {
				return err
			}
			_, err = all(w.Rows(0))
			return err
		},
	} {
		if err := f(); err == nil || err.Error() != want {
			t.Errorf("%v\nwant %s", err, want)
		}
	}
}
