// Package exporter writes the graph of a network as an ONNX model: standard operators of
// opset 21, with a symbolic first extent N where a value has one row per sample.
//
// Every primitive has operators that say the same, so that whatever layers compose can be
// written. On top of that, what is known by a name of its own is written by that name: a
// contraction is a Gemm, a MatMul, a Conv or an Einsum, an expression an activation, and
// the loop of a recurrent layer an LSTM, GRU or RNN. Values have the names of the layers,
// and what lies inside of a layer begins with the layer's name.
//
// What does not depend on the rows is computed here, in float32, as the network itself
// computes it: the statistics of BatchNormalization become a factor and an offset.
//
// Convolutions and pools have their channels first in ONNX and last in the graph. A value
// is kept in the order that it was made in until something asks for the other one.
package exporter
