package kernels

import (
	"fmt"
	"math"
	"testing"
	"unsafe"
)

// matrix is a weight matrix of any shape, for the naive loops.
type matrix struct {
	in, out int
	w       []float32
}

// naive is y = max(x·w + b, 0) as one would write it first.
func (m matrix) naive(y, x, b []float32, n int) {
	for r := range n {
		for o := range m.out {
			s := b[o]
			for i := range m.in {
				s += x[r*m.in+i] * m.w[i*m.out+o]
			}
			y[r*m.out+o] = max(s, 0)
		}
	}
}

// naiveGradW is dw = xᵀ·dy.
func (m matrix) naiveGradW(x, dy []float32, n int) {
	for i := range m.in {
		for o := range m.out {
			s := float32(0)
			for r := range n {
				s += x[r*m.in+i] * dy[r*m.out+o]
			}
			m.w[i*m.out+o] = s
		}
	}
}

// naiveGradX is dx = dy·wᵀ.
func (m matrix) naiveGradX(dx, dy []float32, n int) {
	for r := range n {
		for i := range m.in {
			s := float32(0)
			for o := range m.out {
				s += dy[r*m.out+o] * m.w[i*m.out+o]
			}
			dx[r*m.in+i] = s
		}
	}
}

// two is a slice seen as a matrix.
func two[M any](w []float32) *M { return (*M)(unsafe.Pointer(&w[0])) }

func fill(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(math.Sin(float64(i)))
	}
	return x
}

// layer is a dense layer with its kernels bound to an array of its own shape.
type layer struct {
	in, out      int
	forward      func(y, x, w, b []float32, n int)
	gradW, gradX func(d, e, f []float32, n int)
}

var cases = []layer{
	{784, 512, func(y, x, w, b []float32, n int) {
		dense784x512Relu(y, x, two[[784][512]float32](w), (*[512]float32)(b), n)
	}, func(w, x, dy []float32, n int) { dense784x512GradW(two[[784][512]float32](w), x, dy, n, nil) },
		func(dx, dy, w []float32, n int) { dense784x512GradX(dx, dy, two[[784][512]float32](w), n) }},
	{512, 10, func(y, x, w, b []float32, n int) {
		dense512x10Relu(y, x, two[[512][10]float32](w), (*[10]float32)(b), n)
	}, func(w, x, dy []float32, n int) { dense512x10GradW(two[[512][10]float32](w), x, dy, n, nil) },
		func(dx, dy, w []float32, n int) { dense512x10GradX(dx, dy, two[[512][10]float32](w), n) }},
	{16, 16, func(y, x, w, b []float32, n int) {
		dense16x16Relu(y, x, two[[16][16]float32](w), (*[16]float32)(b), n)
	}, func(w, x, dy []float32, n int) { dense16x16GradW(two[[16][16]float32](w), x, dy, n, nil) },
		func(dx, dy, w []float32, n int) { dense16x16GradX(dx, dy, two[[16][16]float32](w), n) }},
	{4, 16, func(y, x, w, b []float32, n int) {
		dense4x16Relu(y, x, two[[4][16]float32](w), (*[16]float32)(b), n)
	}, func(w, x, dy []float32, n int) { dense4x16GradW(two[[4][16]float32](w), x, dy, n, nil) },
		func(dx, dy, w []float32, n int) { dense4x16GradX(dx, dy, two[[4][16]float32](w), n) }},
}

func BenchmarkDense(b *testing.B) {
	for _, c := range cases {
		for _, n := range []int{1, 32} {
			y, x, w, bias := fill(n*c.out), fill(n*c.in), fill(c.in*c.out), fill(c.out)
			m := matrix{c.in, c.out, w}
			runs := []struct {
				name string
				f    func()
			}{
				{"forward/emitted", func() { c.forward(y, x, w, bias, n) }},
				{"forward/naive", func() { m.naive(y, x, bias, n) }},
				{"gradW/emitted", func() { c.gradW(w, x, y, n) }},
				{"gradW/naive", func() { m.naiveGradW(x, y, n) }},
				{"gradX/emitted", func() { c.gradX(x, y, w, n) }},
				{"gradX/naive", func() { m.naiveGradX(x, y, n) }},
			}
			for _, r := range runs {
				b.Run(fmt.Sprintf("%dx%d/rows=%d/%s", c.in, c.out, n, r.name), func(b *testing.B) {
					for b.Loop() {
						r.f()
					}
					b.ReportMetric(2*float64(n*c.in*c.out)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
				})
			}
		}
	}
}

// The loops that are compared compute the same.
func TestSame(t *testing.T) {
	for _, c := range cases {
		const n = 11
		x, w, bias := fill(n*c.in), fill(c.in*c.out), fill(c.out)
		y, want := make([]float32, n*c.out), make([]float32, n*c.out)
		c.forward(y, x, w, bias, n)
		matrix{c.in, c.out, w}.naive(want, x, bias, n)
		same(t, c, "forward", y, want)
		d, wantD := make([]float32, n*c.in), make([]float32, n*c.in)
		c.gradX(d, y, w, n)
		matrix{c.in, c.out, w}.naiveGradX(wantD, y, n)
		same(t, c, "gradX", d, wantD)
		g, wantG := make([]float32, len(w)), make([]float32, len(w))
		c.gradW(g, x, y, n)
		matrix{c.in, c.out, wantG}.naiveGradW(x, y, n)
		same(t, c, "gradW", g, wantG)
	}
}

func same(t *testing.T, c layer, what string, got, want []float32) {
	t.Helper()
	for i := range got {
		if !(math.Abs(float64(got[i]-want[i])) <= 1e-3*(1+math.Abs(float64(want[i])))) {
			t.Fatalf("%dx%d %s: element %d is %v, want %v", c.in, c.out, what, i, got[i], want[i])
		}
	}
}
