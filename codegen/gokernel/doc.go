// Package gokernel writes kernels as functions in Go: statements, which are trees of
// package gotree until they are printed, documentation and signature. It knows nothing
// of the package that they become a part of, and names no buffer or layer, so that
// equal work gives equal text.
package gokernel
