package codegen

import (
	"bytes"
	"math"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/codegen/internal/irisprog"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/weights"
)

// irisWeights is a weights file for the iris program.
func irisWeights(t *testing.T, p *loop.Program) []byte {
	t.Helper()
	var segs []nn.Segment
	total := 0
	for _, s := range p.Segments {
		segs = append(segs, nn.Segment{Name: s.Name, Shape: s.Shape, Offset: s.Offset})
		total += s.Len()
	}
	params := make([]float32, total)
	for i := range params {
		params[i] = float32(math.Sin(float64(i)))
	}
	var b bytes.Buffer
	if _, err := weights.Write(&b, map[string]string{weights.KeyModelID: p.ModelID, weights.KeyModel: p.Name}, segs, params); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A predict-only package imports the standard library alone and gives the same
// bits as the trainable one (testdata/equal_test.go.txt compares them).
func TestPredictOnly(t *testing.T) {
	p := irisprog.Program()
	files, err := Generate(p, Config{Package: "irispredict", PredictOnly: true, Weights: irisWeights(t, p)})
	if err != nil {
		t.Fatal(err)
	}
	full, err := Generate(p, Config{})
	if err != nil {
		t.Fatal(err)
	}
	equal, err := os.ReadFile("testdata/equal_test.go.txt")
	if err != nil {
		t.Fatal(err)
	}
	dir := scratch(t, full, files, []File{{Name: "equal_test.go", Data: equal}})
	run(t, "go", "test", "-vet=all", "./"+dir+"/...")
	out, err := exec.Command("go", "list", "-deps", "./"+dir+"/p1").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range strings.Fields(string(out)) {
		if first, _, _ := strings.Cut(path, "/"); strings.Contains(first, ".") && !strings.HasSuffix(path, "/p1") {
			t.Errorf("a predict-only package depends on %s", path)
		}
	}
}

// Without weights the package has no Embedded and still proves itself.
func TestPredictOnlyWithoutWeights(t *testing.T) {
	files, err := Generate(irisprog.Program(), Config{PredictOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.Contains(string(f.Data), "Embedded") || strings.HasSuffix(f.Name, ".safetensors") {
			t.Errorf("%s speaks of weights that are not there", f.Name)
		}
	}
	testIn(t, files)
}
