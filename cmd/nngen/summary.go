package main

import (
	"bytes"

	"github.com/spf13/cobra"

	"github.com/nngen-go/nngen/cmd/nngen/internal/figures"
	"github.com/nngen-go/nngen/cmd/nngen/internal/network"
	"github.com/nngen-go/nngen/cmd/nngen/internal/show"
	"github.com/nngen-go/nngen/codegen"
)

func summaryCommand() *cobra.Command {
	var asJSON bool
	var file kerasFlags
	cmd := &cobra.Command{
		Use:   "summary MODEL",
		Short: "Print a model's layers, parameters and cost",
		Long: `summary prints the layers of a model with their output shapes and parameters, as
Keras's Model.summary does, and what the compiled package takes: operations,
memory, lines of source.`,
		Example: `  nngen summary mnist.yaml
  nngen summary mnist.yaml --json`,
		Args: oneModel,
		RunE: func(cmd *cobra.Command, args []string) error {
			var set network.Settings
			if err := file.put(cmd, args[0], &set); err != nil {
				return err
			}
			net, err := network.Compile(cmd.Context(), args[0], set, nil)
			if err != nil {
				return err
			}
			files, err := net.Emit(cmd.Context(), codegen.Config{Package: codegen.PackageName(net.Program.Name), PredictOnly: !net.Trains()})
			if err != nil {
				return err
			}
			s, err := figures.Summarize(net, files)
			if err != nil {
				return err
			}
			if asJSON {
				return show.WriteJSON(cmd.OutOrStdout(), s)
			}
			var b bytes.Buffer
			figures.LayerTable(&b, net.Program)
			s.Print(&b)
			if _, err = cmd.OutOrStdout().Write(b.Bytes()); err != nil {
				return err
			}
			if checkFit(net) == nil {
				next(cmd.ErrOrStderr(), append([]string{"nngen", "fit", args[0]}, file.arguments()...)...)
			} else {
				command := append([]string{"nngen", "generate", args[0]}, file.arguments()...)
				if !net.Trains() {
					command = append(command, "--predict-only")
				}
				next(cmd.ErrOrStderr(), command...)
			}
			return nil
		},
	}
	file.add(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print all of it as JSON")
	return cmd
}
