package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nngen-go/nngen/codegen"
	"github.com/nngen-go/nngen/ir/diag"
)

// fitOptions are the flags of fit.
type fitOptions struct {
	model  string
	data   string
	output string
	seed   uint64
	seeded bool
	force  bool
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

Ctrl-C stops the training after the current step. The weights are kept as they are
then, and the history of the epochs that were completed.`,
		Example: "  nngen fit mnist.yaml --data mnist-data -o run1 --seed 1",
		Args:    oneModel,
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
	return cmd
}

func (o *fitOptions) run(cmd *cobra.Command) error {
	net, err := compile(o.model, nil)
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
	ctx := cmd.Context()
	exe, done, err := net.trainer(ctx)
	if err != nil {
		return err
	}
	defer done()
	args := []string{"-data", o.data, "-out", o.output}
	if o.seeded {
		args = append(args, "-seed", strconv.FormatUint(o.seed, 10))
	}
	child := program(ctx, exe, args...)
	child.Stdout, child.Stderr = cmd.OutOrStdout(), cmd.ErrOrStderr()
	err = child.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return errStopped
	case errors.As(err, &exit) && exit.ExitCode() == exitFailure:
		return errReported
	case err != nil:
		return fmt.Errorf("training: %w", err)
	}
	return nil
}

// checkFit reports what keeps a description from being trained by the command.
func (n *network) checkFit() error {
	var errs diag.List
	m := n.spec
	switch {
	case m.Compile == nil:
		errs.Add(m.Pos, "there is no compile section, so the model cannot be trained; write compile: {optimizer: rmsprop, loss: ...}")
	case m.Data == nil:
		errs.Add(m.Pos, "there is no data section, so fit has nothing to train on; write data: {train: ...}, or call Fit in Go")
	case m.Data.Train == nil:
		errs.Add(m.Data.Pos, "data: there is no train, so fit has nothing to train on")
	case len(n.program.Inputs) != 1 || len(n.program.Targets) != 1:
		errs.Add(m.Data.Pos, "data: a file gives one input and one target, and the model has %d and %d; call Fit in Go", len(n.program.Inputs), len(n.program.Targets))
	}
	return errs.Err()
}

// checkPlaces looks for the data files and at the folder for the results before
// anything takes time.
func (o *fitOptions) checkPlaces(net *network) error {
	if !o.force {
		for _, name := range fitFiles {
			if path := filepath.Join(o.output, name); exists(path) {
				return fmt.Errorf("%s is there from an earlier run: choose another folder with -o, or overwrite it with --force", path)
			}
		}
	}
	var missing []string
	for _, s := range net.sources() {
		for _, name := range s.Files {
			if path := filepath.Join(o.data, name); !exists(path) {
				missing = append(missing, path)
			}
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("no data: %s not found; name the folder of the files with --data", strings.Join(missing, ", "))
	}
	return nil
}

// prepareFolder makes a folder and sees whether files can be written to it,
// before a training is spent on them. Undo removes the folders that it has made
// and that are empty.
func prepareFolder(path string) (undo func(), err error) {
	if err := checkFolder(path); err != nil {
		return nil, err
	}
	var made []string
	for dir := filepath.Clean(path); !exists(dir); dir = filepath.Dir(dir) {
		made = append(made, dir)
	}
	undo = func() {
		for _, dir := range made {
			os.Remove(dir) // only if nothing is in it
		}
	}
	if err = os.MkdirAll(path, 0o777); err == nil {
		var probe *os.File
		if probe, err = os.CreateTemp(path, ".probe-*"); err == nil {
			err = errors.Join(probe.Close(), os.Remove(probe.Name()))
		}
	}
	if err != nil {
		undo()
		return nil, fmt.Errorf("the results cannot be written: %w", err)
	}
	return undo, nil
}

// trainer compiles the program that trains the network. Done removes it.
func (n *network) trainer(ctx context.Context) (exe string, done func(), err error) {
	pkg, err := n.emit(codegen.Config{Package: codegen.PackageName(n.program.Name)})
	if err != nil {
		return "", nil, err
	}
	main, err := n.trainerSource()
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
