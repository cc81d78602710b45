// Package op is the closed set of primitives. Each is one typed struct with
// its rules side by side: Infer, Eval, VJP and Lower. Layers compose them;
// autodiff, fusion, the interpreter and lowering see nothing else.
package op

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
)

// View is where the elements of a value lie: element (i0, i1, ...) is
// Buf[Offset + Σ ij·Strides[j]], the batch axis included.
type View struct {
	Buf     *loop.Buffer
	Offset  int
	Strides []int
	// Parts, where set, are where the value lies instead: some of its columns each.
	Parts []Part
}

// Part is where the columns of a value [n,R], or the elements of one [R], from
// Offset on lie: so many, next to one another.
type Part struct {
	Offset, Size int
	View         View
}

// Lowering is what a primitive's Lower may ask for while a graph is turned
// into kernels.
type Lowering interface {
	// View is where an operand can be read.
	View(v *ir.Value) View
	// Alias says that v needs no kernel of its own: it is w.
	Alias(v *ir.Value, w View)
	// Result plans a dense buffer for v.
	Result(v *ir.Value) View
	// Emit appends a kernel that computes v or a part of it.
	Emit(v *ir.Value, k loop.Kernel)
	// Step appends a step that computes v, or a part of it.
	Step(v *ir.Value, s loop.Step)
	// Readers are the values that read v, and whether it is a result of the graph.
	Readers(v *ir.Value) (list []*ir.Value, root bool)
	// Errorf reports, at v's position, that v cannot be lowered.
	Errorf(v *ir.Value, format string, args ...any)
}

// Lowerer is a primitive that knows its kernels.
type Lowerer interface {
	ir.Op
	Lower(l Lowering, v *ir.Value)
}
