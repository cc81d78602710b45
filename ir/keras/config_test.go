package keras

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/spec"
)

// TestForms reads small models in the forms that versions of Keras have written.
func TestForms(t *testing.T) {
	for name, c := range map[string]struct{ config, want, notes string }{
		"keras 1 sequential": {
			`{"class_name": "Sequential", "keras_version": "1.2.2", "config": [
				{"class_name": "Convolution2D", "config": {"name": "convolution2d_1", "trainable": true, "batch_input_shape": [null, 8, 6, 1], "input_dtype": "float32", "nb_filter": 4, "nb_row": 3, "nb_col": 2,
					"init": "glorot_uniform", "activation": "relu", "border_mode": "valid", "subsample": [1, 1], "dim_ordering": "tf", "W_regularizer": {"name": "WeightRegularizer", "l1": 0.0, "l2": 0.01}, "b_regularizer": null, "activity_regularizer": null, "W_constraint": {"name": "MaxNorm", "m": 3, "axis": 0}, "b_constraint": null, "bias": true}},
				{"class_name": "MaxPooling2D", "config": {"name": "maxpooling2d_1", "trainable": true, "pool_size": [2, 2], "strides": [2, 2], "border_mode": "valid", "dim_ordering": "tf"}},
				{"class_name": "Dropout", "config": {"name": "dropout_1", "trainable": true, "p": 0.25}},
				{"class_name": "Reshape", "config": {"name": "reshape_1", "trainable": true, "target_shape": [3, 8]}},
				{"class_name": "LSTM", "config": {"name": "lstm_1", "trainable": true, "output_dim": 5, "init": "glorot_uniform", "inner_init": "orthogonal", "forget_bias_init": "one", "activation": "tanh", "inner_activation": "hard_sigmoid", "W_regularizer": null, "U_regularizer": null, "b_regularizer": null, "dropout_W": 0.0, "dropout_U": 0.0, "return_sequences": false, "go_backwards": false, "stateful": false, "unroll": false, "consume_less": "cpu", "input_dim": 8, "input_length": null}},
				{"class_name": "Dense", "config": {"name": "dense_1", "trainable": true, "output_dim": 1, "init": "uniform", "activation": "sigmoid", "bias": false, "input_dim": null, "W_regularizer": null, "b_regularizer": null, "activity_regularizer": null, "W_constraint": null, "b_constraint": null}}]}`,
			`inputs: {input: {shape: [8, 6, 1]}}
layers:
  - Conv2D: {name: convolution2d_1, filters: 4, kernel_size: [3, 2], activation: relu, kernel_regularizer: {l2: 0.01}, kernel_constraint: {max_norm: {max_value: 3}}}
  - MaxPooling2D: {name: maxpooling2d_1}
  - Dropout: {name: dropout_1, rate: 0.25}
  - Reshape: {name: reshape_1, target_shape: [3, 8]}
  - LSTM: {name: lstm_1, units: 5, recurrent_activation: {hard_sigmoid: {slope: 0.2}}}
  - Dense: {name: dense_1, units: 1, activation: sigmoid, use_bias: false, kernel_initializer: random_uniform}
`,
			"hard_sigmoid is the function of Keras 1 and 2",
		},
		"keras 2 shared, a flat triple, kwargs": {
			`{"model_config": {"class_name": "Functional", "config": {"name": "m", "layers": [
				{"class_name": "InputLayer", "config": {"batch_input_shape": [null, 4], "dtype": "float32", "sparse": false, "ragged": false, "name": "a/b"}, "name": "a/b", "inbound_nodes": []},
				{"class_name": "Dense", "config": {"name": "d", "trainable": false, "dtype": "float32", "units": 4, "activation": {"class_name": "LeakyReLU", "config": {"name": "l", "trainable": true, "dtype": "float32", "alpha": 0.30000001192092896}}, "use_bias": true, "kernel_initializer": {"class_name": "VarianceScaling", "config": {"scale": 2.0, "mode": "fan_in", "distribution": "truncated_normal", "seed": null}}, "bias_initializer": {"class_name": "Zeros", "config": {}}, "kernel_regularizer": {"class_name": "L1L2", "config": {"l1": 0.0, "l2": 0.0}}, "bias_regularizer": null, "activity_regularizer": {"class_name": "L2", "config": {"l2": 0.009999999776482582}}, "kernel_constraint": null, "bias_constraint": null}, "name": "d", "inbound_nodes": [[["a/b", 0, 0, {}]], [["add", 0, 0, {}]]]},
				{"class_name": "Add", "config": {"name": "add", "trainable": true, "dtype": "float32"}, "name": "add", "inbound_nodes": [[["a/b", 0, 0, {}], ["d", 0, 0, {}]]]},
				{"class_name": "TFOpLambda", "config": {"name": "tf.math.multiply", "trainable": true, "dtype": "float32", "function": "math.multiply"}, "name": "tf.math.multiply", "inbound_nodes": [["d", 1, 0, {"y": 0.5, "name": null}]]}],
				"input_layers": ["a/b", 0, 0], "output_layers": ["tf.math.multiply", 0, 0]}}, "keras_version": "2.13.1", "backend": "tensorflow",
				"training_config": {"loss": {"class_name": "MeanSquaredError", "config": {"reduction": "auto", "name": "mean_squared_error", "fn": "mean_squared_error"}}, "metrics": [[{"class_name": "MeanMetricWrapper", "config": {"name": "mae", "dtype": "float32", "fn": "mean_absolute_error"}}]], "weighted_metrics": null, "loss_weights": null,
				"optimizer_config": {"class_name": "Custom>Adam", "config": {"name": "Adam", "learning_rate": 0.0005000000237487257, "decay": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-07, "amsgrad": false, "weight_decay": null, "jit_compile": false, "is_legacy_optimizer": false}}}}`,
			`name: m
inputs: {a_b: {shape: [4]}}
layers:
  - Dense: {name: d, trainable: false, units: 4, activation: {leaky_relu: {negative_slope: 0.3}}, kernel_initializer: {variance_scaling: {scale: 2.0}}, activity_regularizer: {l2: 0.01}}
  - Add: {inputs: [a_b, d]}
  - Shared: {layer: d, name: d_1}
  - Rescaling: {name: tf.math.multiply, scale: 0.5}
compile:
  optimizer: {adam: {learning_rate: {inverse_time_decay: {initial_learning_rate: 0.0005, decay_steps: 1, decay_rate: 0.001}}}}
  loss: mean_squared_error
  metrics: [mean_absolute_error]
`,
			`its name is "a_b" in the description`,
		},
		"keras 3 nested, dicts, kwargs, masks": {
			`{"module": "keras.src.models.functional", "class_name": "Functional", "registered_name": "Functional", "compile_config": null, "build_config": {"input_shape": null}, "config": {"name": "functional_1", "trainable": true, "layers": [
				{"module": "keras.layers", "class_name": "InputLayer", "config": {"batch_shape": [null, 6], "dtype": "float32", "sparse": false, "name": "ids"}, "registered_name": null, "name": "ids", "inbound_nodes": []},
				{"module": "keras.layers", "class_name": "Embedding", "config": {"name": "embedding", "trainable": true, "dtype": {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "mixed_float16"}}, "input_dim": 9, "output_dim": 4, "embeddings_initializer": {"module": "keras.initializers", "class_name": "RandomUniform", "config": {"seed": null, "minval": -0.05, "maxval": 0.05}, "registered_name": null}, "embeddings_regularizer": null, "activity_regularizer": null, "embeddings_constraint": null, "mask_zero": true, "quantization_config": null}, "registered_name": null, "name": "embedding", "inbound_nodes": [{"args": [{"class_name": "__keras_tensor__", "config": {"shape": [null, 6], "dtype": "float32", "keras_history": ["ids", 0, 0]}}], "kwargs": {}}]},
				{"module": "keras.src.ops.numpy", "class_name": "NotEqual", "config": {"name": "not_equal"}, "registered_name": "NotEqual", "name": "not_equal", "inbound_nodes": [{"args": [{"class_name": "__keras_tensor__", "config": {"keras_history": ["ids", 0, 0]}}, 0], "kwargs": {}}]},
				{"module": "keras.layers", "class_name": "MultiHeadAttention", "config": {"name": "attention", "trainable": true, "dtype": "float32", "num_heads": 2, "key_dim": 3, "value_dim": 3, "dropout": 0.0, "use_bias": true, "output_shape": null, "attention_axes": [1], "flash_attention": null, "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": null}}, "bias_initializer": {"class_name": "Zeros", "config": {}}, "kernel_regularizer": null, "bias_regularizer": null, "activity_regularizer": null, "kernel_constraint": null, "bias_constraint": null, "seed": null}, "registered_name": null, "name": "attention",
					"inbound_nodes": [{"args": [{"class_name": "__keras_tensor__", "config": {"keras_history": ["embedding", 0, 0]}}, {"class_name": "__keras_tensor__", "config": {"keras_history": ["embedding", 0, 0]}}], "kwargs": {"use_causal_mask": true, "query_mask": {"class_name": "__keras_tensor__", "config": {"keras_history": ["not_equal", 0, 0]}}}}]},
				{"class_name": "Sequential", "module": "keras.models", "config": {"name": "head", "trainable": true, "layers": [{"class_name": "InputLayer", "module": "keras.layers", "config": {"batch_shape": [null, 6, 4], "name": "ids"}}, {"module": "keras.layers", "class_name": "GlobalAveragePooling1D", "config": {"name": "pool", "keepdims": false, "data_format": "channels_last"}}, {"module": "keras.layers", "class_name": "Dense", "config": {"name": "embedding", "units": 2, "activation": "softmax"}}]}, "registered_name": null, "name": "head", "inbound_nodes": [{"args": [{"class_name": "__keras_tensor__", "config": {"keras_history": ["attention", 0, 0]}}], "kwargs": {"training": null, "mask": null}}, {"args": [{"class_name": "__keras_tensor__", "config": {"keras_history": ["embedding", 0, 0]}}], "kwargs": {}}]},
				{"module": "keras.layers", "class_name": "Concatenate", "config": {"name": "concatenate", "axis": 1}, "build_config": {"input_shape": [[null, 2], [null, 2]]}, "registered_name": null, "name": "concatenate", "inbound_nodes": [{"args": [[{"class_name": "__keras_tensor__", "config": {"keras_history": ["head", 0, 0]}}, {"class_name": "__keras_tensor__", "config": {"keras_history": ["head", 1, 0]}}]], "kwargs": {}}]}],
				"input_layers": {"ids": ["ids", 0, 0]}, "output_layers": [["concatenate", 0, 0]]}}`,
			`name: functional_1
inputs: {ids: {shape: [6], dtype: int32}}
layers:
  - Embedding: {input_dim: 9, output_dim: 4, mask_zero: true}
  - MultiHeadAttention: {name: attention, inputs: [embedding, embedding], num_heads: 2, key_dim: 3, attention_axes: 1, use_causal_mask: true}
  - Model:
      name: head
      layers:
        - GlobalAveragePooling1D: {name: pool}
        - Dense: {name: embedding_1, units: 2, activation: softmax}
  - Shared: {layer: head, name: head_1, inputs: embedding}
  - Concatenate: {inputs: [head, head_1]}
`,
			"its dtype is mixed_float16",
		},
		"rows that meet": {
			`{"module": "keras", "class_name": "Sequential", "config": {"name": "m", "layers": [
				{"module": "keras.layers", "class_name": "InputLayer", "config": {"batch_shape": [null, 6, 5, 2], "name": "x"}},
				{"module": "keras.layers", "class_name": "MixUp", "config": {"name": "mu", "trainable": true, "data_format": "channels_last", "alpha": 0.3, "seed": null}},
				{"module": "keras.layers", "class_name": "CutMix", "config": {"name": "cm", "trainable": true, "data_format": "channels_first", "factor": [0, 1.0], "seed": 3}},
				{"module": "keras.layers", "class_name": "Flatten", "config": {"name": "f"}}]}}`,
			`name: m
inputs: {x: {shape: [6, 5, 2]}}
layers:
  - MixUp: {name: mu, alpha: 0.3}
  - CutMix: {name: cm, factor: [0, 1.0], data_format: channels_first, seed: 3}
  - Flatten: {name: f}
`,
			"within a model of Keras it mixes images alone; in the description it mixes the targets as well",
		},
	} {
		m, report, err := Config([]byte(c.config), "m.json")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		_, text, _ := strings.Cut(string(report.Description), "\n")
		if text != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, text, c.want)
		}
		if !strings.Contains(report.String(), c.notes) {
			t.Errorf("%s: the notes are\n%s", name, report)
		}
		again, err := spec.Parse(m.File, report.Description)
		if err != nil || string(spec.WriteJSON(again)) != string(spec.WriteJSON(m)) {
			t.Errorf("%s: the description reads back as another model: %v", name, err)
		}
	}
}

