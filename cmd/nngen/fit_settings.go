package main

import (
	"github.com/spf13/cobra"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec"
)

// settings change a description for one run. They leave alone what its weights
// belong to: the layers, the preprocessing, the classes.
type settings struct {
	overrides []spec.Override
	freeze    []string         // names of layers
	bind      []string         // symbolic extents of an ONNX file: name=value
	shapes    map[string][]int // of inputs of a Keras file
	config    string           // a file with the layers of one that has weights alone
}

// fitSettings are the flags of fit that change the compile and fit sections,
// besides those of fitFlags.
type fitSettings struct {
	validationSplit float64
	set             []string
	freeze          []string
}

func (s *fitSettings) add(cmd *cobra.Command) {
	addFitFlags(cmd)
	f := cmd.Flags()
	f.Float64Var(&s.validationSplit, "validation-split", 0, "last fraction of the training rows, kept for validation (default the description's)")
	f.StringArrayVar(&s.set, "set", nil, "a setting under compile or fit, as `KEY=VALUE`; may be repeated")
	f.StringArrayVar(&s.freeze, "freeze", nil, "leave the weights of a `LAYER` as they are; may be repeated")
}

// resolve gives what the flags change in the description, and the arguments of
// the training program. The latter is given the validation split, too.
func (s *fitSettings) resolve(cmd *cobra.Command) (settings, []string, error) {
	out := settings{freeze: s.freeze}
	overrides, args, err := givenFlags(cmd)
	if err != nil {
		return out, nil, err
	}
	out.overrides = overrides
	if cmd.Flags().Changed("validation-split") && !(s.validationSplit >= 0 && s.validationSplit < 1) {
		return out, nil, usagef(cmd, "--validation-split %v: it is a fraction of the rows, at least 0 and below 1", s.validationSplit)
	}
	for i, text := range s.set {
		o, ok := spec.ParseOverride("--set", i+1, text)
		if !ok {
			return out, nil, usagef(cmd, "--set %s: write a key, an equals sign and a value, such as fit.epochs=3", diag.Quote(text))
		}
		out.overrides = append(out.overrides, o)
	}
	return out, args, nil
}

// freezeLayers makes layers of the description not trainable.
func freezeLayers(m *spec.Model, freeze []string) error {
	names := m.Names()
	var errs diag.List
	for i, want := range freeze {
		found := false
		for j, name := range names {
			if name != want {
				continue
			}
			found = true
			if first := m.Layers[j].Shared.Name; first != "" {
				errs.Add(diag.Pos{File: "--freeze", Line: i + 1, Col: 1}, "layer %s has the weights of %s; write --freeze %s", diag.Quote(want), diag.Quote(first), first)
			}
			m.Layers[j].Trainable = new(bool)
		}
		if !found {
			errs.Add(diag.Pos{File: "--freeze", Line: i + 1, Col: 1}, "there is no layer %s%s", diag.Quote(want), diag.DidYouMean(want, names))
		}
	}
	return errs.Err()
}
