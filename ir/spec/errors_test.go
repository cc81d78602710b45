package spec

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/internal/golden"
)

// TestErrors reads every broken description under testdata/errors and compares
// its messages, to the letter.
func TestErrors(t *testing.T) {
	files, err := filepath.Glob("testdata/errors/*.[yj]*")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 205 {
		t.Fatalf("only %d broken descriptions", len(files))
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			m, err := Parse(file, src)
			if err == nil {
				t.Fatal("no error")
			}
			if m != nil {
				t.Error("a model beside the error")
			}
			var list diag.List
			if !errors.As(err, &list) {
				t.Fatalf("the error is a %T, not a diag.List", err)
			}
			for _, e := range list {
				if strings.ContainsAny(e.Error(), "\n\t\x1b") {
					t.Errorf("more than one printable line: %q", e.Error())
				}
				if e.Pos.Line < 1 && !strings.Contains(e.Msg, "bytes") {
					t.Errorf("no line: %s", e)
				}
			}
			golden.File(t, strings.TrimSuffix(file, filepath.Ext(file))+".txt", err.Error()+"\n")
		})
	}
}