// TestOperations writes functions as plain layers where these compute the same, and
// others as Operation.
func TestOperations(t *testing.T) {
	const config = `{"class_name": "Functional", "module": "keras.src.models.functional", "config": {"name": "m", "layers": [
		{"module": "keras.layers", "class_name": "InputLayer", "config": {"batch_shape": [null, 4, 2], "name": "x"}, "name": "x", "inbound_nodes": []},
		{"module": "keras.src.ops.numpy", "class_name": "Subtract", "config": {"name": "s"}, "name": "s", "inbound_nodes": [{"args": [1, {"class_name": "__keras_tensor__", "config": {"shape": [null, 4, 2], "keras_history": ["x", 0, 0]}}], "kwargs": {}}]},
		{"module": "keras.src.ops.numpy", "class_name": "Multiply", "config": {"name": "p"}, "name": "p", "inbound_nodes": [{"args": [{"class_name": "__keras_tensor__", "config": {"shape": [null, 4, 2], "keras_history": ["x", 0, 0]}}, {"class_name": "__keras_tensor__", "config": {"shape": [null, 4, 2], "keras_history": ["s", 0, 0]}}], "kwargs": {}}]},
		{"module": "keras.src.ops.numpy", "class_name": "GetItem", "config": {"name": "g"}, "name": "g", "inbound_nodes": [{"args": [{"class_name": "__keras_tensor__", "config": {"shape": [null, 4, 2], "keras_history": ["p", 0, 0]}}, [{"class_name": "__slice__", "config": {"start": null, "stop": null, "step": null}}, 0, {"class_name": "__slice__", "config": {"start": 1, "stop": null, "step": null}}]], "kwargs": {}}]}],
		"input_layers": [["x", 0, 0]], "output_layers": [["g", 0, 0]]}}`
	if _, ok := layer.Find("Operation"); !ok {
		_, _, err := Config([]byte(config), "m.json")
		if err == nil || err.Error() != `m.json: layers[3] "g": the operation "GetItem" is not supported by this version of nngen` {
			t.Error(err)
		}
		_, report, err := Config([]byte(strings.Replace(config, `["g", 0, 0]`, `["p", 0, 0]`, 1)), "m.json")
		if err != nil || !strings.Contains(string(report.Description), "  - Rescaling: {name: s, scale: -1, offset: 1}\n  - Multiply: {name: p, inputs: [x, s]}\n") {
			t.Errorf("%v\n%s", err, report.Description)
		}
		return
	}
	_, report, err := Config([]byte(config), "m.json")
	if err != nil || !strings.Contains(string(report.Description), "  - Rescaling: {name: s, scale: -1, offset: 1}\n  - Multiply: {name: p, inputs: [x, s]}\n  - Operation: {name: g, op: get_item, key: [\":\", 0, \"1:\"]}\n") {
		t.Errorf("%v\n%s", err, report.Description)
	}
}

