package conformance

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/nngen-go/nngen/codegen/conformance/harness"
	"github.com/nngen-go/nngen/ir/pass"
)

// masks are networks over 6 steps of 4 features, some of which Masking leaves out
// where a list begins with it, and layers around recurrent ones.
var masks = []string{
	`"Masking", {"Dense": {"units": 3, "activation": "tanh"}}, "GlobalAveragePooling1D"`,
	`"Masking", {"Dense": 5}, "BatchNormalization", {"Dense": {"units": 3, "activation": "tanh"}}`,
	`"Masking", {"Dense": {"units": 17, "activation": "relu"}}, {"Dense": {"units": 2, "kernel_regularizer": "l2"}}`,
	`{"Masking": {"name": "m"}}, {"Dense": {"units": 4, "name": "d"}}, {"Maximum": {"inputs": ["m", "d"]}}, "GlobalAveragePooling1D"`,
	`{"Masking": {"name": "m"}}, {"Dense": {"units": 4, "name": "d"}}, {"Multiply": {"inputs": ["m", "d"]}}`,
	`{"Masking": {"name": "m"}}, {"Dense": {"units": 4, "name": "d", "inputs": ["x"]}}, {"Concatenate": {"inputs": ["m", "d"], "axis": 1}}, {"LSTM": 3}`,
	`"Masking", {"LSTM": {"units": 5, "return_sequences": true}}, {"TimeDistributed": {"layer": {"Dense": {"units": 3, "activation": "tanh"}}}}`,
	`"Masking", {"Bidirectional": {"layer": {"LSTM": {"units": 5, "return_sequences": true}}}}, {"Bidirectional": {"layer": {"GRU": 3}, "merge_mode": "sum"}}`,
	`"Masking", {"GRU": {"units": 3, "zero_output_for_mask": true, "return_sequences": true, "go_backwards": true}}, {"Dense": 2}`,
	`{"Bidirectional": {"layer": {"SimpleRNN": {"units": 4, "dropout": 0.25, "recurrent_dropout": 0.25}}, "merge_mode": "ave"}}`,
	`{"SimpleRNN": {"units": 4, "dropout": 0.25, "recurrent_dropout": 0.25}}`, // as many units as features: draws in one loop
	`"Masking", {"RNN": {"cell": [{"LSTMCell": {"units": 3}}, {"GRUCell": {"units": 5, "dropout": 0.25}}], "return_sequences": true}}`,
	`{"LSTM": {"units": 3, "return_state": true, "name": "encoder", "inputs": ["x"]}}, {"LSTM": {"units": 3, "inputs": ["x", "encoder.state_h", "encoder.state_c"]}}`,
	`{"Reshape": [6, 2, 2]}, {"TimeDistributed": {"layer": {"Conv1D": {"filters": 3, "kernel_size": 2, "activation": "tanh"}}}}, {"TimeDistributed": {"layer": "Flatten"}}, {"LSTM": 4}`,
	`{"Reshape": [3, 4, 2]}, {"TimeDistributed": {"layer": {"MaxPooling1D": 2}}}, {"TimeDistributed": {"layer": "GlobalAveragePooling1D"}}, {"GRU": 2}`,
	`{"Reshape": [3, 4, 2]}, {"TimeDistributed": {"layer": {"LayerNormalization": {"axis": [1, 2]}}}}`,
	`{"Reshape": [3, 4, 2]}, {"ConvLSTM1D": {"filters": 3, "kernel_size": 2, "return_sequences": true, "go_backwards": true, "activation": "relu"}}, {"ConvLSTM1D": {"filters": 2, "kernel_size": 3, "padding": "same", "dropout": 0.25, "recurrent_dropout": 0.25}}`,
	`{"Reshape": [2, 3, 4, 1]}, {"ConvLSTM2D": {"filters": 4, "kernel_size": [2, 3], "strides": [1, 2], "padding": "same"}}, "Flatten"`,
	`{"Reshape": [2, 2, 2, 3, 1]}, {"ConvLSTM3D": {"filters": 2, "kernel_size": [1, 2, 1], "data_format": "channels_first", "return_sequences": true}}, {"ConvLSTM3D": {"filters": 1, "kernel_size": 1}}, "Flatten"`,
	`"Masking", {"TimeDistributed": {"layer": {"BatchNormalization": {"momentum": 0.8}}}}`,
	`{"Reshape": [3, 4, 2]}, {"TimeDistributed": {"layer": {"BatchNormalization": {"axis": 1}}}}, {"TimeDistributed": {"layer": {"SpatialDropout1D": 0.25}}}`,
	`{"Reshape": [3, 4, 2]}, {"TimeDistributed": {"layer": {"Dropout": {"rate": 0.25, "noise_shape": [null, 4, 1]}}}}, {"TimeDistributed": {"layer": {"GaussianNoise": 0.5}}}`,
	`{"Reshape": [3, 4, 2]}, {"TimeDistributed": {"layer": {"MultiHeadAttention": {"num_heads": 2, "key_dim": 2, "dropout": 0.25}}}}`,
	`{"Reshape": [2, 3, 4, 1]}, {"TimeDistributed": {"layer": "RandomFlip"}}, {"TimeDistributed": {"layer": {"RandomTranslation": {"height_factor": 0.5, "width_factor": 0.5}}}}, {"TimeDistributed": {"layer": "Flatten"}}, {"GRU": 3}`,
	// Recurrence within recurrence.
	`{"Reshape": [1, 12, 2]}, {"Reshape": [12, 1, 2]}, {"TimeDistributed": {"layer": {"GRU": {"units": 8, "return_sequences": true}}}}, {"TimeDistributed": {"layer": {"GRU": {"units": 8, "reset_after": false}}}}`,
	`{"Reshape": [3, 4, 2]}, {"TimeDistributed": {"layer": {"LSTM": {"units": 5, "dropout": 0.25, "recurrent_dropout": 0.25}}}}, {"GRU": 3}`,
	`{"Reshape": [3, 2, 2, 2]}, {"TimeDistributed": {"layer": {"ConvLSTM1D": {"filters": 2, "kernel_size": 2, "dropout": 0.25, "recurrent_dropout": 0.25}}}}, "Flatten"`,
	`{"Reshape": [2, 2, 3, 2, 1]}, {"TimeDistributed": {"layer": {"ConvLSTM2D": {"filters": 3, "kernel_size": [2, 1], "return_sequences": true, "data_format": "channels_first", "padding": "same"}}}}, "Flatten"`,
	`{"Reshape": [3, 2, 1, 2, 2, 1]}, {"TimeDistributed": {"layer": {"Bidirectional": {"layer": {"ConvLSTM3D": {"filters": 2, "kernel_size": [1, 2, 1], "return_sequences": true}}}}}}, "Flatten"`,
	`{"Reshape": [3, 4, 2]}, "Masking", {"TimeDistributed": {"layer": {"GRU": {"units": 4, "return_sequences": true, "zero_output_for_mask": true}}}}`,
	`{"Reshape": [3, 4, 2]}, "Masking", {"TimeDistributed": {"layer": {"Bidirectional": {"layer": {"LSTM": {"units": 3, "return_sequences": true}}}}}}`,
	`{"Reshape": [2, 3, 4, 1]}, {"TimeDistributed": {"layer": {"TimeDistributed": {"layer": {"RNN": {"cell": [{"LSTMCell": {"units": 3}}, {"GRUCell": {"units": 2, "dropout": 0.25, "reset_after": false}}]}}}}}}`,
}

