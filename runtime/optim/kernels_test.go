package optim

import (
	"fmt"
	"testing"
)

// kernelCase is an elementwise loop by its slices and its scalars: the Go
// function, and the one that stands for it on this machine.
type kernelCase struct {
	name         string
	slices       int
	scalars      []float32
	body, chosen func(s [][]float32, c []float32)
}

var kernelCases = []kernelCase{
	{"add", 2, nil,
		func(s [][]float32, _ []float32) { addGo(s[0], s[1]) },
		func(s [][]float32, _ []float32) { add(s[0], s[1]) }},
	{"decay", 1, []float32{0.1, 0.01},
		func(s [][]float32, c []float32) { decayGo(s[0], c[0], c[1]) },
		func(s [][]float32, c []float32) { decay(s[0], c[0], c[1]) }},
	{"divide", 1, []float32{3},
		func(s [][]float32, c []float32) { divideGo(s[0], c[0]) },
		func(s [][]float32, c []float32) { divide(s[0], c[0]) }},
	{"scale", 2, []float32{0.3},
		func(s [][]float32, c []float32) { scaleGo(s[0], s[1], c[0]) },
		func(s [][]float32, c []float32) { scale(s[0], s[1], c[0]) }},
	{"clipNorm", 2, []float32{1.5, 7},
		func(s [][]float32, c []float32) { clipNormGo(s[0], s[1], c[0], c[1]) },
		func(s [][]float32, c []float32) { clipNorm(s[0], s[1], c[0], c[1]) }},
	{"clipValue", 2, []float32{-0.5, 0.5},
		func(s [][]float32, c []float32) { clipValueGo(s[0], s[1], c[0], c[1]) },
		func(s [][]float32, c []float32) { clipValue(s[0], s[1], c[0], c[1]) }},
	{"average", 2, []float32{0.99, 0.01},
		func(s [][]float32, c []float32) { averageGo(s[0], s[1], c[0], c[1]) },
		func(s [][]float32, c []float32) { average(s[0], s[1], c[0], c[1]) }},
	{"sgd", 2, []float32{0.01},
		func(s [][]float32, c []float32) { sgdGo(s[0], s[1], c[0]) },
		func(s [][]float32, c []float32) { sgd(s[0], s[1], c[0]) }},
	{"sgdMomentum", 3, []float32{0.01, 0.9},
		func(s [][]float32, c []float32) { sgdMomentumGo(s[0], s[1], s[2], c[0], c[1]) },
		func(s [][]float32, c []float32) { sgdMomentum(s[0], s[1], s[2], c[0], c[1]) }},
	{"sgdNesterov", 3, []float32{0.01, 0.9},
		func(s [][]float32, c []float32) { sgdNesterovGo(s[0], s[1], s[2], c[0], c[1]) },
		func(s [][]float32, c []float32) { sgdNesterov(s[0], s[1], s[2], c[0], c[1]) }},
	{"rmsprop", 3, []float32{0.01, 0.9, 0.1, 1e-7},
		func(s [][]float32, c []float32) { rmspropGo(s[0], s[1], s[2], c[0], c[1], c[2], c[3]) },
		func(s [][]float32, c []float32) { rmsprop(s[0], s[1], s[2], c[0], c[1], c[2], c[3]) }},
	{"rmspropMomentum", 4, []float32{0.01, 0.9, 0.1, 0.8, 1e-7},
		func(s [][]float32, c []float32) {
			rmspropMomentumGo(s[0], s[1], s[2], s[3], c[0], c[1], c[2], c[3], c[4])
		},
		func(s [][]float32, c []float32) {
			rmspropMomentum(s[0], s[1], s[2], s[3], c[0], c[1], c[2], c[3], c[4])
		}},
	{"rmspropCentered", 4, []float32{0.01, 0.9, 0.1, 1e-7},
		func(s [][]float32, c []float32) { rmspropCenteredGo(s[0], s[1], s[2], s[3], c[0], c[1], c[2], c[3]) },
		func(s [][]float32, c []float32) { rmspropCentered(s[0], s[1], s[2], s[3], c[0], c[1], c[2], c[3]) }},
	{"rmspropCenteredMomentum", 5, []float32{0.01, 0.9, 0.1, 0.8, 1e-7},
		func(s [][]float32, c []float32) {
			rmspropCenteredMomentumGo(s[0], s[1], s[2], s[3], s[4], c[0], c[1], c[2], c[3], c[4])
		},
		func(s [][]float32, c []float32) {
			rmspropCenteredMomentum(s[0], s[1], s[2], s[3], s[4], c[0], c[1], c[2], c[3], c[4])
		}},
	{"adam", 4, []float32{0.001, 0.1, 0.001, 1e-7},
		func(s [][]float32, c []float32) { adamGo(s[0], s[1], s[2], s[3], c[0], c[1], c[2], c[3]) },
		func(s [][]float32, c []float32) { adam(s[0], s[1], s[2], s[3], c[0], c[1], c[2], c[3]) }},
	{"adamAMSGrad", 5, []float32{0.001, 0.1, 0.001, 1e-7},
		func(s [][]float32, c []float32) { adamAMSGradGo(s[0], s[1], s[2], s[3], s[4], c[0], c[1], c[2], c[3]) },
		func(s [][]float32, c []float32) { adamAMSGrad(s[0], s[1], s[2], s[3], s[4], c[0], c[1], c[2], c[3]) }},
	{"adagrad", 3, []float32{0.01, 1e-7},
		func(s [][]float32, c []float32) { adagradGo(s[0], s[1], s[2], c[0], c[1]) },
		func(s [][]float32, c []float32) { adagrad(s[0], s[1], s[2], c[0], c[1]) }},
	{"adadelta", 4, []float32{0.1, 0.95, 0.05, 1e-07},
		func(s [][]float32, c []float32) { adadeltaGo(s[0], s[1], s[2], s[3], c[0], c[1], c[2], c[3]) },
		func(s [][]float32, c []float32) { adadelta(s[0], s[1], s[2], s[3], c[0], c[1], c[2], c[3]) }},
	{"adamax", 4, []float32{0.01, 0.1, 0.999, 0.3, 1e-07},
		func(s [][]float32, c []float32) { adamaxGo(s[0], s[1], s[2], s[3], c[0], c[1], c[2], c[3], c[4]) },
		func(s [][]float32, c []float32) { adamax(s[0], s[1], s[2], s[3], c[0], c[1], c[2], c[3], c[4]) }},
	{"nadam", 4, []float32{0.01, 0.1, 0.001, 0.5, 0.6, 0.5, 0.7, 0.01, 1e-07},
		func(s [][]float32, c []float32) {
			nadamGo(s[0], s[1], s[2], s[3], c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8])
		},
		func(s [][]float32, c []float32) {
			nadam(s[0], s[1], s[2], s[3], c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8])
		}},
	{"lion", 3, []float32{0.01, 0.9, 0.1, 0.99, 0.01},
		func(s [][]float32, c []float32) { lionGo(s[0], s[1], s[2], c[0], c[1], c[2], c[3], c[4]) },
		func(s [][]float32, c []float32) { lion(s[0], s[1], s[2], c[0], c[1], c[2], c[3], c[4]) }},
}

