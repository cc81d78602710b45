package shape

import (
	"slices"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/loop"
)

// Upto is what the parameter is called that tells a kernel how many steps of a sequence
// it goes over: those so far, in whole blocks. See loop.Axis.
const Upto = "upto"

// Block is how many steps are taken together: four vectors of 16 elements, which is
// what loops of machine code take in a turn, and whole blocks of any loop in Go. So
// a sum over all steps adds up those so far in the same parts, and then zeros.
const Block = 64

// SoFar is the shape of a kernel of its own that goes over the steps so far: their
// number is the only one that is no literal. Of other kernels it is nil.
func SoFar(k loop.Kernel) *Shape {
	s := New(1)
	s.own = true
	for _, a := range slices.Concat(loop.AxesOf(k)...) {
		if a.Upto != nil {
			s.counts[keyOf(a)] = gotree.Number{Value: a.N, As: gotree.Word(Upto)}
		}
	}
	if len(s.counts) == 0 {
		return nil
	}
	return s
}

// Own reports a shape of one kernel, whose sizes but for the number of steps are
// literals.
func (s *Shape) Own() bool { return s == nil || s.own }
