// Package spatial has the operators over the places of images and other grids: convolutions,
// pools, resizing, and what reads between pixels.
package spatial

import "github.com/nngen-go/nngen/ir/onnx/node"

// Rows are the operators.
var Rows = node.Join(convRows, poolRows, slideRows, resizeRows, sampleRows)
