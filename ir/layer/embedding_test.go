package layer_test

import (
	"testing"

	"github.com/nngen-go/nngen/ir"
)

func TestEmbedding(t *testing.T) {
	n := network(t, model("{shape: [2], dtype: int32}", "Embedding: {name: e, input_dim: 4, output_dim: 2, embeddings_regularizer: {l1: 0.1}}"))
	shaped(t, n, 2, 2)
	differentiable(t, n)
	w := draw(n)
	copy(w.Params["e/embeddings"].F, []float64{0, 1, 10, 11, 20, 21, 30, 31})
	w.Feed["x"] = ids(ir.Shape{3, 2}, 0, 3, 1, 1, 2, 0)
	near(t, "e", w.predict(n), []float64{0, 1, 30, 31, 10, 11, 10, 11, 20, 21, 0, 1})
	i := n.Header.Segments[0].Init
	if i.Kind != "random_uniform" || i.Minval != -0.05 || i.Maxval != 0.05 {
		t.Errorf("%+v", i)
	}
}

// Ids that two layers read stay below the smaller of their limits.
func TestSharedIdsHaveTheSmallerLimit(t *testing.T) {
	n := network(t, `
inputs: {x: {shape: [2], dtype: int32}}
layers:
  - Embedding: {name: a, input_dim: 9, output_dim: 2}
  - Reshape: {name: turned, target_shape: [2, 1], inputs: [x]}
  - Embedding: {name: b, input_dim: 5, output_dim: 2}
outputs: [a, b]
`)
	if got := n.Header.Inputs[0].Limit; got != 5 {
		t.Errorf("limit %d, want 5", got)
	}
}
