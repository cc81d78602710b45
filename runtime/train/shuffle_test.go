package train

import (
	"slices"
	"testing"

	"github.com/nngen-go/nngen/runtime/nn"
)

func TestPermuteIsUniform(t *testing.T) {
	// Each of the 24 orders of four rows comes up in about one of 24 trials.
	const trials = 24000
	count := map[[4]int]int{}
	order := make([]int, 4)
	for step := range uint64(trials) {
		permute(order, nn.NewKey(1, step, 2))
		count[[4]int(order)]++
	}
	if len(count) != 24 {
		t.Fatalf("%d orders, want 24", len(count))
	}
	for o, n := range count {
		if n < 830 || n > 1170 { // 5.4 standard deviations
			t.Errorf("order %v came %d times, expected about 1000", o, n)
		}
	}
}

func TestPermuteForgetsTheLastOrder(t *testing.T) {
	a, b := make([]int, 100), make([]int, 100)
	permute(a, nn.NewKey(1, 1, 1))
	permute(a, nn.NewKey(1, 2, 1))
	permute(b, nn.NewKey(1, 2, 1))
	if !slices.Equal(a, b) {
		t.Error("the order depends on the one before")
	}
	permute(nil, nn.NewKey(1, 1, 1))
}
