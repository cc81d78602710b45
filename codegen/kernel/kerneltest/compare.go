package kerneltest

import (
	"math"
	"testing"

	"github.com/nngen-go/nngen/codegen/kernel/driver"
)

// blocksOf calls f with each operand and the number of its block: a list of ids
// has two blocks, and neither is ever written.
func blocksOf(operands []driver.Operand, f func(o driver.Operand, block int)) {
	at := 0
	for _, o := range operands {
		if o.Buf.Ragged {
			at += 2
			continue
		}
		f(o, at)
		at++
	}
}

// compare reports the first element of every block that is not what the
// reference has.
func (c Case) compare(t *testing.T, what string, operands []driver.Operand, got [][]uint32, want any, tolerance float64) {
	t.Helper()
	blocksOf(operands, func(o driver.Operand, at int) {
		if !c.writes(o.Buf) {
			return
		}
		values := c.values(o, got[at])
		var wanted []float64
		switch want := want.(type) {
		case [][]float64:
			wanted = want[at]
		case [][]uint32:
			wanted = c.values(o, want[at])
		}
		for i, x := range values {
			y := wanted[i]
			if o.Buf.DType == 0 {
				y = float64(float32(y))
			}
			if !near(x, y, tolerance) {
				t.Errorf("%s: %s: element %d of %d is %v, want %v", what, o.Name, i, len(values), x, y)
				return
			}
		}
	})
}

// near takes a number that is not a number, or infinite, for what it is.
func near(x, y, tolerance float64) bool {
	if math.IsNaN(x) || math.IsNaN(y) || math.IsInf(x, 0) || math.IsInf(y, 0) {
		return math.IsNaN(x) && math.IsNaN(y) || x == y
	}
	return math.Abs(x-y) <= tolerance*(1+math.Abs(y))
}

// same demands equal bits; one NaN is like another.
func (c Case) same(t *testing.T, what string, operands []driver.Operand, got, want [][]uint32) {
	t.Helper()
	blocksOf(operands, func(o driver.Operand, at int) {
		for i, w := range want[at] {
			x, y := math.Float32frombits(got[at][i]), math.Float32frombits(w)
			if got[at][i] != w && !(o.Buf.DType == 0 && x != x && y != y) {
				t.Errorf("%s: %s: element %d of %d is %v, otherwise %v", what, o.Name, i, len(want[at]), x, y)
				return
			}
		}
	})
}

func (c Case) values(o driver.Operand, words []uint32) []float64 {
	if o.Buf.DType == 0 {
		return Floats(words)
	}
	var list []float64
	for _, x := range integers(words) {
		list = append(list, float64(x))
	}
	return list
}

func Floats(words []uint32) []float64 {
	list := make([]float64, len(words))
	for i, w := range words {
		list[i] = float64(math.Float32frombits(w))
	}
	return list
}

func integers(words []uint32) []int32 {
	list := make([]int32, len(words))
	for i, w := range words {
		list[i] = int32(w)
	}
	return list
}
