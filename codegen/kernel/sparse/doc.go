// Package sparse writes kernels that go by ids as machine code: sums of the table rows
// that lists of ids name, their gradients, and rows that are moved to or from where an
// index says.
package sparse
