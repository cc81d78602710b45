// Package contract writes contractions as machine code: the tiles that a plan cuts
// them into, the packing of their right operand, and the Go around them; and those to
// one number a row as dot products.
package contract
