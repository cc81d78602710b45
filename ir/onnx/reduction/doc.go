// Package reduction has the operators that gather what is along axes: reductions, running
// sums, normalizations and losses.
package reduction

import "github.com/nngen-go/nngen/ir/onnx/node"

// Rows are the operators.
var Rows = node.Join(reduceRows, cumulateRows, normRows, lossRows)
