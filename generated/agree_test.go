package generated

import (
	"math"
	"os/exec"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/generated/iris"
	"github.com/nngen-go/nngen/generated/irispredict"
	"github.com/nngen-go/nngen/runtime/data"
)

// flowers reads the test rows of iris.
func flowers(t *testing.T) *data.Table {
	t.Helper()
	table, err := data.OpenCSV("../testdata/models/iris_test.csv", data.CSVOptions{
		Columns: []string{"sepal_length", "sepal_width", "petal_length", "petal_width"},
		Target:  "species", Classes: iris.Classes[:],
	})
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// TestSameBits holds the predict-only package to the trainable one.
func TestSameBits(t *testing.T) {
	trainable, err := iris.Open("irispredict/weights.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	embedded, err := irispredict.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	table := flowers(t)
	right := 0
	for i := range table.Len() {
		x, y := iris.Input(table.Row(i)), irispredict.Input(table.Row(i))
		want, got := trainable.Predict(&x), embedded.Predict(&y)
		for k := range want {
			if math.Float32bits(got[k]) != math.Float32bits(want[k]) {
				t.Errorf("row %d: %v, want %v", i, got, want)
				break
			}
		}
		if class, _ := embedded.Classify(&y); float32(class) == table.Targets[i] {
			right++
		}
	}
	if right < table.Len()*9/10 {
		t.Errorf("%d of %d flowers are told right", right, table.Len())
	}
}

// TestPredictOnlyImports proves that a predict-only package needs the standard
// library alone.
func TestPredictOnlyImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "./irispredict").Output()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Fields(string(out)); len(got) != 1 {
		t.Errorf("irispredict needs %q", got)
	}
}
