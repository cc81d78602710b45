package shape

import (
	"reflect"
	"slices"
	"testing"
)

func TestJoined(t *testing.T) {
	j := NewJoined(2)
	for _, tt := range []struct {
		wish   string
		values []int
		want   string
	}{
		{"nI", []int{64, 80}, "s.nI"},
		{"nC", []int{64, 64}, "64"},
		{"xRow", []int{256, 320}, "4*s.nI"},
		{"xRow", []int{257, 320}, "s.xRow"},
		{"count", []int{64, 80}, "s.nI"},
		{"nI", []int{80, 64}, "s.nI2"},
		{"at", []int{0, 3}, "s.at"},
		{"far", []int{64 * 9, 80 * 9}, "s.far"}, // too many times
	} {
		if n := j.Number(tt.wish, tt.values); n.String() != tt.want {
			t.Errorf("%v: %s, want %s", tt.values, n, tt.want)
		}
	}
	if want := [][]int{{64, 257, 80, 0, 576}, {80, 320, 64, 3, 720}}; !slices.Equal(j.Fields, []string{"nI", "xRow", "nI2", "at", "far"}) || !reflect.DeepEqual(j.Values, want) {
		t.Errorf("got %#v", j)
	}
}
