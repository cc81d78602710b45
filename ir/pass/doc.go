// Package pass turns the graphs of a network into its loop program. The passes
// are functions over one graph or one plan, listed in one ordered table
// (pass.go) with the reason for each and the order that they need. It is free
// of layers, of file formats and of Go syntax.
package pass
