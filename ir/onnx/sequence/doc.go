// Package sequence has the operators over steps: recurrent layers, attention and its past,
// spectra of signals, n-grams of tokens.
package sequence

import "github.com/nngen-go/nngen/ir/onnx/node"

// Rows are the operators.
var Rows = node.Join(recurrentRows, attentionRows, recallRows, spectralRows, ngramRows)
