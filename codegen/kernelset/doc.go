// Package kernelset collects the kernels of a package as functions, one for each
// distinct text: in Go, and in machine code for the processors that there is some
// for. In large networks it makes one function of contractions that differ in
// numbers alone.
package kernelset
