package gokernel

import (
	"math"
	"strconv"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/loop"
)

// Elem is the element type that kernels are printed for: float32, or a type
// parameter, so that the test of a package runs the same kernels in double
// precision.
type Elem struct{ float string }

// Elements in single and in double precision, and in that of a type parameter.
var (
	Single  = Elem{"float32"}
	Double  = Elem{"float64"}
	generic = Elem{"F"}
)

// params are the type parameters of a function over such elements.
func (t Elem) params() string {
	if t == generic {
		return "[F §nn.Float]"
	}
	return ""
}

// Of is the type of a buffer's elements.
func (t Elem) Of(b *loop.Buffer) string {
	if b.DType == loop.I32 {
		return "int32"
	}
	return t.float
}

// constant is a constant of the element type. Where the type has no such finite
// number, a call of package math makes it.
func (t Elem) constant(v float64) gotree.Expr {
	special := func(fn string, args ...gotree.Expr) gotree.Expr {
		return t.converted(gotree.CallExpr{Fn: gotree.Qual{Package: "math", Name: fn}, Args: args}, "float64")
	}
	switch {
	case math.IsNaN(v):
		return special("NaN")
	case math.IsInf(v, 0) || t.float != "float64" && math.Abs(v) > math.MaxFloat32 && math.IsInf(float64(float32(v)), 0):
		sign := 1
		if v < 0 {
			sign = -1
		}
		return special("Inf", gotree.Int(sign))
	case t.float != "float64" && math.Abs(v) > math.MaxFloat32: // rounds to the largest float32
		v = math.Copysign(math.MaxFloat32, v)
	}
	if v == math.Trunc(v) && math.Abs(v) < 1e6 {
		return gotree.Lit(strconv.FormatFloat(v, 'f', -1, 64))
	}
	return gotree.Lit(strconv.FormatFloat(v, 'g', -1, 64))
}

// Number is the text of a constant.
func (t Elem) Number(v float64) string { return t.constant(v).String() }

// converted is a value of type from as one of the element type.
func (t Elem) converted(e gotree.Expr, from string) gotree.Expr {
	if t.float == from {
		return e
	}
	return gotree.CallOf(t.float, e)
}
