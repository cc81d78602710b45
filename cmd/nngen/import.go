package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nngen-go/nngen/cmd/nngen/internal/folder"
	"github.com/nngen-go/nngen/cmd/nngen/internal/interrupt"
	"github.com/nngen-go/nngen/cmd/nngen/internal/network"
	"github.com/nngen-go/nngen/cmd/nngen/internal/percent"
	"github.com/nngen-go/nngen/cmd/nngen/internal/show"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/keras/importer"
	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/weights"
)

// importOptions are the flags of import.
type importOptions struct {
	file   string
	output string
	force  bool
	draft  bool
	open   openFlags
	other  tensorFiles
}

func importCommand() *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Take over a model of Keras with its weights, or weights of PyTorch",
		Long: `import reads a model that Keras has saved, .keras or .h5, and writes NAME.yaml, its
description, and weights.safetensors; where the file has the state of the optimizer also
checkpoint.safetensors, from which fit --resume --weights goes on. It says what of the
file reads differently in the description, and what is left out. Nothing of the file is
executed: layers that are Python code are refused by name, unless the file of --custom
says of which layers of a description their classes are made; --draft prints the beginning
of such a file. Of what model.to_json() gives, in a .json file, it writes the description
alone.

Of a description it writes weights.safetensors alone: those that another program, such as
PyTorch, has written to the safetensors file of --weights. The file of --map says which
module a layer is (its tensors are then turned as its class has it) or which tensor a
weight; what is missing or left over is listed.

Files that exist are replaced only with --force. If anything fails, nothing is
written.`,
		Example: `  nngen import digits.keras
  nngen import old.h5 -o old
  nngen import segment.keras --shape image=128,128,3
  nngen import layers.json
  nngen import transformer.keras --draft > custom.yaml
  nngen import transformer.keras --custom custom.yaml
  nngen import digits.yaml --weights model.safetensors --map names.yaml
  nngen generate old/old.yaml --predict-only --weights old/weights.safetensors`,
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return usagef(cmd, "which file? Give the model that Keras has saved: %s model.keras", cmd.CommandPath())
			case len(args) > 1:
				return usagef(cmd, "one file at a time: unexpected argument %s", diag.Quote(args[1]))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.file = args[0]
			return o.run(cmd)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&o.output, "output", "o", "", "folder for the description and the weights (default ./NAME)")
	f.BoolVar(&o.force, "force", false, "replace files that exist")
	f.BoolVar(&o.draft, "draft", false, "print the beginning of a file for --custom, with the classes of the model that are Python code")
	o.open.add(cmd)
	o.other.add(cmd)
	completeModel(cmd)
	cmd.ValidArgsFunction = files("keras", "h5", "hdf5", "yaml", "yml", "json")
	return cmd
}

func (o *importOptions) run(cmd *cobra.Command) error {
	options, err := o.open.read(cmd)
	if err != nil {
		return err
	}
	if err := o.other.check(cmd); err != nil {
		return err
	}
	if o.draft {
		return o.printDraft(cmd, options)
	}
	line := reading(cmd.ErrOrStderr(), o.file, &options)
	net, err := o.network(cmd.Context(), options)
	line.End(err)
	if err != nil {
		return err
	}
	files, err := importFiles(net)
	if err != nil {
		return err
	}
	model, name := o.file, filepath.Base(o.file)
	if net.Imported != nil {
		name = net.Imported.Name
	}
	if o.output == "" {
		o.output = strings.TrimSuffix(name, filepath.Ext(name))
	}
	c, err := o.changes(files)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	importReport(&b, net, o.file)
	if _, err := cmd.OutOrStdout().Write(b.Bytes()); err != nil {
		return err
	}
	if err := cmd.Context().Err(); err != nil {
		return err
	}
	size := int64(0)
	for _, b := range files {
		size += int64(len(b))
	}
	line = percent.New(cmd.ErrOrStderr(), "writing", o.output, size, size)
	err = (&folder.Folder{Path: o.output, Wrote: line.Add}).Apply(files, c)
	line.End(err)
	if err != nil {
		return err
	}
	if w := cmd.ErrOrStderr(); c.None() {
		fmt.Fprintf(w, "%s is current\n", o.output)
	} else {
		fmt.Fprintf(w, "wrote %s to %s\n", strings.Join(slices.Sorted(slices.Values(slices.Concat(c.Missing, c.Stale))), ", "), o.output)
	}
	at := func(name string) string { return filepath.ToSlash(filepath.Join(o.output, name)) }
	if net.Imported != nil {
		model = at(name)
	}
	if files[network.WeightsFile] == nil {
		next(cmd.ErrOrStderr(), "nngen", "summary", model)
	} else {
		next(cmd.ErrOrStderr(), "nngen", "generate", model, "--predict-only", "--weights", at(network.WeightsFile))
	}
	return nil
}

