// Package lane plans loops for a machine with one lane, and writes them: scalar Go.
// Every axis of a contraction, or of a window, has a role; every operand is reached
// through one affine index of its elements. The package is free of layers, of files
// and of machine code; names, types and scalar expressions are its caller's.
package lane
