package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nngen-go/nngen/cmd/nngen/internal/disk"
	"github.com/nngen-go/nngen/cmd/nngen/internal/exporting"
	"github.com/nngen-go/nngen/cmd/nngen/internal/leftover"
	"github.com/nngen-go/nngen/cmd/nngen/internal/network"
	"github.com/nngen-go/nngen/cmd/nngen/internal/percent"
	"github.com/nngen-go/nngen/cmd/nngen/internal/show"
	"github.com/nngen-go/nngen/codegen"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/keras/exporter"
	"github.com/nngen-go/nngen/runtime/weights"
)

// exportFormat is a format of files that export writes.
type exportFormat struct {
	ext, name string
	// write gives the file, called name, of a network whose parameter block is params, after those
	// that belong beside it, and prints what whoever reads the file has to know.
	write func(n *network.Network, name string, params []float32, report io.Writer) ([]exporting.File, error)
	// check reports what the format cannot say before weights are looked for; nil: write
	// does.
	check func(n *network.Network) error
}

// exportFormats are in the order in which extensions are looked for.
var exportFormats = []exportFormat{
	{".keras", "Keras", exporting.Keras(exporter.Keras), exporting.CheckKeras},
	{".weights.h5", "weights of Keras", exporting.Keras(exporter.Weights), exporting.CheckKeras},
	{".h5", "Keras 2", exporting.Keras(exporter.H5), exporting.CheckKeras},
	{".onnx", "ONNX", exporting.ONNX, nil},
}

// exportOptions are the flags of export.
type exportOptions struct {
	model   string
	output  string
	weights string
	file    kerasFlags
	force   bool

	allowNonFinite bool
}

func exportCommand() *cobra.Command {
	var o exportOptions
	cmd := &cobra.Command{
		Use:   "export MODEL -o FILE",
		Short: "Write a trained model for other frameworks",
		Long: `export writes a model with its trained weights as a file that other programs read.
The extension says which:
  .onnx         ONNX, opset 21: standard operators, the extent of the batch left open
  .keras        Keras 3: the layers, their weights and what the model is compiled with;
                keras.models.load_model gives the model, which predicts and trains on.
                With the weights of a checkpoint, that of a training that Ctrl-C has
                stopped, the state of the optimizer is in the file as well
  .h5           the same as Keras 2 wrote it
  .weights.h5   weights and the state of the optimizer, for model.load_weights
What prepares raw rows (lookups, texts, categories) is not in the file, which takes what
comes after it; the report says what that is.

What the format cannot say is refused, all at once. A file that exists is replaced only
with --force.`,
		Example: `  nngen export churn.yaml -o churn.keras
  nngen export digits.keras -o digits.onnx
  nngen export mnist.yaml --weights mnist-run/best.safetensors -o mnist.h5
  nngen export mnist.yaml --weights mnist-run/backup/checkpoint.safetensors -o mnist.keras`,
		Args: oneModel,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.model = args[0]
			return o.run(cmd)
		},
	}
	o.file.add(cmd)
	f := cmd.Flags()
	f.StringVarP(&o.output, "output", "o", "", "the file; its extension says what it is")
	f.StringVar(&o.weights, "weights", "", "trained weights, or the folder of fit (default the model file's own, or those in ./NAME-run)")
	f.BoolVar(&o.allowNonFinite, "allow-non-finite", false, "take weights that are NaN or infinite")
	f.BoolVar(&o.force, "force", false, "replace a file that exists")
	return cmd
}

