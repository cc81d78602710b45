// Package nest writes elementwise and reducing loops as machine code.
package nest
