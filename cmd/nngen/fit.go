package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/nngen-go/nngen/codegen"
)

// fitOptions are the flags of fit.
type fitOptions struct {
	fitSettings
	model   string
	data    string
	output  string
	weights string
	seed    uint64
	seeded  bool
	force   bool
	quiet   bool
	json    bool
}

// fitFiles is what fit writes.
var fitFiles = []string{weightsFile, "history.json", "history.svg"}

func fitCommand() *cobra.Command {
	var o fitOptions
	cmd := &cobra.Command{
		Use:   "fit MODEL",
		Short: "Train a model on the files that its data section names",
		Long: `fit generates the package of a model, compiles it, trains it on the files that
the description's data section names, and prints the loss and the metrics on the
test rows. It writes ` + weightsFile + `, history.json and history.svg.

Flags change the compile and fit sections for this run; --set reaches every
setting there is. The weights belong to the description as it is written.

With --weights the training begins with the weights of an earlier one. Those of
another model are taken over where name and shape agree, and fit says which:
a new head on an old body. A layer that is frozen with --freeze is left out of
the gradient when the package is compiled, so that a step costs less.

Ctrl-C stops the training after the current step. The weights are kept as they are
then, and the history of the epochs that were completed.`,
		Example: `  nngen fit mnist.yaml --data mnist-data -o run1 --seed 1
  nngen fit mnist.yaml --epochs 20 --learning-rate 0.0005 --set compile.metrics=[]
  nngen fit digits59.yaml --weights digits04-run/weights.safetensors --freeze hidden
  nngen fit mnist.yaml -q --json >result.json`,
		Args: oneModel,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.model, o.seeded = args[0], cmd.Flags().Changed("seed")
			return o.run(cmd)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.data, "data", "", "folder of the data files (default the model's)")
	f.StringVarP(&o.output, "output", "o", "", "folder for the results (default ./NAME-run)")
	f.Uint64Var(&o.seed, "seed", 0, "make the run repeatable (default a new one each time)")
	f.BoolVar(&o.force, "force", false, "overwrite the results of an earlier run")
	f.StringVar(&o.weights, "weights", "", "begin with the weights in this file")
	o.fitSettings.add(cmd)
	f.BoolVarP(&o.quiet, "quiet", "q", false, "print the result alone")
	f.BoolVar(&o.json, "json", false, "print the result as JSON")
	return cmd
}

func (o *fitOptions) run(cmd *cobra.Command) error {
	set, err := o.resolve(cmd)
	if err != nil {
		return err
	}
	net, err := compileWith(o.model, set, nil)
	if err != nil {
		return err
	}
	if err := net.checkFit(); err != nil {
		return err
	}
	if o.output == "" {
		o.output = codegen.PackageName(net.program.Name) + "-run"
	}
	if o.data == "" {
		o.data = filepath.Dir(o.model)
	}
	if err := o.checkPlaces(net); err != nil {
		return err
	}
	undo, err := prepareFolder(o.output)
	if err != nil {
		return err
	}
	defer undo()
	main, err := net.trainerSource()
	if err != nil {
		return err
	}
	exe, done, err := net.executable(cmd.Context(), main)
	if err != nil {
		return err
	}
	defer done()
	child := program(cmd.Context(), exe, o.arguments(cmd)...)
	child.Stdout, child.Stderr = cmd.OutOrStdout(), cmd.ErrOrStderr()
	if err := finished(cmd.Context(), child.Run(), "training"); err != nil {
		return err
	}
	if !o.quiet && !o.json {
		o.next(cmd.ErrOrStderr(), net)
	}
	return nil
}

// arguments is the command line of the program that trains.
func (o *fitOptions) arguments(cmd *cobra.Command) []string {
	args := []string{"-data", o.data, "-out", o.output}
	if o.seeded {
		args = append(args, "-seed", strconv.FormatUint(o.seed, 10))
	}
	if o.epochs > 0 {
		args = append(args, "-epochs", strconv.Itoa(o.epochs))
	}
	if cmd.Flags().Changed("validation-split") {
		split := o.validationSplit
		if split == 0 {
			split = -1 // none: 0 would be the description's
		}
		args = append(args, "-validation-split", strconv.FormatFloat(split, 'g', -1, 64))
	}
	if o.weights != "" {
		args = append(args, "-weights", o.weights)
	}
	if o.quiet {
		args = append(args, "-quiet")
	}
	if o.json {
		args = append(args, "-json")
	}
	return args
}

// next says how to go on with the weights.
func (o *fitOptions) next(w io.Writer, net *network) {
	args := []string{"nngen", "evaluate", o.model, "--weights", filepath.Join(o.output, weightsFile)}
	if net.spec.Data.Test == nil {
		args = []string{"nngen", "generate", o.model, "-o", codegen.PackageName(net.program.Name) + "predict", "--predict-only", "--weights", filepath.Join(o.output, weightsFile)}
	} else if o.data != filepath.Dir(o.model) {
		args = append(args, "--data", o.data)
	}
	next(w, args...)
}

// executable compiles the package with a program that uses it. Done removes
// both.
func (n *network) executable(ctx context.Context, main map[string][]byte) (exe string, done func(), err error) {
	pkg, err := n.emit(codegen.Config{Package: codegen.PackageName(n.program.Name), PredictOnly: !n.trains()})
	if err != nil {
		return "", nil, err
	}
	s, err := newScratch(pkg, main)
	if err != nil {
		return "", nil, err
	}
	if exe, err = s.build(ctx); err != nil {
		s.Close()
		return "", nil, err
	}
	return exe, s.Close, nil
}

// finished explains how a program ended that has said itself what went wrong.
func finished(ctx context.Context, err error, what string) error {
	var exit interface{ ExitCode() int }
	switch {
	case ctx.Err() != nil:
		return errStopped
	case errors.As(err, &exit) && exit.ExitCode() == exitFailure:
		return errReported
	case err != nil:
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
