package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/nngen-go/nngen/cmd/nngen/internal/bench"
	"github.com/nngen-go/nngen/cmd/nngen/internal/network"
	"github.com/nngen-go/nngen/cmd/nngen/internal/scratch"
	"github.com/nngen-go/nngen/cmd/nngen/internal/show"
	"github.com/nngen-go/nngen/codegen"
	"github.com/nngen-go/nngen/ir/diag"
)

func benchCommand() *cobra.Command {
	var asJSON bool
	var threads, rounds int
	var file kerasFlags
	cmd := &cobra.Command{
		Use:   "bench MODEL",
		Short: "Time a model, compiled and interpreted, against the limits of the machine",
		Long: `bench runs a model as the compiled package and in the interpreter (float32,
gonum's BLAS), in turns, on the same weights and random inputs. Between the
turns it measures what the machine can do at most: the rate of multiply-adds and
the rate of reading as many bytes as the work has to move. Figures are medians
over the rounds; shares and ratios are taken within a round.

NNGEN_CPU=go or =avx2 times the package at a lower level.`,
		Example: `  nngen bench mnist.yaml
  nngen bench mnist.yaml --threads 2 --json
  NNGEN_CPU=avx2 nngen bench mnist.yaml --rounds 5`,
		Args: oneModel,
		RunE: func(cmd *cobra.Command, args []string) error {
			if threads < 1 {
				return &usageError{cmd.CommandPath(), fmt.Sprintf("--threads %d: there must be at least one", threads)}
			}
			if rounds < 1 {
				return usagef(cmd, "--rounds %d: there must be at least one", rounds)
			}
			var set network.Settings
			if err := file.put(cmd, args[0], &set); err != nil {
				return err
			}
			net, err := network.Compile(cmd.Context(), args[0], set, nil)
			if err != nil {
				return err
			}
			if !net.Trains() {
				return diag.List{diag.Errorf(net.Spec.Pos, "there is no compile section, so there is no training step to time; write compile: {optimizer: rmsprop, loss: ...}")}
			}
			report, err := benchmark(cmd.Context(), net, threads, rounds)
			switch {
			case cmd.Context().Err() != nil:
				return cmd.Context().Err() // it has ended the program that was asked, too
			case err != nil:
				return err
			}
			if !report.Finite {
				fmt.Fprintf(cmd.ErrOrStderr(), "warning: with bench's random weights and samples the outputs are not finite; a trained model may take a different time\n")
			}
			if err := writeReport(cmd.OutOrStdout(), report, asJSON); err != nil || asJSON {
				return err
			}
			next(cmd.ErrOrStderr(), append([]string{"nngen", "generate", args[0]}, file.arguments()...)...)
			return nil
		},
	}
	file.add(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print everything that was measured as JSON")
	cmd.Flags().IntVar(&threads, "threads", 1, "number of cores to use")
	cmd.Flags().IntVar(&rounds, "rounds", 11, "number of rounds")
	return cmd
}

// benchmark times the model on so many threads, in so many rounds.
func benchmark(ctx context.Context, n *network.Network, threads, rounds int) (*bench.Report, error) {
	train, err := n.Differentiated()
	if err != nil {
		return nil, err
	}
	m := &bench.Model{Program: n.Program, Predict: n.Built.Predict, Train: train}
	pkg, err := n.Emit(ctx, codegen.Config{Package: codegen.PackageName(n.Program.Name)})
	if err != nil {
		return nil, err
	}
	main, err := m.Source(threads)
	if err != nil {
		return nil, err
	}
	program, err := scratch.Build(ctx, pkg, map[string][]byte{"main.go": main})
	if err != nil {
		return nil, err
	}
	defer program.Close()
	weights := filepath.Join(program.Dir, network.WeightsFile)
	return m.Run(ctx, program.Command(ctx, weights), weights, threads, rounds)
}

// writeReport prints a report for people, or all of it as JSON.
func writeReport(w io.Writer, r *bench.Report, asJSON bool) error {
	if asJSON {
		return show.WriteJSON(w, r)
	}
	_, err := io.WriteString(w, r.String())
	return err
}
