package plan_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/codegen/plan"
	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/machine"
	"github.com/nngen-go/nngen/ir/pass"
	"github.com/nngen-go/nngen/ir/spec"
)

var update = flag.Bool("update", false, "rewrite the plans in testdata")

// layers have a contraction each way: forward, by the input and by the weights.
var layers = []struct{ name, shape, first, text string }{
	{"dense", "[300]", "Dense: {units: 200, activation: tanh}", "Dense: {units: 70, activation: relu}"},
	{"convolution", "[14, 14, 8]", "DepthwiseConv2D: {kernel_size: 1}", "Conv2D: {filters: 64, kernel_size: 3, padding: same, activation: relu}"},
	{"strided", "[15, 15, 6]", "DepthwiseConv2D: {kernel_size: 1}", "Conv2D: {filters: 20, kernel_size: 3, strides: 2, padding: same}"},
	{"pointwise", "[7, 7, 32]", "DepthwiseConv2D: {kernel_size: 1}", "Conv2D: {filters: 48, kernel_size: 1}"},
	{"depthwise", "[9, 9, 16]", "DepthwiseConv2D: {kernel_size: 1}", "DepthwiseConv2D: {kernel_size: 3, padding: same}"},
	{"grouped", "[6, 6, 8]", "DepthwiseConv2D: {kernel_size: 1}", "Conv2D: {filters: 16, groups: 2, kernel_size: 3}"},
}

// contractions are those of a layer's training step, the last layer's only.
func contractions(t *testing.T, shape, first, layer string) []*loop.Contract {
	t.Helper()
	text := fmt.Sprintf("name: plans\ninputs: {x: {shape: %s}}\nlayers:\n  - %s\n  - %s\ncompile: {optimizer: sgd, loss: mean_squared_error}\nfit: {batch_size: 32}\n", shape, first, layer)
	model, err := spec.Parse("plans.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	net, err := build.Build(model)
	if err != nil {
		t.Fatal(err)
	}
	p, err := pass.Compile(net.Header, pass.Source{Predict: net.Predict, Step: net.Step, Evaluate: net.Evaluate, Train: net.Train}, pass.Options{Machine: machine.Server()})
	if err != nil {
		t.Fatal(err)
	}
	var list []*loop.Contract
	runs, _ := p.Train.Flat()
	for _, r := range runs {
		if k, ok := r.Kernel.(*loop.Contract); ok {
			list = append(list, k)
		}
	}
	return list[1 : len(list)-1] // without the first layer's
}

// The plans of some layers, for registers of 16 lanes, of 8 and of one, and for a
// machine on which everything is cut.
func TestPlans(t *testing.T) {
	for _, l := range layers {
		var b strings.Builder
		for _, k := range contractions(t, l.shape, l.first, l.text) {
			fmt.Fprintf(&b, "%v\n", k)
			for _, m := range []struct {
				name string
				plan.Machine
			}{
				{"16 lanes", plan.Machine{Machine: machine.Server(), Lanes: 16, Registers: 32}},
				{"8 lanes", plan.Machine{Machine: machine.Server(), Lanes: 8, Registers: 16}},
				{"one lane", plan.Machine{Machine: machine.Server(), Lanes: 1, Registers: 16}},
				{"tiny, 8 lanes", plan.Machine{Machine: machine.Tiny()[0], Lanes: 8, Registers: 16}},
			} {
				fmt.Fprintf(&b, "\n%s\n", m.name)
				p := plan.Contract(k, m.Machine)
				if p == nil {
					b.WriteString("no tiles\n")
					continue
				}
				b.WriteString(p.String())
			}
			b.WriteString("\n")
		}
		path := "testdata/" + l.name + ".txt"
		if *update {
			if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		} else if want, err := os.ReadFile(path); err != nil || string(want) != b.String() {
			t.Errorf("%s differs (%v); look at what is new and run go test -update.\ngot:\n%s", path, err, b.String())
		}
	}
}

// Every row of a result is in one region, and every point of its sum in one block.
func TestRegionsCoverRows(t *testing.T) {
	for _, l := range layers {
		for _, k := range contractions(t, l.shape, l.first, l.text) {
			for _, m := range append(machine.Tiny(), machine.Server()) {
				p := plan.Contract(k, plan.Machine{Machine: m, Lanes: 8, Registers: 16})
				if p == nil || p.Open {
					continue
				}
				rows, want := map[int]bool{}, 1
				for _, a := range p.M {
					if !a.Rows {
						want *= a.N
					}
				}
				for _, a := range p.Around {
					if !a.Rows {
						want /= a.N
					}
				}
				for _, r := range p.Regions {
					for i := range r.Lines {
						for j := range r.Rows {
							rows[r.Out+i*r.Line.Out+j*r.Row.Out] = true
						}
					}
				}
				if len(rows) != want {
					t.Errorf("%d rows, want %d, of\n%v\n%v", len(rows), want, k, p)
				}
			}
		}
	}
}
