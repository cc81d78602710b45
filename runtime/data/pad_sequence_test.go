package data

import (
	"slices"
	"testing"
)

func TestPadSequenceIsKeras(t *testing.T) {
	side := map[any]Side{nil: Pre, "pre": Pre, "post": Post}
	tried := 0
	for _, c := range kerasCases(t, "pad_sequences") {
		if c.setting("value", 0) != 0 {
			continue
		}
		var rows, want [][]int32
		decode(t, c.Rows, &rows)
		decode(t, c.Expected, &want)
		for i, ids := range rows {
			got := slices.Repeat([]int32{99}, len(want[i]))
			PadSequence(got, ids, side[c.Settings["padding"]], side[c.Settings["truncating"]])
			if !slices.Equal(got, want[i]) {
				t.Errorf("%s: %v becomes %v, want %v", c.Name, ids, got, want[i])
			}
		}
		tried++
	}
	if tried < 3 {
		t.Errorf("only %d cases", tried)
	}
	for _, c := range []struct {
		padding, truncating Side
		want                [2][3]int32
	}{
		{Pre, Pre, [2][3]int32{{0, 1, 2}, {2, 3, 4}}},
		{Post, Pre, [2][3]int32{{1, 2, 0}, {2, 3, 4}}},
		{Pre, Post, [2][3]int32{{0, 1, 2}, {1, 2, 3}}},
		{Post, Post, [2][3]int32{{1, 2, 0}, {1, 2, 3}}},
	} {
		for i, ids := range [][]int32{{1, 2}, {1, 2, 3, 4}} {
			got := [3]int32{9, 9, 9}
			if PadSequence(got[:], ids, c.padding, c.truncating); got != c.want[i] {
				t.Errorf("padding %v, truncating %v: %v, want %v", c.padding, c.truncating, got, c.want[i])
			}
		}
	}
}
