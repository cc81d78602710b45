package shape

import (
	"slices"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/loop"
)

// Upto is what the parameter is called that tells a kernel how many steps of a sequence
// it goes over: those so far, in whole blocks. See loop.Axis.
const Upto = "upto"

// SoFar is the shape of a kernel of its own that goes over the steps so far: their
// number is the only one that is no literal. Of other kernels it is nil.
func SoFar(k loop.Kernel) *Shape {
	s := New(1)
	s.own = true
	for _, a := range slices.Concat(loop.AxesOf(k)...) {
		if a.Partial() {
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
