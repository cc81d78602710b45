package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/nngen-go/nngen/cmd/nngen/internal/network"
	"github.com/nngen-go/nngen/cmd/nngen/internal/programs"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec"
)

// fitSettings are the flags of fit that change the compile and fit sections,
// besides those of programs.FitFlags.
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
func (s *fitSettings) resolve(cmd *cobra.Command) (network.Settings, []string, error) {
	out := network.Settings{Freeze: s.freeze}
	overrides, args, err := givenFlags(cmd)
	if err != nil {
		return out, nil, err
	}
	out.Overrides = overrides
	if cmd.Flags().Changed("validation-split") && !(s.validationSplit >= 0 && s.validationSplit < 1) {
		return out, nil, usagef(cmd, "--validation-split %v: it is a fraction of the rows, at least 0 and below 1", s.validationSplit)
	}
	for i, text := range s.set {
		o, ok := spec.ParseOverride("--set", i+1, text)
		if !ok {
			return out, nil, usagef(cmd, "--set %s: write a key, an equals sign and a value, such as fit.epochs=3", diag.Quote(text))
		}
		out.Overrides = append(out.Overrides, o)
	}
	return out, args, nil
}

// addFitFlags declares the flags.
func addFitFlags(cmd *cobra.Command) {
	for _, f := range programs.FitFlags {
		switch f.Type() {
		case "Int":
			cmd.Flags().Int(f.Name, 0, f.Usage)
		case "Float64":
			cmd.Flags().Float64(f.Name, 0, f.Usage)
		default:
			cmd.Flags().String(f.Name, "", f.Usage)
		}
	}
}

// givenFlags gives what the flags change in the description, and the arguments of
// the training program.
func givenFlags(cmd *cobra.Command) (overrides []spec.Override, args []string, err error) {
	for _, f := range programs.FitFlags {
		flag := cmd.Flags().Lookup(f.Name)
		switch value := flag.Value.String(); {
		case !flag.Changed:
		case f.Key != "":
			overrides = append(overrides, spec.Override{Flag: "--" + f.Name, Key: f.Key, Value: value})
		default:
			var n int
			if _, bad := fmt.Sscan(value, &n); f.Type() == "Int" && (bad != nil || n < 1) {
				return nil, nil, usagef(cmd, "--%s %s: there must be at least one", f.Name, value)
			}
			args = append(args, "-"+f.Name, value)
		}
	}
	return overrides, args, nil
}
