package main

import (
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nngen-go/nngen/cmd/nngen/internal/network"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/keras/custom"
	"github.com/nngen-go/nngen/ir/keras/importer"
	"github.com/nngen-go/nngen/ir/spec"
)

// openFlags are the flags that say of a Keras file what it leaves open.
type openFlags struct {
	shapes []string
	config string // a file with the layers of weights alone
	custom string // a file that says what classes compute
}

func (f *openFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.shapes, "shape", nil, "shape of an input of a Keras file, which leaves extents open, as name=28,28,1 without the batch; repeatable")
	cmd.Flags().StringVar(&f.custom, "custom", "", "YAML file that says what classes of a Keras file compute that are Python code of their users")
	cmd.Flags().StringVar(&f.config, "config", "", "JSON file with the layers of a Keras file that has weights alone, as model.to_json() gives them")
}

// read gives what the flags say.
func (f *openFlags) read(cmd *cobra.Command) (o importer.Options, err error) {
	o.Config = f.config
	if o.Shapes, err = f.readShapes(cmd); err != nil || f.custom == "" {
		return o, err
	}
	src, err := network.ReadDescription(f.custom)
	if err != nil {
		return o, err
	}
	o.Custom, err = custom.Read(filepath.ToSlash(f.custom), src)
	return o, err
}

// readShapes gives the shapes by the names of inputs.
func (f *openFlags) readShapes(cmd *cobra.Command) (map[string][]int, error) {
	shapes := map[string][]int{}
	for _, text := range f.shapes {
		name, list, ok := strings.Cut(text, "=")
		shapes[name] = nil
		for part := range strings.SplitSeq(list, ",") {
			n, err := strconv.Atoi(strings.TrimSpace(part))
			if !ok || name == "" || err != nil || n < 1 {
				return nil, usagef(cmd, "--shape %s: it is the name of an input and its extents without the batch, such as image=28,28,1", diag.Quote(text))
			}
			shapes[name] = append(shapes[name], n)
		}
	}
	return shapes, nil
}

// kerasFlags are the flags of every command that takes a model, where that is a file of
// Keras or ONNX.
type kerasFlags struct {
	openFlags
	bind []string // name=value each
	with string   // a file of sections
}

func (f *kerasFlags) add(cmd *cobra.Command) {
	f.openFlags.add(cmd)
	cmd.Flags().StringArrayVar(&f.bind, "bind", nil, "a symbolic extent of an ONNX file, as name=value; repeatable")
	cmd.Flags().StringVar(&f.with, "with", "", "description with the sections data, compile and fit of a Keras or ONNX file, in place of its own")
}

// put adds what the flags say of a model to settings.
func (f *kerasFlags) put(cmd *cobra.Command, model string, s *network.Settings) error {
	keras, onnx := importer.Is(model), network.IsONNX(model)
	for _, flag := range []struct {
		name, of string
		takes    bool
	}{
		{"bind", "an ONNX file; a description says bind in its ONNX layer", onnx},
		{"shape", "a file that Keras has saved, .keras or .h5; a description says so itself", keras},
		{"config", "a file that Keras has saved, .keras or .h5; a description says so itself", keras},
		{"custom", "a file that Keras has saved, .keras or .h5; a description has the layers themselves", keras},
		{"with", "a file that Keras has saved, .keras or .h5, or an ONNX file; a description says so itself", keras || onnx},
	} {
		if cmd.Flags().Changed(flag.name) && !flag.takes {
			return usagef(cmd, "--%s is for %s", flag.name, flag.of)
		}
	}
	s.Bind = f.bind
	var err error
	if s.Keras, err = f.read(cmd); err != nil || f.with == "" {
		return err
	}
	src, err := network.ReadDescription(f.with)
	if err != nil {
		return err
	}
	sections, err := spec.Sections(filepath.ToSlash(f.with), src)
	if err != nil {
		return err
	}
	// What other flags say holds against the file.
	s.Overrides = append(sections, s.Overrides...)
	return nil
}

// arguments are the flags as they were given, for a command that follows.
func (f *kerasFlags) arguments() (args []string) {
	for _, s := range f.shapes {
		args = append(args, "--shape", s)
	}
	for _, s := range f.bind {
		args = append(args, "--bind", s)
	}
	for _, one := range []struct{ flag, value string }{{"--config", f.config}, {"--custom", f.custom}, {"--with", f.with}} {
		if one.value != "" {
			args = append(args, one.flag, one.value)
		}
	}
	return args
}

// dataFolder is where the files of the data section are: beside the file that has the
// section.
func (f *kerasFlags) dataFolder(model string) string {
	if f.with != "" {
		return filepath.Dir(f.with)
	}
	return filepath.Dir(model)
}
