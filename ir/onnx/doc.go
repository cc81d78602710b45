// Package onnx builds the graph of an ONNX model from primitives. Every row of its tables
// of operators, which are in the packages beside, composes primitives of package op, as
// layers do, so that an ONNX model has a gradient, an interpreter and compiled code like
// any other.
//
// A model is built for one call of it: a symbolic extent is 1 where it leads an
// input, and has to be bound elsewhere. Every value that depends on an input has
// one more axis than ONNX says, in front: one entry per row of the batch. That
// axis takes no part in the operators, so that a model exported for one image
// predicts any number of them.
//
// A model draws no random numbers: those that a file asks for are inputs after its own,
// so that a prediction depends on nothing else, and callers decide how they are drawn.
//
// What does not depend on an input is computed here, in the types of the standard:
// shapes and indices are numbers when the graph is built.
package onnx
