package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nngen-go/nngen/cmd/nngen/internal/folder"
	"github.com/nngen-go/nngen/cmd/nngen/internal/network"
	"github.com/nngen-go/nngen/cmd/nngen/internal/show"
	"github.com/nngen-go/nngen/codegen"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/onnx/onnxlayer"
)

// generateOptions are the flags of generate.
type generateOptions struct {
	model       string
	output      string
	pkg         string
	predictOnly bool
	weights     string
	check       bool
	force       bool
	dump        string
	// allowNonFinite has a predict-only package take weights that are not finite.
	allowNonFinite bool
	file           kerasFlags
}

func generateCommand() *cobra.Command {
	var o generateOptions
	cmd := &cobra.Command{
		Use:   "generate MODEL",
		Short: "Write the Go package of a model",
		Long: `generate writes the Go package of a model. It never overwrites files that nngen
did not write, and replaces the package of another description only with --force.
If anything fails, the folder stays as it was; if the run is killed, the next one
restores it.

A predict-only package embeds trained weights and opens them with Embedded. Where
there are none, it has Open, OpenFS and Read alone, which read them at run time.
Weights of --weights stay in its folder when the package is generated again; those
that were taken from a file of ONNX or Keras are taken from it anew.`,
		Example: `  nngen generate mnist.yaml
  nngen generate mnist.yaml -o digits --predict-only --weights mnist-run/weights.safetensors
  nngen generate mnist.yaml --check`,
		Args: oneModel,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.model = args[0]
			return o.run(cmd)
		},
	}
	o.file.add(cmd)
	f := cmd.Flags()
	f.StringVarP(&o.output, "output", "o", "", "folder of the package (default ./NAME, in lower case, letters and digits only)")
	f.StringVarP(&o.pkg, "package", "p", "", "name of the package (default the folder's)")
	f.BoolVar(&o.predictOnly, "predict-only", false, "leave training out; the package then needs the standard library alone")
	f.StringVar(&o.weights, "weights", "", "trained weights that a predict-only package embeds (default those in its folder, or those of the model's file)")
	f.BoolVar(&o.allowNonFinite, "allow-non-finite", false, "have a predict-only package take weights that are NaN or infinite")
	f.BoolVar(&o.check, "check", false, "write nothing; fail if the package is not current")
	f.BoolVar(&o.force, "force", false, "replace the package of another description")
	f.StringVar(&o.dump, "dump", "", "write nothing; print the compiler's text after a stage, or after all of them")
	return cmd
}

func (o *generateOptions) run(cmd *cobra.Command) error {
	switch {
	case o.weights != "" && !o.predictOnly:
		return usagef(cmd, "--weights goes with --predict-only: a trainable package reads its weights with Open")
	case o.allowNonFinite && !o.predictOnly:
		return usagef(cmd, "--allow-non-finite goes with --predict-only: a trainable package has an option of that name")
	case cmd.Flags().Changed("package") && !codegen.ValidPackage(o.pkg):
		return usagef(cmd, "-p %q is not a name for a package; %q would be one", o.pkg, codegen.PackageName(o.pkg))
	case cmd.Flags().Changed("dump") && o.check:
		return usagef(cmd, "--dump and --check do not go together")
	case cmd.Flags().Changed("dump"):
		return o.printStages(cmd)
	}
	set, err := o.settings(cmd)
	if err != nil {
		return err
	}
	net, err := network.Compile(cmd.Context(), o.model, set, nil)
	if err != nil {
		return err
	}
	if o.output == "" {
		o.output = codegen.PackageName(net.Program.Name)
	}
	if err := o.repair(); err != nil {
		return err
	}
	out, err := folder.Read(o.output)
	if err != nil {
		return err
	}
	files, err := o.files(cmd.Context(), net, out)
	if err != nil {
		return err
	}
	c, err := out.Compare(files)
	if err != nil {
		return err
	}
	others := out.OtherSources(files)
	if o.check {
		o.force = len(others) > 0
		return o.report(cmd, c)
	}
	if len(others) > 0 && !o.force {
		return fmt.Errorf("%s holds the package of %s: choose another folder with -o, or replace it with --force", o.output, strings.Join(others, ", "))
	}
	if err := cmd.Context().Err(); err != nil {
		return err
	}
	if err := out.Apply(files, c); err != nil {
		return err
	}
	o.announce(cmd.ErrOrStderr(), files, c)
	o.note(cmd.ErrOrStderr())
	o.next(cmd.ErrOrStderr(), net, files)
	return nil
}

// settings are what the flags say of the model.
func (o *generateOptions) settings(cmd *cobra.Command) (network.Settings, error) {
	set := network.Settings{}
	err := o.file.put(cmd, o.model, &set)
	return set, err
}

// repair undoes a run that was killed; --check, which writes nothing, reports it.
func (o *generateOptions) repair() error {
	if o.check && folder.Pending(o.output) {
		return fmt.Errorf("%s: a run of nngen generate was killed in the middle; the next one repairs it: %s", o.output, o.command())
	}
	return folder.Repair(o.output)
}

