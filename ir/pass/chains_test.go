package pass

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/interp"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// TestQuantizedChains folds chains of quantized numbers that are scaled anew, whose scales
// make halves of many: they stay what the standard says, DequantizeLinear and
// QuantizeLinear in float32 one after the other.
func TestQuantizedChains(t *testing.T) {
	x, num := scalar.Expr(scalar.Arg(0)), func(v float32) scalar.Expr { return scalar.Num(v) }
	r := rand.New(rand.NewPCG(71, 0))
	for range 50 {
		b := ir.NewBuilder("chain")
		v := feature(b, "x", 256)
		want := make([]float32, 256)
		for i := range want {
			want[i] = float32(i - 128)
		}
		for range 1 + r.IntN(4) {
			scale, zero := r.Float32()/10+1e-3, float32(r.IntN(40)-20)
			next := scale * float32(int(1)<<r.IntN(3))
			v = op.MapOf(b, scalar.Call("mul", scalar.Call("sub", x, num(zero)), num(scale)), "dequantized", v)
			if r.IntN(2) == 0 {
				v = op.ReshapeTo(b, v, ir.Shape{ir.Batch, 16, 16})
			}
			v = op.MapOf(b, scalar.Call("div", x, num(next)), "scaled", v)
			v = op.ReshapeTo(b, v, ir.Shape{ir.Batch, 256})
			v = op.MapOf(b, halfToEven(x), "quantized", v)
			for i, w := range want {
				d := float32((w - zero) * scale)
				want[i] = float32(math.RoundToEven(float64(float32(d / next))))
			}
		}
		given := make([]float32, 256)
		for i := range given {
			given[i] = float32(i - 128)
		}
		passed(t, b, v, fold)
		out, err := interp.New[float32](b.Graph).Run(b.Graph, interp.Batch[float32]{Rows: 1, Feed: map[string]*ir.Tensor[float32]{"x": {Shape: ir.Shape{1, 256}, F: given}}})
		if err != nil {
			t.Fatal(err)
		}
		for i, y := range out.Outputs[0].F {
			if y != want[i] {
				t.Fatalf("element %d is %v, want %v, by\n%v", i, y, want[i], b.Graph)
			}
		}
	}
}

// halfToEven rounds to the nearest whole number, halves to the even one.
func halfToEven(x scalar.Expr) scalar.Expr {
	call, half := scalar.Call, scalar.Expr(scalar.Num(0.5))
	down := call("floor", x)
	part := call("sub", x, down)
	odd := call("sub", down, call("mul", scalar.Num(2), call("floor", call("mul", half, down))))
	return call("add", down, call("select", call("eq", part, half), odd, call("gt", part, half)))
}
