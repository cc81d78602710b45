package conformance

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/codegen/conformance/harness"
	"github.com/nngen-go/nngen/ir/pass"
)

// trajectory is a case of testdata/keras/trajectories.json; its README says
// what the fields hold.
type trajectory struct {
	Name    string
	Model   json.RawMessage
	Weights map[string]tensor
	Batches []kerasBatch
	Float32 struct {
		Steps []map[string]float64
		W1    map[string]tensor `json:"weights_1"`
		W10   map[string]tensor `json:"weights_10"`
	}
}

// kerasBatch is what a training step takes.
type kerasBatch struct {
	Inputs       map[string]tensor
	Target       tensor
	Targets      map[string]tensor // of several outputs
	SampleWeight *tensor           `json:"sample_weight"`
	Masks        map[string]tensor
}

// batchOf is a batch as the package takes it.
func (n *network) batchOf(b kerasBatch) harness.Batch {
	var step harness.Batch
	for i, port := range n.Header.Inputs {
		for r, row := range b.Inputs[port.Name].samples() {
			if i == 0 {
				step.X = append(step.X, nil)
			}
			step.X[r] = append(step.X[r], row...)
		}
	}
	if step.Y = b.Target.samples(); b.Targets != nil {
		step.Y = make([][]float64, len(step.X))
		for _, port := range n.Header.Targets {
			for r, row := range b.Targets[port.Name].samples() {
				step.Y[r] = append(step.Y[r], row...)
			}
		}
	}
	if b.SampleWeight != nil {
		for _, w := range b.SampleWeight.Data {
			step.Weight = append(step.Weight, float32(w))
		}
	}
	return step
}

type tensor struct {
	Shape []int
	Data  []float64
	Rows  [][]float64
}

// samples cuts a tensor into rows.
func (t tensor) samples() [][]float64 {
	if t.Rows != nil {
		return t.Rows
	}
	if t.Shape == nil {
		return nil
	}
	rows, width := t.Shape[0], 1
	for _, d := range t.Shape[1:] {
		width *= d
	}
	out := make([][]float64, rows)
	for i := range out {
		out[i] = t.Data[i*width : (i+1)*width]
	}
	return out
}

// TestKerasTrajectories trains emitted packages beside real Keras in float32:
// the loss of every step to 1e-6 relative, and every tensor w after steps 1
// and 10 to ‖Δw‖∞ ≤ 1e-5·‖w‖∞.
func TestKerasTrajectories(t *testing.T) {
	t.Parallel()
	var file struct{ Cases []trajectory }
	for _, name := range []string{"trajectories.json.gz", "optimizers.json.gz", "convolution.json.gz", "recurrent.json.gz", "graphs.json.gz", "whole.json.gz"} {
		raw := vectorFile(t, name)
		var part struct{ Cases []trajectory }
		if err := json.Unmarshal(raw, &part); err != nil {
			t.Fatal(err)
		}
		file.Cases = append(file.Cases, part.Cases...)
	}
	dir := t.TempDir()
	var nets []*network
	var cases []harness.Case
	var kept []trajectory
	for _, c := range file.Cases {
		if c.Batches[0].Masks != nil {
			// An emitted package draws its own masks and takes no others: the
			// interpreter runs this case, and random models with Dropout hold
			// the package to the interpreter.
			continue
		}
		net, err := compileJSON(strings.ReplaceAll(c.Name, "_", ""), c.Model)
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		if err := net.emit(dir, pass.Options{}); err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		run := harness.Case{Model: net.name}
		initial := map[string][]float64{}
		for name, w := range c.Weights {
			initial[name] = w.Data
		}
		if run.Params, err = net.block(initial); err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		for _, b := range c.Batches {
			run.Steps = append(run.Steps, net.batchOf(b))
		}
		nets, cases, kept = append(nets, net), append(cases, run), append(kept, c)
	}
	var names []string
	for _, n := range nets {
		names = append(names, n.name)
	}
	if len(names) < 65 {
		t.Fatalf("%d trajectories, expected at least 65", len(names))
	}
	link(t, dir, names)
	for _, level := range levels() {
		for i, got := range drive(t, dir, cases, level) {
			t.Run(level.String()+"/"+kept[i].Name, func(t *testing.T) { kept[i].compare(t, nets[i], got) })
		}
	}
}

// compare holds ten steps of an emitted package to Keras's.
func (c trajectory) compare(t *testing.T, n *network, got harness.Result) {
	if got.Error != "" {
		t.Fatal(got.Error)
	}
	for s, want := range c.Float32.Steps {
		sameFigures(t, fmt.Sprint("step ", s+1), got.StepFigures[s], want, 3e-6)
		if d := math.Abs(got.StepLoss[s]-want["loss"]) / math.Abs(want["loss"]); d > 1e-6 {
			t.Errorf("step %d: loss %.9g, Keras %.9g (%.1e relative)", s+1, got.StepLoss[s], want["loss"], d)
		}
	}
	compareBlocks(t, n, "step 1", got.StepParams[0], c.Float32.W1)
	compareBlocks(t, n, "step 10", got.StepParams[9], c.Float32.W10)
}

func compareBlocks(t *testing.T, n *network, when string, block []float32, want map[string]tensor) {
	t.Helper()
	for _, s := range n.Header.Segments {
		w, ok := want[s.Name]
		if !ok {
			t.Errorf("%s: Keras has no %s", when, s.Name)
			continue
		}
		if d, size := largest(block[s.Offset:s.Offset+s.Len()], w.Data); d > 1e-5*size {
			t.Errorf("%s: %s differs by %.2e, %.1e of its size", when, s.Name, d, d/size)
		}
	}
}
