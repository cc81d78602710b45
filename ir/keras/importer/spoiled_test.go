package importer

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// spoiling is a change to the members of a good .keras file, and what Open then says.
type spoiling struct {
	member   string
	old, new string // "": the whole member
	want     string
}

var spoilings = []spoiling{
	{"config.json", "", "", `config.json is no JSON object: it begins with ""`},
	{"config.json", "", "[]", `config.json is no JSON object: it begins with "[]"`},
	{"config.json", `{"module"`, `{"module`, "config.json: invalid character 'k' after object key"},
	{"config.json", `"class_name": "Functional"`, `"class_name": 7`, "m.keras: it is no configuration of a Keras model: a map has no class_name; take what model.to_json() gives, or config.json of a .keras file"},
	{"config.json", `"layers": [`, `"tiers": [`, "m.keras: it is a subclass of Model, whose layers are Python code and not in the file; say what it computes in a file for --custom (import --draft begins one), or build the same network with keras.Sequential or keras.Model(inputs, outputs), load its weights there, and save that"},
	{"config.json", `"layers": [`, `"layers": [7, `, "m.keras: layers[0]: it has no class_name"},
	{"config.json", `"class_name": "InputLayer", "config": {"batch_shape": [null, 4]`, `"class_name": "InputLayer", "config": {"batch_shape": [null, -4]`, `m.keras: input "words": a size in shape is at least 1, not -4 (the batch is not part of the shape)`},
	{"config.json", `"batch_shape": [null, 4]`, `"batch_shape": 4`, `m.keras: layers[0] "words": the file does not say the shape of input words; give it: nngen import --shape words=28,28,1`},
	{"config.json", `"batch_shape": [null, 4]`, `"batch_shape": [null, null]`, `m.keras: layers[0] "words": its shape is [null] without the batch, and null is any extent; a description has one; give it, here for instance: nngen import --shape words=64`},
	{"config.json", `"batch_shape": [null, 4]`, `"batch_shape": [null, 1e99]`, `m.keras: input "words": a size in shape is a whole number, not 1e+99`},
	{"config.json", `"batch_shape": [null, 4], "dtype": "int32"`, `"batch_shape": [null, 4], "dtype": "complex64"`, `m.keras: layers[0] "words": its dtype is "complex64"; an input holds numbers or texts: float32, int32, int64, bool, string and the like`},
	{"config.json", `"class_name": "Embedding"`, `"class_name": "Imbedding"`, `m.keras: layers[2] "vectors": unknown layer "Imbedding"; did you mean "Embedding"? If it is a class of your own, say what it computes in a file for --custom (import --draft begins one)`},
	{"config.json", `"module": "keras.layers", "class_name": "Embedding"`, `"module": "mine", "class_name": "Embedding"`, `m.keras: layers[2] "vectors": its class "Embedding" is Python code of its own, which is not in the file; say what it computes in a file for --custom (import --draft begins one), or build it of Keras's layers and operations and save the model again`},
	{"config.json", `"module": "keras.layers", "class_name": "Embedding", "config": {`, `"module": "keras.layers", "class_name": "Embedding", "config": [], "was": {`, `m.keras: layers[2] "vectors": its config is an empty list`},
	{"config.json", `"input_dim": 5`, `"input_dim": "five"`, `m.keras: layers[2] "vectors": the layer: input_dim takes a whole number, not the text "five"`},
	{"config.json", `"input_dim": 5`, `"input_dim": -5`, `m.keras: layers[2] "vectors": the layer: input_dim is -5; it must be at least 1`},
	{"config.json", `"input_dim": 5`, `"input_dim": 5000000000000`, `m.keras: layers[2] "vectors": the layer: input_dim is 5000000000000; it must be at most 2147483647`},
	{"config.json", `"input_dim": 5`, `"size": 5`, `m.keras: layers[2] "vectors": Embedding's argument "size" is not supported by this version of nngen; it is 5`},
	{"config.json", `"input_dim": 5`, `"input_dim": 6`, `the weights in the file are not those of its layers:
	vectors/embeddings is (5, 2) in the file, and (6, 2) in the network`},
	{"config.json", `"output_dim": 2`, `"output_dim": 3`, `the weights in the file are not those of its layers:
	vectors/embeddings is (5, 2) in the file, and (5, 3) in the network
	both/forward_kernel is (2, 6) in the file, and (3, 6) in the network
	both/backward_kernel is (2, 6) in the file, and (3, 6) in the network`},
	{"config.json", `"keras_history": ["words", 0, 0]`, `"keras_history": ["word", 0, 0]`, `m.keras: layers[2] "vectors": it reads layer "word", which is not in the model`},
	{"config.json", `"keras_history": ["words", 0, 0]`, `"keras_history": ["words", 3, 0]`, `m.keras: layers[2] "vectors": it reads result 0 of use 3 of layer "words", which is not in the file`},
	{"config.json", `"keras_history": ["words", 0, 0]`, `"keras_history": ["words", 0, 5]`, `m.keras: layers[2] "vectors": it reads result 5 of use 0 of layer "words", which is not in the file`},
	{"config.json", `"keras_history": ["words", 0, 0]`, `"keras_history": "words"`, `m.keras: layers[2] "vectors": an operand of it is a value in the file, which a description has not: {...}`},
	{"config.json", `"keras_history": ["vectors", 0, 0]`, `"keras_history": ["both", 0, 0]`, `m.keras: layers[4] "both": it depends on its own result, or on an input that the model has not`},
	{"config.json", `"name": "vectors", "inbound_nodes"`, `"name": "words", "inbound_nodes"`, `m.keras: layers[2] "words": two layers have this name`},
	{"config.json", `"activation": "tanh", "use_bias": true, "kernel_initializer": {"module": "keras.initializers", "class_name": "GlorotUniform", "config": {"seed": null, "input_axes": null, "output_axes": null}, "registered_name": null}, "bias_initializer": {"module": "keras.initializers", "class_name": "Zeros", "config": {}, "registered_name": null}, "kernel_regularizer": null`, `"activation": "tanhh", "kernel_regularizer": {"class_name": "L9", "config": {}}`, `m.keras: layers[5] "first": activation: the activation "tanhh" is not supported by this version of nngen
m.keras: layers[5] "first": kernel_regularizer: the regularizer "L9" is not supported by this version of nngen`},
	{"config.json", `"class_name": "GRU"`, `"class_name": "Dense"`, `m.keras: layers[4] "both".layer: Dense's argument "return_sequences" is not supported by this version of nngen; it is true
m.keras: layers[4] "both".layer: Dense's argument "return_state" is not supported by this version of nngen; it is false
m.keras: layers[4] "both".layer: Dense's argument "go_backwards" is not supported by this version of nngen; it is false
m.keras: layers[4] "both".layer: Dense's argument "stateful" is not supported by this version of nngen; it is false
m.keras: layers[4] "both".layer: Dense's argument "zero_output_for_mask" is not supported by this version of nngen; it is true
m.keras: layers[4] "both".layer: Dense's argument "recurrent_activation" is not supported by this version of nngen; it is sigmoid
m.keras: layers[4] "both".layer: Dense's argument "recurrent_initializer" is not supported by this version of nngen; it is {...}
m.keras: layers[4] "both".layer: Dense's argument "dropout" is not supported by this version of nngen; it is 0.0
m.keras: layers[4] "both".layer: Dense's argument "recurrent_dropout" is not supported by this version of nngen; it is 0.0
m.keras: layers[4] "both".layer: Dense's argument "reset_after" is not supported by this version of nngen; it is true`},
	{"config.json", `"merge_mode": "concat"`, `"merge_mode": "blend"`, `m.keras: layers[4] "both": the layer: merge_mode is "blend"; it must be concat, sum, mul or ave`},
	{"config.json", `"num_heads": 2`, `"num_heads": 0`, `m.keras: layers[6] "attend": the layer: num_heads is 0; it must be at least 1`},
	{"config.json", `"units": 4, "activation": "tanh"`, `"units": 5, "activation": "tanh"`, `the weights in the file are not those of its layers:
	first/kernel is (3, 4) in the file, and (3, 5) in the network
	first/bias is (4,) in the file, and (5,) in the network
	dense/kernel is (4, 3) in the file, and (5, 3) in the network`},
	{"config.json", `"output_layers": `, `"outlets": `, "m.keras: the model has no inputs, or no outputs"},
	{"config.json", `"input_layers": `, `"inlets": `, `m.keras: layers[1] "x": an InputLayer stands in the middle of a Sequential`},
	{"metadata.json", "", "{", "metadata.json: unexpected end of JSON input"},
	{"metadata.json", `"3.15.1"`, "3", "metadata.json: keras_version is a number, not a text"},
	{"model.weights.h5", "\x89HDF", "\x89HDG", "this is neither a .keras archive nor HDF5"},
	{"model.weights.h5", "dense_1", "dense_7", `the weights in the file are not those of its layers:
	out/kernel (3, 4) is not in the file
	out/bias (4,) is not in the file
	the file has an array "layers/sequential/layers/dense_7/0" (3, 4), which no layer of the network has
	the file has an array "layers/sequential/layers/dense_7/1" (4,), which no layer of the network has`},
	{"model.weights.h5", "embedding", "embodding", `the weights in the file are not those of its layers:
	vectors/embeddings (5, 2) is not in the file
	the file has an array "layers/embodding/0" (5, 2), which no layer of the network has`},
}

// TestSpoiled changes one thing of a good file at a time.
func TestSpoiled(t *testing.T) {
	b, err := os.ReadFile("testdata/functional.keras")
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range spoilings {
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		done := false
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			content, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			if f.Name == c.member {
				text := c.new
				if c.old != "" {
					text = strings.Replace(string(content), c.old, c.new, 1)
				}
				done, content = text != string(content), []byte(text)
			}
			member, err := w.Create(f.Name)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := member.Write(content); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil || !done {
			t.Fatalf("%d: %q is not in %s: %v", i, c.old, c.member, err)
		}
		path := filepath.Join(t.TempDir(), "m.keras")
		if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := Open(path, nil)
		if got := strings.ReplaceAll(fmt.Sprint(err), path+": ", ""); got != c.want {
			t.Errorf("%d: %s to %s:\ngot  %s\nwant %s", i, c.old, c.new, got, c.want)
		}
	}
}
