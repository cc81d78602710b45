package main

import (
	"errors"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/nngen-go/nngen/cmd/nngen/internal/network"
	"github.com/nngen-go/nngen/cmd/nngen/internal/programs"
	"github.com/nngen-go/nngen/cmd/nngen/internal/show"
	"github.com/nngen-go/nngen/ir/diag"
)

// evaluateOptions are the flags of evaluate.
type evaluateOptions struct {
	model   string
	files   []string
	data    string
	weights string
	json    bool
	quiet   bool

	allowNonFinite bool
	file           kerasFlags
}

func evaluateCommand() *cobra.Command {
	var o evaluateOptions
	cmd := &cobra.Command{
		Use:   "evaluate MODEL [FILE...]",
		Short: "Compute loss and metrics of trained weights on test rows",
		Long: `evaluate computes the loss and the metrics of trained weights on the rows that
data: test names, or on the files given, which are of the same kind: one table, or
images and labels. For every output that tells classes apart it also prints
precision, recall and F1 of every class, and how often each was taken for each other;
for one with labels, of which a row has any number, those of every label and the
share of rows with all labels right.`,
		Example: `  nngen evaluate churn.yaml --weights churn-run/weights.safetensors
  nngen evaluate churn.yaml newer.csv
  nngen evaluate mnist.yaml images.gz labels.gz --json`,
		Args: func(cmd *cobra.Command, args []string) error {
			return oneModel(cmd, args[:min(len(args), 1)])
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.model, o.files = args[0], args[1:]
			return o.run(cmd)
		},
	}
	o.file.add(cmd)
	f := cmd.Flags()
	f.StringVar(&o.data, "data", "", "folder of the data files (default the model's)")
	f.StringVar(&o.weights, "weights", "", "trained weights (default those of fit, in ./NAME-run; of a Keras file its own)")
	f.BoolVar(&o.allowNonFinite, "allow-non-finite", false, "take weights that are NaN or infinite")
	f.BoolVar(&o.json, "json", false, "print the result as JSON")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "print the result alone")
	return cmd
}

func (o *evaluateOptions) run(cmd *cobra.Command) error {
	var set network.Settings
	if err := o.file.put(cmd, o.model, &set); err != nil {
		return err
	}
	net, err := network.Compile(cmd.Context(), o.model, set, nil)
	if err != nil {
		return err
	}
	net.AllowNonFinite = o.allowNonFinite
	if err := checkFit(net); err != nil {
		return err
	}
	test := net.Spec.Data.Test
	switch want := len(net.Spec.Data.Train.Files); {
	case len(o.files) > 0 && o.data != "":
		return usagef(cmd, "--data is the folder of the files that the description names; it does not go with files given here")
	case len(o.files) > 0 && len(o.files) != want:
		return usagef(cmd, "the data is %s, so evaluate takes %s, not %s", net.Spec.Data.Train.Kind, show.Plural(want, "file"), show.Plural(len(o.files), "file"))
	case len(o.files) == 0 && test == nil:
		return diag.List{diag.Errorf(net.Spec.Data.Pos, "data: there is no test; write test: {%s: ...}, or name files to evaluate: nngen evaluate %s FILE", net.Spec.Data.Train.Kind, show.ShellQuote(o.model))}
	}
	if o.data == "" {
		o.data = o.file.dataFolder(o.model)
	}
	if o.weights, err = trainedWeights(net, o.weights, o.model); err != nil {
		return err
	}
	var args []string
	if len(o.files) == 0 {
		names := test.Files
		if test.Split > 0 {
			names = net.Spec.Data.Train.Files
			args = append(args, "-last", strconv.FormatFloat(test.Split, 'g', -1, 64))
		}
		for _, name := range names {
			o.files = append(o.files, filepath.Join(o.data, name))
		}
		err = checkData(o.data, names)
	} else {
		for _, file := range o.files {
			err = errors.Join(err, checkInput(file, foldersAsRows(net)))
		}
	}
	if err != nil {
		return err
	}
	program, err := compiled(cmd.Context(), net, programs.EvaluateSource)
	if err != nil {
		return err
	}
	defer program.Close()
	weights := o.weights
	if weights == "" {
		if weights, err = net.PutWeights(program.Dir); err != nil {
			return err
		}
	}
	args = append(args, "-weights", weights)
	if o.json {
		args = append(args, "-json")
	}
	if o.quiet {
		args = append(args, "-quiet")
	}
	arrays := net.Spec.Data.Train.Arrays
	if test != nil {
		arrays = test.Arrays
	}
	child := program.Command(cmd.Context(), slices.Concat(args, o.files, arrays)...)
	child.Stdout, child.Stderr = cmd.OutOrStdout(), cmd.ErrOrStderr()
	if err := finished(cmd.Context(), child.Run(), "evaluating"); err != nil {
		return err
	}
	if !o.quiet && !o.json {
		command := append([]string{"nngen", "predict", o.model, o.files[0]}, o.file.arguments()...)
		next(cmd.ErrOrStderr(), append(command, weightsFlag(o.weights)...)...)
	}
	return nil
}
