package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nngen-go/nngen/cmd/nngen/internal/disk"
	"github.com/nngen-go/nngen/cmd/nngen/internal/interrupt"
	"github.com/nngen-go/nngen/cmd/nngen/internal/packaged"
	"github.com/nngen-go/nngen/ir/onnx/backend"
)

func verifyCommand() *cobra.Command {
	var quiet, compiled bool
	cmd := &cobra.Command{
		Use:   "verify DIR...",
		Short: "Run ONNX files on inputs whose outputs are known",
		Long: `verify runs folders that are laid out as ONNX's backend tests: model.onnx, and in
test_data_set_0, test_data_set_1 and so on the inputs input_0.pb, … and the outputs that
are expected, output_0.pb, …. A file bind.txt beside the model gives symbolic extents,
name=value a line. A folder may hold such folders, at any depth.

It prints for each whether it passed, to the tolerances of these tests, was refused, with
the reason, or was wrong, and how many of each in the last line. Models are computed by
the interpreter, the one that compiled packages are tested against; with --compiled by the
packages themselves, as generate --predict-only makes them, both one row at a time and many
together. The exit status is 1 if any was wrong, or if there was none at all.`,
		Example: `  nngen verify onnx/backend/test/data/node/test_conv_with_strides_padding
  nngen verify onnx/backend/test/data --quiet
  nngen verify --compiled exported`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef(cmd, "which folders? Give those of tests, or one that holds them")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			run := interpreted
			if compiled {
				run = packages
			}
			return verify(cmd.Context(), cmd.OutOrStdout(), args, quiet, run)
		},
		ValidArgsFunction: folders,
	}
	cmd.Flags().BoolVarP(&quiet, "quiet", "q", false, "print the last line and what was wrong alone")
	cmd.Flags().BoolVar(&compiled, "compiled", false, "run the packages of the models, which takes an installed Go")
	return cmd
}

// verify runs the tests in folders and prints what became of them. Run gives what each has
// ended with, in order; its own error ends the command.
func verify(ctx context.Context, w io.Writer, args []string, quiet bool, run func(ctx context.Context, dirs []string, each func(i int, failed error) error) error) error {
	var dirs []string
	for _, arg := range args {
		list, err := testFolders(arg)
		if err != nil {
			return err
		}
		dirs = append(dirs, list...)
	}
	for _, dir := range dirs {
		if file := filepath.Join(dir, "model.onnx"); disk.Pointer(file) {
			return disk.PointerError(file)
		}
	}
	counts := map[string]int{}
	err := run(ctx, dirs, func(i int, failed error) error {
		verdict, why := verdictOf(failed)
		counts[verdict]++
		line := fmt.Sprintf("%-8s %s", verdict, dirs[i])
		if why != "" {
			line += ": " + why
		}
		if quiet && verdict != "wrong" {
			return nil
		}
		_, err := fmt.Fprintln(w, line)
		return err
	})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "%d passed, %d refused, %d wrong\n", counts["passed"], counts["refused"], counts["wrong"]); err != nil {
		return err
	}
	if counts["wrong"] > 0 {
		return errReported
	}
	return nil
}

// testFolders are the folders of tests that a folder is or holds, sorted.
func testFolders(root string) ([]string, error) {
	if info, err := os.Stat(root); err != nil {
		return nil, fmt.Errorf("%s: there is no such folder", root)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("%s is a file; verify takes the folder that it is in, with test_data_set_0 beside it", root)
	}
	var dirs []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && d.Name() == "model.onnx" {
			dirs = append(dirs, filepath.Dir(path))
		}
		return err
	})
	if err == nil && len(dirs) == 0 {
		err = fmt.Errorf("%s: no folder here holds a model.onnx", root)
	}
	slices.Sort(dirs)
	return dirs, err
}

// verdictOf says what became of a test.
func verdictOf(failed error) (verdict, why string) {
	var wrong backend.Wrong
	switch {
	case failed == nil:
		return "passed", ""
	case errors.As(failed, &wrong):
		return "wrong", strings.TrimPrefix(wrong.Error(), "wrong: ")
	}
	return "refused", strings.Join(strings.Fields(failed.Error()), " ")
}

// interpreted runs tests by the interpreter.
func interpreted(ctx context.Context, dirs []string, each func(i int, failed error) error) error {
	for i, dir := range dirs {
		_, failed := interrupt.Unless(ctx, func() (struct{}, error) {
			c, err := backend.Open(os.DirFS(dir))
			if err == nil {
				err = c.Run()
			}
			return struct{}{}, err
		})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := each(i, failed); err != nil {
			return err
		}
	}
	return nil
}

// A program has at most so many packages, and no more after so many bytes.
const mostPackages, mostBytes = 100, 512 << 20

// packages runs tests by the packages of their models, many of them in one program.
func packages(ctx context.Context, dirs []string, each func(i int, failed error) error) error {
	var tests []*packaged.Test
	size := 0
	for i, dir := range dirs {
		t := packaged.Open(ctx, dir, fmt.Sprintf("p%d", i))
		if ctx.Err() != nil {
			return ctx.Err()
		}
		tests, size = append(tests, t), size+t.Bytes()
		if i < len(dirs)-1 && len(tests) < mostPackages && size < mostBytes {
			continue
		}
		if err := packaged.Run(ctx, tests); err != nil {
			return err
		}
		for j, t := range tests {
			if err := each(i+1-len(tests)+j, t.Failed); err != nil {
				return err
			}
		}
		tests, size = nil, 0
	}
	return nil
}
