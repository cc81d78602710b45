package conformance

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// genericUses is a package that uses what every generated package that trains does of
// the generic functions of the runtime.
const genericUses = `package uses

import (
	"context"

	"github.com/nngen-go/nngen/runtime/data"
	"github.com/nngen-go/nngen/runtime/train"
)

type (
	input   [2]float32
	target  float32
	engine  = train.Engine[input, target]
	dataset = data.Dataset[input, target]
)

func Slices(x []input, y []target) dataset { return data.Slices(x, y) }

func WeightedSlices(x []input, y []target, w []float32) dataset { return data.WeightedSlices(x, y, w) }

func Fit(e engine, s *train.Session, c train.Compiled, d dataset, cfg train.Config[input, target]) (*train.History, error) {
	return train.Fit(context.Background(), e, s, c, d, cfg)
}

func Evaluate(e engine, s *train.Session, c train.Compiled, d dataset) (train.Result, error) {
	return train.Evaluate(context.Background(), e, s, c, d, 0)
}

func Gradients(e engine, s *train.Session, g []float32, b train.Batch[input, target]) (float32, error) {
	return train.Gradients(e, s, g, b, 1)
}
`

// TestGenericsAreSmall compiles these functions for the types of a package. It compiles
// them itself, and with them the methods of every type that they reach, also those of
// the standard library: half of the time that a small package takes. So none reaches
// package reflect, or files.
func TestGenericsAreSmall(t *testing.T) {
	module, err := filepath.Abs("../../runtime")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":  fmt.Sprintf("module uses\n\ngo 1.24\n\nrequire github.com/nngen-go/nngen/runtime v0.0.0\n\nreplace github.com/nngen-go/nngen/runtime => %s\n", module),
		"uses.go": genericUses,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	list := func(args ...string) string {
		cmd := exec.Command("go", args...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOWORK=off", "GOFLAGS=")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, head(out))
		}
		return string(out)
	}
	list("build", "-gcflags=-N -l", "-o", "uses.a", ".")
	const most = 140 // 115 with Go 1.26
	functions := regexp.MustCompile(`(?m) T (.*)$`).FindAllStringSubmatch(list("tool", "nm", "uses.a"), -1)
	if n := len(functions); n < 20 || n > most {
		t.Errorf("%d functions, at most %d", n, most)
	}
	for _, f := range functions {
		if regexp.MustCompile(`\b(os|reflect)\.`).MatchString(f[1]) {
			t.Errorf("compiled with every package: %s", f[1])
		}
	}
}
