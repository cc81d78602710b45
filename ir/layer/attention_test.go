package layer_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/op"
)

// attending writes a description around one layer that attends, over inputs of
// these shapes.
func attending(layer string, shapes ...string) string {
	var inputs, names []string
	for i, s := range shapes {
		name := string(rune('a' + i))
		inputs, names = append(inputs, fmt.Sprintf("%s: {shape: %s}", name, s)), append(names, name)
	}
	layer = strings.Replace(layer, "{", fmt.Sprintf("{name: l, inputs: [%s], ", strings.Join(names, ", ")), 1)
	return fmt.Sprintf("name: case\ninputs: {%s}\nlayers:\n  - %s\ncompile: {loss: mean_squared_error, optimizer: sgd}\n", strings.Join(inputs, ", "), layer)
}

// TestAttentionDefinition computes causal attention of two heads by its definition.
func TestAttentionDefinition(t *testing.T) {
	const steps, d, heads, width = 4, 3, 2, 2
	n := network(t, attending("MultiHeadAttention: {num_heads: 2, key_dim: 2, use_causal_mask: true}", "[4, 3]", "[4, 3]"))
	shaped(t, n, steps, d)
	w := draw(n)
	q, v := w.Feed["a"].F, w.Feed["b"].F
	param := func(name string) []float64 { return w.Params["l/"+name].F }
	project := func(x []float64, part string, row, t, h, j int) float64 {
		y := param(part + "/bias")[h*width+j]
		for i := range d {
			y += x[(row*steps+t)*d+i] * param(part + "/kernel")[(i*heads+h)*width+j]
		}
		return y
	}
	var want []float64
	for row := range rows {
		for t := range steps {
			y := append([]float64(nil), param("attention_output/bias")...)
			for h := range heads {
				var e [steps]float64
				sum := 0.0
				for s := 0; s <= t; s++ {
					score := 0.0
					for j := range width {
						score += project(q, "query", row, t, h, j) * project(v, "key", row, s, h, j)
					}
					e[s] = math.Exp(score / math.Sqrt(width))
					sum += e[s]
				}
				for s := range e {
					for j := range width {
						for i := range d {
							y[i] += e[s] / sum * project(v, "value", row, s, h, j) * param("attention_output/kernel")[(h*width+j)*d+i]
						}
					}
				}
			}
			want = append(want, y...)
		}
	}
	near(t, "attention", w.predict(n), want)
}

// TestAttentionGradients differentiates every layer that attends; a mask is drawn
// like numbers, which are not 0.
func TestAttentionGradients(t *testing.T) {
	for _, text := range []string{
		attending("MultiHeadAttention: {num_heads: 2, key_dim: 2, value_dim: 3, output_shape: [2, 2], use_gate: true}", "[3, 2]", "[2, 3]", "[2, 1]"),
		attending("MultiHeadAttention: {num_heads: 2, key_dim: 1, dropout: 0.3, seed: 4, use_causal_mask: true, sliding_window: 2}", "[3, 2]", "[3, 2]"),
		attending("MultiHeadAttention: {num_heads: 1, key_dim: 2, attention_axes: [1, 2], use_bias: false, flash_attention: true}", "[2, 2, 2]"),
		attending("GroupedQueryAttention: {head_dim: 2, num_query_heads: 4, num_key_value_heads: 2, use_gate: true}", "[3, 2]", "[2, 2]"),
		attending("Attention: {use_scale: true, score_mode: concat, use_causal_mask: true}", "[3, 2]", "[3, 2]"),
		attending("AdditiveAttention: {dropout: 0.4}", "[2, 2]", "[3, 3]", "[3, 2]"),
		model("{shape: [3, 2]}", "PositionEmbedding: {name: p, sequence_length: 5}", "Multiply: {inputs: [x, p]}"),
		model("{shape: [2, 3]}", "EinsumDense: {equation: 'abc,cde->abde', output_shape: [null, 2, 2], bias_axes: de, activation: tanh}"),
		model("{shape: [2, 3]}", "EinsumDense: {equation: '...b,bc->...c', output_shape: 2, bias_axes: c}"),
	} {
		n := network(t, text)
		differentiable(t, n)
	}
}

