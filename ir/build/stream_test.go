package build_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/interp"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/spec"
)

func streamOf(t *testing.T, input, layers string) *build.Network {
	t.Helper()
	m, err := spec.Parse("s.yaml", []byte("name: s\ninputs: {x: "+input+"}\nlayers: ["+layers+"]\n"))
	if err != nil {
		t.Fatalf("%s: %v", layers, err)
	}
	n, err := build.Build(m)
	if err != nil {
		t.Fatalf("%s: %v", layers, err)
	}
	return n
}

// Steps one after the other give what the whole sequence gives: every step of an
// output that has steps, and of others what they are after the last.
func TestStreams(t *testing.T) {
	const steps = 5
	floats := fmt.Sprintf("{shape: [%d, 3]}", steps)
	ids := fmt.Sprintf("{shape: [%d], dtype: int32}", steps)
	for _, c := range [][2]string{
		{floats, "LSTM: 4"},
		{floats, "LSTM: {units: 4, return_sequences: true}"},
		{floats, "GRU: {units: 4, return_sequences: true}, GRU: {units: 2, reset_after: false}, Dense: 3"},
		{floats, "SimpleRNN: {units: 4, return_sequences: true}, Dense: {units: 2, activation: softmax}"},
		{floats, "Dense: 4, LayerNormalization: {}, LSTM: {units: 3, return_sequences: true}, BatchNormalization: {}, Softmax: {}"},
		{floats, "Masking: {mask_value: 0}, LSTM: {units: 4, return_sequences: true}, GRU: 3"},
		{floats, "Masking: {mask_value: 0}, LSTM: {units: 4, return_sequences: true, zero_output_for_mask: true}"},
		{floats, "Masking: {mask_value: 0}, SimpleRNN: {units: 4, zero_output_for_mask: true}"},
		{floats, "RNN: {cell: [{LSTMCell: 3}, {GRUCell: 2}, {SimpleRNNCell: 4}], return_sequences: true}, Dense: 1"},
		{floats, "LSTM: {units: 4, return_state: true, name: a}, Concatenate: {inputs: [a, a.state_c]}, RepeatVector: 2, LSTM: {units: 2, return_sequences: true}, Flatten: {}"},
		{floats, "LSTM: {units: 4, name: a, return_sequences: true}, Dense: {units: 4, name: b}, Add: {name: d, inputs: [a, b]}, Concatenate: {name: c, inputs: [d, b]}, GRU: {units: 2, inputs: c}"},
		{floats, "TimeDistributed: {layer: {Dense: 2}}, PReLU: {shared_axes: [1]}, UnitNormalization: {}, RMSNormalization: {}, Dropout: 0.5, LSTM: 2"},
		{ids, "Embedding: {input_dim: 7, output_dim: 3}, LSTM: {units: 4, return_sequences: true}, Dense: 7"},
		{ids, "Embedding: {input_dim: 7, output_dim: 3, mask_zero: true}, GRU: 4, Dense: {units: 2, activation: relu}"},
		{"{shape: [5, 2, 3]}", "Permute: {dims: [1, 3, 2]}, TimeDistributed: {layer: {Flatten: {}}}, LSTM: 3"},
		{floats, "MultiHeadAttention: {num_heads: 2, key_dim: 2, use_causal_mask: true}"},
		{floats, "MultiHeadAttention: {num_heads: 2, key_dim: 2, value_dim: 3, use_causal_mask: true, sliding_window: 2, use_gate: true}, LSTM: {units: 2, return_sequences: true}"},
		{floats, "Masking: {}, MultiHeadAttention: {num_heads: 2, key_dim: 2, dropout: 0.5, use_causal_mask: true, attention_axes: [1]}"},
		{floats, "Dense: {units: 4, name: a}, Dense: {units: 4, name: b}, GroupedQueryAttention: {head_dim: 3, num_query_heads: 4, num_key_value_heads: 2, use_causal_mask: true, inputs: [a, b]}"},
		{floats, "Masking: {name: a}, Masking: {mask_value: 1, name: b, inputs: x}, MultiHeadAttention: {num_heads: 2, key_dim: 2, dropout: 0.5, use_causal_mask: true, inputs: [x, a, b]}"},
		{floats, "Masking: {}, Attention: {use_causal_mask: true}, Dense: 2"},
		{floats, "Dense: {units: 3, name: a}, Attention: {use_causal_mask: true, use_scale: true, score_mode: concat, inputs: [a, x, a], name: l}, AdditiveAttention: {use_causal_mask: true, inputs: [l, a, x]}"},
		{floats, "PositionEmbedding: {sequence_length: 7, name: p}, Add: {inputs: [x, p], name: s}, SinePositionEncoding: {name: q}, Add: {inputs: [s, q]}, MultiHeadAttention: {num_heads: 1, key_dim: 2, use_causal_mask: true}"},
		{"{shape: [5, 2, 3]}", "MultiHeadAttention: {num_heads: 2, key_dim: 2, attention_axes: [2]}, MultiHeadAttention: {num_heads: 2, key_dim: 2, attention_axes: [1], use_causal_mask: true}, SinePositionEncoding: {}, Reshape: {target_shape: [-1, 6]}, GRU: 2"},
		{"{shape: [5, 6, 2]}", "Conv2D: {filters: 3, kernel_size: [1, 3], padding: same}, ZeroPadding2D: {padding: [[0, 0], [1, 1]]}, MaxPooling2D: {pool_size: [1, 2]}, AveragePooling2D: {pool_size: [1, 2], strides: [1, 1]}, Cropping2D: {cropping: [[0, 0], [1, 0]]}, TimeDistributed: {layer: {Flatten: {}}}, GRU: 3"},
		{"{shape: [5, 6, 2]}", "DepthwiseConv2D: {kernel_size: [1, 3], activation: relu}, SeparableConv2D: {filters: 3, kernel_size: [1, 2]}, Reshape: {target_shape: [5, 9]}, LSTM: {units: 3, return_sequences: true}"},
		{floats, "MaxPooling1D: {pool_size: 1}, DepthwiseConv1D: {kernel_size: 1}, SeparableConv1D: {filters: 2, kernel_size: 1}, GRU: 3"},
		{ids, "CategoryEncoding: {num_tokens: 7, output_mode: one_hot}, GRU: {units: 4, return_sequences: true}, Dense: 7"},
		{floats, "EinsumDense: {equation: 'abc,cd->abd', output_shape: [5, 4], bias_axes: d}, EinsumDense: {equation: '...c,cd->...d', output_shape: 2}, LSTM: 3"},
		{floats, "Reshape: {target_shape: [5, 3, 1]}, Reshape: {target_shape: [5, -1]}, Conv1D: {filters: 2, kernel_size: 1, activation: relu}, SimpleRNN: {units: 3, return_sequences: true}, Reshape: {target_shape: [5, 1, 3]}"},
		{"{shape: [1, 3]}", "LSTM: {units: 4, return_sequences: true}"},
	} {

		n := streamOf(t, c[0], listed(c[1]))
		if n.Step == nil {
			t.Errorf("%s does not stream: %s", c[1], n.Header.NoStream)
			continue
		}
		checkStream(t, c[1], n)
	}
}

