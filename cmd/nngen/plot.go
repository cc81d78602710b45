package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nngen-go/nngen/cmd/nngen/internal/disk"
	"github.com/nngen-go/nngen/cmd/nngen/internal/interrupt"
	"github.com/nngen-go/nngen/cmd/nngen/internal/leftover"
	"github.com/nngen-go/nngen/cmd/nngen/internal/network"
	"github.com/nngen-go/nngen/cmd/nngen/internal/plot"
	"github.com/nngen-go/nngen/codegen"
	"github.com/nngen-go/nngen/ir/diag"
)

// plotOptions are the flags of plot.
type plotOptions struct {
	output        string
	title         string
	width, height int
	file          kerasFlags // of a model
	set           network.Settings
}

func plotCommand() *cobra.Command {
	var o plotOptions
	cmd := &cobra.Command{
		Use:   "plot HISTORY... | MODEL",
		Short: "Draw the history of a training run, or the layers of a model",
		Long: `plot draws the history that fit has written: a panel for the loss and for every
metric, with the training and the validation curve, and the best epoch (the one with
the lowest val_loss, or loss). Several histories are drawn over one another. A folder
stands for the history.json in it.

Of a model's description it draws the layers, with output shapes and parameters.

The name of the picture says its format: .png or .svg.`,
		Example: `  nngen plot mnist-run/history.json -o mnist.png
  nngen plot run1 run2 -o both.svg --title "Two learning rates"
  nngen plot mnist.yaml -o layers.svg`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef(cmd, "plot what? Give a history.json that fit has written, or a model's description")
			}
			return o.check(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, args) },
	}
	o.file.add(cmd)
	f := cmd.Flags()
	f.StringVarP(&o.output, "output", "o", "", "the picture, .png or .svg (default ./NAME.png)")
	f.StringVar(&o.title, "title", "", "title (default the name of the model or the run)")
	f.IntVar(&o.width, "width", 0, "width in pixels (default 1280)")
	f.IntVar(&o.height, "height", 0, "height in pixels (default 720, of a model's layers as it needs)")
	return cmd
}

// pictureFormats are the extensions of pictures.
var pictureFormats = []string{".png", ".svg"}

func (o *plotOptions) check(cmd *cobra.Command, args []string) error {
	for _, side := range []struct {
		flag   string
		pixels int
	}{{"width", o.width}, {"height", o.height}} {
		if cmd.Flags().Changed(side.flag) && (side.pixels < plot.Smallest || side.pixels > plot.Largest) {
			return usagef(cmd, "--%s is %d; it is a number of pixels from %d to %d", side.flag, side.pixels, plot.Smallest, plot.Largest)
		}
	}
	if ext := filepath.Ext(o.output); o.output != "" && !slices.Contains(pictureFormats, strings.ToLower(ext)) {
		return usagef(cmd, "-o %s: the name of a picture ends in .png or .svg", diag.Quote(o.output))
	}
	return o.file.put(cmd, args[0], &o.set)
}

func (o *plotOptions) run(cmd *cobra.Command, args []string) error {
	p, name, err := o.draw(cmd.Context(), args)
	if err != nil {
		return err
	}
	if o.output == "" {
		o.output = name + ".png"
		if disk.Exists(o.output) {
			return fmt.Errorf("%s exists already: a picture is replaced only if -o names it", o.output)
		}
	}
	picture, err := interrupt.Unless(cmd.Context(), func() ([]byte, error) { return p(strings.ToLower(filepath.Ext(o.output))[1:]).Encode() })
	if err != nil {
		return fmt.Errorf("drawing %s: %w", o.output, err)
	}
	if err := replaceFile(o.output, picture); err != nil {
		return err
	}
	_, err = fmt.Fprintf(cmd.ErrOrStderr(), "wrote %s\n", o.output)
	return err
}

func (o *plotOptions) options() plot.Options {
	return plot.Options{Title: o.title, Width: o.width, Height: o.height}
}

// draw finds out what the files are. It returns what draws them in a format, and
// a name for the picture.
func (o *plotOptions) draw(ctx context.Context, args []string) (draw func(format string) *plot.Picture, name string, err error) {
	histories := make([]*plot.History, len(args))
	found := 0
	for i, file := range args {
		if inside := filepath.Join(file, historyFile); disk.IsFolder(file) && disk.Exists(inside) {
			file = inside
			args[i] = inside
		}
		if strings.ToLower(filepath.Ext(file)) != ".json" {
			continue
		}
		if histories[i], err = plot.ReadHistory(file); err != nil {
			return nil, "", err
		}
		if histories[i] != nil {
			found++
		}
	}
	switch {
	case found == len(args) && found > plot.Most:
		return nil, "", fmt.Errorf("%d histories: more than %d cannot be told apart in one picture", found, plot.Most)
	case found == len(args):
		if o.title == "" {
			o.title = plot.Title(histories)
		}
		return func(format string) *plot.Picture { return o.options().History(histories, format) }, "history", nil
	case len(args) > 1:
		i := slices.Index(histories, nil)
		return nil, "", fmt.Errorf("%s: not a history that fit has written; several histories may be drawn together, and one model alone", args[i])
	}
	net, err := network.Compile(ctx, args[0], o.set, nil)
	if err != nil {
		return nil, "", err
	}
	if err := plot.CheckLayers(args[0], net.Program); err != nil {
		return nil, "", err
	}
	if o.title == "" {
		o.title = net.Program.Name
	}
	return func(format string) *plot.Picture { return o.options().Layers(net.Program, format) }, codegen.PackageName(net.Program.Name), nil
}

// historyFile is what fit calls a history in its folder.
const historyFile = "history.json"

// replaceFile writes a file under a temporary name before it takes its place.
func replaceFile(path string, b []byte) error {
	t, err := leftover.Write(filepath.Dir(path), filepath.Base(path), b)
	if err == nil {
		err = os.Rename(t, path)
	}
	if err != nil && t != "" {
		os.Remove(t)
	}
	leftover.Forget(t)
	return err
}
