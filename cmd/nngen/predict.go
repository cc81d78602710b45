package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nngen-go/nngen/cmd/nngen/internal/disk"
	"github.com/nngen-go/nngen/cmd/nngen/internal/leftover"
	"github.com/nngen-go/nngen/cmd/nngen/internal/network"
	"github.com/nngen-go/nngen/cmd/nngen/internal/programs"
	"github.com/nngen-go/nngen/cmd/nngen/internal/show"
	"github.com/nngen-go/nngen/codegen"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/loop"
)

// predictOptions are the flags of predict.
type predictOptions struct {
	model   string
	input   string
	files   []string // of each input, where they have names
	weights string
	format  string
	output  string
	all     bool
	json    bool
	skipBad bool

	allowNonFinite bool
	quiet          bool
	keras          kerasFlags
}

func predictCommand() *cobra.Command {
	var o predictOptions
	cmd := &cobra.Command{
		Use:   "predict MODEL [FILE | INPUT=FILE...]",
		Short: "Predict the rows of a file with trained weights",
		Long: `predict reads rows and prints one line for each: row,class,probability where the
model tells classes apart, otherwise row and the values of the outputs. Of logits
(from_logits: true) the probabilities are the sigmoid or softmax that the loss takes
of them. Where outputs are not probabilities (the last activation leaves 0 to 1, or the
loss is not a cross-entropy), it is row,class,value. A model of labels that do not
exclude one another (several units, binary_crossentropy) prints a column for each.
With --json an output with several axes, such as a sequence, is a list of lists.
Rows count from 0. They are read from a file, or from standard input where there is none, and
answered as they come: the file may be larger than memory.

Formats, known by the extension or given with --format; .gz may follow each:
  csv     a table whose header names the features; other columns, that of the
          target among them, are passed over. Of a model without features: the
          numbers of its input
  jsonl   a line is an object with the features or the inputs, or an array of the
          input's numbers
  npy     an array of NumPy, one row for each entry of the first axis; of several
          inputs, INPUT=FILE for each
  npz     arrays of NumPy, those that the description names or that have the names
          of the inputs
  idx     images in the format of MNIST
  tokens  a line is a list of ids; a label and a tab may precede them

A row with a mistake ends the run with its file and line, unless --skip-bad is
given: it is then reported and passed over.`,
		Example: `  nngen predict churn.yaml new.csv --weights churn-run/weights.safetensors
  nngen predict churn.yaml new.csv --all -o answers.csv
  nngen predict mnist.yaml t10k-images-idx3-ubyte.gz --json
  nngen predict house.yaml rooms=rooms.npy sensors=sensors.npy
  echo '{"age": 41, "plan": "basic"}' | nngen predict churn.yaml - --format jsonl`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 2 && !strings.Contains(args[2], "=") {
				return usagef(cmd, "one file at a time: unexpected argument %s", diag.Quote(args[2]))
			}
			return oneModel(cmd, args[:min(len(args), 1)])
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.model, o.input = args[0], "-"
			if len(args) > 1 {
				o.input, o.files = args[1], args[1:]
			}
			return o.run(cmd)
		},
	}
	o.keras.add(cmd)
	f := cmd.Flags()
	f.StringVar(&o.weights, "weights", "", "trained weights (default those of fit, in ./NAME-run; of a Keras file its own)")
	f.StringVar(&o.format, "format", "", "format of the rows (default by the extension)")
	f.StringVarP(&o.output, "output", "o", "", "file for the answers (default standard output)")
	f.BoolVar(&o.all, "all", false, "print the probability, or value, of every class")
	f.BoolVar(&o.json, "json", false, "print a line of JSON for every row")
	f.BoolVar(&o.allowNonFinite, "allow-non-finite", false, "take weights that are NaN or infinite")
	f.BoolVar(&o.skipBad, "skip-bad", false, "report rows with mistakes and go on")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "print the answers alone")
	return cmd
}

func (o *predictOptions) run(cmd *cobra.Command) error {
	var set network.Settings
	if err := o.keras.put(cmd, o.model, &set); err != nil {
		return err
	}
	net, err := network.Compile(cmd.Context(), o.model, set, nil)
	if err != nil {
		return err
	}
	net.AllowNonFinite = o.allowNonFinite
	if err := o.named(cmd, net); err != nil {
		return err
	}
	if o.format, err = formatOf(cmd, net, o.format, o.input); err != nil {
		return err
	}
	if array := o.format == "npy" || o.format == "idx"; len(o.files) > 0 && !array {
		return usagef(cmd, "INPUT=FILE is for npy and idx files, and the format is %s", o.format)
	}
	if o.all && net.Program.Answer.Kind != loop.Choice {
		return usagef(cmd, "--all: this model does not tell classes apart; every value is printed anyway")
	}
	for _, file := range append(o.files, o.input) {
		if err := checkInput(file, foldersAsRows(net)); err != nil {
			return err
		}
	}
	if o.weights, err = trainedWeights(net, o.weights, o.model); err != nil {
		return err
	}
	program, err := compiled(cmd.Context(), net, programs.PredictSource)
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
	args := []string{"-weights", weights, "-format", o.format, "-input", o.input}
	for _, f := range []struct {
		name string
		set  bool
	}{{"-all", o.all}, {"-json", o.json}, {"-skip-bad", o.skipBad}, {"-quiet", o.quiet}} {
		if f.set {
			args = append(args, f.name)
		}
	}
	child := program.Command(cmd.Context(), append(args, o.files...)...)
	child.Stdin, child.Stderr = cmd.InOrStdin(), cmd.ErrOrStderr()
	err = o.into(cmd.OutOrStdout(), func(w io.Writer) error {
		child.Stdout = w
		return finished(cmd.Context(), child.Run(), "predicting")
	})
	if err == nil && !o.quiet && !o.json {
		command := append([]string{"nngen", "generate", o.model, "-o", codegen.PackageName(net.Program.Name) + "predict", "--predict-only"}, o.keras.arguments()...)
		next(cmd.ErrOrStderr(), append(command, weightsFlag(o.weights)...)...)
	}
	return err
}

