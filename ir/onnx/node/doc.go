// Package node is what the operators of ONNX are written with. A [Row] says how the
// results of an operator are computed; it is asked with a [Node], which has the operands
// and the attributes of one node of a file. A [Value] is an operand or a result: known
// when the graph is built, or a value of it. A [Scope] builds the nodes of a graph one
// after the other, those of functions and of graphs within nodes among them.
package node