// listed makes of "A: 1, B: {…}" the list "{A: 1}, {B: {…}}".
func listed(layers string) string {
	var list []string
	depth, from := 0, 0
	for i, r := range layers + "," {
		switch {
		case strings.ContainsRune("{[", r):
			depth++
		case strings.ContainsRune("}]", r):
			depth--
		case r == ',' && depth == 0:
			list = append(list, "{"+strings.TrimSpace(layers[from:i])+"}")
			from = i + 1
		}
	}
	return strings.Join(list, ", ")
}

func checkStream(t *testing.T, title string, n *build.Network) {
	t.Helper()
	const rows = 3
	r := rand.New(rand.NewPCG(1, 2))
	m := interp.New[float64](n.Predict, n.Step)
	m.Seed = 1
	for _, s := range n.Header.Segments {
		for i := range m.Params[s.Name].F {
			m.Params[s.Name].F[i] = 0.2 + r.Float64()
		}
	}
	in := n.Predict.Inputs[0]
	steps := in.Shape[1]
	x := ir.NewTensor[float64](in.Shape.Concrete(rows))
	size := in.Shape.Elements() / steps
	if in.DType == ir.I32 {
		x = &ir.Tensor[float64]{Shape: in.Shape.Concrete(rows), I: make([]int32, rows*steps)}
		for i := range x.I {
			x.I[i] = int32(r.IntN(in.Op.(*op.Input).Limit))
		}
	} else {
		for i := range x.F {
			if x.F[i] = r.NormFloat64(); i/size%steps == 2 || i/size == 0 {
				x.F[i] = 0 // what Masking passes over, first of all in the first row
			}
		}
	}
	run := func(g *ir.Graph, feed map[string]*ir.Tensor[float64]) []*ir.Tensor[float64] {
		got, err := m.Run(g, interp.Batch[float64]{Rows: rows, Feed: feed})
		if err != nil {
			t.Fatalf("%s: %v", title, err)
		}
		var list []*ir.Tensor[float64] // their memory is the machine's
		for _, o := range got.Outputs {
			list = append(list, &ir.Tensor[float64]{Shape: o.Shape, F: slices.Clone(o.F)})
		}
		return list
	}
	want := run(n.Predict, map[string]*ir.Tensor[float64]{"x": x})[0]
	stream := n.Header.Stream
	states := map[string]*ir.Tensor[float64]{}
	for _, v := range n.Step.Inputs {
		if v.Op.(*op.Input).Kind == op.State {
			states[v.Op.(*op.Input).Port] = ir.NewTensor[float64](v.Shape.Concrete(rows))
			if v.DType == ir.I32 {
				states[v.Op.(*op.Input).Port].I = make([]int32, rows)
			}
		}
	}
	width := len(want.F) / rows
	step := stream.Outputs[0].Len()
	for at := range steps {
		feed := map[string]*ir.Tensor[float64]{"x": {Shape: n.Step.Inputs[0].Shape.Concrete(rows)}}
		for row := range rows {
			from := (row*steps + at) * size
			if x.I != nil {
				feed["x"].I = append(feed["x"].I, x.I[from:from+size]...)
			} else {
				feed["x"].F = append(feed["x"].F, x.F[from:from+size]...)
			}
		}
		for name, s := range states {
			feed[name] = s
		}
		got := run(n.Step, feed)
		for i, p := range stream.States {
			if p.DType == loop.I32 {
				for row := range rows {
					states[p.Name].I[row]++
				}
				continue
			}
			states[p.Name] = got[1+i]
		}
		for row := range rows {
			whole := want.F[row*width : (row+1)*width]
			if width != step {
				whole = whole[at*step : (at+1)*step]
			} else if at < steps-1 {
				continue
			}
			if !slices.Equal(got[0].F[row*step:(row+1)*step], whole) {
				t.Errorf("%s: step %d of row %d is %v, in the sequence %v", title, at, row, got[0].F[row*step:(row+1)*step], whole)
			}
		}
	}
}

