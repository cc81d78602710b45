// Package product has the operators that multiply matrices.
package product

import "github.com/nngen-go/nngen/ir/onnx/node"

// Rows are the operators.
var Rows = node.Join(productRows, einsumRows)
