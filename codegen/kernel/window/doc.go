// Package window writes pooling and its gradient as machine code.
package window