// A network that mixes steps, or has no steps, does not stream, and says why.
func TestStreamsNot(t *testing.T) {
	for _, c := range [][3]string{
		{"{shape: [5, 3]}", "Dense: 4, Flatten: {}", ""},
		{"{shape: [5, 3]}", "LSTM: {units: 4, return_sequences: true}, Flatten: {}", `layer "flatten" needs all steps`},
		{"{shape: [5, 3]}", "Conv1D: {filters: 2, kernel_size: 2}, LSTM: 4", `layer "conv1d" needs all steps`},
		{"{shape: [5, 3]}", "LSTM: {units: 4, go_backwards: true, name: back}", `layer "back" needs all steps`},
		{"{shape: [5, 3]}", "Bidirectional: {layer: {LSTM: 4}, name: both}", `layer "both" needs all steps`},
		{"{shape: [5, 3]}", "Softmax: {axis: 1, name: s}, LSTM: 4", `layer "s" needs all steps`},
		{"{shape: [5, 3]}", "Softmax: {axis: -2, name: s}, LSTM: 4", `layer "s" needs all steps`},
		{"{shape: [5, 3]}", "PReLU: {name: p}, LSTM: 4", `layer "p" needs all steps`},
		{"{shape: [5, 3]}", "LSTM: {units: 4, name: a, return_sequences: true, return_state: true}, LSTM: {units: 4, name: b, inputs: [a, a.state_h, a.state_c]}", `layer "b" needs all steps`},
		{"{shape: [15]}", "Reshape: {target_shape: [5, 3]}, LSTM: 4", `input "x" has no axis of steps`},
		{"{shape: [15], dtype: int32}", "CategoryEncoding: {num_tokens: 4, name: c}, RepeatVector: 3, LSTM: 4", `layer "c" needs all steps`},
		{"{shape: [5, 3]}", "MultiHeadAttention: {num_heads: 2, key_dim: 2, name: m}", ""},
		{"{shape: [5, 3]}", "LSTM: {units: 3, return_sequences: true, name: l}, MultiHeadAttention: {num_heads: 2, key_dim: 2, sliding_window: 2, name: m}", `layer "m" needs all steps`},
		{"{shape: [5, 3]}", "Masking: {}, MultiHeadAttention: {num_heads: 2, key_dim: 2, use_causal_mask: true, name: m}", `layer "m" needs all steps: its mask leaves steps out, which then get the mean of all steps`},
		{"{shape: [5, 3]}", "MultiHeadAttention: {num_heads: 2, key_dim: 2, use_causal_mask: true, return_attention_scores: true, name: m}", `layer "m" needs all steps`},
		{"{shape: [5, 3]}", "LSTM: {units: 3, name: l}, RepeatVector: {n: 5, name: r}, Attention: {use_causal_mask: true, inputs: [x, r], name: a}", `layer "a" needs all steps`},
		{"{shape: [5, 6, 2]}", "Conv2D: {filters: 3, kernel_size: 2, name: c}, TimeDistributed: {layer: {Flatten: {}}}, GRU: 3", `layer "c" needs all steps`},
		{"{shape: [6, 3]}", "MaxPooling1D: {pool_size: 1, strides: 2, name: p}, GRU: 3", `layer "p" needs all steps`},
		{"{shape: [5, 3]}", "Reshape: {target_shape: [3, 5], name: r}, LSTM: 4", `layer "r" needs all steps`},
		{"{shape: [5, 3]}", "EinsumDense: {equation: 'abc,bd->adc', output_shape: [4, 3], name: e}, LSTM: 4", `layer "e" needs all steps`},
		{"{shape: [5, 3]}", "EinsumDense: {equation: 'abc,cd->abd', output_shape: [null, 4], bias_axes: bd, name: e}, LSTM: 4", `layer "e" needs all steps`},
	} {
		n := streamOf(t, c[0], listed(c[1]))
		if n.Step != nil || n.Header.NoStream != c[2] {
			t.Errorf("%s: %q, want %q", c[1], n.Header.NoStream, c[2])
		}
	}
}
