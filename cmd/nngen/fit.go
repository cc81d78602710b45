package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/nngen-go/nngen/cmd/nngen/internal/disk"
	"github.com/nngen-go/nngen/cmd/nngen/internal/leftover"
	"github.com/nngen-go/nngen/cmd/nngen/internal/network"
	"github.com/nngen-go/nngen/cmd/nngen/internal/programs"
	"github.com/nngen-go/nngen/cmd/nngen/internal/scratch"
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
	resume  bool
	stream  bool
	quiet   bool
	json    bool
	file    kerasFlags
	more    []string // further arguments of the training program
}

// fitFiles is what fit writes. The best weights are there where rows are held
// back for validation.
var fitFiles = []string{network.WeightsFile, "best.safetensors", "history.json", "history.svg"}

func fitCommand() *cobra.Command {
	var o fitOptions
	cmd := &cobra.Command{
		Use:   "fit MODEL",
		Short: "Train a model on the files that its data section names",
		Long: `fit generates the package of a model, compiles it, trains it on the files that
the description's data section names, and prints the loss and the metrics on the
test rows. It writes ` + network.WeightsFile + `, history.json and history.svg, and with
validation best.safetensors, the weights of the epoch with the least val_loss.

Flags change the compile and fit sections for this run; --set reaches every
setting there is. The weights belong to the description as it is written.

A training that was under way elsewhere goes on with --resume: that of a Keras file,
with the state of its optimizer, or that of the checkpoint which import has written,
named with --weights.

With --weights the training begins with the weights of an earlier one. Those of
another model are taken over where name and shape agree, and fit says which:
a new head on an old body. A layer that is frozen with --freeze is left out of
the gradient when the package is compiled, so that a step costs less.

Ctrl-C stops the training after the current step. The weights are kept as they are
then, and the history of the epochs that were completed. The same command with
--resume goes on from there, and ends with the same bits as if nothing had
happened; after a crash it goes on from a checkpoint that is a few seconds older.

The results of an earlier run are kept: they are moved to ./NAME-run.1, or to the
first number that is free, when the new training begins. --force overwrites them.`,
		Example: `  nngen fit mnist.yaml --data mnist-data -o run1 --seed 1
  nngen fit mnist.yaml --data mnist-data -o run1 --seed 1 --resume
  nngen fit mnist.yaml --epochs 100 --validation-split 0.1 --patience 3 --tensorboard logs
  nngen fit mnist.yaml --epochs 20 --learning-rate 0.0005 --set compile.metrics=[]
  nngen fit digits59.yaml --weights digits04-run/weights.safetensors --freeze hidden
  nngen fit mnist.yaml -q --json >result.json`,
		Args: oneModel,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.model, o.seeded = args[0], cmd.Flags().Changed("seed")
			return o.run(cmd)
		},
	}
	o.file.add(cmd)
	f := cmd.Flags()
	f.StringVar(&o.data, "data", "", "folder of the data files (default the model's)")
	f.StringVarP(&o.output, "output", "o", "", "folder for the results (default ./NAME-run)")
	f.Uint64Var(&o.seed, "seed", 0, "make the run repeatable (default a new one each time)")
	f.BoolVar(&o.force, "force", false, "overwrite the results of an earlier run, or give up an interrupted one")
	f.StringVar(&o.weights, "weights", "", "begin with the weights in this file (default fresh ones; of a Keras file its own)")
	f.BoolVar(&o.resume, "resume", false, "go on with the interrupted run in the folder for the results")
	f.BoolVar(&o.stream, "stream", false, "read the rows anew in every epoch, in their order: for tables and images that are larger than memory")
	o.fitSettings.add(cmd)
	f.BoolVarP(&o.quiet, "quiet", "q", false, "print the result alone")
	f.BoolVar(&o.json, "json", false, "print the result as JSON")
	return cmd
}

