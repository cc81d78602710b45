package build

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/internal/golden"
	"github.com/nngen-go/nngen/ir/spec"
)

// TestErrors holds the exact answers to broken descriptions: testdata/errors has
// each beside its answer.
func TestErrors(t *testing.T) {
	files, err := filepath.Glob("testdata/errors/*.yaml")
	if err != nil || len(files) < 120 {
		t.Fatalf("%d broken descriptions, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			m, err := spec.Parse(filepath.Base(file), src)
			if err == nil {
				_, err = Build(m)
			}
			if err == nil {
				t.Fatal("the description is not broken")
			}
			golden.File(t, strings.TrimSuffix(file, ".yaml")+".txt", err.Error()+"\n")
		})
	}
}
