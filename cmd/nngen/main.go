// Command nngen compiles a neural-network description into a Go package that
// predicts and trains that one network.
//
// It is free of knowledge about networks: it finds files, runs the compiler's
// stages in order, and writes what they give. Results go to standard output,
// progress and errors to standard error. It exits with 0, with 1 after a
// failure, with 2 where the command line is wrong, and with 130 after Ctrl-C.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/nngen-go/nngen/cmd/nngen/internal/leftover"
)

func main() { os.Exit(execute()) }

// execute runs the command line under the signals that end it.
func execute() int {
	ctx, stop := interruptible()
	defer stop()
	return run(ctx, os.Args[1:], os.Stdout, os.Stderr)
}

// run runs one command line and gives the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	return report(root.ExecuteContext(ctx), stderr)
}

// interruptible is the context that the signals to stop end. A second one ends
// the process there and then; the files that it has in hand are removed first.
func interruptible() (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		cancel()
		<-signals
		leftover.RemoveAll()
		os.Exit(exitInterrupted)
	}()
	return ctx, func() {
		signal.Stop(signals)
		cancel()
	}
}
