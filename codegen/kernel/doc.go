// Package kernel writes kernels of the loop program as machine code: every kernel at
// two levels of instructions. Each family is a package: contract, nest, window and
// sparse write the kernel as routines (package codegen/isa/amd64) and as the Go that
// cuts its work into calls of them (package driver); network writes all kernels of a
// small network as one routine.
//
// What is around a body is left to the Go emitter: the functions' signatures, the
// choice of a level, the portable bodies. Nothing here knows graphs, layers or files.
package kernel
