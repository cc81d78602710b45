// Package nn holds what every generated network shares: the options of its
// constructor, the description of its parameter block, counter-based random
// numbers, Keras's initializers, scalar float32 functions, the level of the
// processor and the workers that share the work of a call.
//
// It is free of layers, graphs and optimizers: a generated package spells its
// network out in Go and calls nn only for these few primitives. Everything but
// [Resolve] without a seed and [Team] is a pure function; nothing keeps state.
package nn
