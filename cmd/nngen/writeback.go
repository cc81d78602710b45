package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nngen-go/nngen/cmd/nngen/internal/disk"
	"github.com/nngen-go/nngen/cmd/nngen/internal/leftover"
	"github.com/nngen-go/nngen/cmd/nngen/internal/network"
	"github.com/nngen-go/nngen/cmd/nngen/internal/show"
	"github.com/nngen-go/nngen/codegen"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/onnx/writeback"
	"github.com/nngen-go/nngen/runtime/weights"
)

// writebackOptions are the flags of writeback.
type writebackOptions struct {
	model   string
	output  string
	weights string
	layer   string
	force   bool
	file    kerasFlags

	allowNonFinite bool
}

func writebackCommand() *cobra.Command {
	var o writebackOptions
	cmd := &cobra.Command{
		Use:   "writeback MODEL -o FILE",
		Short: "Put trained weights back into the ONNX file they come from",
		Long: `writeback writes the ONNX file that a model is made of, or that a layer of it
reads, with the trained weights in it. Nodes, names, metadata, the order of all that:
every other byte stays as it is in the file that was read. Numbers that the file has as
float16 or bfloat16 are rounded to that, and writeback says which.`,
		Example: `  nngen fit mnist.onnx --with train.yaml
  nngen writeback mnist.onnx --with train.yaml -o updated.onnx
  nngen writeback tuned.yaml --weights tuned-run/weights.safetensors -o updated.onnx`,
		Args: oneModel,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.model = args[0]
			return o.run(cmd)
		},
	}
	o.file.add(cmd)
	f := cmd.Flags()
	f.StringVarP(&o.output, "output", "o", "", "the ONNX file to write")
	f.StringVar(&o.weights, "weights", "", "trained weights (default those of fit, in ./NAME-run)")
	f.StringVar(&o.layer, "layer", "", "the layer whose file is meant, where several read one")
	f.BoolVar(&o.allowNonFinite, "allow-non-finite", false, "take weights that are NaN or infinite")
	f.BoolVar(&o.force, "force", false, "replace files that exist")
	return cmd
}

func (o *writebackOptions) run(cmd *cobra.Command) error {
	if !network.IsONNX(o.output) {
		return usagef(cmd, "which file? Give one that ends in .onnx with -o")
	}
	var set network.Settings
	if err := o.file.put(cmd, o.model, &set); err != nil {
		return err
	}
	net, err := network.Compile(cmd.Context(), o.model, set, nil)
	if err != nil {
		return err
	}
	origin, err := o.origin(cmd, net)
	if err != nil {
		return err
	}
	if o.weights == "" {
		o.weights = filepath.Join(codegen.PackageName(net.Program.Name)+"-run", network.WeightsFile)
		if !disk.Exists(o.weights) {
			return fmt.Errorf("which weights? %s is not there: train the model with nngen fit %s, or name the file with --weights", o.weights, show.ShellQuote(o.model))
		}
	}
	tensors, err := tensorsOf(net, origin, o.weights, o.allowNonFinite)
	if err != nil {
		return err
	}
	from := filepath.Join(filepath.Dir(o.model), filepath.FromSlash(origin.File))
	src, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	result, err := writeback.Put(src, tensors, os.DirFS(filepath.Dir(from)))
	if err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	files := map[string][]byte{o.output: result.Model}
	for location, b := range result.Data {
		path := filepath.Join(filepath.Dir(o.output), filepath.FromSlash(location))
		if sameFile(path, filepath.Join(filepath.Dir(from), filepath.FromSlash(location))) {
			return fmt.Errorf("%s has its weights in %s, which is beside it and would be changed with them; give a file in another folder with -o", from, location)
		}
		files[path] = b
	}
	if err := o.write(cmd.Context(), files); err != nil {
		return err
	}
	o.report(cmd.ErrOrStderr(), files, result)
	return nil
}

// origin is the file to write, where the layers read several.
func (o *writebackOptions) origin(cmd *cobra.Command, n *network.Network) (origin layer.Origin, err error) {
	var names []string
	for _, origin := range n.Built.Origins {
		if origin.Layer == o.layer {
			return origin, nil
		}
		names = append(names, origin.Layer)
	}
	switch {
	case len(names) == 0:
		return origin, fmt.Errorf("%s: no layer reads an ONNX file, so there is none to put weights into", o.model)
	case o.layer != "":
		return origin, usagef(cmd, "--layer %s: no layer of this name reads an ONNX file%s", o.layer, diag.DidYouMean(o.layer, names))
	case len(names) > 1:
		return origin, usagef(cmd, "which file? Several layers read one; name the layer with --layer: %s", strings.Join(names, ", "))
	}
	return n.Built.Origins[0], nil
}

// tensorsOf are the tensors of an ONNX file with trained weights.
func tensorsOf(n *network.Network, origin layer.Origin, path string, allowNonFinite bool) (map[string][]float32, error) {
	b, err := network.ReadWeights(path, n.Program, allowNonFinite)
	if err != nil {
		return nil, err
	}
	f, err := weights.Read(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	return origin.Tensors(func(segment string) []float32 {
		if t := f.Tensor(segment); t != nil {
			return t.Data
		}
		return nil
	})
}

// write puts files into their places once they are complete.
func (o *writebackOptions) write(ctx context.Context, files map[string][]byte) error {
	for path, b := range files {
		switch have, err := os.ReadFile(path); {
		case errors.Is(err, os.ErrNotExist):
		case err != nil:
			return err
		case !bytes.Equal(have, b) && !o.force:
			return fmt.Errorf("%s: there already, and not the same; choose another name with -o, or replace it with --force", path)
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	written := map[string]string{}
	for path, b := range files {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		name, err := leftover.Write(filepath.Dir(path), filepath.Base(path), b)
		defer leftover.Remove(name)
		if err != nil {
			return err
		}
		written[path] = name
	}
	for path, name := range written {
		if err := os.Rename(name, path); err != nil {
			return err
		}
	}
	return nil
}

// report says what was written, and what of it is not exact.
func (o *writebackOptions) report(w io.Writer, files map[string][]byte, result *writeback.Result) {
	fmt.Fprintf(w, "wrote %s\n", strings.Join(slices.Sorted(maps.Keys(files)), ", "))
	for _, name := range slices.Sorted(maps.Keys(result.Rounded)) {
		fmt.Fprintf(w, "tensor %s is rounded to %v, as the file has it\n", diag.Quote(name), result.Rounded[name])
	}
}