// TestOrigins says where the weights of layers in models are.
func TestOrigins(t *testing.T) {
	const dense = `{"class_name": "Dense", "config": {"name": "d", "units": 2, "batch_input_shape": [null, 2]}}`
	_, report, err := Config([]byte(`{"class_name": "Sequential", "config": {"name": "s", "layers": [`+strings.ReplaceAll(dense, `"d"`, `"c"`)+`,
		{"class_name": "Sequential", "config": {"name": "t", "layers": [`+dense+`]}}, `+dense+`]}}`), "m.json")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range report.Origins {
		got = append(got, o.Layer+"="+o.Path+"="+strings.Join(o.Legacy, "/"))
	}
	places, missing := report.Places([]string{"d/kernel", "d_1/bias", "e/kernel"})
	if s := fmt.Sprint(places, missing); s != "map[d/kernel:[layers/sequential/layers/dense/vars/0 _layer_checkpoint_dependencies/sequential/_layer_checkpoint_dependencies/dense/vars/0] d_1/bias:[layers/dense_1/vars/0 _layer_checkpoint_dependencies/dense_2/vars/0]] [e/kernel]" {
		t.Error(s)
	}
	if s := strings.Join(got, " "); s != "c=layers/dense=c d=layers/sequential/layers/dense=t/d d_1=layers/dense_1=d" {
		t.Error(s)
	}
}

