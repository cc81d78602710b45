package gokernel

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// elem is the element type that kernels are printed for: float32, or a type
// parameter, so that the test of a package runs the same kernels in double
// precision.
type elem struct{ float string }

// Elements of either precision, and of the one that a kernel's type parameter says.

var (
	Single  = elem{"float32"}
	Double  = elem{"float64"}
	generic = elem{"F"}
)

// params are the type parameters of a function over such elements.
func (t elem) params() string {
	if t == generic {
		return "[F §nn.Float]"
	}
	return ""
}

// Concrete is a type for elements in single precision.
func Concrete(typ string) string {
	if s, ok := strings.CutSuffix(typ, generic.float); ok {
		return s + Single.float
	}
	return typ
}

// Of is the type of a buffer's elements.
func (t elem) Of(b *loop.Buffer) string {
	if b.DType == loop.I32 {
		return "int32"
	}
	return t.float
}

// Number is a constant of the element type. Where the type has no such finite
// number, a call of package math makes it.
func (t elem) Number(v float64) string {
	switch {
	case math.IsNaN(v):
		return t.convert("§math.NaN()", "float64")
	case math.IsInf(v, 0) || t.float != "float64" && math.Abs(v) > math.MaxFloat32 && math.IsInf(float64(float32(v)), 0):
		sign := 1
		if v < 0 {
			sign = -1
		}
		return t.convert(fmt.Sprintf("§math.Inf(%d)", sign), "float64")
	case t.float != "float64" && math.Abs(v) > math.MaxFloat32: // rounds to the largest float32
		v = math.Copysign(math.MaxFloat32, v)
	}
	if v == math.Trunc(v) && math.Abs(v) < 1e6 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// convert is a value of type from as one of the element type.
func (t elem) convert(text, from string) string {
	if t.float == from {
		return text
	}
	return t.float + "(" + text + ")"
}
