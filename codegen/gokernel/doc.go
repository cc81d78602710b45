// Package gokernel prints kernels as functions in Go: their text, documentation
// and signature. It knows nothing of the package that they become a part of, and
// names no buffer or layer, so that equal work gives equal text.
package gokernel
