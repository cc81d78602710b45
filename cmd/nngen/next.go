package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// next prints the command that naturally follows, to be copied.
func next(w io.Writer, args ...string) { fmt.Fprintf(w, "next: %s\n", commandLine(args)) }

// commandLine joins arguments for a shell.
func commandLine(args []string) string {
	quoted := make([]string, len(args))
	for i, a := range args {
		quoted[i] = shellQuote(a)
	}
	return strings.Join(quoted, " ")
}

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

// shellQuote quotes an argument for a shell where it has to be.
func shellQuote(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-./:,=+@", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
