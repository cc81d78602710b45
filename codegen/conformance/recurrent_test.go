package conformance

import (
	"fmt"
	"math"
	"reflect"
	"testing"

	"github.com/nngen-go/nngen/codegen/conformance/harness"
	"github.com/nngen-go/nngen/ir/machine"
	"github.com/nngen-go/nngen/ir/pass"
)

// recurrences are networks with loops over time: what goes before a layer over steps,
// the layer and what follows, over so many steps of so many features.
var recurrences = []struct {
	steps, features int
	layers          string
	batch, rows     int
}{
	{5, 3, `{"LSTM": {"units": 4}}`, 8, 8},
	{1, 3, `{"LSTM": {"units": 7, "return_sequences": true}}`, 4, 3},
	{7, 1, `{"LSTM": {"units": 1}}`, 3, 1},
	{12, 5, `{"LSTM": {"units": 16, "return_sequences": true}}, {"LSTM": {"units": 9, "go_backwards": true}}`, 5, 11},
	{40, 17, `{"LSTM": {"units": 64}}`, 16, 16},
	{6, 8, `{"LSTM": {"units": 100, "return_sequences": true}}`, 17, 18},
	{9, 4, `{"LSTM": {"units": 128, "activation": "relu", "recurrent_activation": "tanh"}}`, 3, 3},
	{3, 2, `{"LSTM": {"units": 257}}`, 2, 3},
	{500, 2, `{"LSTM": {"units": 5}}`, 2, 2},
	{8, 4, `{"LSTM": {"units": 6, "dropout": 0.25, "recurrent_dropout": 0.25}}`, 6, 6},
	{5, 3, `{"GRU": {"units": 4}}`, 8, 9},
	{11, 6, `{"GRU": {"units": 33, "return_sequences": true, "go_backwards": true}}`, 7, 1},
	{11, 6, `{"GRU": {"units": 48, "reset_after": false}}`, 7, 7},
	{4, 2, `{"GRU": {"units": 130, "return_sequences": true}}, {"GRU": {"units": 3, "reset_after": false, "recurrent_dropout": 0.5}}`, 4, 5},
	{10, 3, `{"SimpleRNN": {"units": 20}}`, 8, 5},
	{10, 3, `{"SimpleRNN": {"units": 65, "return_sequences": true, "activation": "relu", "use_bias": false}}, "GlobalAveragePooling1D"`, 8, 16},
	{6, 4, `{"Masking": {"mask_value": 0}}, {"LSTM": {"units": 8, "return_sequences": true}}, {"GRU": {"units": 5}}`, 4, 7},
	{6, 4, `{"Masking": {"mask_value": 0}}, {"SimpleRNN": {"units": 8, "go_backwards": true}}`, 4, 4},
	{6, 4, `{"Masking": {"mask_value": 0}}, {"Bidirectional": {"layer": {"LSTM": {"units": 7, "return_sequences": true}}}}, {"Bidirectional": {"layer": {"GRU": {"units": 12}}, "merge_mode": "mul"}}`, 4, 5},
	{6, 16, `{"LSTM": {"units": 16, "return_sequences": true}}, {"Dense": {"units": 4, "activation": "tanh"}}, "Flatten"`, 4, 4},
	// Blocks of queries are turns of a loop as well.
	{128, 4, `{"MultiHeadAttention": {"num_heads": 2, "key_dim": 8, "use_causal_mask": true}}`, 3, 5},
	{192, 3, `{"MultiHeadAttention": {"num_heads": 1, "key_dim": 64, "use_causal_mask": true, "sliding_window": 70}}`, 4, 3},
	{128, 6, `{"MultiHeadAttention": {"num_heads": 16, "key_dim": 1, "use_causal_mask": true}}`, 2, 3},
	{256, 5, `{"GroupedQueryAttention": {"head_dim": 9, "num_query_heads": 4, "num_key_value_heads": 2, "use_causal_mask": true, "use_gate": true}}`, 3, 4},
	{512, 3, `{"MultiHeadAttention": {"num_heads": 3, "key_dim": 5, "value_dim": 2, "use_causal_mask": true}}`, 2, 2},
	{128, 4, `{"MultiHeadAttention": {"num_heads": 2, "key_dim": 33, "use_causal_mask": true, "dropout": 0.25}}, {"Attention": {"use_causal_mask": true}}`, 3, 3},
}

