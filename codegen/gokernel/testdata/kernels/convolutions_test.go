package kernels

import (
	"fmt"
	"math"
	"testing"
)

// convolution is a padded 3x3 convolution with its kernels bound to arrays of
// its own shape.
type convolution struct {
	size, c, o, pad int
	forward         func(y, x, w, b []float32, n int)
	gradW, gradX    func(d, e, f []float32, n int)
}

func (k convolution) out() int { return k.size + 2*k.pad - 2 }

// each calls f with every product of the convolution: the places in y, x and w.
func (k convolution) each(n int, f func(y, x, w int)) {
	out := k.out()
	for r := range n {
		for p := range out {
			for q := range out {
				for i := range 3 {
					for j := range 3 {
						u, v := p+i-k.pad, q+j-k.pad
						if u < 0 || u >= k.size || v < 0 || v >= k.size {
							continue
						}
						for c := range k.c {
							for o := range k.o {
								f(((r*out+p)*out+q)*k.o+o, ((r*k.size+u)*k.size+v)*k.c+c, ((i*3+j)*k.c+c)*k.o+o)
							}
						}
					}
				}
			}
		}
	}
}

func (k convolution) naive(y, x, w, b []float32, n int) {
	clear(y)
	k.each(n, func(at, from, by int) { y[at] += x[from] * w[by] })
	if b == nil {
		return
	}
	for i := range y {
		y[i] = max(y[i]+b[i%k.o], 0)
	}
}

var convolutions = []convolution{
	{28, 1, 32, 0, func(y, x, w, b []float32, n int) {
		conv3x3x1To32Relu(y, x, two[[3][3][1][32]float32](w), (*[32]float32)(b), n)
	}, func(dw, x, dy []float32, n int) { conv3x3x1To32GradW(two[[3][3][1][32]float32](dw), x, dy, n, nil) }, nil},
	{13, 32, 64, 0, func(y, x, w, b []float32, n int) {
		conv3x3x32To64Relu(y, x, two[[3][3][32][64]float32](w), (*[64]float32)(b), n)
	}, func(dw, x, dy []float32, n int) { conv3x3x32To64GradW(two[[3][3][32][64]float32](dw), x, dy, n, nil) },
		func(dx, dy, w []float32, n int) { conv3x3x32To64GradX(dx, dy, two[[3][3][32][64]float32](w), n) }},
	{14, 16, 32, 1, func(y, x, w, b []float32, n int) {
		conv3x3x16To32Relu(y, x, two[[3][3][16][32]float32](w), (*[32]float32)(b), n)
	}, func(dw, x, dy []float32, n int) { conv3x3x16To32GradW(two[[3][3][16][32]float32](dw), x, dy, n, nil) },
		func(dx, dy, w []float32, n int) { conv3x3x16To32GradX(dx, dy, two[[3][3][16][32]float32](w), n) }},
}

func BenchmarkConvolution(b *testing.B) {
	for _, k := range convolutions {
		n := 8
		out := k.out()
		y, x, w, bias := fill(n*out*out*k.o), fill(n*k.size*k.size*k.c), fill(9*k.c*k.o), fill(k.o)
		products := 0
		k.each(1, func(int, int, int) { products++ })
		runs := []struct {
			name string
			f    func()
		}{
			{"forward/emitted", func() { k.forward(y, x, w, bias, n) }},
			{"forward/naive", func() { k.naive(y, x, w, bias, n) }},
			{"gradW/emitted", func() { k.gradW(w, x, y, n) }},
			{"gradX/emitted", func() { k.gradX(x, y, w, n) }},
		}
		for _, r := range runs {
			if r.name == "gradX/emitted" && k.gradX == nil {
				continue
			}
			b.Run(fmt.Sprintf("%dx%dx%dTo%d/pad=%d/%s", k.size, k.size, k.c, k.o, k.pad, r.name), func(b *testing.B) {
				for b.Loop() {
					r.f()
				}
				b.ReportMetric(2*float64(n*products)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
			})
		}
	}
}

// The loops that are compared compute the same.
func TestConvolutions(t *testing.T) {
	for _, k := range convolutions {
		n, out := 2, k.out()
		y, x, w, bias := fill(n*out*out*k.o), fill(n*k.size*k.size*k.c), fill(9*k.c*k.o), fill(k.o)
		want := make([]float32, len(y))
		k.naive(want, x, w, bias, n)
		k.forward(y, x, w, bias, n)
		agree(t, fmt.Sprintf("%d to %d, forward", k.c, k.o), y, want)
		dy := fill(len(y))
		dw, wantW := make([]float32, len(w)), make([]float32, len(w))
		k.each(n, func(at, from, by int) { wantW[by] += dy[at] * x[from] })
		k.gradW(dw, x, dy, n)
		agree(t, fmt.Sprintf("%d to %d, gradient by the kernel", k.c, k.o), dw, wantW)
		if k.gradX == nil {
			continue
		}
		dx, wantX := make([]float32, len(x)), make([]float32, len(x))
		k.each(n, func(at, from, by int) { wantX[from] += dy[at] * w[by] })
		k.gradX(dx, dy, w, n)
		agree(t, fmt.Sprintf("%d to %d, gradient by the input", k.c, k.o), dx, wantX)
	}
}

func agree(t *testing.T, name string, got, want []float32) {
	t.Helper()
	for i := range got {
		if math.Abs(float64(got[i]-want[i])) > 1e-4*(1+math.Abs(float64(want[i]))) {
			t.Errorf("%s: element %d is %v, want %v", name, i, got[i], want[i])
			return
		}
	}
}