// TestPlacesOfWrapped says where a .keras file has the weights of layers in which some
// are listed twice, or that have state of their own.
func TestPlacesOfWrapped(t *testing.T) {
	_, report, err := Config([]byte(`{"class_name": "Sequential", "config": {"name": "s", "layers": [
		{"class_name": "SpectralNormalization", "config": {"name": "a", "power_iterations": 2, "batch_input_shape": [null, 4],
			"layer": {"class_name": "Dense", "config": {"name": "d", "units": 2}}}},
		{"class_name": "BatchNormalization", "config": {"name": "b", "renorm": true, "renorm_clipping": {"rmax": 2.0}}}]}}`), "m.json")
	if err != nil {
		t.Fatal(err)
	}
	if s := string(report.Description); !strings.Contains(s, "{name: a, layer: {Dense: {units: 2}}, power_iterations: 2}") || !strings.Contains(s, "renorm: true, renorm_clipping: {rmax: 2.0}") {
		t.Error(s)
	}
	places, missing := report.Places([]string{"a/kernel", "a/bias", "a/vector_u", "b/renorm_stddev"})
	for name, want := range map[string]string{
		"a/kernel":   "layers/spectral_normalization/layer/vars/0 layers/spectral_normalization/vars/0",
		"a/bias":     "layers/spectral_normalization/layer/vars/1",
		"a/vector_u": "layers/spectral_normalization/vars/1", "b/renorm_stddev": "layers/batch_normalization/vars/0",
	} {
		var now []string
		for _, p := range places[name] {
			if strings.HasPrefix(p, "layers/") {
				now = append(now, p)
			}
		}
		if got := strings.Join(now, " "); got != want || len(missing) > 0 {
			t.Errorf("%s is in %s, want %s; missing are %v", name, got, want, missing)
		}
	}
}