// TestAttentionDropout drops as a Dropout layer would that stands between the
// scores and the values.
func TestAttentionDropout(t *testing.T) {
	n := network(t, attending("Attention: {dropout: 0.5}", "[3, 2]", "[4, 2]"))
	w := draw(n)
	values := w.eval(n.Train)
	for v, x := range values {
		if u, ok := v.Op.(*op.Random); ok {
			if u.Stream != "l" || !v.Shape.Row().Equal([]int{3, 4}) {
				t.Errorf("%v of shape %v", u, v.Shape)
			}
			dropped := 0
			for i := range x.F {
				if x.F[i] < 0.5 {
					dropped++
				}
			}
			if dropped == 0 || dropped == len(x.F) {
				t.Errorf("%d of %d scores are dropped", dropped, len(x.F))
			}
			return
		}
	}
	t.Error("nothing is drawn")
}

// TestSinePositions compares with the formula of Vaswani et al., 2017, section 3.5.
func TestSinePositions(t *testing.T) {
	n := network(t, model("{shape: [50, 6]}", "SinePositionEncoding"))
	shaped(t, n, 50, 6)
	got := draw(n).predict(n)
	var want []float64
	for range rows {
		for pos := range 50 {
			for i := range 3 {
				angle := float64(pos) / math.Pow(10000, float64(2*i)/6)
				want = append(want, math.Sin(angle), math.Cos(angle))
			}
		}
	}
	near(t, "positions", got, want)
}

// TestPositionEmbedding gives every row the first rows of the table.
func TestPositionEmbedding(t *testing.T) {
	n := network(t, model("{shape: [3, 2]}", "PositionEmbedding: 4"))
	w := draw(n)
	var want []float64
	for range rows {
		want = append(want, w.Params["position_embedding/embeddings"].F[:6]...)
	}
	near(t, "positions", w.predict(n), want)
}

// TestKernelFans holds the variance of a projection's kernel to the units that it
// connects, not to the last axes of its shape.
func TestKernelFans(t *testing.T) {
	n := network(t, attending("MultiHeadAttention: {num_heads: 4, key_dim: 8, value_dim: 2}", "[3, 5]"))
	want := map[string][2]int{"l/query/kernel": {5, 32}, "l/value/kernel": {5, 8}, "l/attention_output/kernel": {8, 5}}
	for _, s := range n.Header.Segments {
		if w, ok := want[s.Name]; ok && (s.Init.FanIn != w[0] || s.Init.FanOut != w[1]) {
			t.Errorf("%s: %d inputs and %d outputs, want %v", s.Name, s.Init.FanIn, s.Init.FanOut, w)
		}
		delete(want, s.Name)
	}
	if len(want) > 0 {
		t.Errorf("no %v", want)
	}
}

// TestMaskedSoftmax sums over what the mask leaves, by the definition.
func TestMaskedSoftmax(t *testing.T) {
	n := network(t, "name: case\ninputs: {x: {shape: [2, 3]}, m: {shape: [1, 3], dtype: int32}}\nlayers:\n  - Softmax: {inputs: [x, m], mask: true}\n")
	w := draw(n)
	copy(w.Feed["m"].I, []int32{1, 0, 1, 0, 0, 0, 1, 1, 1})
	x, m := w.Feed["x"].F, w.Feed["m"].I
	want := make([]float64, len(x))
	for i := range x {
		sum := 0.0
		for j := i / 3 * 3; j < i/3*3+3; j++ {
			sum += math.Exp(x[j]) * float64(m[j/6*3+j%3])
		}
		if m[i/6*3+i%3] == 1 {
			want[i] = math.Exp(x[i]) / sum
		}
	}
	near(t, "softmax", w.predict(n), want)
	fails(t, "name: case\ninputs: {x: {shape: [2, 3]}, m: {shape: [2, 3]}}\nlayers:\n  - Softmax: {inputs: [x, m]}\n", "Softmax reads one input, or with mask: true a second one")
	fails(t, "name: case\ninputs: {x: {shape: [2, 3]}, m: {shape: [2]}}\nlayers:\n  - Softmax: {inputs: [x, m], mask: true}\n", "a mask stretches to the shape of what it masks")
}

