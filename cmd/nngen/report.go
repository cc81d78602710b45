package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/nngen-go/nngen/ir/diag"
)

// Exit codes.
const (
	exitOK          = 0
	exitFailure     = 1
	exitUsage       = 2
	exitInterrupted = 130 // 128 + SIGINT, as shells have it
)

// errReported is a failure of which everything has been said.
var errReported = errors.New("failed")

// report prints what went wrong, for people and for editors that look for
// file:line:col, and gives the exit code.
func report(err error, stderr io.Writer) int {
	var usage *usageError
	var mistakes diag.List
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "nngen: interrupted")
		return exitInterrupted
	case errors.As(err, &usage):
		fmt.Fprintln(stderr, usage)
		return exitUsage
	case errors.Is(err, errReported):
	case errors.As(err, &mistakes):
		fmt.Fprintln(stderr, mistakes)
	default:
		fmt.Fprintf(stderr, "nngen: %v\n", err)
	}
	return exitFailure
}
