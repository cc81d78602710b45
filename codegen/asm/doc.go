// Package asm writes kernels of the loop program as amd64 machine code, through
// avo: every kernel at two feature levels, AVX-512 and AVX2 with FMA. It decides
// how a kernel is cut into calls, and leaves to the Go emitter what is around
// them: the functions' signatures, the choice of a level, the portable bodies.
// It is free of graphs, of layers and of files.
package asm
