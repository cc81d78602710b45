package layer

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

// The transform is that of the definition, whatever factors the length has.
func TestFourier(t *testing.T) {
	for _, length := range []int{2, 3, 8, 15, 64, 66, 96, 128, 130, 360, 2048, 3 * 61 * 64, 64 * 64 * 4} {
		c := &Context{Net: NewNet(ir.NewBuilder("fourier"), true), Name: "l"}
		x := op.InputOf(c.B, op.Input{Port: "x", Of: ir.Type{Shape: ir.Shape{ir.Batch, 2, length}}})
		re, im := fourier(c, x)
		if err := c.B.Errors.Err(); err != nil {
			t.Fatal(err)
		}
		r := rand.New(rand.NewPCG(1, uint64(length)))
		signal := make([]float64, 2*length)
		for i := range signal {
			signal[i] = r.NormFloat64()
		}
		context := &ir.Context[float64]{Rows: 1, Feed: map[string]*ir.Tensor[float64]{"x": {Shape: ir.Shape{1, 2, length}, F: signal}}}
		values := map[*ir.Value]*ir.Tensor[float64]{}
		for _, v := range c.B.Graph.Values {
			var args []*ir.Tensor[float64]
			for _, a := range v.Args {
				args = append(args, values[a])
			}
			values[v] = op.Eval(context, v, args)
		}
		bins := length/2 + 1
		for range 40 {
			frame, k := r.IntN(2), r.IntN(bins)
			var wantRe, wantIm float64
			for i, v := range signal[frame*length : (frame+1)*length] {
				sin, cos := math.Sincos(2 * math.Pi * float64(i*k%length) / float64(length))
				wantRe, wantIm = wantRe+v*cos, wantIm-v*sin
			}
			gotRe, gotIm := values[re].F[frame*bins+k], values[im].F[frame*bins+k]
			if off := math.Hypot(gotRe-wantRe, gotIm-wantIm); off > 1e-10*math.Sqrt(float64(length)) {
				t.Errorf("length %d, frequency %d: %v %v, want %v %v", length, k, gotRe, gotIm, wantRe, wantIm)
			}
		}
	}
}
