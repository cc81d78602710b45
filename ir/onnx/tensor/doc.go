// Package tensor has the tensors of an ONNX file whose elements are known: the element
// types of the standard, arithmetic of shapes, and the reading of tensors, whose
// elements may be in a file beside the model.
package tensor
