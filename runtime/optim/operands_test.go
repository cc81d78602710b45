package optim

import (
	"fmt"
	"math"
)

// operands are slices of n numbers, some of them special, that begin at an
// offset from a cache line as far as the allocator tells.
func operands(slices, n, offset int) [][]float32 {
	special := []float32{
		0, float32(math.Copysign(0, -1)), float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()),
		math.SmallestNonzeroFloat32, -3 * math.SmallestNonzeroFloat32, 1e-40, math.MaxFloat32, -math.MaxFloat32, 1e30, 1e-30, 1,
	}
	s := make([][]float32, slices)
	for i := range s {
		s[i] = normals(n+offset, uint64(i+1))[offset:]
		for j := range s[i] {
			if (j*7+i*3)%5 == 0 {
				s[i][j] = special[(j/5+i*11)%len(special)]
			} else if i > 1 && j%2 == 0 {
				s[i][j] = max(s[i][j], -s[i][j]) // accumulators of squares
			}
		}
	}
	return s
}

// sameNumbers compares bits; of two that are not numbers, it takes neither sign
// nor payload, which the order of operands decides.
func sameNumbers(got, want []float32) error {
	for i := range want {
		if got[i] != got[i] && want[i] != want[i] {
			continue
		}
		if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
			return fmt.Errorf("element %d is %v (%#x), want %v (%#x)", i, got[i], math.Float32bits(got[i]), want[i], math.Float32bits(want[i]))
		}
	}
	return nil
}
