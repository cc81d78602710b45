package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/cmd/nngen/internal/disk"
)

// TestBrokenDescriptions runs generate on every broken description of the
// packages that read and build them: it fails, says why with a position, and
// leaves nothing behind.
func TestBrokenDescriptions(t *testing.T) {
	var files []string
	for _, dir := range []string{"spec", "build"} {
		found, err := filepath.Glob(filepath.Join("../../ir", dir, "testdata/errors/*.[yj]*"))
		if err != nil {
			t.Fatal(err)
		}
		if len(found) == 0 {
			t.Errorf("no broken descriptions in ir/%s", dir)
		}
		files = append(files, found...)
	}
	if len(files) < 60 {
		t.Errorf("only %d broken descriptions", len(files))
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			var stdout, stderr bytes.Buffer
			code := run(t.Context(), []string{"generate", file, "-o", out}, &stdout, &stderr)
			if code != exitFailure {
				t.Errorf("exit code %d", code)
			}
			if stdout.Len() > 0 {
				t.Errorf("output: %s", stdout.String())
			}
			for line := range strings.Lines(stderr.String()) {
				if !strings.HasPrefix(line, filepath.Base(file)+":") && !strings.HasPrefix(line, "and ") {
					t.Errorf("a line without a position: %q", line)
				}
			}
			if want, err := os.ReadFile(strings.TrimSuffix(file, filepath.Ext(file)) + ".txt"); err != nil || stderr.String() != string(want) {
				t.Errorf("%v\ngot:\n%s\nwant:\n%s", err, stderr.String(), want)
			}
			if disk.Exists(out) {
				t.Error("a folder was written")
			}
		})
	}
}