// named takes the files of inputs under their names: rooms=rooms.npy.
func (o *predictOptions) named(cmd *cobra.Command, n *network.Network) error {
	given := o.files
	o.files = nil
	if len(given) == 0 || len(given) == 1 && (!strings.Contains(given[0], "=") || disk.Exists(given[0])) {
		return nil
	}
	names := programs.PortNames(n.Program.Inputs)
	files := make([]string, len(names))
	for _, arg := range given {
		name, file, _ := strings.Cut(arg, "=")
		i := slices.Index(names, name)
		switch {
		case i < 0:
			return usagef(cmd, "%s: the model has no input %s%s Its inputs are %s", arg, diag.Quote(name), diag.Hint(name, names), strings.Join(names, ", "))
		case file == "" || files[i] != "":
			return usagef(cmd, "%s: each input takes one file", arg)
		}
		files[i] = file
	}
	for i, file := range files {
		if file == "" {
			return usagef(cmd, "which file is for input %s? Add %s=FILE", diag.Quote(names[i]), show.ShellQuote(names[i]))
		}
	}
	o.files, o.input = files, files[0]
	return nil
}

// foldersAsRows reports whether a folder holds rows, a file for each.
func foldersAsRows(n *network.Network) bool {
	t := programs.DataOf(n)
	return t.Texts || t.Images
}

// into writes the answers to the file of -o, which takes its place once they are
// complete, or to standard output.
func (o *predictOptions) into(stdout io.Writer, write func(w io.Writer) error) error {
	if o.output == "" {
		return write(stdout)
	}
	f, err := leftover.CreateTemporary(o.output)
	if err != nil {
		return fmt.Errorf("the answers cannot be written: %w", err)
	}
	leftover.Add(f.Name())
	defer leftover.Remove(f.Name())
	err = write(f)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), o.output)
}

// weightsFlag names weights in a command; "": none.
func weightsFlag(path string) []string {
	if path == "" {
		return nil
	}
	return []string{"--weights", path}
}

// trainedWeights finds the weights of the network and checks that they are its
// own. The path stays "" where they are in the model's file.
func trainedWeights(n *network.Network, path, model string) (string, error) {
	if path == "" && n.HasWeights() {
		b, err := n.FileWeights()
		if err != nil {
			return "", err
		}
		return "", network.CheckWeights(model, b, n.Program, n.AllowNonFinite)
	}
	if path == "" {
		path = filepath.Join(codegen.PackageName(n.Program.Name)+"-run", network.WeightsFile)
		if !disk.Exists(path) {
			return "", fmt.Errorf("which weights? %s is not there: train the model with nngen fit %s, or name the file with --weights", path, show.ShellQuote(model))
		}
	}
	if err := network.CheckWeightsFile(path); err != nil {
		return "", err
	}
	_, err := network.ReadWeights(path, n.Program, n.AllowNonFinite)
	return path, err
}

// formatOf finds the format of the input: the one that is asked for, that of
// the file's extension, or the most natural one of the model.
func formatOf(cmd *cobra.Command, n *network.Network, asked, input string) (string, error) {
	formats := programs.Formats(n)
	var names []string
	for _, f := range formats {
		names = append(names, f.Name)
	}
	if asked != "" {
		if !slices.Contains(names, asked) {
			return "", usagef(cmd, "--format %s is not a format for this model%s It reads %s", diag.Quote(asked), diag.Hint(asked, names), strings.Join(names, ", "))
		}
		return asked, nil
	}
	base := strings.TrimSuffix(strings.ToLower(filepath.Base(input)), ".gz")
	for _, f := range formats {
		for _, e := range f.Extensions {
			if strings.HasSuffix(base, e) {
				return f.Name, nil
			}
		}
	}
	return names[0], nil
}

// checkInput looks at the file before anything takes time.
func checkInput(input string, folders bool) error {
	if input == "-" {
		return nil
	}
	switch info, err := os.Stat(input); {
	case os.IsNotExist(err):
		return disk.NoSuchFile(input, filepath.Ext(input))
	case err != nil:
		return err
	case info.IsDir() && !folders:
		return disk.FolderError(input)
	case disk.Pointer(input):
		return disk.PointerError(input)
	}
	return nil
}
