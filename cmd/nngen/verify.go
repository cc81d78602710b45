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
	"github.com/nngen-go/nngen/ir/onnx/backend"
)

func verifyCommand() *cobra.Command {
	var quiet bool
	cmd := &cobra.Command{
		Use:   "verify DIR...",
		Short: "Run ONNX files on inputs whose outputs are known",
		Long: `verify runs folders that are laid out as ONNX's backend tests: model.onnx, and in
test_data_set_0, test_data_set_1 and so on the inputs input_0.pb, … and the outputs that
are expected, output_0.pb, …. A file bind.txt beside the model gives symbolic extents,
name=value a line. A folder may hold such folders, at any depth.

It prints for each whether it passed, to the tolerances of these tests, was refused, with
the reason, or was wrong, and how many of each in the last line. Models are computed by
the interpreter, the one that compiled packages are tested against. The exit status is 1 if
any was wrong, or if there was none at all.`,
		Example: `  nngen verify onnx/backend/test/data/node/test_conv_with_strides_padding
  nngen verify onnx/backend/test/data --quiet`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef(cmd, "which folders? Give those of tests, or one that holds them")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return verify(cmd.Context(), cmd.OutOrStdout(), args, quiet)
		},
		ValidArgsFunction: folders,
	}
	cmd.Flags().BoolVarP(&quiet, "quiet", "q", false, "print the last line and what was wrong alone")
	return cmd
}

// verify runs the tests in folders and prints what became of them.
func verify(ctx context.Context, w io.Writer, args []string, quiet bool) error {
	var dirs []string
	for _, arg := range args {
		list, err := testFolders(arg)
		if err != nil {
			return err
		}
		dirs = append(dirs, list...)
	}
	counts := map[string]int{}
	for _, dir := range dirs {
		verdict, why, err := verified(ctx, dir)
		if err != nil {
			return err
		}
		counts[verdict]++
		line := fmt.Sprintf("%-8s %s", verdict, dir)
		if why != "" {
			line += ": " + why
		}
		if !quiet || verdict == "wrong" {
			if _, err := fmt.Fprintln(w, line); err != nil {
				return err
			}
		}
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

// verified runs one test. The error is one that ends the command.
func verified(ctx context.Context, dir string) (verdict, why string, err error) {
	if file := filepath.Join(dir, "model.onnx"); disk.Pointer(file) {
		return "", "", disk.PointerError(file)
	}
	_, failed := interrupt.Unless(ctx, func() (struct{}, error) {
		c, err := backend.Open(os.DirFS(dir))
		if err == nil {
			err = c.Run()
		}
		return struct{}{}, err
	})
	var wrong backend.Wrong
	switch {
	case ctx.Err() != nil:
		return "", "", ctx.Err()
	case failed == nil:
		return "passed", "", nil
	case errors.As(failed, &wrong):
		return "wrong", strings.TrimPrefix(wrong.Error(), "wrong: "), nil
	}
	return "refused", strings.Join(strings.Fields(failed.Error()), " "), nil
}
