package loop

import (
	"testing"

	"github.com/nngen-go/nngen/ir/internal/golden"
	"github.com/nngen-go/nngen/ir/scalar"
)

func TestProgramText(t *testing.T) { golden.File(t, "testdata/program.txt", newNet().String()) }

// The families that the network of the tests does not have.
func TestKernelText(t *testing.T) {
	n := newNet()
	pool, grad := pooling()
	mean := *pool
	mean.Reduce, mean.Mean = Sum, true
	spread := *grad
	spread.Window = mean
	hot := rowsOf("hot", 0, 5)
	max := &Buffer{Name: "head.max", Class: Local}
	head := rowsOf("head", 0, 2)
	class := &Buffer{Name: "class", Class: Target, DType: I32, Rows: true}
	two, one := []int{2, 1}, []int{2}
	softmax := &Nest{Outer: []Axis{batch}, Body: []Stmt{
		{Inner: []Axis{oAxis}, Reduce: Max, Dst: Access{Buf: max, Strides: []int{0, 0}}, Value: scalar.Arg(0), Srcs: []Access{{Buf: head, Strides: two}}},
		{Inner: []Axis{oAxis}, Dst: Access{Buf: head, Strides: two}, Value: scalar.Call("exp", scalar.Call("sub", scalar.Arg(0), scalar.Arg(1))), Srcs: []Access{{Buf: head, Strides: two}, {Buf: max, Strides: []int{0, 0}}}, Word: "exp"},
		{Inner: []Axis{oAxis}, Reduce: Sum, Dst: Access{Buf: max, Strides: []int{0, 0}}, Value: scalar.Arg(0), Finish: scalar.Call("div", scalar.Num(1), scalar.Arg(0)), Srcs: []Access{{Buf: head, Strides: two}}},
		{Dst: Access{Buf: head, Strides: one, Index: &Access{Buf: class, Strides: []int{1}}, IndexStride: 1}, Accumulate: true, Value: scalar.Num(-1)},
	}}
	text := ""
	for _, k := range []Kernel{pool, &mean, grad, &spread, softmax,
		&MultiHot{Ids: n.ids, Out: hot, Limit: 5}, &MultiHot{Ids: n.ids, Out: hot, Limit: 5, Set: true}} {
		text += k.String() + "\n"
	}
	golden.File(t, "testdata/kernels.txt", text)
}

func TestLoopText(t *testing.T) {
	h := rowsOf("state\n", 0, 2) // a name that would break the line
	step := &Nest{Outer: []Axis{batch}, Body: []Stmt{{Value: scalar.Call("tanh", scalar.Arg(0)), Dst: Access{Buf: h, Offset: 1, Strides: []int{1, 2}}, Srcs: []Access{{Buf: h, Strides: []int{1, 2}}}}}}
	p := &Plan{Name: "predict", Forward: []Step{&Loop{Axis: Axis{Name: "t", N: 2}, Reverse: true, Body: []Step{run(step)}}}}
	want := `plan predict: 0 floats
forward
  loop t:2 down
    # "dense"
    nest [n]
      "state\n"[2*n + turn + 1] = tanh("state\n"[2*n + turn])
`
	if got := p.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestFormat(t *testing.T) {
	x, y, z := scalar.Arg(0), scalar.Arg(1), scalar.Arg(2)
	for _, tt := range []struct {
		e    scalar.Expr
		want string
	}{
		{scalar.Call("sub", x, scalar.Call("sub", y, z)), "x - (y - z)"},
		{scalar.Call("sub", scalar.Call("sub", x, y), z), "x - y - z"},
		{scalar.Call("mul", scalar.Call("add", x, y), z), "(x + y) * z"},
		{scalar.Call("div", x, scalar.Call("mul", y, z)), "x / (y * z)"},
		{scalar.Call("neg", scalar.Call("add", x, y)), "-(x + y)"},
		{scalar.Call("mul", scalar.Call("neg", x), y), "-x * y"},
		{scalar.Call("mul", scalar.Num(-2), x), "(-2) * x"},
		{scalar.Call("mul", scalar.Call("gt", x, scalar.Num(0)), y), "(x > 0) * y"},
		{scalar.Call("select", scalar.Call("ge", x, y), z, scalar.Num(0)), "select(x >= y, z, 0)"},
		{scalar.Call("eq", scalar.Call("lt", x, y), z), "(x < y) == z"},
		{scalar.Call("div", x, scalar.Rows{}), "x / n"},
	} {
		if got := Format(tt.e, []string{"x", "y", "z"}); got != tt.want {
			t.Errorf("%v: got %s, want %s", tt.e, got, tt.want)
		}
	}
}

func TestFlops(t *testing.T) {
	n := newNet()
	pool, grad := pooling()
	for _, tt := range []struct {
		k    Kernel
		rows int
		want int
	}{
		{n.dense, 4, 4*2*3*2 + 4*2*2}, // multiply-adds, then + and max
		{n.ddense, 4, 3 * 2 * 4 * 2},
		{n.loss, 4, 4 * 2 * 5}, // two differences, two products, one sum
		{n.scatter, 4, 4 * 2},
		{n.gather, 4, 4 * 2},
		{&MultiHot{Ids: n.ids, Limit: 5}, 4, 0},
		{pool, 2, 2 * 3 * 8 * 3},
		{grad, 2, 2 * 3 * 8 * 3 * 2},
		{n.dout, 4, 4 * 2},
	} {
		if got := tt.k.Flops(tt.rows); got != tt.want {
			t.Errorf("%s: got %d flops, want %d", tt.k.Family(), got, tt.want)
		}
	}
}
