package programs

import (
	"strings"
)

// FitFlag is a flag of fit: one that changes the description, or one that the
// training program is given.
type FitFlag struct {
	Name, Usage string
	Zero        string // of its type, as Go has it: 0, 0.0 or ""; whole numbers of programs are 1 or more
	Key         string // the setting that it changes; "": none
	code        string // what the program does with it, in which $ is the value
}

var FitFlags = []FitFlag{
	{Name: "epochs", Usage: "passes over the training rows (default the description's)", Zero: "0", code: "cfg.Epochs = $"},
	{Name: "batch-size", Usage: "rows per optimizer step (default the description's)", Zero: "0", Key: "fit.batch_size"},
	{Name: "learning-rate", Usage: "learning rate of the optimizer (default the description's)", Zero: "0.0", Key: "compile.optimizer.*.learning_rate"},
	{Name: "optimizer", Usage: "optimizer, as compile: optimizer has it (default the description's)", Zero: `""`, Key: "compile.optimizer"},
	{Name: "patience", Usage: "end after this many epochs without a better val_loss (loss, where there is no validation), with the best weights", Zero: "0",
		code: "cfg.Callbacks = append(cfg.Callbacks, &train.EarlyStopping{Monitor: monitor, Patience: $, RestoreBestWeights: true})"},
	{Name: "tensorboard", Usage: "folder for logs that TensorBoard shows", Zero: `""`, code: "cfg.Callbacks = append(cfg.Callbacks, &train.TensorBoard{LogDir: $})"},
}

// Type is that of the flag: the function of package flag that declares it.
func (f FitFlag) Type() string {
	return map[string]string{"0": "Int", "0.0": "Float64", `""`: "String"}[f.Zero]
}

// Variable is what the program has the value in.
func (f FitFlag) Variable() string { return "flag" + strings.ReplaceAll(f.Name, "-", "") }

// Code is what the program does with the value.
func (f FitFlag) Code() string { return strings.ReplaceAll(f.code, "$", "*"+f.Variable()) }

// programFlags are those that the training program has.
func programFlags() []FitFlag {
	var list []FitFlag
	for _, f := range FitFlags {
		if f.code != "" {
			list = append(list, f)
		}
	}
	return list
}