// TestRefusals lists all of what a description cannot say at once, each with its
// place in the file.
func TestRefusals(t *testing.T) {
	_, _, err := Config([]byte(`{"class_name": "Sequential", "keras_version": "2.4.0", "config": {"name": "s", "layers": [
		{"class_name": "InputLayer", "config": {"name": "i", "batch_input_shape": [null, null, 3]}},
		{"class_name": "Lambda", "config": {"name": "l", "function": ["4wEAAAA=", null, null], "function_type": "lambda"}},
		{"class_name": "Sampling", "registered_name": "Custom>Sampling", "config": {"name": "z"}},
		{"class_name": "LocallyConnected2D", "config": {"name": "c", "filters": 2}},
		{"class_name": "Dense", "config": {"name": "d", "units": 2, "activation": "my_function", "kernel_regularizer": {"class_name": "Mine", "config": {}}, "splendor": 3}}]}}`), "m.h5")
	var list diag.List
	if !errors.As(err, &list) {
		t.Fatal(err)
	}
	var got []string
	for _, e := range list {
		got = append(got, e.Error())
	}
	want := []string{
		`m.h5: layers[0] "i": its shape is [null, 3] without the batch`,
		`m.h5: layers[1] "l": a Lambda layer is Python code`,
		`m.h5: layers[2] "z": its class "Sampling" is Python code`,
		`m.h5: layers[3] "c": unknown layer "LocallyConnected2D"`,
		`m.h5: layers[4] "d": activation: the activation "my_function" is not supported`,
		`m.h5: layers[4] "d": kernel_regularizer: the regularizer "Mine" is not supported`,
		`m.h5: layers[4] "d": Dense's argument "splendor" is not supported`,
	}
	for i, w := range want {
		if i >= len(got) || !strings.HasPrefix(got[i], w) {
			t.Fatalf("%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	if len(got) != len(want) {
		t.Error(strings.Join(got, "\n"))
	}
}

// FuzzConfig holds any bytes to an answer: a model that reads back, or an error.
func FuzzConfig(f *testing.F) {
	const layer = `{"class_name": "Dense", "config": {"name": "d", "units": 2, "batch_input_shape": [null, 2]}}`
	for _, seed := range []string{
		``, `{}`, `[]`, `null`, `"{}"`, `{"class_name": 3}`, `{"class_name": "Model", "config": {}}`, `{"model_config": "\"\""}`, `{"class_name": "Functional", "config": NaN}`,
		`{"class_name": "Sequential", "config": [` + layer + `]}`,
		`{"class_name": "Sequential", "config": {"layers": [` + layer + `, ` + layer + `]}}`,
		`{"class_name": "Sequential", "config": {"layers": [{"class_name": "Sequential", "config": {"layers": [` + layer + `]}}]}}`,
		`{"class_name": "Sequential", "config": {"layers": [{"class_name": "Bidirectional", "config": {"layer": ` + layer + `, "batch_input_shape": [null, 2, 2]}}]}}`,
		`{"class_name": "Sequential", "config": {"layers": [{"class_name": "Bidirectional", "config": {"layer": {"class_name": "GRU", "config": {}}, "backward_layer": {"class_name": "GRU", "config": {"units": 2}}, "batch_input_shape": [null, 2, 2]}}]}}`,
		`{"class_name": "Sequential", "config": {"layers": [{"class_name": "RNN", "config": {"cell": {"class_name": "StackedRNNCells", "config": {"cells": [{"class_name": "LSTMCell", "config": {"units": 2}}]}}, "batch_input_shape": [null, 2, 2]}}]}}`,
		`{"class_name": "Model", "config": {"layers": [{"class_name": "InputLayer", "name": "i", "config": {"batch_shape": [null, 2]}}, {"class_name": "Dense", "name": "d", "config": {"units": 2}, "inbound_nodes": [[["d", 0, 0]]]}], "input_layers": [["i", 0, 0]], "output_layers": [["d", 0, 0]]}}`,
		`{"class_name": "Model", "config": {"layers": [{"class_name": "InputLayer", "name": "i", "config": {"batch_shape": [null, 2]}}, {"class_name": "Dense", "name": "d", "config": {"units": 1e9}, "inbound_nodes": [[["i", 0, 0]]]}], "input_layers": [["i", 0, 0]], "output_layers": [["d", 0, 7]]}}`,
		`{"class_name": "Model", "config": {"layers": [{"class_name": "InputLayer", "name": "i", "config": {"batch_shape": [null, 2]}}, {"class_name": "Add", "module": "keras.src.ops.numpy", "name": "a", "config": {}, "inbound_nodes": [{"args": [{"class_name": "__keras_tensor__", "config": {"keras_history": ["i", 0, 0]}}, 1e999], "kwargs": {}}]}], "input_layers": ["i", 0, 0], "output_layers": ["a", 0, 0]}}`,
		`{"class_name": "Model", "config": {"layers": [{"class_name": "InputLayer", "name": "i", "config": {"batch_shape": [null, 2]}}], "input_layers": [["i", 0, 0]], "output_layers": [["i", 0, 0], ["i", 0, 0]]}}`,
		strings.Repeat("[", 1000), strings.Repeat(`{"a":`, 200), `{"class_name": "Sequential", "config": {"layers": ` + strings.Repeat(`[`, 100) + strings.Repeat(`]`, 100) + `}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, report, err := Config(data, "m.json")
		if (err == nil) != (m != nil) || report == nil {
			t.Fatalf("%v and %v", m, err)
		}
		if err != nil {
			return
		}
		if _, err := spec.Parse(m.File, report.Description); err != nil {
			t.Fatal(err)
		}
	})
}

// TestNames writes names that mean something in YAML, or that a description does not
// take.
func TestNames(t *testing.T) {
	names := []string{`- a: #"b"`, "null", "a.b", "x/y", "x_y", strings.Repeat("long", 30), "tab\there", "{c}", " ", "ümlaut", "x_y_1"}
	var layers []string
	for i, name := range names {
		shape := ""
		if i == 0 {
			shape = `"batch_input_shape": [null, 2], `
		}
		layers = append(layers, fmt.Sprintf(`{"class_name": "Dense", "config": {%s"units": 2, "name": %q}}`, shape, name))
	}
	m, report, err := Config([]byte(`{"class_name": "Sequential", "config": {"name": "# m", "layers": [`+strings.Join(layers, ", ")+`]}}`), "m\n.json")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`- a: #"b"`, "null", "a.b", "x_y", "x_y_1", strings.Repeat("long", 16), "tab_here", "{c}", "layer", "ümlaut", "x_y_1_1"}
	if got := m.Names(); fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
		t.Errorf("%q", got)
	}
	if n := strings.Count(report.String(), "in the description"); n != 6 {
		t.Errorf("%d names in the report:\n%s", n, report)
	}
}

// TestBare reads operations of an .h5 file of Keras 3, which says no modules.
func TestBare(t *testing.T) {
	const config = `{"class_name": "Functional", "config": {"name": "m", "layers": [
		{"class_name": "InputLayer", "name": "x", "config": {"name": "x", "batch_shape": [null, 2], "dtype": "float32"}, "inbound_nodes": []},
		{"class_name": "Add", "name": "shifted", "config": {"name": "shifted"}, "inbound_nodes": [{"args": [
			{"class_name": "__keras_tensor__", "config": {"shape": [null, 2], "dtype": "float32", "keras_history": ["x", 0, 0]}},
			{"class_name": "__tensor__", "config": {"value": [[1.0, 2.5]], "dtype": "float32"}}], "kwargs": {}}]},
		{"class_name": "Add", "name": "sum", "config": {"name": "sum", "trainable": true, "dtype": "float32"}, "inbound_nodes": [{"args": [[
			{"class_name": "__keras_tensor__", "config": {"shape": [null, 2], "dtype": "float32", "keras_history": ["x", 0, 0]}},
			{"class_name": "__keras_tensor__", "config": {"shape": [null, 2], "dtype": "float32", "keras_history": ["shifted", 0, 0]}}]], "kwargs": {}}]}],
		"input_layers": [["x", 0, 0]], "output_layers": [["sum", 0, 0]]}}`
	_, report, err := Source{From: "m.h5", Config: []byte(config), Version: "3.15.1"}.Model()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"- Operation: {name: shifted, op: add, x2: [[1.0, 2.5]]}", "- Add: {name: sum, inputs: [x, shifted]}"} {
		if !strings.Contains(string(report.Description), want) {
			t.Errorf("%s\nwant %s", report.Description, want)
		}
	}
}

// TestTexts reads texts with escapes as encoding/json does, wherever they stand.
func TestTexts(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	pieces := []string{"a", "ü", `\n`, `\"`, `\\`, `\u0041`, `\ud83d`, `\ude00`, `\uD83D\uDE00`, `\u12`, `\x`, "\t", `\/`, strings.Repeat(`\u00e9`, 2000), strings.Repeat(`\n`, 2047), strings.Repeat("b", 3000)}
	for range 2000 {
		text := `"`
		for range r.IntN(6) {
			text += pieces[r.IntN(len(pieces))]
		}
		text += `"`
		var want string
		wrong := json.Unmarshal([]byte(text), &want)
		got, err := document([]byte(text))
		if (err == nil) != (wrong == nil) || err == nil && got.Str != want {
			t.Fatalf("%.200q: %.200q, %v; encoding/json has %.200q, %v", text, got.Str, err, want, wrong)
		}
	}
}
