package pass

import (
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// feature is an input [n, shape...] of a test graph.
func feature(b *ir.Builder, name string, shape ...int) *ir.Value {
	return op.InputOf(b, op.Input{Port: name, Index: len(b.Graph.Inputs), Of: ir.Type{Shape: append(ir.Shape{ir.Batch}, shape...)}})
}

func weight(b *ir.Builder, name string, shape ...int) *ir.Value {
	return op.ParamOf(b, op.Param{Segment: name, Shape: shape})
}

// passed runs passes over a graph with one output and gives its text.
func passed(t *testing.T, b *ir.Builder, out *ir.Value, passes ...func(*ir.Graph) error) string {
	t.Helper()
	if err := b.Errors.Err(); err != nil {
		t.Fatal(err)
	}
	b.Graph.Outputs = append(b.Graph.Outputs, out)
	for _, p := range append(passes, deadCode) {
		if err := p(b.Graph); err != nil {
			t.Fatal(err)
		}
		if err := ir.Verify(b.Graph); err != nil {
			t.Fatalf("%v\n%v", err, b.Graph)
		}
	}
	return b.Graph.String()
}

func TestFold(t *testing.T) {
	num := func(v float64) scalar.Expr { return scalar.Num(v) }
	x, y := scalar.Expr(scalar.Arg(0)), scalar.Expr(scalar.Arg(1))
	for name, tt := range map[string]struct {
		build func(b *ir.Builder) *ir.Value
		want  string
	}{
		"constants": {func(b *ir.Builder) *ir.Value {
			return op.Binary(b, "add", feature(b, "x", 2), op.Unary(b, "sqrt", op.ConstOf(b, ir.Shape{2}, []float64{4, 9})))
		}, `graph g
  %0 x: f32[n,2] = input["x" feature 0]
  %2: f32[2] = const[[2] #629a871e87a63c9d]
  %3: f32[n,2] = map[add: add($0, $1)](x, %2)
outputs %3
`},
		"scales before a floor": {func(b *ir.Builder) *ir.Value {
			v := op.MapOf(b, scalar.Call("mul", x, num(0.1)), "", feature(b, "x", 2))
			return op.Unary(b, "floor", op.MapOf(b, scalar.Call("div", x, num(0.2)), "", v))
		}, `graph g
  %0 x: f32[n,2] = input["x" feature 0]
  %1: f32[n,2] = map[mul($0, 0.1)](x)
  %2: f32[n,2] = map[div($0, 0.2)](%1)
  %3: f32[n,2] = map[floor: floor($0)](%2)
outputs %3
`},
		"scalar in an expression": {func(b *ir.Builder) *ir.Value {
			return op.MapOf(b, scalar.Call("mul", scalar.Call("add", x, y), x), "", feature(b, "x", 2), op.Scalar(b, 3))
		}, `graph g
  %0 x: f32[n,2] = input["x" feature 0]
  %2: f32[n,2] = map[mul(add($0, 3), $0)](x)
outputs %2
`},
		"operand that gives the shape": {func(b *ir.Builder) *ir.Value {
			return op.MapOf(b, scalar.Call("mul", x, y), "", feature(b, "x", 1), op.ConstOf(b, ir.Shape{3}, []float64{1, 2, 3}))
		}, `graph g
  %0 x: f32[n,1] = input["x" feature 0]
  %1: f32[3] = const[[3] #e2d5ae79fc4e9a70]
  %2: f32[n,3] = map[mul($0, $1)](x, %1)
outputs %2
`},
		"times zero keeps the shape": {func(b *ir.Builder) *ir.Value {
			return op.Binary(b, "mul", feature(b, "x", 2), op.Scalar(b, 0))
		}, `graph g
  %0 x: f32[n,2] = input["x" feature 0]
  %2: f32[n,2] = map[mul: 0](x)
outputs %2
`},
		"times one": {func(b *ir.Builder) *ir.Value {
			return op.Binary(b, "mul", feature(b, "x", 2), op.Scalar(b, 1))
		}, `graph g
  %0 x: f32[n,2] = input["x" feature 0]
outputs x
`},
		"rescaling twice": {func(b *ir.Builder) *ir.Value {
			one := op.MapOf(b, scalar.Call("sub", scalar.Call("div", x, num(2)), num(1)), "rescaling", feature(b, "x", 2))
			return op.MapOf(b, scalar.Call("add", scalar.Call("mul", num(4), x), num(0.5)), "rescaling", one)
		}, `graph g
  %0 x: f32[n,2] = input["x" feature 0]
  %2: f32[n,2] = map[rescaling: add(mul($0, 2), -3.5)](x)
outputs %2
`},
		"reshape of a reshape": {func(b *ir.Builder) *ir.Value {
			r := op.ReshapeTo(b, feature(b, "x", 2, 6), ir.Shape{ir.Batch, 3, 4})
			return op.ReshapeTo(b, r, ir.Shape{ir.Batch, 12})
		}, `graph g
  %0 x: f32[n,2,6] = input["x" feature 0]
  %2: f32[n,12] = reshape[[n,12]](x)
outputs %2
`},
		"there and back": {func(b *ir.Builder) *ir.Value {
			r := op.TransposeTo(b, feature(b, "x", 2, 6), 0, 2, 1)
			return op.TransposeTo(b, r, 0, 2, 1)
		}, `graph g
  %0 x: f32[n,2,6] = input["x" feature 0]
outputs x
`},
		"stretched operand": {func(b *ir.Builder) *ir.Value {
			v := feature(b, "x", 2)
			return op.Binary(b, "mul", v, op.BroadcastTo(b, weight(b, "w", 2), ir.Shape{ir.Batch, 2}))
		}, `graph g
  %0 x: f32[n,2] = input["x" feature 0]
  %1: f32[2] = param["w" trainable]
  %3: f32[n,2] = map[mul: mul($0, $1)](x, %1)
outputs %3
`},
		"row count is no constant": {func(b *ir.Builder) *ir.Value {
			return op.MapOf(b, scalar.Call("div", x, scalar.Rows{}), "", op.ConstOf(b, ir.Shape{1}, []float64{2}))
		}, `graph g
  %0: f32[1] = const[[1] 2]
  %1: f32[1] = map[div($0, n)](%0)
outputs %1
`},
	} {
		t.Run(name, func(t *testing.T) {
			b := ir.NewBuilder("g")
			check(t, passed(t, b, tt.build(b), fold), tt.want)
		})
	}
}
