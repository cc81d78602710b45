// Package amd64 writes routines of machine code, through avo, at two levels: AVX-512
// and AVX2 with FMA. A Unit is the assembly file of a package; Unit.Function begins a
// routine, a Code, of which
//
//	Registers  hands out vector registers
//	Routine    has parameters, reads and writes memory under masks, and runs loops
//	Code       computes: instructions with constants, comparisons, and scalar
//	           expressions with their functions, lane by lane
//
// It is free of kernels: package codegen/kernel writes them in its terms. avo's own
// instructions are a Routine's methods too.
package amd64
