// Package scalar is the language of numbers that layers, passes and kernels
// share: expressions over operands, the base functions that they are made of,
// and derivatives. It is free of tensors, of loops and of Go syntax.
package scalar
