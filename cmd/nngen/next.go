package main

import (
	"fmt"
	"io"

	"github.com/nngen-go/nngen/cmd/nngen/internal/show"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

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
