// Package optim holds the optimizers: one Rule per file, each with the formula
// of Keras 3, including where its epsilon stands.
//
// It is free of networks: a rule sees flat slices of weights and gradients and
// works element by element. [Optimizer] binds a rule to one parameter block by
// keeping its accumulators and its step count.
package optim
