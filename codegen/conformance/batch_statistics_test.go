package conformance

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/codegen/conformance/harness"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/pass"
)

// statistics is a case of testdata/keras/batch_statistics.json.gz.
type statistics struct {
	Name    string
	Model   json.RawMessage
	Weights map[string]tensor
	Mean    float64
	Batches []struct {
		Rows      int
		Loss      float64
		Gradients map[string]tensor
		After     map[string]tensor `json:"weights_after"`
	}
	Fit struct {
		Rows, Epochs int
		Size         int `json:"batch_size"`
		Loss         []float64
		End          map[string]tensor `json:"weights_end"`
	}
}

// rows are the first n rows of the case: see testdata/keras/batch_statistics.py.
func (c statistics) rows(n, width int) (b harness.Batch) {
	for r := range n {
		x := make([]float64, width)
		for e := range x {
			x[e] = float64((r*(31+7*e)+e*e*13)%257-128)/64 + c.Mean
		}
		b.X, b.Y = append(b.X, x), append(b.Y, []float64{float64(r*17%64)/32 - 1})
		b.Weight = append(b.Weight, float32((r+1)%4)/2)
	}
	return b
}

// TestKerasBatchStatistics holds packages with BatchNormalization to Keras, and to
// the interpreter, over batches of 1 to 4,096 rows, whatever the batch size that they were generated
// for: loss, gradients, the moving statistics and weights after a step, and a
// training whose last batch is short.
func TestKerasBatchStatistics(t *testing.T) {
	t.Parallel()
	raw := vectorFile(t, "batch_statistics.json.gz")
	var file struct{ Cases []statistics }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var names []string
	var nets []*network
	var cases []harness.Case
	var checks []func(t *testing.T, got harness.Result)
	for _, c := range file.Cases {
		for _, size := range []int{64, 1025} { // many units, and three that are not quite full
			src := strings.Replace(string(c.Model), "{", fmt.Sprintf(`{"fit":{"batch_size":%d},`, size), 1)
			net, err := compileJSON(fmt.Sprintf("%s%d", c.Name, size), []byte(src))
			if err != nil {
				t.Fatal(err)
			}
			if err := net.emit(dir, pass.Options{}); err != nil {
				t.Fatal(err)
			}
			names = append(names, net.name)
			initial := map[string][]float64{}
			for name, w := range c.Weights {
				initial[name] = w.Data
			}
			params, err := net.block(initial)
			if err != nil {
				t.Fatal(err)
			}
			width := product(net.Header.Inputs[0].Shape)
			for i, b := range c.Batches {
				batch := c.rows(b.Rows, width)
				cases = append(cases, harness.Case{Model: net.name, Params: params, Batch: batch}, harness.Case{Model: net.name, Params: params, Steps: []harness.Batch{batch}})
				nets = append(nets, net, net)
				checks = append(checks,
					func(t *testing.T, got harness.Result) { c.compareGradients(t, i, net, got) },
					func(t *testing.T, got harness.Result) { c.compareStep(t, i, net, got) })
			}
			all := c.rows(c.Fit.Rows, width)
			run := harness.Case{Model: net.name, Params: params}
			all.Size = c.Fit.Size
			for range c.Fit.Epochs {
				run.Steps = append(run.Steps, all)
			}
			cases, nets = append(cases, run), append(nets, net)
			checks = append(checks, func(t *testing.T, got harness.Result) { c.compareFit(t, net, got) })
		}
	}
	link(t, dir, names)
	wants := interpretedAll(t, nets, cases)
	for _, level := range levels() {
		for i, got := range drive(t, dir, cases, level) {
			rows := max(len(cases[i].Batch.X), len(append(cases[i].Steps, harness.Batch{})[0].X))
			t.Run(fmt.Sprintf("%v/%s/%d_rows", level, nets[i].name, rows), func(t *testing.T) {
				if got.Error != "" {
					t.Fatal(got.Error)
				}
				checks[i](t, got)
				if wants[i] != nil {
					if err := nets[i].compare(wants[i], got); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
}

func (c statistics) compareGradients(t *testing.T, i int, n *network, got harness.Result) {
	want := c.Batches[i]
	if d := math.Abs(float64(got.Loss) - want.Loss); d > 5e-6*math.Abs(want.Loss) {
		t.Errorf("loss %.9g, Keras %.9g", got.Loss, want.Loss)
	}
	for _, s := range n.Header.Segments {
		if s.Role != block.Trainable {
			continue
		}
		if d, size := largest(got.Grads[s.Offset:s.Offset+s.Len()], want.Gradients[s.Name].Data); !(d <= 2e-5*max(size, 0.1)) {
			t.Errorf("gradient of %s differs by %.2e (size %.2e)", s.Name, d, size)
		}
	}
}

func (c statistics) compareStep(t *testing.T, i int, n *network, got harness.Result) {
	compareStatistics(t, n, "after a step", got.StepParams[0], c.Batches[i].After)
}

func (c statistics) compareFit(t *testing.T, n *network, got harness.Result) {
	for i, want := range c.Fit.Loss {
		if d := math.Abs(got.StepLoss[i] - want); d > 1e-5*want {
			t.Errorf("epoch %d: loss %.9g, Keras %.9g", i+1, got.StepLoss[i], want)
		}
	}
	compareStatistics(t, n, "after the training", got.StepParams[len(c.Fit.Loss)-1], c.Fit.End)
}

func compareStatistics(t *testing.T, n *network, when string, block []float32, want map[string]tensor) {
	for _, s := range n.Header.Segments {
		if d, size := largest(block[s.Offset:s.Offset+s.Len()], want[s.Name].Data); !(d <= 1e-5*max(size, 0.1)) {
			t.Errorf("%s: %s differs by %.2e (size %.2e)", when, s.Name, d, size)
		}
	}
}
