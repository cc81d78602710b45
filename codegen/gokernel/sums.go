package gokernel

import (
	"math"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// A sum of n terms that are added one after the other in float32 may be off by
// n·u·Σ|terms|, u = 2⁻²⁴: by a hundredth of it for the 200,000 positions of four
// large images. Sums of products are therefore taken in up to three stages, in
// an order that depends on the shape alone:
//
//	8 products      are added to one another, and then to a partial sum;
//	2048 products   make a partial sum, where a sum has more than 4096;
//	partial sums    are added to the result.
//
// The error is at most (8 + 512 + n/2048)·u·Σ|products|, from the number of
// additions that a product goes through (N. J. Higham, "The accuracy
// of floating point summation", SIAM J. Sci. Comput. 14, 1993, section 2). Sums
// that are not of products, or go into one number, are taken in float64.
type sumLimits struct {
	long     int // a sum of more terms has partial sums
	partial  int // terms of a partial sum, a multiple of pass
	variable int // terms that one variable in single precision takes
	tile     int // partial sums that a function keeps at a time
	most     int // partial sums of one row: on the stack, which the compiler allows up to 128 KiB
	columns  int // sums in double precision that a function keeps at a time: likewise
}

var usualSums = sumLimits{long: 4096, partial: 2048, variable: 512, tile: 1 << 14, most: 1 << 15, columns: 1 << 14}

// round is a product or a quotient that is rounded before anything is
// added to it. Without the conversion a compiler may fuse the two, and some
// do for some processors (The Go Programming Language Specification,
// "Floating-point operators"): results would depend on the processor.
func (k *algebra) round(product gotree.Expr) gotree.Expr { return gotree.CallOf(k.el.float, product) }

// scaledBy reports an expression that a compiler may compute as a product.
func scaledBy(e scalar.Expr) bool {
	a, ok := e.(scalar.Apply)
	if !ok {
		return false
	}
	switch a.Fn {
	case "mul":
		return true
	case "neg":
		return scaledBy(a.Args[0])
	case "div": // by a power of two: a product with its reciprocal
		n, ok := a.Args[1].(scalar.Num)
		return ok && powerOfTwo(float64(n))
	}
	return false
}

func powerOfTwo(v float64) bool {
	frac, _ := math.Frexp(math.Abs(v))
	return frac == 0.5
}

// rowsAtMost is how many rows a call may have.
func (k *writer) rowsAtMost() int { return max(k.printer.Batch, 1) }

// terms is how many terms a sum over axes may have.
func (k *writer) terms(axes []loop.Axis) int {
	n := 1
	for _, a := range axes {
		n *= a.N
		if a.Rows {
			n *= k.rowsAtMost()
		}
	}
	return n
}
