// Package loop is the low-level program, all that code generation ever sees:
// kernels of a few families over planned buffers, in phases. It is free of
// layers, of automatic differentiation and of Go syntax.
package loop
