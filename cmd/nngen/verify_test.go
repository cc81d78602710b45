package main

import (
	"archive/zip"
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestVerify runs tests that pass, one whose expected output is changed, and one whose
// input is cut off.
func TestVerify(t *testing.T) {
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
	var out bytes.Buffer
	err = verify(t.Context(), &out, []string{dir}, false)
	if !errors.Is(err, errReported) {
		t.Errorf("%v", err)
	}
	for _, want := range []string{"refused  " + filepath.Join(dir, "cut") + ": ", "passed   " + filepath.Join(dir, "right") + "\n", "wrong    " + filepath.Join(dir, "wrong") + ": output 0[", "\n1 passed, 1 refused, 1 wrong\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s\nhas no %q", out.String(), want)
		}
	}
	out.Reset()
	if err := verify(t.Context(), &out, []string{filepath.Join(dir, "right"), filepath.Join(dir, "cut")}, true); err != nil || out.String() != "1 passed, 1 refused, 0 wrong\n" {
		t.Errorf("%v, %q", err, out.String())
	}
}