// printDraft prints the beginning of definitions of the model's own classes.
func (o *importOptions) printDraft(cmd *cobra.Command, options importer.Options) error {
	text, err := network.DraftCustom(o.file, options)
	if err != nil {
		return err
	}
	if text == nil {
		return fmt.Errorf("%s: all its layers are Keras's own, so that it needs no --custom", o.file)
	}
	if _, err := cmd.OutOrStdout().Write(text); err != nil {
		return err
	}
	next(cmd.ErrOrStderr(), "nngen", "import", o.file, "--custom", "custom.yaml")
	return nil
}

// importFiles are the files that import writes.
func importFiles(n *network.Network) (map[string][]byte, error) {
	files := map[string][]byte{}
	if n.Imported != nil {
		files[n.Imported.Name] = n.Imported.Report.Description
		if n.Imported.Weights == nil {
			return files, nil
		}
	}
	var err error
	if files[network.WeightsFile], err = n.FileWeights(); err != nil {
		return files, err
	}
	state, err := network.FileCheckpoint(n)
	if state != nil {
		files[checkpointFile] = state
	}
	return files, err
}

// network compiles the model of the file, whatever it is called.
func (o *importOptions) network(ctx context.Context, options importer.Options) (*network.Network, error) {
	return interrupt.Unless(ctx, func() (*network.Network, error) {
		if o.other.weights != "" {
			model, imported, err := network.Description(o.file, network.Settings{})
			switch {
			case err != nil:
				return nil, err
			case imported != nil:
				return nil, fmt.Errorf("%s: it has weights of its own; --weights is for a description", o.file)
			}
			net, err := network.Described(model, nil, network.Settings{}, nil)
			if err == nil {
				err = o.other.take(net)
			}
			return net, err
		}
		imported, err := network.ImportKeras(o.file, options)
		if err != nil {
			return nil, err
		}
		return network.Described(imported.Network.Spec, imported, network.Settings{}, nil)
	})
}

// changes are what is to be written. Files that exist and differ are an error without
// --force.
func (o *importOptions) changes(want map[string][]byte) (c folder.Changes, err error) {
	if err := folder.Check(o.output); err != nil {
		return c, err
	}
	if err := folder.Repair(o.output); err != nil {
		return c, err
	}
	var present []string
	for name, b := range want {
		path := filepath.Join(o.output, name)
		have, err := os.ReadFile(path)
		switch {
		case errors.Is(err, os.ErrNotExist):
			c.Missing = append(c.Missing, name)
		case err != nil:
			return c, err
		case !bytes.Equal(have, b):
			c.Stale = append(c.Stale, name)
			present = append(present, path)
		}
	}
	for _, names := range [][]string{c.Missing, c.Stale, present} {
		slices.Sort(names)
	}
	if len(present) > 0 && !o.force {
		return c, fmt.Errorf("%s: there already, and not the same; choose another folder with -o, or replace it with --force", strings.Join(present, ", "))
	}
	return c, nil
}

// importReport says what became of a file.
func importReport(w io.Writer, n *network.Network, file string) {
	m := n.Imported
	params := 0
	for _, s := range n.Program.Segments {
		params += s.Len()
	}
	size := fmt.Sprintf("%s layers, %s parameters", show.Count(len(n.Program.Layers)), show.Count(params))
	if m == nil {
		fmt.Fprintf(w, "%s: model %s with the weights of another program: %s\n", file, diag.Quote(n.Program.Name), size)
		reportFinite(w, n)
		return
	}
	version := "(the file does not say of which version)"
	if m.Report.Version != "" {
		version = m.Report.Version
	}
	fmt.Fprintf(w, "%s: model %s of Keras %s\n%s\n", file, diag.Quote(n.Program.Name), version, size)
	if opt := m.Optimizer; opt != nil {
		fmt.Fprintf(w, "trained for %s steps by %s, whose state is in %s\n", show.Count(opt.Step), opt.Rule.Name(), checkpointFile)
	}
	if notes := m.Report.String(); notes != "" {
		fmt.Fprint(w, "in the description:\n", indent(notes))
	}
	if len(m.Left) > 0 {
		fmt.Fprint(w, "left out:\n", indent(strings.Join(m.Left, "\n")+"\n"))
	}
	reportFinite(w, n)
}

// reportFinite says where weights are not finite.
func reportFinite(w io.Writer, n *network.Network) {
	if n.Imported != nil && n.Imported.Weights == nil {
		return
	}
	var broken []string
	for _, s := range n.Program.Segments {
		one := []nn.Segment{{Name: s.Name, Shape: s.Shape}}
		if err := weights.CheckFinite(one, n.Built.Weights[s.Name]); err != nil {
			broken = append(broken, err.Error())
		}
	}
	if broken != nil {
		fmt.Fprintf(w, "not all weights are finite, so that generate takes them only with --allow-non-finite:\n%s\n", strings.Join(broken, "\n"))
	}
}

// indent sets the lines of a text off by two spaces.
func indent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString("  " + line)
	}
	return b.String()
}
