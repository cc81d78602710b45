package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/nngen-go/nngen/cmd/nngen/internal/show"
	"github.com/nngen-go/nngen/runtime/nn"
)

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of nngen and of the format it writes",
		Long: `version prints the version of nngen, the number of the format of the packages
that it writes, and the Go version and platform that it was built with.`,
		Example: "  nngen version",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "nngen %s, format %d, %s %s/%s\n", show.ToolVersion(), nn.Format, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
