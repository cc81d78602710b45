package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/nngen-go/nngen/cmd/nngen/internal/leftover"
)

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
