// Package driver holds what the families of machine kernels share: a Request for the
// body of a kernel function, the Body that comes of it, and what writes the Go in it,
// which cuts the work into calls of routines: indices (Index), statements and their
// variables (Script), loops (Calls), and the parameters that routines walk along
// (Streams).
package driver