// The choice of a kernel gives the bits of the Go loop, chunk by chunk.
func TestChosenKernels(t *testing.T) {
	const n = 2*chunk + 21
	for _, k := range kernelCases {
		want, got := operands(k.slices, n, 0), operands(k.slices, n, 0)
		k.body(want, k.scalars)
		k.chosen(got, k.scalars)
		for i := range want {
			if err := sameNumbers(got[i], want[i]); err != nil {
				t.Errorf("%s: slice %d: %v", k.name, i, err)
			}
		}
	}
}

// BenchmarkKernels reports the speed of each loop in memory that the second-level
// cache holds and in memory that it does not, in bytes read and written.
func BenchmarkKernels(b *testing.B) {
	for _, k := range kernelCases {
		for _, size := range []struct {
			name string
			n    int
		}{{"L2", 1 << 14}, {"RAM", 1 << 22}} {
			for _, way := range []struct {
				name string
				run  func([][]float32, []float32)
			}{{"go", k.body}, {"chosen", k.chosen}} {
				b.Run(fmt.Sprintf("%s/%s/%s", k.name, size.name, way.name), func(b *testing.B) {
					s := make([][]float32, k.slices)
					for i := range s {
						s[i] = make([]float32, size.n)
						for j := range s[i] {
							s[i][j] = 0.5
						}
					}
					written := max(1, k.slices-1) // all but the gradient
					b.SetBytes(int64(4 * size.n * (k.slices + written)))
					b.ResetTimer()
					for range b.N {
						way.run(s, k.scalars)
					}
				})
			}
		}
	}
}
