package kerneltest

import (
	"fmt"

	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Small vocabulary for describing kernels.

func TestAxis(n int) loop.Axis { return loop.Axis{Name: "i", N: n} }
func RowAxis(n int) loop.Axis  { return loop.Axis{Name: "n", N: n, Rows: true} }

func TestBuffer(class loop.Class, rows bool, shape ...int) *loop.Buffer {
	return &loop.Buffer{Name: fmt.Sprint("b", shape), Class: class, Rows: rows, Shape: shape}
}

func ArenaRows(shape ...int) *loop.Buffer { return TestBuffer(loop.Arena, true, shape...) }

func Access(b *loop.Buffer, offset int, strides ...int) loop.Access {
	return loop.Access{Buf: b, Offset: offset, Strides: strides}
}

// MapOf is an elementwise store over the given axes.
func MapOf(e scalar.Expr, axes []loop.Axis, dst loop.Access, srcs ...loop.Access) *loop.Nest {
	return &loop.Nest{Outer: axes, Body: []loop.Stmt{{Dst: dst, Value: e, Srcs: srcs}}}
}

// FlatMap applies an expression to rows of n elements.
func FlatMap(e scalar.Expr, n int) *loop.Nest {
	axes := []loop.Axis{RowAxis(1), TestAxis(n)}
	var srcs []loop.Access
	for range max(1, amd64.Arguments(e)) {
		srcs = append(srcs, Access(ArenaRows(n), 0, n, 1))
	}
	return MapOf(e, axes, Access(ArenaRows(n), 0, n, 1), srcs...)
}

func Call(fn string, args ...scalar.Expr) scalar.Expr { return scalar.Call(fn, args...) }

var (
	X0, X1, X2, X3 = scalar.Arg(0), scalar.Arg(1), scalar.Arg(2), scalar.Arg(3)
	ReluSlope      = Call("select", Call("gt", X1, scalar.Num(0)), X0, scalar.Num(0))
)
