package lane

import (
	"testing"

	"github.com/nngen-go/nngen/ir/loop"
)

var usual = Sums{Long: 4096, Partial: 2048, Variable: 512, Tile: 1 << 14, Most: 1 << 15}

func rows(shape ...int) *loop.Buffer { return &loop.Buffer{Rows: true, Shape: shape} }

func weights(shape ...int) *loop.Buffer { return &loop.Buffer{Class: loop.Param, Shape: shape} }

func at(b *loop.Buffer, offset int, strides ...int) loop.Access {
	return loop.Access{Buf: b, Offset: offset, Strides: strides}
}

func axis(name string, n int) loop.Axis { return loop.Axis{Name: name, N: n} }

// dense is a layer with its gradients by the input and by the weights.
func dense(in, out int) []*loop.Contract {
	n := loop.Axis{Name: "n", N: 1, Rows: true}
	return []*loop.Contract{
		{M: []loop.Axis{n}, N: []loop.Axis{axis("o", out)}, K: []loop.Axis{axis("i", in)},
			Out: at(rows(out), 0, out, 1, 0), Lhs: at(rows(in), 0, in, 0, 1), Rhs: at(weights(in, out), 0, 0, 1, out)},
		{M: []loop.Axis{n}, N: []loop.Axis{axis("i", in)}, K: []loop.Axis{axis("o", out)},
			Out: at(rows(in), 0, in, 1, 0), Lhs: at(rows(out), 0, out, 0, 1), Rhs: at(weights(in, out), 0, 0, out, 1)},
		{M: []loop.Axis{axis("i", in)}, N: []loop.Axis{axis("o", out)}, K: []loop.Axis{n},
			Out: at(weights(in, out), 0, out, 1, 0), Lhs: at(rows(in), 0, 1, 0, in), Rhs: at(rows(out), 0, 0, 1, out)},
	}
}

// padded is a convolution of an image of 14x14 by 3x3.
func padded(in, out int) *loop.Contract {
	clip := func(position, tap int) loop.Clip {
		return loop.Clip{Terms: []loop.ClipTerm{{Axis: position, Coef: 1}, {Axis: tap, Coef: 1}}, Offset: -1, Size: 14}
	}
	return &loop.Contract{M: []loop.Axis{{Name: "n", N: 1, Rows: true}, axis("y", 14), axis("x", 14)}, N: []loop.Axis{axis("o", out)},
		K:    []loop.Axis{axis("r", 3), axis("k", 3), axis("c", in)},
		Out:  at(rows(14, 14, out), 0, 196*out, 14*out, out, 1, 0, 0, 0),
		Lhs:  at(rows(14, 14, in), -15*in, 196*in, 14*in, in, 0, 14*in, in, 1),
		Rhs:  at(weights(3, 3, in, out), 0, 0, 0, 0, 1, 3*in*out, in*out, out),
		Clip: []loop.Clip{clip(1, 4), clip(2, 5)}}
}

func TestPlan(t *testing.T) {
	big, small, long := dense(784, 512), dense(8, 16), dense(5000, 2000)
	for _, tt := range []struct {
		kernel *loop.Contract
		want   string
	}{
		{big[0], "adds run=i:784/8 share=n:1n/8 vec=o:512"},
		{big[1], "dots run=i:784/8 share=n:1n vec=o:512"},
		{big[2], "adds run=n:1n/8 share=i:784 vec=o:512 divide=i:784"},
		{small[0], "adds run=i:8/8 share=n:1n vec=o:16 unrolled"},
		{small[1], "adds run=o:16/16 share=n:1n vec=i:8 unrolled"},
		{long[0], "adds run=i:5000/8 share=n:1n/8 vec=o:2000 chunk=i:5000/2048"},
		{long[1], "dots run=i:5000/8 share=n:1n vec=o:2000 chunk=o:2000/512"},
		{dense(300, 1)[0], "dots share=n:1n vec=i:300"},
		{dense(300, 3)[0], "dots run=o:3/8 share=n:1n vec=i:300"},
		{padded(32, 64), "adds outer=n:1n,y:14 taps=r:3,k:3 run=c:32/8 share=x:14 vec=o:64"},
	} {
		if got := Contract(tt.kernel, 128, usual, Literals{}).String(); got != tt.want {
			t.Errorf("got  %s\nwant %s\nof %v", got, tt.want, tt.kernel)
		}
	}
}
