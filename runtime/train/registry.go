package train

import "reflect"

// Entry is a callback that a package offers, and that a description may name
// unless it is given to Fit in Go alone.
type Entry struct {
	Name      string          // Keras's, in snake case
	Doc       string          // what it does
	New       func() Callback // a pointer to a struct
	Elsewhere string          // why no description names it; "": the arguments are the fields with the tag arg
}

// Type is the name of the callback's type, that of Keras's class.
func (e Entry) Type() string { return reflect.TypeOf(e.New()).Elem().Name() }

// Callbacks lists the callbacks.
func Callbacks() []Entry {
	return []Entry{
		{"lambda_callback", "makes a callback of functions", func() Callback { return &Funcs{} }, "calls functions"},
		{"early_stopping", "ends training when a loss or metric has stopped improving", func() Callback { return &EarlyStopping{} }, ""},
		{"model_checkpoint", "saves the parameters as the Fit goes on", func() Callback { return &ModelCheckpoint{} }, "names a file"},
		{"backup_and_restore", "makes a Fit survive an interruption", func() Callback { return &BackupAndRestore{} }, "names a folder"},
		{"reduce_lr_on_plateau", "lowers the learning rate when a loss or metric has stopped improving", func() Callback { return &ReduceLROnPlateau{} }, ""},
		{"learning_rate_scheduler", "sets the learning rate before every epoch", func() Callback { return &LearningRateScheduler{} }, "calls a function"},
		{"csv_logger", "writes a line for every epoch", func() Callback { return &CSVLogger{} }, "names a file"},
		{"tensorboard", "writes what TensorBoard shows", func() Callback { return &TensorBoard{} }, "names a folder"},
		{"terminate_on_nan", "ends training when the loss is not a number", func() Callback { return &TerminateOnNaN{} }, ""},
	}
}
