package conformance

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/nngen-go/nngen/codegen/conformance/harness"
	"github.com/nngen-go/nngen/ir/pass"
)

var production = flag.String("production", "", "TestProduction runs this network, the shape of its input and its layers in quotes, or, for all, a draw of every kind")

// productionSizes draws a network over sequences one of whose sizes is that of a network
// in use: thousands of steps, a thousand units, sixteen heads.
func productionSizes(kind int, seed uint64) (input, layers string) {
	r := rand.New(rand.NewPCG(seed, 12))
	cell := []string{"LSTM", "GRU", "SimpleRNN"}[r.IntN(3)]
	switch kind {
	case 0: // many steps
		return fmt.Sprintf("[%d, 3]", 1200+r.IntN(801)),
			fmt.Sprintf(`"Masking", {%q: {"units": %d, "return_sequences": true, "go_backwards": %v}}, {"GRU": %d}`, cell, 1+r.IntN(9), r.IntN(2) == 0, 1+r.IntN(5))
	case 1: // many units
		units := 600 + r.IntN(425)
		if cell != "SimpleRNN" { // whose gates are as many
			units = 200 + r.IntN(101)
		}
		return fmt.Sprintf("[2, %d]", 1+r.IntN(20)), fmt.Sprintf(`{%q: %d}`, cell, units)
	case 2: // many heads
		return fmt.Sprintf("[%d, 32]", 40+r.IntN(60)),
			fmt.Sprintf(`{"MultiHeadAttention": {"num_heads": 16, "key_dim": %d, "use_causal_mask": %v}}, "GlobalAveragePooling1D"`, 4+r.IntN(20), r.IntN(2) == 0)
	}
	return fmt.Sprintf("[%d, 8]", 250+r.IntN(101)), // many steps to attend to
		fmt.Sprintf(`{"GroupedQueryAttention": {"head_dim": %d, "num_query_heads": 2, "num_key_value_heads": 1, "use_causal_mask": %v}}, "GlobalAveragePooling1D"`, 1+r.IntN(9), r.IntN(2) == 0)
}

// TestProduction holds networks of production sizes to the interpreter, at every level
// of instructions: one of four every day, and other ones where it is asked for.
func TestProduction(t *testing.T) {
	day, seed := time.Now().UTC(), uint64(1)
	if *production != "" {
		seed = uint64(day.UnixNano())
	}
	type drawn struct{ input, layers string }
	var list []drawn
	draw := func(kind int) {
		input, layers := productionSizes(kind, seed)
		list = append(list, drawn{input, layers})
	}
	switch *production {
	case "":
		draw(day.YearDay() % 4)
	case "all":
		for kind := range 4 {
			draw(kind)
		}
	default:
		var d drawn
		if n, err := fmt.Sscanf(*production, "%q %q", &d.input, &d.layers); n != 2 {
			t.Fatal(err)
		}
		list = append(list, d)
	}
	dir := t.TempDir()
	var nets []*network
	var names []string
	var cases []harness.Case
	for i, d := range list {
		src := fmt.Sprintf(`{"name": "s", "inputs": {"x": {"shape": %s}}, "layers": [%s, {"Dense": 2}], "compile": {"optimizer": "sgd", "loss": "mean_squared_error"}, "fit": {"batch_size": 2}}`, d.input, d.layers)
		net, err := compileJSON(fmt.Sprintf("w%02d", i), []byte(src))
		if err == nil {
			err = net.emit(dir, pass.Options{})
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, src)
		}
		c := net.randomCase(seed)
		c.Steps = nil
		c.Batch.X, c.Batch.Y, c.Batch.Weight = c.Batch.X[:1], c.Batch.Y[:1], c.Batch.Weight[:1]
		for _, p := range net.Header.Segments { // such that products and sums over steps stay of one size
			if len(p.Shape) >= 2 {
				for j := range c.Params[p.Offset:][:p.Len()] {
					c.Params[p.Offset+j] *= 1 / float32(math.Sqrt(float64(p.Shape[0])))
				}
			}
		}
		nets, names, cases = append(nets, net), append(names, net.name), append(cases, c)
	}
	wants := interpretedAll(t, nets, cases)
	link(t, dir, names, "-N", "-l")
	for _, level := range levels() {
		for i, got := range drive(t, dir, cases, level, "GOMAXPROCS=2") {
			if err := nets[i].compare(wants[i], got); err != nil && !nets[i].conditioned(t, cases[i], wants[i], got) {
				t.Errorf("%v: %v\n-production '%q %q'", level, err, list[i].input, list[i].layers)
			}
		}
	}
}
