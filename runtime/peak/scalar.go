package peak

import "sync/atomic"

// kept holds results that nobody asks for, so that they are computed.
var kept atomic.Int32

// multiplyAddGo is the loop of multiplications and additions in Go, over as
// many chains as stay in registers. They begin with different numbers: of equal
// chains the compiler makes one.
func multiplyAddGo(n int) float64 {
	const h = float32(0.5)
	a, b, c, d := float32(1), float32(2), float32(3), float32(4)
	e, f, g, k := float32(5), float32(6), float32(7), float32(8)
	for range n {
		a, b, c, d = a*h+h, b*h+h, c*h+h, d*h+h
		e, f, g, k = e*h+h, f*h+h, g*h+h, k*h+h
	}
	kept.Store(int32(a + b + c + d + e + f + g + k))
	return float64(2 * 8 * n)
}

// readGo reads whole blocks, four numbers at a time.
func readGo(v []float32) {
	var a, b, c, d float32
	for ; len(v) >= 4; v = v[4:] {
		a, b, c, d = a+v[0], b+v[1], c+v[2], d+v[3]
	}
	kept.Store(int32(min(a+b+c+d, 1)))
}

// readRowsGo reads rows, number by number.
func readRowsGo(table []float32, width int, ids []int32) {
	var a float32
	for _, id := range ids {
		for _, v := range table[int(id)*width:][:width] {
			a += v
		}
	}
	kept.Store(int32(min(a, 1)))
}
