package pass

import (
	"testing"

	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/machine"
)

func TestMicroBatch(t *testing.T) {
	for _, tt := range []struct {
		name               string
		weights, row, want int // floats
		values             int // that layers hand to one another, as large together as a row
		statistics         bool
	}{
		{"dense: weights weigh more than rows", 400_000, 1_800, 128, 8, false},
		{"convolution: few weights, images beyond the cache", 35_000, 80_000, 4, 8, false},
		{"everything fits", 1_000, 100, 128, 8, false},
		{"statistics over the batch", 35_000, 80_000, 128, 8, true},
		{"not a row fits, but what two kernels hand over", 100_000, 1_600_000, 2, 16, false},
		{"not even that", 400_000, 1_600_000, 128, 2, false},
	} {
		p := &loop.Program{
			Batch: 128, Segments: []block.Segment{{Name: "w", Shape: []int{tt.weights}}},
			Train: chain(tt.values, tt.row/tt.values), Training: loop.Training{BatchStatistics: tt.statistics},
		}
		p.Train.ArenaFloats = 128 * tt.row
		if got := microBatch(p, machine.Server()); got != tt.want {
			t.Errorf("%s: %d rows at once, want %d", tt.name, got, tt.want)
		}
	}
	if got := microBatch(&loop.Program{Batch: 7}, machine.Server()); got != 7 {
		t.Errorf("without training: %d rows at once, want 7", got)
	}
}

// chain is a plan that computes values from one another, and then again from the
// last to the first; each has so many floats a row. What is computed from the last
// ones lies where the values lay that are not needed any more.
func chain(values, floats int) *loop.Plan {
	p := &loop.Plan{}
	var list []*loop.Buffer
	step := func(to *[]loop.Step, y *loop.Buffer, xs ...*loop.Buffer) {
		s := loop.Stmt{Dst: loop.Access{Buf: y}}
		for _, x := range xs {
			s.Srcs = append(s.Srcs, loop.Access{Buf: x})
		}
		*to = append(*to, &loop.Run{Kernel: &loop.Nest{Body: []loop.Stmt{s}}})
	}
	value := func(place int) *loop.Buffer {
		return &loop.Buffer{Class: loop.Arena, Rows: true, Shape: []int{floats}, Offset: place * floats}
	}
	for i := range values {
		list = append(list, value(i))
		if i > 0 {
			step(&p.Forward, list[i], list[i-1])
		}
	}
	gradient := list[values-1]
	for i := values - 2; i >= 0; i-- {
		next := value(i + 1)
		step(&p.Backward, next, gradient, list[i])
		gradient = next
	}
	return p
}
