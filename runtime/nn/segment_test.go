package nn

import (
	"reflect"
	"testing"
)

func TestSegmentsOf(t *testing.T) {
	var block struct {
		W     [2][3]float32 `name:"dense/kernel"`
		B     [1][1]float32 `name:"a \"quoted\" name"`
		K     [2]float32    `name:"sn/kernel" assigned:"true"`
		Gamma [3]float32    `name:"bn/gamma" part:"frozen"`
		F     float32       `name:"fn/kernel" part:"frozen" assigned:"true"`
		Count float32       `name:"bn/count" part:"state"`
	}
	want := []Segment{
		{Name: "dense/kernel", Shape: []int{2, 3}},
		{Name: `a "quoted" name`, Shape: []int{1, 1}, Offset: 6},
		{Name: "sn/kernel", Shape: []int{2}, Offset: 7, Flags: Assigned},
		{Name: "bn/gamma", Shape: []int{3}, Offset: 9, Flags: Frozen},
		{Name: "fn/kernel", Shape: []int{}, Offset: 12, Flags: Frozen | Assigned},
		{Name: "bn/count", Shape: []int{}, Offset: 13, Flags: State},
	}
	for i, trained := range []bool{true, true, true, false, false, false} {
		if want[i].Flags.Trainable() != trained {
			t.Errorf("%s is trained: %v", want[i].Name, !trained)
		}
	}
	if got := SegmentsOf(&block); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