// spelling are networks with the loss ctc over the same steps.
var spelling = []string{
	`"Masking", {"Dense": {"units": 5, "activation": "tanh"}}, {"Dense": 4}`,
	`{"GRU": {"units": 3, "return_sequences": true}}, {"Dense": 6}`,
}

// TestMasks holds packages of these networks to the interpreter at every level.
func TestMasks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var nets []*network
	var names []string
	var cases []harness.Case
	describe := func(layers, loss string) string {
		return fmt.Sprintf(`{"name": "s", "inputs": {"x": {"shape": [6, 4]}}, "layers": [%s], "compile": {"optimizer": "sgd", "loss": %s}, "fit": {"batch_size": 7}}`, layers, loss)
	}
	var sources []string
	for _, layers := range masks {
		sources = append(sources, describe(layers+`, {"Dense": 2}`, `"mean_squared_error"`))
	}
	for _, layers := range spelling {
		sources = append(sources, describe(layers, `{"ctc": {"max_length": 3}}`))
	}
	for i, src := range sources {
		net, err := compileJSON(fmt.Sprintf("k%02d", i), []byte(src))
		if err != nil {
			t.Errorf("%v\n%s", err, src)
			continue
		}
		if err := net.emit(dir, pass.Options{}); err != nil {
			t.Errorf("%v\n%s", err, src)
			continue
		}
		c := net.randomCase(uint64(i))
		c.Batch = net.masked(c.Batch, 7, 4)
		c.Steps = []harness.Batch{c.Batch, c.Batch}
		nets, names, cases = append(nets, net), append(names, net.name), append(cases, c)
	}
	link(t, dir, names)
	wants := interpretedAll(t, nets, cases)
	for _, level := range levels() {
		t.Run(level.String(), func(t *testing.T) {
			results := drive(t, dir, cases, level, "GOMAXPROCS=2")
			for i, got := range results {
				if err := nets[i].compare(wants[i], got); err != nil {
					t.Errorf("%s: %v", nets[i].name, err)
				}
			}
			if other := drive(t, dir, cases, level, "GOMAXPROCS=1"); !reflect.DeepEqual(other, results) {
				t.Error("GOMAXPROCS=1 changes results")
			}
		})
	}
}
