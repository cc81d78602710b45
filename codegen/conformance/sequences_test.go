package conformance

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/nngen-go/nngen/codegen/conformance/harness"
	"github.com/nngen-go/nngen/ir/pass"
)

// sameFigures compares losses and metrics with Keras's.
func sameFigures(t *testing.T, when string, got, want map[string]float64, tolerance float64) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if v, ok := got[name]; !ok || math.Abs(v-want[name]) > tolerance*max(1, math.Abs(want[name])) {
			t.Errorf("%s: %s is %.8g (%v), Keras's %.8g", when, name, v, ok, want[name])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s: figures %v, Keras has %v", when, slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
}

// TestMaskedFigures holds losses and metrics of outputs with masks to Keras's, those
// of Evaluate and of the history of Fit.
func TestMaskedFigures(t *testing.T) {
	t.Parallel()
	type vector struct {
		Name    string
		Model   json.RawMessage
		Weights map[string]tensor
		kerasBatch
		Evaluate map[string]float64
	}
	var file struct{ Cases []vector }
	if err := json.Unmarshal(vectorFile(t, "sequences.json.gz"), &file); err != nil {
		t.Fatal(err)
	}
	file.Cases = slices.DeleteFunc(file.Cases, func(c vector) bool { return c.Evaluate == nil })
	if len(file.Cases) < 10 {
		t.Fatalf("%d cases", len(file.Cases))
	}
	dir := t.TempDir()
	var cases []harness.Case
	var names []string
	for i, c := range file.Cases {
		net, err := compileJSON(fmt.Sprintf("f%02d", i), c.Model)
		if err == nil {
			err = net.emit(dir, pass.Options{})
		}
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		batch := net.batchOf(c.kerasBatch)
		run := harness.Case{Model: net.name, Evaluate: &batch, Steps: []harness.Batch{batch}}
		weights := map[string][]float64{}
		for name, w := range c.Weights {
			weights[name] = w.Data
		}
		if run.Params, err = net.block(weights); err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		cases, names = append(cases, run), append(names, net.name)
	}
	link(t, dir, names, "-N", "-l")
	for _, level := range levels() {
		for i, got := range drive(t, dir, cases, level) {
			c := file.Cases[i]
			t.Run(level.String()+"/"+c.Name, func(t *testing.T) {
				if got.Error != "" {
					t.Fatal(got.Error)
				}
				sameFigures(t, "evaluate", got.Figures, c.Evaluate, 3e-6)
				// Figures of one step are those before it, of all rows at once; a masked
				// loss is not that of two batches.
				step := got.StepFigures[0]
				for name := range c.Evaluate {
					if name == "loss" || len(name) > 5 && name[len(name)-5:] == "_loss" {
						step[name] = c.Evaluate[name]
					}
				}
				sameFigures(t, "fit", step, c.Evaluate, 3e-6)
			})
		}
	}
}

// TestStateful trains networks whose rows go on from batch to batch beside Keras:
// evaluate(), two epochs, and a third after reset_state().
func TestStateful(t *testing.T) {
	t.Parallel()
	type vector struct {
		Name    string
		Model   json.RawMessage
		Weights map[string]tensor
		kerasBatch
		Float32 struct {
			Evaluate map[string]float64
			Fits     []map[string]float64
			End      map[string]tensor `json:"weights_end"`
		}
	}
	var file struct{ Cases []vector }
	if err := json.Unmarshal(vectorFile(t, "sequences.json.gz"), &file); err != nil {
		t.Fatal(err)
	}
	file.Cases = slices.DeleteFunc(file.Cases, func(c vector) bool { return c.Float32.Fits == nil })
	if len(file.Cases) < 13 {
		t.Fatalf("%d cases", len(file.Cases))
	}
	dir := t.TempDir()
	var nets []*network
	var cases []harness.Case
	var names []string
	for i, c := range file.Cases {
		net, err := compileJSON(fmt.Sprintf("s%02d", i), c.Model)
		if err == nil {
			err = net.emit(dir, pass.Options{})
		}
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		batch := net.batchOf(c.kerasBatch)
		batch.Size = net.Header.Training.BatchSize
		again := batch
		again.Reset = true
		run := harness.Case{Model: net.name, Evaluate: &batch, Steps: []harness.Batch{batch, batch, again}}
		weights := map[string][]float64{}
		for name, w := range c.Weights {
			weights[name] = w.Data
		}
		if run.Params, err = net.block(weights); err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		nets, cases, names = append(nets, net), append(cases, run), append(names, net.name)
	}
	link(t, dir, names, "-N", "-l")
	for _, level := range levels() {
		for i, got := range drive(t, dir, cases, level) {
			c := file.Cases[i]
			t.Run(level.String()+"/"+c.Name, func(t *testing.T) {
				if got.Error != "" {
					t.Fatal(got.Error)
				}
				sameFigures(t, "evaluate", got.Figures, c.Float32.Evaluate, 1e-6)
				for j, want := range c.Float32.Fits {
					sameFigures(t, fmt.Sprint("epoch ", j+1), got.StepFigures[j], want, 2e-6)
				}
				compareBlocks(t, nets[i], "at the end", got.StepParams[2], c.Float32.End)
			})
		}
	}
}