func TestAttentionMistakes(t *testing.T) {
	for text, want := range map[string]string{
		attending("MultiHeadAttention: {num_heads: 2, key_dim: 2}", "[3]", "[3, 2]"):                                    `takes steps of values, [steps, features], but input "a" gives [n,3]`,
		attending("MultiHeadAttention: {num_heads: 2, key_dim: 2}", "[3, 2]", "[3, 2]", "[2, 2]"):                       `a value and a key of the same steps, but input "b" gives [n,3,2] and input "c" gives [n,2,2]`,
		attending("MultiHeadAttention: {num_heads: 2, key_dim: 2}", "[3, 2]", "[3, 2]", "[3, 2]", "[3, 3]"):             `takes query, value and key, but has 4 inputs`,
		attending("MultiHeadAttention: {num_heads: 2, key_dim: 2}", "[3, 2]", "[3, 2]", "[3, 2]", "[3, 3]", "[3, 3]"):   `takes at most 4 inputs, query, value, key, attention_mask, not "a", "b", "c", "d", "e"`,
		attending("MultiHeadAttention: {num_heads: 2, key_dim: 2, attention_mask: true}", "[3, 2]"):                     `reads the mask as the last of its inputs; write inputs: [query, value, mask]`,
		attending("MultiHeadAttention: {num_heads: 2, key_dim: 2, attention_mask: true}", "[3, 2]", "[2, 2]", "[3, 3]"): `the attention mask has the axes [queries, keys], [3, 2] here, but input "c" gives [n,3,3]`,
		attending("MultiHeadAttention: {num_heads: 2, key_dim: 2, attention_axes: 2}", "[3, 2]"):                        `axis 2 holds the features; the axes of the steps of [n,3,2] are 1 to 1`,
		attending("MultiHeadAttention: {num_heads: 2, key_dim: 2, attention_axes: [1, 1]}", "[3, 2]"):                   `axis 1 is in the list twice`,
		attending("MultiHeadAttention: {num_heads: 2, key_dim: 2, use_causal_mask: true}", "[3, 2, 2]"):                 `take steps along one axis, but attention_axes has 2`,
		attending("MultiHeadAttention: {num_heads: 2}", "[3, 2]"):                                                       `needs the argument key_dim`,
		attending("GroupedQueryAttention: {head_dim: 2, num_query_heads: 4, num_key_value_heads: 3}", "[3, 2]"):         `num_key_value_heads 3 does not divide num_query_heads 4`,
		attending("GroupQueryAttention: {head_dim: 2, num_query_heads: 4, num_key_value_heads: 2}", "[3, 2]", "[3, 3]"): `a query and a value of as many features, but input "a" gives [n,3,2] and input "b" gives [n,3,3]`,
		attending("Attention: {score_mode: product}", "[3, 2]"):                                                         `score_mode is "product"; it must be dot or concat`,
		attending("Attention: {}", "[3, 2]", "[3, 3]"):                                                                  `of as many features, but input "a" gives [n,3,2] and input "b" gives [n,3,3]`,
		model("{shape: [6, 2]}", "PositionEmbedding: 4"):                                                                `sequence_length is 4, but input "x" gives [n,6,2]: 6 steps`,
		model("{shape: [6]}", "SinePositionEncoding"):                                                                   `takes steps of values, [steps, features]`,
		model("{shape: [3]}", "EinsumDense: {equation: 'ab,bc', output_shape: 2}"):                                      `it has the form "nab,bc->nac"`,
		model("{shape: [3]}", "EinsumDense: {equation: 'ab,bc->ac', output_shape: [2, 2]}"):                             `it holds 2 of the extents of the result, which after the batch are 1 in the equation "ab,bc->ac"`,
		model("{shape: [3]}", "EinsumDense: {equation: 'ab,bc->ac', output_shape: [null]}"):                             `the extent of axis c follows from nothing`,
		model("{shape: [2, 3]}", "EinsumDense: {equation: 'abc,cd->abd', output_shape: [3, 2]}"):                        `axis b has the extent 3, but input "x" gives [n,2,3], where it is 2`,
		model("{shape: [2, 3]}", "EinsumDense: {equation: 'ab,bc->ac', output_shape: 2}"):                               `the input has 2 axes, but input "x" gives [n,2,3]`,
		model("{shape: [3]}", "EinsumDense: {equation: 'ab,bc->ca', output_shape: 2}"):                                  `the first axis is the batch`,
		model("{shape: [3]}", "EinsumDense: {equation: 'ab,bc->ad', output_shape: 2}"):                                  `the result's axis d is neither one of the input nor one of the kernel`,
		model("{shape: [3]}", "EinsumDense: {equation: 'ab,bcd->ac', output_shape: 2}"):                                 `the kernel's axis d is neither one of the input nor one of the result`,
		model("{shape: [3]}", "EinsumDense: {equation: 'ab,b2->a2', output_shape: 2}"):                                  `an axis is a letter, not "2"`,
		model("{shape: [3]}", "EinsumDense: {equation: 'ab,bc->ac', output_shape: 2, bias_axes: a}"):                    `bias_axes "a": the result's axes that a bias can have are c`,
		model("{shape: [3]}", "EinsumDense: {equation: 'aab,bc->ac', output_shape: 2}"):                                 `the input has the axis a twice`,
	} {
		fails(t, text, want)
	}
}