// TestRecurrences holds packages of these networks to the interpreter at every level:
// with all passes and with none of the optional ones, for machines of a few bytes, and
// with kernels that layers share; with one to three workers, of whom some have no rows.
func TestRecurrences(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	off := map[string]bool{}
	for _, name := range pass.Optional() {
		off[name] = true
	}
	shared := machine.Server()
	shared.OwnKernels, shared.ShareMulAdds = 0, 1
	variants := []pass.Options{{}, {Off: off}, {Machine: shared}, {Machine: machine.Tiny()[0]}, {Machine: machine.Tiny()[1]}, {Machine: machine.Tiny()[2]}}
	var nets []*network
	var names []string
	var cases []harness.Case
	for i, s := range recurrences {
		src := fmt.Sprintf(`{"name": "s", "inputs": {"x": {"shape": [%d, %d]}}, "layers": [%s, {"Dense": 2}], "compile": {"optimizer": "sgd", "loss": "mean_squared_error"}, "fit": {"batch_size": %d}}`, s.steps, s.features, s.layers, s.batch)
		for v, o := range variants {
			if v > 0 && i%(len(variants)-1) != v-1 {
				continue // as they are, and one of the others
			}
			net, err := compileJSON(fmt.Sprintf("r%02d%c", i, 'a'+v), []byte(src))
			if err != nil {
				t.Fatalf("%v\n%s", err, src)
			}
			if err := net.emit(dir, o); err != nil {
				t.Fatalf("%v\n%s", err, src)
			}
			c := net.randomCase(uint64(i))
			for _, p := range net.Header.Segments { // such that products over many steps stay finite
				if len(p.Shape) == 2 && p.Shape[0] > 4 {
					for j := range c.Params[p.Offset:][:p.Len()] {
						c.Params[p.Offset+j] *= 2 / float32(math.Sqrt(float64(p.Shape[0])))
					}
				}
			}
			c.Batch = net.masked(c.Batch, s.rows, s.features)
			c.Steps = []harness.Batch{c.Batch, c.Batch}
			nets, names, cases = append(nets, net), append(names, net.name), append(cases, c)
		}
	}
	link(t, dir, names)
	wants := interpretedAll(t, nets, cases)
	for _, level := range levels() {
		t.Run(level.String(), func(t *testing.T) {
			results := drive(t, dir, cases, level, "GOMAXPROCS=2")
			for i, got := range results {
				if err := nets[i].compare(wants[i], got); err != nil {
					t.Errorf("%s: %v", names[i], err)
				}
			}
			for _, workers := range []string{"1", "3"} {
				for i, other := range drive(t, dir, cases, level, "GOMAXPROCS="+workers) {
					if !reflect.DeepEqual(other, results[i]) {
						t.Errorf("%s: GOMAXPROCS=%s changes results", names[i], workers)
					}
				}
			}
		})
	}
}

// masked is a batch of so many rows, whose steps are zero here and there: what Masking
// leaves out.
func (n *network) masked(b harness.Batch, rows, features int) harness.Batch {
	at := func(list [][]float64, i int) []float64 { return append([]float64(nil), list[i%len(list)]...) }
	var c harness.Batch
	for i := range rows {
		x := at(b.X, i)
		for j := range x {
			if step := j / features; step%3 == i%3 || (step+1)*features == len(x) && rows > 2 {
				x[j] = 0
			} else if i >= len(b.X) {
				x[j] = -x[j]
			}
		}
		c.X, c.Y, c.Weight = append(c.X, x), append(c.Y, at(b.Y, i)), append(c.Weight, b.Weight[i%len(b.Weight)])
	}
	return c
}
