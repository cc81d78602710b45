package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nngen-go/nngen/ir/spec"
)

// fitFlag is a flag of fit: one that changes the description, or one that the
// training program is given.
type fitFlag struct {
	Name, usage string
	Zero        string // of its type, as Go has it: 0, 0.0 or ""; whole numbers of programs are 1 or more
	key         string // the setting that it changes; "": none
	code        string // what the program does with it, in which $ is the value
}

var fitFlags = []fitFlag{
	{Name: "epochs", usage: "passes over the training rows (default the description's)", Zero: "0", code: "cfg.Epochs = $"},
	{Name: "batch-size", usage: "rows per optimizer step (default the description's)", Zero: "0", key: "fit.batch_size"},
	{Name: "learning-rate", usage: "learning rate of the optimizer (default the description's)", Zero: "0.0", key: "compile.optimizer.*.learning_rate"},
	{Name: "optimizer", usage: "optimizer, as compile: optimizer has it (default the description's)", Zero: `""`, key: "compile.optimizer"},
	{Name: "patience", usage: "end after this many epochs without a better val_loss (loss, where there is no validation), with the best weights", Zero: "0",
		code: "cfg.Callbacks = append(cfg.Callbacks, &train.EarlyStopping{Monitor: monitor, Patience: $, RestoreBestWeights: true})"},
	{Name: "tensorboard", usage: "folder for logs that TensorBoard shows", Zero: `""`, code: "cfg.Callbacks = append(cfg.Callbacks, &train.TensorBoard{LogDir: $})"},
}

// Type is that of the flag: the function of package flag that declares it.
func (f fitFlag) Type() string {
	return map[string]string{"0": "Int", "0.0": "Float64", `""`: "String"}[f.Zero]
}

// Variable is what the program has the value in.
func (f fitFlag) Variable() string { return "flag" + strings.ReplaceAll(f.Name, "-", "") }

// Code is what the program does with the value.
func (f fitFlag) Code() string { return strings.ReplaceAll(f.code, "$", "*"+f.Variable()) }

// addFitFlags declares the flags.
func addFitFlags(cmd *cobra.Command) {
	for _, f := range fitFlags {
		switch f.Type() {
		case "Int":
			cmd.Flags().Int(f.Name, 0, f.usage)
		case "Float64":
			cmd.Flags().Float64(f.Name, 0, f.usage)
		default:
			cmd.Flags().String(f.Name, "", f.usage)
		}
	}
}

// programFlags are those that the training program has.
func programFlags() []fitFlag {
	var list []fitFlag
	for _, f := range fitFlags {
		if f.code != "" {
			list = append(list, f)
		}
	}
	return list
}

// givenFlags gives what the flags change in the description, and the arguments of
// the training program.
func givenFlags(cmd *cobra.Command) (overrides []spec.Override, args []string, err error) {
	for _, f := range fitFlags {
		flag := cmd.Flags().Lookup(f.Name)
		switch value := flag.Value.String(); {
		case !flag.Changed:
		case f.key != "":
			overrides = append(overrides, spec.Override{Flag: "--" + f.Name, Key: f.key, Value: value})
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
