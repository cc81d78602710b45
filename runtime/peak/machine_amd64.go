//go:build amd64 && !purego && !tinygo

package peak

import "github.com/nngen-go/nngen/runtime/nn"

// half is the factor and the summand of the chains.
var half float32 = 0.5

// multiplyAdd runs n turns of the chains and says how many operations that was.
func multiplyAdd(n int) float64 {
	switch nn.CPU() {
	case nn.AVX512:
		fmaAVX512(&half, n)
		return float64(2 * 24 * 16 * n)
	case nn.AVX2:
		fmaAVX2(&half, n)
		return float64(2 * 12 * 8 * n)
	}
	return multiplyAddGo(n)
}

// read reads whole blocks.
func read(v []float32) {
	switch nn.CPU() {
	case nn.AVX512:
		readAVX512(&v[0], len(v)/BlockFloats)
	case nn.AVX2:
		readAVX2(&v[0], len(v)/BlockFloats)
	default:
		readGo(v)
	}
}

// readRows reads rows that lie in the table, up to whole vectors.
func readRows(table []float32, width int, ids []int32) {
	switch nn.CPU() {
	case nn.AVX512:
		rowsAVX512(&table[0], 4*width, (width+15)/16, &ids[0], len(ids))
	case nn.AVX2:
		rowsAVX2(&table[0], 4*width, (width+7)/8, &ids[0], len(ids))
	default:
		readRowsGo(table, width, ids)
	}
}
