// Package layout has the operators whose results hold elements of their operands in other
// places: other shapes and orders, pieces, elements by their indices, padding.
package layout

import "github.com/nngen-go/nngen/ir/onnx/node"

// Rows are the operators.
var Rows = node.Join(reshapeRows, piecesRows, placesRows, topRows)

// OpenExtent is why a result cannot be.
const OpenExtent = "the extent of its result depends on the data"
