package pass

import (
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// TestUnderPooling checks that the gradient of a relu in front of a max pooling
// is taken at the pooled elements, in the epilogue of their gradient, and that
// the gradient of the bias is summed over these.
func TestUnderPooling(t *testing.T) {
	build := func(name string) *ir.Graph {
		n := &network{m: &model{}, b: ir.NewBuilder(name), losses: name != "predict", training: name == "train"}
		x := n.input(0, ir.Type{Shape: ir.Shape{ir.Batch, 6, 1, 2}}, 0)
		n.c = &choices{drawn: []int{1, 2, 0, 0, 1, 1, 0, 0, 0, 0, 0, 2, 1, 6}} // 3 taps, padded by 1 on either side, relu
		x = n.conv(x)
		n.c = &choices{drawn: []int{1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0}} // the maximum of 2, in steps of 2
		x = n.pool(x)
		n.c = &choices{drawn: []int{1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 6}} // a product of channels
		x = n.conv(x)
		n.c = &choices{drawn: []int{1, 1, 0, 1}}
		n.head(op.ReshapeTo(n.b, x, ir.Shape{ir.Batch, x.Shape.Elements()}), 0)
		if n.losses {
			n.loss()
		}
		if err := n.b.Errors.Err(); err != nil {
			t.Fatal(err)
		}
		return n.b.Graph
	}
	m := &model{header: loop.Program{Batch: 4}, src: Source{Predict: build("predict"), Evaluate: build("evaluate"), Train: build("train")}}
	m.describe(m.src.Train)
	p, err := Compile(&m.header, m.src, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []loop.Step
	runs, _ := (&loop.Plan{Backward: p.Train.Backward}).Flat()
	for _, r := range runs {
		if r.Layer == "conv_2" || r.Layer == "pooling_3" || r.Layer == "conv_4" {
			got = append(got, r)
		}
	}
	check(t, texts(got), `nest [n:6n]
  ∂conv_4.pre[n] = select(conv_4[n] > 0, ∂conv_4.reshape[n], 0)  // relu gradient
contract m=[n:3n] n=[c:2] k=[o:2]
  ∂pooling_3[2*n + c] = select(pooling_3[2*n + c] > 0, sum(∂conv_4.pre[2*n + o] * conv_4/kernel[2*c + o]), 0)  // relu gradient
windowgrad [n, y:3, x:1, c:2] taps=[ky:2, kx:1] 0<=2*y+ky<6 0<=x+kx<1
  ∂conv_2.pre[12*n + 4*y + 2*x + 2*ky + 2*kx + c] += ∂pooling_3[6*n + 2*y + 2*x + c]  // first maximum of conv_2[12*n + 4*y + 2*x + 2*ky + 2*kx + c], from zero
nest [c:2]
  ∂conv_4/bias[c] = sum over [n:3n] of ∂conv_4.pre[2*n + c]  // sum
contract m=[c:2] n=[o:2] k=[n:3n]
  ∂conv_4/kernel[2*c + o] = sum(pooling_3[2*n + c] * ∂conv_4.pre[2*n + o])
nest [c:2]
  ∂conv_2/bias[c] = sum over [n:3n] of ∂pooling_3[2*n + c]  // sum
contract m=[r:3, c:2] n=[o:2] k=[n, y:6] 0<=r+y-1<6
  ∂conv_2/kernel[4*r + 2*c + o] = sum(in0[12*n + 2*r + 2*y + c - 2] * ∂conv_2.pre[12*n + 2*y + o])
`)
}

func TestAdditive(t *testing.T) {
	g, x := scalar.Expr(scalar.Arg(0)), scalar.Expr(scalar.Arg(1))
	for _, tt := range []struct {
		e    scalar.Expr
		want bool
	}{
		{g, true},
		{x, false},
		{scalar.Num(0), true},
		{scalar.Num(1), false},
		{scalar.Call("select", scalar.Call("gt", x, scalar.Num(0)), g, scalar.Num(0)), true},
		{scalar.Call("select", scalar.Call("gt", g, scalar.Num(0)), g, scalar.Num(0)), false},
		{scalar.Call("mul", g, scalar.Call("sub", scalar.Num(1), scalar.Call("mul", x, x))), true},
		{scalar.Call("mul", g, g), false},
		{scalar.Call("add", g, x), false},
		{scalar.Call("sub", scalar.Call("neg", g), scalar.Call("div", g, x)), true},
		{scalar.Call("div", x, g), false},
		{scalar.Call("tanh", g), false},
	} {
		if got := additive(tt.e, 0); got != tt.want {
			t.Errorf("%v: got %v", tt.e, got)
		}
	}
}
