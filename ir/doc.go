// Package ir is the tensor graph: SSA values with static shapes over a closed
// set of primitives (package op). It is free of layers, of loops and of Go
// syntax. A graph is built once, checked as it is built, and from then on only
// rewritten by the passes of package pass.
package ir
