package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nngen-go/nngen/cmd/nngen/internal/disk"
	"github.com/nngen-go/nngen/cmd/nngen/internal/folder"
	"github.com/nngen-go/nngen/cmd/nngen/internal/leftover"
	"github.com/nngen-go/nngen/cmd/nngen/internal/network"
	"github.com/nngen-go/nngen/cmd/nngen/internal/programs"
	"github.com/nngen-go/nngen/cmd/nngen/internal/show"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/runtime/data"
	"github.com/nngen-go/nngen/runtime/weights"
)

// checkFit reports what keeps a description from being trained by the command.
func checkFit(n *network.Network) error {
	var errs diag.List
	m := n.Spec
	if n.HasWeights() && (m.Compile == nil || m.Data == nil) {
		file := m.File
		if n.Imported != nil {
			file = n.Imported.Path
		}
		return network.MissingSections(file, m)
	}
	switch {
	case m.Compile == nil:
		errs.Add(m.Pos, "there is no compile section, so the model cannot be trained; write compile: {optimizer: rmsprop, loss: ...}")
	case m.Data == nil:
		errs.Add(m.Pos, "there is no data section, so fit has nothing to train on; write data: {train: ...}, or call Fit in Go")
	case m.Data.Train == nil:
		errs.Add(m.Data.Pos, "data: there is no train, so fit has nothing to train on")
	}
	return errs.Err()
}

// checkStream reports what cannot be read row by row.
func (o *fitOptions) checkStream(cmd *cobra.Command, net *network.Network) error {
	d := net.Spec.Data
	split := net.Spec.Fit.ValidationSplit
	if cmd.Flags().Changed("validation-split") {
		split = o.validationSplit
	}
	switch {
	case !o.stream:
		return nil
	case !data.FormatNamed(string(d.Train.Kind)).Streamed:
		return usagef(cmd, "--stream is for tables and folders of images; the data is %s", d.Train.Kind)
	case split > 0:
		return usagef(cmd, "--stream reads the rows one by one, so that none can be split off; pass --validation-split 0, or write data: {validation: ...} with rows of their own")
	case d.Test != nil && d.Test.Split > 0:
		return usagef(cmd, "--stream reads the rows one by one, so that no test rows can be split off; write data: {test: {%s: ...}}", d.Train.Kind)
	}
	return nil
}

// checkPlaces looks for the files that a training reads and at the folder for
// the results before anything takes time.
func (o *fitOptions) checkPlaces(cmd *cobra.Command, net *network.Network) error {
	switch interrupted := disk.Exists(o.checkpoint()); {
	case !interrupted && begun(filepath.Dir(o.checkpoint())):
		fmt.Fprintf(cmd.ErrOrStderr(), "%s: the earlier run there was ended before its first checkpoint, so that there is nothing to go on with: this one begins anew\n", o.output)
		o.resume = false
	case o.resume && !interrupted && !o.elsewhere(net):
		return fmt.Errorf("%s: there is no interrupted run to go on with; leave --resume out", o.output)
	case interrupted && o.force:
		if err := os.Remove(o.checkpoint()); err != nil {
			return err
		}
	case interrupted && !o.resume:
		return fmt.Errorf("%s holds an interrupted run: begin anew with --force, or go on with it: %s", o.output, show.CommandLine(again(cmd, o.model, "--resume")))
	}
	if o.weights != "" {
		if err := network.CheckWeightsFile(o.weights); err != nil {
			return err
		}
	}
	var files []string
	for _, s := range programs.Sources(net) {
		files = append(files, s.Files...)
	}
	return checkData(o.data, files)
}

// elsewhere reports whether there is a training of another program to go on with: the
// model's file is a snapshot of one, or --weights names a checkpoint.
func (o *fitOptions) elsewhere(net *network.Network) bool {
	if o.weights == "" {
		return net.Imported != nil && net.Imported.Optimizer != nil
	}
	f, err := weights.Open(o.weights, weights.Only(nil))
	return err == nil && f.Meta[weights.KeyTraining] != ""
}

// takeOver has a run that is resumed, and has no checkpoint of its own, begin with that of
// another program. Undo removes it where the run has taken no step.
func (o *fitOptions) takeOver(net *network.Network) (undo func(), err error) {
	undo = func() {}
	path := o.checkpoint()
	if !o.resume || disk.Exists(path) {
		return undo, nil
	}
	var state []byte
	if o.weights != "" {
		state, err = os.ReadFile(o.weights)
	} else {
		state, err = network.FileCheckpoint(net)
	}
	if err == nil {
		err = replaceFile(path, state)
	}
	if err != nil {
		return undo, err
	}
	before, err := os.Stat(path)
	if err != nil {
		return undo, err
	}
	return func() {
		if now, err := os.Stat(path); err == nil && os.SameFile(before, now) {
			os.Remove(path) // a later checkpoint takes its place by another name
		}
	}, nil
}

// begun reports whether a training has begun that was ended by force before its
// first checkpoint: wherever it ends otherwise, the folder is removed. A folder
// that holds anything else is somebody else's.
func begun(backup string) bool {
	entries, err := os.ReadDir(backup)
	for _, e := range entries {
		if ok, _ := filepath.Match(checkpointFile+weights.TempPattern, e.Name()); !ok {
			return false
		}
	}
	return err == nil
}

// checkData looks for data files in their folder.
func checkData(dir string, files []string) error {
	var missing []string
	for _, name := range files {
		path := filepath.Join(dir, name)
		if !disk.Exists(path) {
			missing = append(missing, path)
			continue
		}
		if disk.Pointer(path) {
			return disk.PointerError(path)
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
	if err := folder.Check(path); err != nil {
		return nil, err
	}
	var made []string
	for dir := filepath.Clean(path); !disk.Exists(dir); dir = filepath.Dir(dir) {
		made = append(made, dir)
	}
	undo = func() {
		os.Remove(filepath.Join(path, programs.BackupFolder)) // of a training that has not begun
		for _, dir := range made {
			os.Remove(dir) // only if nothing is in it
		}
	}
	if err = os.MkdirAll(filepath.Join(path, programs.BackupFolder), 0o777); err == nil { // as a sign that a training has begun
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

// unfinished matches what a training leaves in the folder for the results: a
// probe, and files that had not taken their place. See prepareFolder, the
// template of fit, and weights.SaveFile.
var unfinished = regexp.MustCompile(`^(\.probe-\d+|\.history-\d+|(weights|best)\.safetensors\.[0-9a-f]{8}\.tmp)$`)

// sweepResults removes what killed trainings left in the folder for the results,
// which is locked.
func sweepResults(path string) {
	leftover.Sweep(path, func(name string, e os.DirEntry) bool {
		return e.Type().IsRegular() && unfinished.MatchString(name)
	})
}
