package driver

import (
	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/isa/amd64"
)

// Body is the inside of a kernel function at one level: Go statements that cut
// the work into calls of assembly functions. They may use
//
//	s     the sizes of a shared kernel
//	n     the number of rows (where the kernel has any), at least 1
//	work  []float32 scratch of at least Work elements, 64-byte aligned, if Work > 0
//	t     *nn.Worker, if workers share the kernel's units, or the body is Divided
//
// No call takes more than the machine's CallMulAdds or touches more than its
// CallBytes, since the scheduler cannot interrupt assembly.
type Body struct {
	Level amd64.Level
	Block gotree.Block
	// Table is what the statements read, of a contraction; nil: there is none.
	Table *Table
	Stubs []amd64.Stub
	Work  int
	// RowWork is how much of Work is needed when n is 1.
	RowWork int
	// Order tells sums of products that are added up in different orders apart.
	Order string
	// Held says that the statements go by again, and that work keeps what they pack.
	Held bool
	// Keeps says that the statements take panels, which may be nil: of a right operand
	// that is the same in many calls, the first packs them there for all.
	Keeps bool
	// Divided says that every worker does its part of all rows; nil: all of it.
	Divided bool
}

// Panels is the room of the packed panels of parameters, as many as there are at any
// level.
type Panels struct {
	Segment   int // of the parameters
	N, Floats int
}
