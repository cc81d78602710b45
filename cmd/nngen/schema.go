package main

import (
	"github.com/spf13/cobra"

	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/spec"
)

func schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of descriptions",
		Long: `schema prints the JSON Schema of descriptions. Editors complete and check them
where the first line of the file names it:

  # yaml-language-server: $schema=nngen.schema.json`,
		Example: `  nngen schema >nngen.schema.json
  nngen schema | jq '.properties.fit'`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := cmd.OutOrStdout().Write(spec.Schema(build.Catalog()))
			return err
		},
	}
}
