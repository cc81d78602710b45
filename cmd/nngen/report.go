package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/nngen-go/nngen/cmd/nngen/internal/percent"
	"github.com/nngen-go/nngen/cmd/nngen/internal/show"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/keras/importer"
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

// errStopped is an interruption after which the training has ended its line.
var errStopped = fmt.Errorf("stopped: %w", context.Canceled)

// stopped is an interruption that a command goes on from.
type stopped struct{ next []string }

func (*stopped) Error() string        { return errStopped.Error() }
func (*stopped) Is(target error) bool { return errors.Is(errStopped, target) }

// report prints what went wrong, for people and for editors that look for
// file:line:col, and gives the exit code.
func report(err error, stderr io.Writer) int {
	var usage *usageError
	var mistakes diag.List
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, context.Canceled):
		if !errors.Is(err, errStopped) && isTerminal(stderr) {
			fmt.Fprintln(stderr) // after the ^C that the terminal shows
		}
		fmt.Fprintln(stderr, "nngen: interrupted")
		var kept *stopped
		if errors.As(err, &kept) {
			next(stderr, kept.next...)
		}
		return exitInterrupted
	case errors.As(err, &usage):
		fmt.Fprintln(stderr, usage)
		return exitUsage
	case errors.Is(err, errReported):
	case errors.As(err, &mistakes):
		fmt.Fprintln(stderr, mistakes)
		if !slices.ContainsFunc(mistakes, inFile) {
			return exitUsage
		}
	default:
		fmt.Fprintf(stderr, "nngen: %v\n", err)
	}
	return exitFailure
}

// inFile reports a mistake that is not in a flag.
func inFile(e *diag.Error) bool { return !strings.HasPrefix(e.Pos.File, "--") }

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// reading begins the line that says how much of a large file of Keras is read.
func reading(w io.Writer, file string, o *importer.Options) *percent.Line {
	info, err := os.Stat(file)
	if err != nil {
		return nil
	}
	l := percent.New(w, "reading", file, info.Size(), importer.Work(file, info.Size()))
	o.Read = l.Add
	return l
}

// next prints the command that naturally follows, to be copied.
func next(w io.Writer, args ...string) { fmt.Fprintf(w, "next: %s\n", show.CommandLine(args)) }

// again gives the command line of a command as it was called, with one flag
// more; --force and --resume are left out.
func again(cmd *cobra.Command, model, flag string) []string {
	args := []string{"nngen", cmd.Name(), model}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if f.Name == "force" || f.Name == "resume" {
			return
		}
		values := []string{f.Value.String()}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		for _, v := range values {
			if f.Value.Type() == "bool" {
				args = append(args, "--"+f.Name)
			} else {
				args = append(args, "--"+f.Name, v)
			}
		}
	})
	return append(args, flag)
}
