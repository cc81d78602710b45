package nn

import (
	"reflect"
	"testing"
)

func TestSegmentsOf(t *testing.T) {
	var block struct {
		W     [2][3]float32 `name:"dense/kernel"`
		B     [1][1]float32 `name:"a \"quoted\" name"`
		Gamma [3]float32    `name:"bn/gamma" part:"frozen"`
		Count float32       `name:"bn/count" part:"state"`
	}
	want := []Segment{
		{Name: "dense/kernel", Shape: []int{2, 3}},
		{Name: `a "quoted" name`, Shape: []int{1, 1}, Offset: 6},
		{Name: "bn/gamma", Shape: []int{3}, Offset: 7, Flags: Frozen},
		{Name: "bn/count", Shape: []int{}, Offset: 10, Flags: State},
	}
	if got := SegmentsOf(&block); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
