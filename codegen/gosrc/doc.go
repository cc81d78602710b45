// Package gosrc prints a loop.Program as a Go package: one file of this
// package for each file of that one, and one for each family of kernels.
//
// It is free of layers, of automatic differentiation and of memory planning:
// all of these have been decided in the program. It decides how the program
// reads and which loops run it fast.
package gosrc
