package main

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
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
		temporary.removeAll()
		os.Exit(exitInterrupted)
	}()
	return ctx, func() {
		signal.Stop(signals)
		cancel()
	}
}

// temporary are the files and folders that must not outlive the process.
var temporary = leftovers{paths: map[string]bool{}}

type leftovers struct {
	mu    sync.Mutex
	paths map[string]bool
}

func (l *leftovers) add(path string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.paths[path] = true
}

// remove removes one of them.
func (l *leftovers) remove(path string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	os.RemoveAll(path)
	delete(l.paths, path)
}

// forget says that a path is no longer temporary, or no longer there.
func (l *leftovers) forget(path string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.paths, path)
}

// removeAll removes all of them. What is added after it waits for ever: the
// process ends.
func (l *leftovers) removeAll() {
	l.mu.Lock()
	for path := range l.paths {
		os.RemoveAll(path)
	}
}
