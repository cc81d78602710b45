package kerneltest

import (
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/loop/looptest"
	"github.com/nngen-go/nngen/ir/scalar"
)

// FastProducts computes a contraction in float64, one element of the result after the
// other, and looks nothing up on the way: for sizes that the executor of package looptest,
// which it is held to, takes too long for.
func FastProducts(k *loop.Contract, mem *looptest.Memory, n int) {
	axes := k.Axes()
	kept, inner := len(axes)-len(k.K), len(axes)-1
	count := func(a loop.Axis) int {
		if a.Rows {
			return a.N * n
		}
		return a.N
	}
	point := make([]int, len(axes))
	at := func(a loop.Access) int {
		s := a.Offset
		for i, p := range point {
			s += p * a.Strides[i]
		}
		return s
	}
	var each func(i, last int, do func())
	each = func(i, last int, do func()) {
		if i == last {
			do()
			return
		}
		for point[i] = range count(axes[i]) {
			each(i+1, last, do)
		}
		point[i] = 0
	}
	floats := func(a loop.Access) []float64 { return mem.Block(a.Buf, n).F }
	out, lhs, rhs := floats(k.Out), floats(k.Lhs), floats(k.Rhs)
	sum := 0.0
	add := func() {
		l, r := at(k.Lhs), at(k.Rhs)
		for p := range count(axes[inner]) {
			if point[inner] = p; k.Inside(point) {
				sum += lhs[l+p*k.Lhs.Strides[inner]] * rhs[r+p*k.Rhs.Strides[inner]]
			}
		}
		point[inner] = 0
	}
	each(0, kept, func() {
		sum = 0
		switch {
		case kept <= inner:
			each(kept, inner, add)
		case k.Inside(point):
			sum = lhs[at(k.Lhs)] * rhs[at(k.Rhs)]
		}
		if k.Epilogue != nil {
			args := []float64{sum}
			for _, e := range k.Extra {
				args = append(args, floats(e)[at(e)])
			}
			sum = scalar.Eval(k.Epilogue, args, n)
		}
		if k.Accumulate {
			sum += out[at(k.Out)]
		}
		out[at(k.Out)] = sum
	})
}