func (o *exportOptions) run(cmd *cobra.Command) error {
	format, err := o.format(cmd)
	if err != nil {
		return err
	}
	var set network.Settings
	if err := o.file.put(cmd, o.model, &set); err != nil {
		return err
	}
	line := reading(cmd.ErrOrStderr(), o.model, &set.Keras)
	net, err := network.Compile(cmd.Context(), o.model, set, nil)
	line.End(err)
	if err != nil {
		return err
	}
	if format.check != nil {
		if err := format.check(net); err != nil {
			return err
		}
	}
	params, err := o.params(net)
	if err != nil {
		return err
	}
	var report bytes.Buffer
	files, err := format.write(net, filepath.Base(o.output), params, &report)
	if err != nil {
		return err
	}
	for _, f := range files {
		f.Name = filepath.Join(filepath.Dir(o.output), f.Name)
		line := percent.New(cmd.ErrOrStderr(), "writing", f.Name, int64(len(f.Data)), int64(len(f.Data)))
		err := o.replace(cmd.Context(), f, line.Add)
		line.End(err)
		if err != nil {
			return err
		}
		fmt.Fprintf(cmd.ErrOrStderr(), "wrote %s\n", f.Name)
	}
	if _, err := cmd.OutOrStdout().Write(report.Bytes()); err != nil {
		return err
	}
	next(cmd.ErrOrStderr(), "nngen", "summary", filepath.ToSlash(o.output))
	return nil
}

// format is the one that the extension says.
func (o *exportOptions) format(cmd *cobra.Command) (exportFormat, error) {
	var known []string
	for _, f := range exportFormats {
		if strings.HasSuffix(strings.ToLower(o.output), f.ext) {
			return f, nil
		}
		known = append(known, f.ext+" for "+f.name)
	}
	list := strings.Join(known, ", ")
	if o.output == "" {
		return exportFormat{}, usagef(cmd, "which file? Give one with -o, whose extension says what it is: %s", list)
	}
	return exportFormat{}, usagef(cmd, "-o %s: the extension %s is none that can be written; there is %s", o.output, diag.Quote(filepath.Ext(o.output)), list)
}

// params is the parameter block, of the weights that are asked for: those of --weights,
// of the model's own file, or of the last training.
func (o *exportOptions) params(n *network.Network) ([]float32, error) {
	segs, floats := network.Segments(n.Program)
	params := make([]float32, floats)
	if len(segs) == 0 && o.weights == "" {
		return params, nil
	}
	if info, err := os.Stat(o.weights); err == nil && info.IsDir() { // of fit
		o.weights = filepath.Join(o.weights, network.WeightsFile)
	}
	var b []byte
	var err error
	switch trained := filepath.Join(codegen.PackageName(n.Program.Name)+"-run", network.WeightsFile); {
	case o.weights != "":
		b, err = network.ReadWeights(o.weights, n.Program, o.allowNonFinite)
	case len(n.Built.Weights) > 0:
		b, err = n.FileWeights()
	case !disk.Exists(trained):
		err = fmt.Errorf("which weights? %s is not there: train the model with nngen fit %s, or name the file with --weights", trained, show.ShellQuote(o.model))
	default:
		b, err = network.ReadWeights(trained, n.Program, o.allowNonFinite)
	}
	if err != nil {
		return nil, err
	}
	f, err := weights.Read(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	if o.weights != "" || len(n.Built.Weights) == 0 {
		n.Exported = f
	}
	if err := f.Copy(segs, params); err != nil || o.allowNonFinite {
		return params, err
	}
	if err := weights.CheckFinite(segs, params); err != nil {
		return nil, fmt.Errorf("%s: %w\n--allow-non-finite takes them as they are", o.model, err)
	}
	return params, nil
}

// replace puts the file into its place once it is complete.
func (o *exportOptions) replace(ctx context.Context, f exporting.File, wrote func(n int)) error {
	switch have, err := os.ReadFile(f.Name); {
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		return err
	case !bytes.Equal(have, f.Data) && !o.force:
		return fmt.Errorf("%s: there already, and not the same; choose another name with -o, or replace it with --force", f.Name)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	name, err := leftover.WriteBy(filepath.Dir(f.Name), filepath.Base(f.Name), f.Data, wrote)
	defer leftover.Remove(name)
	if err != nil {
		return err
	}
	return os.Rename(name, f.Name)
}
