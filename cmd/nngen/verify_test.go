package main

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// verifiable is a folder with a test that passes, one whose expected output is changed, one
// whose input is cut off, and others that pass.
func verifiable(t *testing.T, others ...string) string {
	t.Helper()
	z, err := zip.OpenReader("../../testdata/onnx/samples.zip")
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	dir := t.TempDir()
	unpack := func(name, as string) string {
		from, err := fs.Sub(z, name)
		if err == nil {
			err = os.CopyFS(filepath.Join(dir, as), from)
		}
		if err != nil {
			t.Fatal(err)
		}
		return filepath.Join(dir, as, "test_data_set_0")
	}
	for _, name := range others {
		unpack("test_"+name, name)
	}
	unpack("test_matmul_3d", "right")
	output := filepath.Join(unpack("test_matmul_3d", "wrong"), "output_0.pb")
	b, err := os.ReadFile(output)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)-1] ^= 0x40 // of the exponent of the last element
	if err := os.WriteFile(output, b, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(unpack("test_matmul_3d", "cut"), "input_1.pb"), 20); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestVerify runs tests by the interpreter.
func TestVerify(t *testing.T) {
	dir := verifiable(t)
	var out bytes.Buffer
	err := verify(t.Context(), &out, []string{dir}, false, interpreted)
	if !errors.Is(err, errReported) {
		t.Errorf("%v", err)
	}
	for _, want := range []string{"refused  " + filepath.Join(dir, "cut") + ": ", "passed   " + filepath.Join(dir, "right") + "\n", "wrong    " + filepath.Join(dir, "wrong") + ": output 0[", "\n1 passed, 1 refused, 1 wrong\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s\nhas no %q", out.String(), want)
		}
	}
	out.Reset()
	if err := verify(t.Context(), &out, []string{filepath.Join(dir, "right"), filepath.Join(dir, "cut")}, true, interpreted); err != nil || out.String() != "1 passed, 1 refused, 0 wrong\n" {
		t.Errorf("%v, %q", err, out.String())
	}
}

// TestVerifyCompiled runs tests by the packages of their models: what becomes of each is
// what becomes of it in the interpreter.
func TestVerifyCompiled(t *testing.T) {
	dir := verifiable(t, "clip_example", "gru_batchwise", "slice_neg_steps", "top_k", "where_example")
	verdicts := func(run func(context.Context, []string, func(int, error) error) error) (lines []string) {
		var out bytes.Buffer
		if err := verify(t.Context(), &out, []string{dir}, false, run); !errors.Is(err, errReported) {
			t.Errorf("%v", err)
		}
		for line := range strings.Lines(out.String()) {
			verdict, _, _ := strings.Cut(line, ": ")
			lines = append(lines, strings.TrimSpace(verdict))
		}
		return lines
	}
	want, got := verdicts(interpreted), verdicts(packages)
	if !slices.Equal(got, want) || got[len(got)-1] != "6 passed, 1 refused, 1 wrong" {
		t.Errorf("packages: %q\ninterpreter: %q", got, want)
	}
}
