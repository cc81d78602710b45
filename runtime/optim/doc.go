// Package optim holds the optimizers: one Rule per file, each with the formula
// of Keras 3, including where its epsilon stands.
//
// It is free of networks: a rule sees flat slices of weights and gradients and
// works element by element, or, as a [TensorRule], tensor by tensor. [Optimizer]
// binds a rule to one parameter block by keeping its accumulators and its step
// count. What every optimizer of Keras takes (a [Schedule] of the learning rate,
// clipping, weight decay, a moving average of the weights, accumulation of
// gradients) are the [Settings] embedded in each rule; they are carried out by
// the Optimizer, and so hold for rules written elsewhere, too.
//
// The loops are in functions whose names end in Go. On amd64, machine code
// takes their place, written by codegen/isa/amd64/optimgen of the main module. It does
// the same operations in the same order, so the bits are the same on every
// machine; conversions to float32 in the Go loops keep compilers from fusing a
// product with a sum, which rounds once instead of twice.
package optim
