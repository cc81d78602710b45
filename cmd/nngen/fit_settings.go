package main

import (
	"strconv"

	"github.com/spf13/cobra"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec"
)

// settings change a description for one run. They leave alone what its weights
// belong to: the layers, the preprocessing, the classes.
type settings struct {
	overrides []spec.Override
	freeze    []string // names of layers
}

// fitSettings are the flags of fit that change the compile and fit sections.
type fitSettings struct {
	epochs          int
	validationSplit float64
	batchSize       int
	learningRate    float64
	optimizer       string
	set             []string
	freeze          []string
}

func (s *fitSettings) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.IntVar(&s.epochs, "epochs", 0, "passes over the training rows (default the description's)")
	f.IntVar(&s.batchSize, "batch-size", 0, "rows per optimizer step (default the description's)")
	f.Float64Var(&s.learningRate, "learning-rate", 0, "learning rate of the optimizer (default the description's)")
	f.StringVar(&s.optimizer, "optimizer", "", "optimizer, as compile: optimizer has it (default the description's)")
	f.Float64Var(&s.validationSplit, "validation-split", 0, "last fraction of the training rows, kept for validation (default the description's)")
	f.StringArrayVar(&s.set, "set", nil, "a setting under compile or fit, as `KEY=VALUE`; may be repeated")
	f.StringArrayVar(&s.freeze, "freeze", nil, "leave the weights of a `LAYER` as they are; may be repeated")
}

// resolve gives what the flags change in the description. Epochs and the
// validation split are given to the program as it runs.
func (s *fitSettings) resolve(cmd *cobra.Command) (settings, error) {
	given := func(name string) bool { return cmd.Flags().Changed(name) }
	out := settings{freeze: s.freeze}
	switch {
	case given("epochs") && s.epochs < 1:
		return out, usagef(cmd, "--epochs %d: there must be at least one", s.epochs)
	case given("validation-split") && !(s.validationSplit >= 0 && s.validationSplit < 1):
		return out, usagef(cmd, "--validation-split %v: it is a fraction of the rows, at least 0 and below 1", s.validationSplit)
	}
	for _, f := range []struct{ flag, key, value string }{
		{"optimizer", "compile.optimizer", s.optimizer},
		{"batch-size", "fit.batch_size", strconv.Itoa(s.batchSize)},
		{"learning-rate", "compile.optimizer.*.learning_rate", strconv.FormatFloat(s.learningRate, 'g', -1, 64)},
	} {
		if given(f.flag) {
			out.overrides = append(out.overrides, spec.Override{Flag: "--" + f.flag, Key: f.key, Value: f.value})
		}
	}
	for i, text := range s.set {
		o, ok := spec.ParseOverride("--set", i+1, text)
		if !ok {
			return out, usagef(cmd, "--set %s: write a key, an equals sign and a value, such as fit.epochs=3", diag.Quote(text))
		}
		out.overrides = append(out.overrides, o)
	}
	return out, nil
}

// freezeLayers makes layers of the description not trainable.
func freezeLayers(m *spec.Model, freeze []string) error {
	names := m.Names()
	var errs diag.List
	for i, want := range freeze {
		found := false
		for j, name := range names {
			if name == want {
				found = true
				m.Layers[j].Trainable = new(bool)
			}
		}
		if !found {
			errs.Add(diag.Pos{File: "--freeze", Line: i + 1, Col: 1}, "there is no layer %s%s", diag.Quote(want), diag.DidYouMean(want, names))
		}
	}
	return errs.Err()
}
