package conformance

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
)

// randomDecoder is a network whose layers attend to the steps before each, over
// numbers or ids, with recurrent layers and others that compute every step by itself
// among them.
func randomDecoder(seed uint64) ([]byte, error) {
	g := &generator{r: rand.New(rand.NewPCG(seed, 11)), last: "x"}
	steps := []int{1 + g.r.IntN(9), 10 + g.r.IntN(30), 64 * (1 + g.r.IntN(3)), 65 + g.r.IntN(200)}[g.r.IntN(4)]
	features := []int{1 + g.r.IntN(9), 16, 24, 10 + g.r.IntN(30)}[g.r.IntN(4)]
	in := object{{"shape", []int{steps, features}}}
	g.shape = []int{steps, features}
	switch g.r.IntN(5) {
	case 0, 1:
		in = object{{"shape", []int{steps}}, {"dtype", "int32"}}
		g.add("Embedding", object{{"input_dim", 2 + g.r.IntN(40)}, {"output_dim", features}}, g.shape)
	case 2:
		if steps > 1 { // of one step it gives no axis of steps
			in = object{{"shape", []int{steps}}, {"dtype", "int32"}}
			g.add("CategoryEncoding", object{{"num_tokens", features}, {"output_mode", "one_hot"}}, g.shape)
		}
	}
	if g.flip(70) {
		g.positions()
	}
	for range 1 + g.r.IntN(3) {
		g.between()
		if g.flip(20) {
			g.overSteps(true)
		}
		g.causal()
	}
	g.between()
	return json.Marshal(object{
		{"name", fmt.Sprintf("t%03d", seed)},
		{"inputs", object{{"x", in}}},
		{"layers", g.layers},
		{"compile", object{{"optimizer", "sgd"}, {"loss", "mean_squared_error"}}},
		{"fit", object{{"batch_size", []int{3, 8}[g.r.IntN(2)]}}},
	})
}

// causal appends a layer that attends to the steps before each, perhaps with
// something to stand beside it: a sum with what it reads, or another source of keys.
func (g *generator) causal() {
	x, shape := g.last, g.shape
	steps, width := shape[0], shape[1]
	args := object{{"use_causal_mask", true}}
	inputs := []string{x}
	if g.flip(20) {
		inputs = append(inputs, g.add("Dense", object{{"units", width}, {"activation", "tanh"}}, shape))
		if g.flip(50) {
			inputs = append(inputs, x)
		}
	}
	if g.flip(20) {
		args = append(args, member{"dropout", 0.25})
	}
	kind, out := g.pick("MultiHeadAttention", "MultiHeadAttention", "GroupedQueryAttention", "Attention", "AdditiveAttention"), width
	switch kind {
	case "MultiHeadAttention":
		args = append(args, member{"num_heads", 1 + g.r.IntN(4)}, member{"key_dim", []int{1 + g.r.IntN(9), 16, 20}[g.r.IntN(3)]})
		if g.flip(30) {
			out = 1 + g.r.IntN(20)
			args = append(args, member{"value_dim", 1 + g.r.IntN(9)}, member{"output_shape", []int{out}})
		}
	case "GroupedQueryAttention":
		groups := 1 + g.r.IntN(2)
		args = append(args, member{"head_dim", 1 + g.r.IntN(17)}, member{"num_key_value_heads", groups}, member{"num_query_heads", groups * (1 + g.r.IntN(3))})
	case "Attention":
		args = append(args, member{"use_scale", g.flip(50)}, member{"score_mode", g.pick("dot", "dot", "concat")})
	case "AdditiveAttention":
		args = append(args, member{"use_scale", g.flip(50)})
	}
	if kind == "MultiHeadAttention" || kind == "GroupedQueryAttention" {
		args = append(args, member{"use_gate", g.flip(20)}, member{"use_bias", g.flip(80)})
		if g.flip(20) {
			args = append(args, member{"sliding_window", 1 + g.r.IntN(steps)})
		}
	}
	y := g.add(kind, args, []int{steps, out}, inputs...)
	if out == width && g.flip(70) {
		g.add("Add", nil, shape, x, y)
	}
}
