// Package arithmetic has the operators that compute element by element: arithmetic in
// floating-point and whole numbers, comparisons, activations and casts.
package arithmetic

import "github.com/nngen-go/nngen/ir/onnx/node"

// Rows are the operators.
var Rows = node.Join(elementwiseRows, wholeRows, angleRows)