func (o *fitOptions) run(cmd *cobra.Command) error {
	set, more, err := o.resolve(cmd)
	switch {
	case err != nil:
		return err
	case o.resume && o.force:
		return usagef(cmd, "--resume goes on with a run and --force begins a new one; choose")
	}
	o.more = more
	if err := o.file.put(cmd, o.model, &set); err != nil {
		return err
	}
	net, err := network.Compile(cmd.Context(), o.model, set, nil)
	if err != nil {
		return err
	}
	if err := checkFit(net); err != nil {
		return err
	}
	if err := o.checkStream(cmd, net); err != nil {
		return err
	}
	if o.output == "" {
		o.output = codegen.PackageName(net.Program.Name) + "-run"
	}
	if o.data == "" {
		o.data = o.file.dataFolder(o.model)
	}
	lock, err := leftover.Lock(o.output)
	if err != nil {
		return err
	}
	defer func() { lock.Close() }() // nil or not
	if err := o.checkPlaces(cmd, net); err != nil {
		return err
	}
	undo, err := prepareFolder(o.output)
	if err != nil {
		return err
	}
	defer undo()
	if lock == nil { // the folder was not there
		if lock, err = leftover.Lock(o.output); err != nil {
			return err
		}
	}
	sweepResults(o.output)
	program, err := compiled(cmd.Context(), net, programs.TrainerSource)
	if err != nil {
		return err
	}
	defer program.Close()
	taken, err := o.takeOver(net)
	if err != nil {
		return err
	}
	defer taken()
	restore, err := o.keepEarlier(cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	defer restore()
	if err := o.train(cmd, net, program, lock); err != nil {
		if errors.Is(err, errStopped) && disk.Exists(o.checkpoint()) && !o.quiet && !o.json {
			return &stopped{again(cmd, o.model, "--resume")}
		}
		return err
	}
	if !o.quiet && !o.json {
		o.next(cmd.ErrOrStderr(), net)
	}
	return nil
}

// train runs the program that trains. Lock, nil or not, is on the folder for the results.
func (o *fitOptions) train(cmd *cobra.Command, net *network.Network, program *scratch.Program, lock *os.File) error {
	begin := o.weights
	if begin == "" && net.HasWeights() {
		var err error
		if begin, err = net.PutWeights(program.Dir); err != nil {
			return err
		}
	}
	child := program.Command(cmd.Context(), o.arguments(cmd, begin)...)
	child.Stdout, child.Stderr = cmd.OutOrStdout(), cmd.ErrOrStderr()
	if lock != nil {
		child.ExtraFiles = []*os.File{lock} // which may outlive this process for a moment
	}
	alive, err := child.StdinPipe() // ends with this process, however that ends
	if err != nil {
		return err
	}
	defer alive.Close()
	return finished(cmd.Context(), child.Run(), "training")
}

// arguments is the command line of the program that trains, which begins with the
// weights in a file; "": with fresh ones.
func (o *fitOptions) arguments(cmd *cobra.Command, weights string) []string {
	args := append([]string{"-data", o.data, "-out", o.output}, o.more...)
	if o.seeded {
		args = append(args, "-seed", strconv.FormatUint(o.seed, 10))
	}
	if cmd.Flags().Changed("validation-split") {
		split := o.validationSplit
		if split == 0 {
			split = -1 // none: 0 would be the description's
		}
		args = append(args, "-validation-split", strconv.FormatFloat(split, 'g', -1, 64))
	}
	if weights != "" && !o.resume {
		args = append(args, "-weights", weights)
	}
	if o.stream {
		args = append(args, "-stream")
	}
	if o.quiet {
		args = append(args, "-quiet")
	}
	if o.json {
		args = append(args, "-json")
	}
	return args
}

// checkpointFile is where an interrupted run is kept, in backupFolder, and what import
// calls the training that it takes over.
const checkpointFile = "checkpoint.safetensors"

// checkpoint is where an interrupted run is kept.
func (o *fitOptions) checkpoint() string {
	return filepath.Join(o.output, programs.BackupFolder, checkpointFile)
}

// next says how to go on with the weights.
func (o *fitOptions) next(w io.Writer, net *network.Network) {
	trained := append(o.file.arguments(), "--weights", filepath.Join(o.output, network.WeightsFile))
	if net.Spec.Data.Test == nil {
		command := []string{"nngen", "generate", o.model, "-o", codegen.PackageName(net.Program.Name) + "predict", "--predict-only"}
		next(w, append(command, trained...)...)
		return
	}
	command := append([]string{"nngen", "evaluate", o.model}, trained...)
	if o.data != o.file.dataFolder(o.model) {
		command = append(command, "--data", o.data)
	}
	next(w, command...)
}

// compiled is a program that uses the package.
func compiled(ctx context.Context, n *network.Network, source func(*network.Network) (map[string][]byte, error)) (*scratch.Program, error) {
	main, err := source(n)
	if err != nil {
		return nil, err
	}
	pkg, err := n.Emit(ctx, codegen.Config{Package: codegen.PackageName(n.Program.Name), PredictOnly: !n.Trains(), AllowNonFinite: n.AllowNonFinite})
	if err != nil {
		return nil, err
	}
	return scratch.Build(ctx, pkg, main)
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
