package ir_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/pass"
	"github.com/nngen-go/nngen/ir/spec"
)

// graphs are descriptions that use every layer, in shapes that differ from
// those of the example models.
var graphs = []string{`
name: wide
inputs: {pixels: {shape: [4, 4]}, words: {shape: [null], dtype: int32}, id: {shape: [1], dtype: int32}}
layers:
  - Normalization: {name: scale, inputs: [pixels]}
  - Dense: {name: rows, units: 3, activation: softmax, kernel_regularizer: l2}
  - Flatten: {name: flat}
  - CategoryEncoding: {name: hot, num_tokens: 20, inputs: [words]}
  - Dense: {name: read, units: 3, trainable: false}
  - BatchNormalization: {name: norm}
  - Embedding: {name: table, input_dim: 7, output_dim: 3, inputs: [id]}
  - Flatten: {name: known}
  - Add: {name: sum, inputs: [norm, known]}
  - Concatenate: {name: all, inputs: [flat, sum, read]}
  - Dropout: 0.5
  - Dense: {name: head, units: 2, activation: softmax}
compile: {optimizer: adam, loss: sparse_categorical_crossentropy, metrics: [accuracy]}
`, `
name: deep
inputs: {x: {shape: [2, 3, 2, 4]}}
layers:
  - Dense: {name: inner, units: 2, activation: gelu}
  - BatchNormalization: {name: norm, axis: 2}
  - Rescaling: {scale: 2, offset: 1}
  - Activation: {name: soft, activation: softmax}
  - Reshape: [6, 4]
  - GlobalAveragePooling1D
  - Dense: {name: left, units: 4, activation: {leaky_relu: {negative_slope: 0.3}}}
outputs: [left, soft]
compile: {loss: {left: huber, soft: mse}}
`, `
name: seeing
inputs: {photo: {shape: [9, 8, 4]}, series: {shape: [12, 3]}}
layers:
  - ZeroPadding2D: {padding: [[1, 0], [0, 2]], inputs: [photo]}
  - Conv2D: {filters: 6, kernel_size: [3, 2], strides: 2, groups: 2, padding: same, activation: relu}
  - MaxPooling2D: {pool_size: 2, strides: 1, padding: same}
  - DepthwiseConv2D: {kernel_size: 3, depth_multiplier: 2, dilation_rate: [1, 2], padding: same}
  - AveragePooling2D: {pool_size: [2, 1]}
  - SeparableConv2D: {filters: 3, kernel_size: 2, depthwise_regularizer: l2}
  - Cropping2D: [[0, 0], [1, 0]]
  - GlobalMaxPooling2D: {name: seen}
  - Conv1D: {filters: 4, kernel_size: 3, padding: causal, dilation_rate: 2, inputs: [series]}
  - MaxPooling1D
  - SeparableConv1D: {filters: 3, kernel_size: 2, depth_multiplier: 2}
  - AveragePooling1D: {pool_size: 2, padding: same}
  - DepthwiseConv1D: {kernel_size: 2, strides: 2}
  - GlobalAveragePooling1D: {name: heard}
  - Concatenate: {inputs: [seen, heard]}
  - Dense: {units: 2, activation: softmax}
compile: {loss: sparse_categorical_crossentropy}
`, `
name: worded
inputs:
  plan: {shape: [1], dtype: string}
  user: {shape: [2], dtype: int64}
  age: {shape: [2]}
layers:
  - StringLookup: {name: id, inputs: [plan], vocabulary: [a, b, c], mask_token: "", num_oov_indices: 2}
  - Embedding: {name: known, input_dim: 6, output_dim: 3}
  - Flatten: {name: flat}
  - IntegerLookup: {name: who, inputs: [user], max_tokens: 5, output_mode: tf_idf}
  - Hashing: {name: bin, inputs: [user], num_bins: 4, mask_value: 0, salt: [1, 2], output_mode: multi_hot}
  - HashedCrossing: {name: both, inputs: [plan, id], num_bins: 5, output_mode: one_hot}
  - Discretization: {name: old, inputs: [age], num_bins: 3, epsilon: 0.1, output_mode: count}
  - StringLookup: {name: word, inputs: [id], vocabulary: ["good bad", ugly], invert: true}
  - TextVectorization: {name: words, inputs: [word], vocabulary: [good, bad], output_mode: tf_idf, idf_weights: [1, 0.5], ngrams: [1, 2]}
  - Concatenate: {inputs: [flat, who, bin, both, old, words, age]}
  - Dense: 1
compile: {loss: mse}
`}

// FuzzCompile looks for descriptions that make the compiler panic, or blame
// itself: what is wrong with a description has a place in it.
func FuzzCompile(f *testing.F) {
	for _, pattern := range []string{"build/testdata/errors/*.yaml", "../testdata/models/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("%s: %v", pattern, err)
		}
		for _, file := range files {
			src, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(src))
		}
	}
	for _, text := range graphs {
		m, err := spec.Parse("model.yaml", []byte(text))
		if err == nil {
			_, err = build.Build(m)
		}
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := spec.Parse("model.yaml", []byte(text))
		if err != nil {
			return
		}
		var list diag.List
		n, err := build.Build(m)
		if err != nil {
			if !errors.As(err, &list) {
				t.Errorf("an error without a position: %v", err)
			}
			return
		}
		src := pass.Source{Predict: n.Predict, Step: n.Step, Evaluate: n.Evaluate, Train: n.Train}
		for _, a := range n.Adapts {
			src.Adapts = append(src.Adapts, a.Graph)
		}
		_, err = pass.Compile(n.Header, src, pass.Options{})
		if err != nil && !errors.As(err, &list) {
			t.Errorf("an error without a position: %v", err)
		}
	})
}
