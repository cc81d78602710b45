package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/nngen-go/nngen/ir/diag"
)

// flagError explains a flag that the command line has wrong.
func flagError(cmd *cobra.Command, err error) error {
	if errors.Is(err, pflag.ErrHelp) {
		return err
	}
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return usagef(cmd, "%v", err)
	}
	if letters := unknown.GetSpecifiedShortnames(); letters != "" {
		return usagef(cmd, "unknown flag %s", diag.Quote("-"+unknown.GetSpecifiedName()))
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	name := "--" + strings.TrimLeft(unknown.GetSpecifiedName(), "-")
	return usagef(cmd, "unknown flag %s%s", diag.Quote(name), diag.DidYouMean(name, names))
}