// note says in what the package of an ONNX file differs from it.
func (o *generateOptions) note(w io.Writer) {
	if !strings.EqualFold(filepath.Ext(o.model), ".onnx") {
		return
	}
	src, err := network.ReadDescription(o.model)
	if err != nil {
		return // it has been read once
	}
	if s := onnxlayer.Note(o.model, src, os.DirFS(filepath.Dir(o.model)), o.file.bind); s != "" {
		fmt.Fprintf(w, "note: %s\n", s)
	}
}

// announce says what was written where.
func (o *generateOptions) announce(w io.Writer, files map[string][]byte, c folder.Changes) {
	var clause string
	for name, b := range files {
		clause = max(clause, folder.PackageClause(name, b)) // the same in all of them
	}
	if c.None() {
		fmt.Fprintf(w, "%s is current (package %s)\n", o.output, clause)
	} else {
		n, plural, removed := len(c.Stale)+len(c.Missing), "s", ""
		if n == 1 {
			plural = ""
		}
		if len(c.Superfluous) > 0 {
			removed = ", removed " + strings.Join(c.Superfluous, ", ")
		}
		fmt.Fprintf(w, "wrote %d file%s to %s (package %s)%s\n", n, plural, o.output, clause, removed)
	}
	if _, embedded := files[network.WeightsFile]; o.predictOnly && !embedded {
		fmt.Fprintln(w, "no --weights: the package has Open, OpenFS and Read, which read weights at run time, and not Embedded")
	}
}

// next says how to go on: a package that has no weights yet wants a training.
func (o *generateOptions) next(w io.Writer, net *network.Network, files map[string][]byte) {
	_, embedded := files[network.WeightsFile]
	if o.predictOnly && !embedded && checkFit(net) == nil {
		next(w, append([]string{"nngen", "fit", o.model}, o.file.arguments()...)...)
		return
	}
	next(w, testCommand(o.output)...)
}

// files gives everything that belongs into the folder.
func (o *generateOptions) files(ctx context.Context, net *network.Network, out *folder.Folder) (map[string][]byte, error) {
	cfg := codegen.Config{Package: o.pkg, PredictOnly: o.predictOnly, AllowNonFinite: o.allowNonFinite}
	if cfg.Package == "" {
		name, err := out.PackageName()
		if err != nil {
			return nil, err
		}
		cfg.Package = name
	}
	var err error
	switch b, ok := out.Ours[network.WeightsFile]; {
	case o.weights != "":
		cfg.Weights, err = network.ReadWeights(o.weights, net.Program, o.allowNonFinite)
	case o.predictOnly && ok && !network.Copied(b):
		cfg.Weights, err = b, network.CheckWeights(filepath.Join(out.Path, network.WeightsFile), b, net.Program, o.allowNonFinite)
	case o.predictOnly && (len(net.Built.Weights) > 0 || len(net.Program.Segments) == 0 && net.Program.Encoding == nil):
		cfg.Weights, err = net.CopiedWeights()
	case !o.predictOnly && !net.Trains():
		err = diag.List{diag.Errorf(net.Spec.Pos, "there is no compile section, so the package could not train; write compile: {optimizer: rmsprop, loss: ...}, or pass --predict-only")}
	}
	if err != nil {
		return nil, err
	}
	return net.Emit(ctx, cfg)
}

// testCommand runs the tests of the package in a folder.
func testCommand(dir string) []string {
	if filepath.IsLocal(dir) {
		return []string{"go", "test", "./" + filepath.ToSlash(filepath.Clean(dir))}
	}
	return []string{"go", "-C", dir, "test", "."} // its module may be another one
}

// report says what --check found.
func (o *generateOptions) report(cmd *cobra.Command, c folder.Changes) error {
	if c.None() {
		return nil
	}
	w := cmd.ErrOrStderr()
	fmt.Fprintf(w, "%s: not what %s says\n", o.output, o.model)
	for _, part := range []struct {
		word  string
		names []string
	}{{"stale", c.Stale}, {"missing", c.Missing}, {"superfluous", c.Superfluous}} {
		for _, name := range part.names {
			fmt.Fprintf(w, "  %-12s %s\n", part.word, filepath.Join(o.output, name))
		}
	}
	fmt.Fprintf(w, "run: %s\n", o.command())
	return errReported
}

// command is the command line that makes the package current.
func (o *generateOptions) command() string {
	args := append([]string{"nngen", "generate", o.model, "-o", o.output}, o.file.arguments()...)
	if o.pkg != "" {
		args = append(args, "-p", o.pkg)
	}
	if o.predictOnly {
		args = append(args, "--predict-only")
	}
	if o.weights != "" {
		args = append(args, "--weights", o.weights)
	}
	if o.allowNonFinite {
		args = append(args, "--allow-non-finite")
	}
	if o.force {
		args = append(args, "--force")
	}
	return show.CommandLine(args)
}
