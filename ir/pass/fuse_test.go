package pass

import (
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

func TestFuse(t *testing.T) {
	x, y := scalar.Expr(scalar.Arg(0)), scalar.Expr(scalar.Arg(1))
	for name, tt := range map[string]struct {
		build func(b *ir.Builder) *ir.Value
		want  string
	}{
		"bias and activation": {func(b *ir.Builder) *ir.Value {
			z := op.MatMul(b, feature(b, "x", 3), weight(b, "w", 3, 4))
			z = op.MapOf(b, scalar.Call("add", x, y), "bias", z, weight(b, "b", 4))
			return op.Unary(b, "relu", z)
		}, `graph g
  %0 x: f32[n,3] = input["x" feature 0]
  %1: f32[3,4] = param["w" trainable]
  %3: f32[4] = param["b" trainable]
  %5: f32[n,4] = contract[n o=4 i=3: (n,i)(i,o)->(n,o); bias, relu: max(add($0, $1), 0)](x, %1, %3)
outputs %5
`},
		"gather-sum": {func(b *ir.Builder) *ir.Value {
			z := b.Apply(&op.GatherSum{Set: true}, raggedIDs(b), weight(b, "w", 9, 4))
			return op.Unary(b, "sigmoid", op.MapOf(b, scalar.Call("add", x, y), "bias", z, weight(b, "b", 4)))
		}, `graph g
  %0 ids: i32[n,*] = input["ids" feature 0 limit=9]
  %1: f32[9,4] = param["w" trainable]
  %3: f32[4] = param["b" trainable]
  %5: f32[n,4] = gathersum[set; bias, sigmoid: sigmoid(add($0, $1))](ids, %1, %3)
outputs %5
`},
		"two products": {func(b *ir.Builder) *ir.Value {
			v := feature(b, "x", 3)
			return op.Binary(b, "add", op.MatMul(b, v, weight(b, "w", 3, 4)), op.MatMul(b, v, weight(b, "u", 3, 4)))
		}, `graph g
  %0 x: f32[n,3] = input["x" feature 0]
  %1: f32[3,4] = param["w" trainable]
  %2: f32[n,4] = contract[n o=4 i=3: (n,i)(i,o)->(n,o)](x, %1)
  %3: f32[3,4] = param["u" trainable]
  %5: f32[n,4] = contract[n o=4 i=3: (n,i)(i,o)->(n,o); add: add($1, $0)](x, %3, %2)
outputs %5
`},
		"a second use": {func(b *ir.Builder) *ir.Value {
			z := op.MatMul(b, feature(b, "x", 3), weight(b, "w", 3, 4))
			return op.Concatenate(b, 1, op.Unary(b, "relu", z), z)
		}, `graph g
  %0 x: f32[n,3] = input["x" feature 0]
  %1: f32[3,4] = param["w" trainable]
  %2: f32[n,4] = contract[n o=4 i=3: (n,i)(i,o)->(n,o)](x, %1)
  %3: f32[n,4] = map[relu: max($0, 0)](%2)
  %4: f32[n,8] = concat[axis=1](%3, %2)
outputs %4
`},
		"stretched product": {func(b *ir.Builder) *ir.Value {
			z := op.MatMul(b, feature(b, "x", 3), weight(b, "w", 3, 1))
			return op.Binary(b, "mul", z, feature(b, "y", 4))
		}, `graph g
  %0 x: f32[n,3] = input["x" feature 0]
  %1: f32[3,1] = param["w" trainable]
  %2: f32[n,1] = contract[n o=1 i=3: (n,i)(i,o)->(n,o)](x, %1)
  %3 y: f32[n,4] = input["y" feature 1]
  %4: f32[n,4] = map[mul: mul($0, $1)](%2, y)
outputs %4
`},
		"maps": {func(b *ir.Builder) *ir.Value {
			v := feature(b, "x", 3)
			return op.Binary(b, "mul", op.Unary(b, "tanh", v), op.Unary(b, "exp", op.Binary(b, "sub", v, feature(b, "y", 3))))
		}, `graph g
  %0 x: f32[n,3] = input["x" feature 0]
  %2 y: f32[n,3] = input["y" feature 1]
  %5: f32[n,3] = map[exp, tanh: mul(tanh($0), exp(sub($0, $1)))](x, y)
outputs %5
`},
		"nothing expensive twice": {func(b *ir.Builder) *ir.Value {
			e := op.Unary(b, "exp", feature(b, "x", 3))
			return op.Binary(b, "mul", e, op.Binary(b, "sub", e, op.Scalar(b, 1)))
		}, `graph g
  %0 x: f32[n,3] = input["x" feature 0]
  %1: f32[n,3] = map[exp: exp($0)](x)
  %4: f32[n,3] = map[mul: mul($0, sub($0, 1))](%1)
outputs %4
`},
		"nothing again for every column": {func(b *ir.Builder) *ir.Value {
			return op.Binary(b, "mul", op.Unary(b, "exp", feature(b, "x", 1)), feature(b, "y", 3))
		}, `graph g
  %0 x: f32[n,1] = input["x" feature 0]
  %1: f32[n,1] = map[exp: exp($0)](x)
  %2 y: f32[n,3] = input["y" feature 1]
  %3: f32[n,3] = map[mul: mul($0, $1)](%1, y)
outputs %3
`},
		"into a reduction and out of it": {func(b *ir.Builder) *ir.Value {
			v := feature(b, "x", 3)
			return op.Unary(b, "sqrt", op.Sum(b, op.Binary(b, "mul", v, v), false, 1))
		}, `graph g
  %0 x: f32[n,3] = input["x" feature 0]
  %3: f32[n] = reduce[sum axes=[1] sum, sqrt of mul($0, $0) then sqrt($0)](x)
outputs %3
`},
		"masks are drawn again": {func(b *ir.Builder) *ir.Value {
			v := feature(b, "x", 3)
			keep := op.Binary(b, "ge", op.Uniform(b, "d", v.Shape), op.Scalar(b, 0.5))
			z := op.MatMul(b, op.Select(b, keep, v, op.Scalar(b, 0)), weight(b, "w", 3, 3))
			return op.Select(b, keep, z, op.Scalar(b, 0))
		}, `graph g
  %0 x: f32[n,3] = input["x" feature 0]
  %1: f32[n,3] = random["d" [n,3]]
  %5: f32[n,3] = map[select: select(ge($0, 0.5), $1, 0)](%1, x)
  %6: f32[3,3] = param["w" trainable]
  %7: f32[n,3] = contract[n o=3 i=3: (n,i)(i,o)->(n,o)](%5, %6)
  %9: f32[n,3] = map[select: select(ge($0, 0.5), $1, 0)](%1, %7)
outputs %9
`},
	} {
		t.Run(name, func(t *testing.T) {
			b := ir.NewBuilder("g")
			check(t, passed(t, b, tt.build(b), fold, cse, deadCode, fuse), tt.want)
		})
	}
}

// An output is not fused away, and a kernel keeps the layer that it works for.
func TestFuseKeeps(t *testing.T) {
	b := ir.NewBuilder("g")
	b.At("dense", at7)
	z := op.MatMul(b, feature(b, "x", 3), weight(b, "w", 3, 4))
	b.At("activation", at8)
	y := b.Named(op.Unary(b, "relu", z), "activation")
	passed(t, b, y, fuse)
	if v := b.Graph.Outputs[0]; v.Name != "activation" || v.Layer != "dense" || v.Pos != at7 {
		t.Errorf("got %q of layer %q at %v", v.Name, v.Layer, v.Pos)
	}
	b = ir.NewBuilder("g")
	z = op.MatMul(b, feature(b, "x", 3), weight(b, "w", 3, 4))
	b.Graph.Outputs = []*ir.Value{z}
	passed(t, b, op.Unary(b, "relu", z), fuse)
	if _, ok := b.Graph.Outputs[0].Op.(*op.Contract); !ok {
		t.Errorf("the first output is %v", b.Graph.Outputs[0].Op)
	}
}

func TestJoinWords(t *testing.T) {
	for _, tt := range []struct{ first, second, want string }{
		{"bias", "relu", "bias, relu"},
		{"add", "relu", "relu"},
		{"", "mul", "mul"},
		{"mul gradient", "relu gradient", "relu gradient"},
		{"bias, relu", "relu", "bias, relu"},
		{"sub", "mul", "mul"},
	} {
		if got := joinWords(tt.first, tt.second); got != tt.want {
			t.Errorf("%q and %q: got %q, want %q", tt.first, tt.second, got, tt.want)
		}
	}
}
