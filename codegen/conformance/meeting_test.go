package conformance

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/nngen-go/nngen/codegen/conformance/harness"
	"github.com/nngen-go/nngen/ir/pass"
)

// meetings are networks in which the rows of a batch meet.
var meetings = []struct {
	what, input, layers, loss string
}{
	{"pairs", "[6]", `{"Dense": 3}, "UnitNormalization"`, `{"circle": {"gamma": 4}}`},
	{"pairs of long vectors, and themselves", "[4, 3]", `"Flatten", {"Dense": {"units": 70, "use_bias": false}}, "BatchNormalization", "UnitNormalization"`, `{"circle": {"gamma": 2, "margin": 0.25, "remove_diagonal": false, "reduction": "sum"}}`},
	{"mixed targets", "[4, 3, 2]", `{"MixUp": {"alpha": 0.9}}, "Flatten", {"Dense": {"units": 3, "activation": "softmax"}}`, `"categorical_crossentropy"`},
	{"mixed twice, after a layer with weights", "[5, 4, 1]", `{"Conv2D": {"filters": 2, "kernel_size": 2}}, {"CutMix": {"factor": [0.5, 1]}}, {"MixUp": {"alpha": 2}}, "Flatten", {"Dense": 1}`, `"mean_squared_error"`},
	{"images as targets", "[2, 5, 4]", `{"CutMix": {"data_format": "channels_first"}}, {"Conv2D": {"filters": 2, "kernel_size": 3, "padding": "same", "data_format": "channels_first"}}`, `"mean_squared_error"`},
}

// TestMeetingRows holds packages in which rows of a batch meet to the interpreter, over
// batches of 1 to 1,025 rows, above the batch size that they were generated for too, and
// to themselves with other workers.
func TestMeetingRows(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var nets []*network
	var names, what []string
	var cases []harness.Case
	for i, m := range meetings {
		src := fmt.Sprintf(`{"name": "m", "inputs": {"x": {"shape": %s}}, "layers": [%s], "compile": {"optimizer": "sgd", "loss": %s}, "fit": {"batch_size": 32}}`, m.input, m.layers, m.loss)
		net, err := compileJSON(fmt.Sprintf("m%d", i), []byte(src))
		if err != nil {
			t.Fatalf("%s: %v", m.what, err)
		}
		if err := net.emit(dir, pass.Options{}); err != nil {
			t.Fatalf("%s: %v", m.what, err)
		}
		names = append(names, net.name)
		for _, rows := range []int{1, 2, 3, 33, 257, 1025} {
			c := net.caseOf(uint64(rows), rows)
			c.Steps = append(c.Steps[:1], harness.Batch{X: c.Batch.X, Y: c.Batch.Y, Weight: c.Batch.Weight, Size: rows/2 + 1}) // of which the last is smaller
			nets, cases, what = append(nets, net), append(cases, c), append(what, fmt.Sprintf("%s, %d rows", m.what, rows))
		}
	}
	wants := interpretedAll(t, nets, cases)
	link(t, dir, names)
	for _, level := range levels() {
		t.Run(level.String(), func(t *testing.T) {
			results := drive(t, dir, cases, level, "GOMAXPROCS=2")
			for i, got := range results {
				if err := nets[i].compare(wants[i], got); err != nil {
					t.Errorf("%s: %v", what[i], err)
				}
			}
			for _, workers := range []string{"GOMAXPROCS=1", "GOMAXPROCS=3"} {
				for i, other := range drive(t, dir, cases, level, workers) {
					if !reflect.DeepEqual(other, results[i]) {
						t.Errorf("%s: %s changes results", what[i], workers)
					}
				}
			}
		})
	}
}
