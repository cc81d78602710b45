package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nngen-go/nngen/cmd/nngen/internal/disk"
	"github.com/nngen-go/nngen/cmd/nngen/internal/folder"
	"github.com/nngen-go/nngen/cmd/nngen/internal/interrupt"
	"github.com/nngen-go/nngen/cmd/nngen/internal/leftover"
	"github.com/nngen-go/nngen/cmd/nngen/internal/show"
	"github.com/nngen-go/nngen/cmd/nngen/internal/starter"
	"github.com/nngen-go/nngen/codegen"
	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec"
)

// runTool is how go generate runs the command as a tool of a module file of its
// own.
const runTool = "go run -mod=mod -modfile=tools.mod github.com/nngen-go/nngen/cmd/nngen generate "

// attributes are the lines of .gitattributes: reviews fold the package, and
// weights are not text.
const attributes = `%s/** linguist-generated=true
# Weights are binary. With Git LFS: git lfs track "*.safetensors"
*.safetensors binary
`

// initOptions are the flags of init.
type initOptions struct {
	name   string
	data   string
	target string
}

func initCommand() *cobra.Command {
	var o initOptions
	cmd := &cobra.Command{
		Use:   "init [NAME]",
		Short: "Write a description to start from",
		Long: `init writes NAME.yaml, a description to start from, gen.go with the line for go
generate, and .gitattributes, into the current folder. Files that exist
are left as they are.

With --data it looks at the data first, and writes a description that can be
trained at once:
  a table      numbers, categories, dates and texts are told apart, missing
               values found; the target is --target, or else a column with a name
               such as target or label, or the last one
  a folder     with a folder of images or texts for every class
  IDX          the file of images; that of labels is found by its name
  NPY, NPZ     x.npy with y.npy beside it; x_train and y_train, or x and y, of a
               .npz file`,
		Example: `  nngen init churn --data train.csv --target churned
  nngen init reviews --data aclImdb
  nngen init digits --data train-images-idx3-ubyte.gz
  nngen init experiment`,
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) > 1:
				return usagef(cmd, "one name at a time: unexpected argument %s", diag.Quote(args[1]))
			case len(args) == 1 && o.data == "" && filepath.Ext(args[0]) != ".yaml" && disk.IsFile(args[0]):
				return usagef(cmd, "%s is there, and init takes the name of a model to write; to describe data: nngen init --data %s", args[0], show.ShellQuote(args[0]))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.name = strings.TrimSuffix(args[0], ".yaml")
			}
			return o.run(cmd)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.data, "data", "", "file or folder of data to describe")
	f.StringVar(&o.target, "target", "", "column of the table that is to be predicted")
	return cmd
}

func (o *initOptions) run(cmd *cobra.Command) error {
	switch {
	case o.target != "" && o.data == "":
		return usagef(cmd, "--target is a column of a table; name it with --data")
	case o.name == "" && o.data == "":
		o.name = "model"
	case o.name == "":
		o.name = starter.NameOf(o.data)
	case o.name != filepath.Base(o.name) || codegen.PackageName(o.name) == "":
		return usagef(cmd, "%s is not a name for a model: the files are written into the current folder", diag.Quote(o.name))
	}
	file := o.name + ".yaml"
	if disk.Exists(file) {
		return fmt.Errorf("%s exists already: choose another name, or train it: %s", file, show.CommandLine([]string{"nngen", "fit", file}))
	}
	s, err := interrupt.Unless(cmd.Context(), func() (*starter.Starter, error) {
		return starter.Describe(starter.Options{Name: o.name, Data: o.data, Target: o.target})
	})
	switch {
	case errors.Is(err, starter.ErrTarget):
		return usagef(cmd, "--target is a column of a table, and %s is not a table", o.data)
	case err != nil:
		return err
	}
	m, err := spec.Parse(file, []byte(s.Text))
	if err == nil {
		_, err = build.Build(m)
	}
	if err != nil {
		return fmt.Errorf("%s cannot be described without help; this is what prevents it:\n%w", o.data, err)
	}
	pkg := codegen.PackageName(o.name)
	here, err := folder.Read(".")
	if err != nil {
		return err
	}
	clause, err := here.PackageName()
	if err != nil {
		return err
	}
	return o.write(cmd.ErrOrStderr(), s, []initFile{
		{file, s.Text, ""},
		{"gen.go", "package " + clause + "\n\n//go:generate " + runTool + file + "\n", "//go:generate " + runTool + file},
		{".gitattributes", fmt.Sprintf(attributes, pkg), pkg + "/** linguist-generated=true"},
	})
}

// initFile is a file that init writes. Where there is one already, line is what
// it should have.
type initFile struct{ name, text, line string }

// write puts the files into the current folder and says how to go on.
func (o *initOptions) write(w io.Writer, s *starter.Starter, files []initFile) error {
	var written []string
	for _, f := range files {
		if b, err := os.ReadFile(f.name); err == nil {
			if !strings.Contains(string(b), f.line) {
				s.Notes = append(s.Notes, fmt.Sprintf("%s exists already and stays as it is; add the line\n  %s", f.name, f.line))
			}
			continue
		}
		t, err := leftover.Write(".", f.name, []byte(f.text))
		if err == nil {
			err = os.Link(t, f.name) // fails where another has just written it
		}
		if t != "" {
			leftover.Remove(t)
		}
		if err != nil {
			return err
		}
		written = append(written, f.name)
	}
	fmt.Fprintf(w, "wrote %s\n", strings.Join(written, ", "))
	for _, n := range s.Notes {
		fmt.Fprintln(w, n)
	}
	if !disk.Exists("tools.mod") {
		fmt.Fprint(w, `once, for go generate, in the folder of go.mod:
  go mod init -modfile=tools.mod tools
  go get -tool -modfile=tools.mod github.com/nngen-go/nngen/cmd/nngen
  go get github.com/nngen-go/nngen/runtime
`)
	}
	fmt.Fprintf(w, "for CI:\n  %s --check\n", runTool+files[0].name)
	if s.Fits {
		next(w, "nngen", "fit", files[0].name)
	} else {
		next(w, "nngen", "generate", files[0].name)
	}
	return nil
}
