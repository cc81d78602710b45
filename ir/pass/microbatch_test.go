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
		statistics         bool
	}{
		{"dense: weights weigh more than rows", 400_000, 1_800, 128, false},
		{"convolution: few weights, images beyond the cache", 35_000, 80_000, 4, false},
		{"everything fits", 1_000, 100, 128, false},
		{"statistics over the batch", 35_000, 80_000, 128, true},
	} {
		p := &loop.Program{
			Batch: 128, Segments: []block.Segment{{Name: "w", Shape: []int{tt.weights}}},
			Train: &loop.Plan{ArenaFloats: 128 * tt.row}, Training: loop.Training{BatchStatistics: tt.statistics},
		}
		if got := microBatch(p, machine.Server()); got != tt.want {
			t.Errorf("%s: %d rows at once, want %d", tt.name, got, tt.want)
		}
	}
	if got := microBatch(&loop.Program{Batch: 7}, machine.Server()); got != 7 {
		t.Errorf("without training: %d rows at once, want 7", got)
	}
}
