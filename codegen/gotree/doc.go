// Package gotree writes Go source: files with their imports, comments, and the
// identifiers that stand for whatever a description calls things, and the numbers
// of kernels, which are literals or what holds them. It is free of
// kernels, of layers and of what any file is about.
package gotree
