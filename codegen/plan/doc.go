// Package plan decides how a kernel is cut for a processor: the lanes into panels,
// the rows into tiles, a sum into blocks, the border of an image into parts of
// their own, the work into units for workers, and how operands are packed. The
// processor is a value, so that the same contraction is planned for registers of
// sixteen lanes, of eight and of one. It is free of instructions and of Go text:
// what prints a plan decides nothing.
package plan

import "github.com/nngen-go/nngen/ir/machine"

// Machine is a processor with vector registers.
type Machine struct {
	machine.Machine
	Lanes, Registers int // float32s in a register, and how many registers there are
	// Shared says that the layers of a large network share tiles: heights that are
	// not the usual ones have to be a quarter faster.
	Shared bool
}
