package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
	"github.com/nngen-go/nngen/ir/spec"
)

var _ = register(Info{
	Name:  "ReversibleEmbedding",
	Doc:   "Looks every id up in a table of vectors; its second use turns vectors into a score for every id.",
	Steps: true,
	New: func() Config {
		return &ReversibleEmbedding{Embedding: Embedding{EmbeddingsInitializer: call("random_uniform")}, TieWeights: true}
	},
})

// ReversibleEmbedding is an Embedding of ids. A second use of it, Shared, that reads
// vectors [n, …, output_dim] instead gives their products with the rows of the table,
// [n, …, input_dim]: what Keras calls reverse=True. Source: Keras 3,
// layers/core/reversible_embedding.py.
type ReversibleEmbedding struct {
	Embedding
	TieWeights   bool     `arg:"tie_weights" doc:"whether scores are products with the table, or with reverse_embeddings [output_dim, input_dim], a matrix of their own"`
	LogitSoftCap *float64 `arg:"logit_soft_cap,null,above=0" doc:"bound that scores x are brought below smoothly, cap·tanh(x/cap); null: none"`
}

// Build implements [Config].
func (e *ReversibleEmbedding) Build(c *Context, in []*ir.Value) *ir.Value {
	x := in[0]
	if !x.Valid() {
		return c.poison()
	}
	if !second(c) || x.DType != ir.F32 {
		y := e.Embedding.Build(c, in)
		if !e.TieWeights && y.Valid() {
			e.own(c)
		}
		return y
	}
	if !c.floats(x) {
		return c.poison()
	}
	if last := x.Shape[len(x.Shape)-1]; len(x.Shape) < 2 || last != e.OutputDim {
		return c.Errorf("a second use of ReversibleEmbedding %s turns vectors of length %d back, but %s has the shape %s", diag.Quote(c.First), e.OutputDim, from(x), Flow(x.Shape.Row()))
	}
	kernel := e.own(c)
	if !kernel.Valid() {
		return kernel
	}
	y := c.Named(op.MatMul(c.B, x, kernel), "scores")
	if e.LogitSoftCap == nil {
		return y
	}
	limit := scalar.Num(*e.LogitSoftCap)
	return op.MapOf(c.B, product(scalar.Call("tanh", scalar.Call("div", scalar.Arg(0), limit)), limit), "cap", y)
}

// own is what scores are products with, [output_dim, input_dim].
func (e *ReversibleEmbedding) own(c *Context) *ir.Value {
	if !e.TieWeights {
		return c.Param("reverse_embeddings", ir.Shape{e.OutputDim, e.InputDim}, e.EmbeddingsInitializer, spec.Call{})
	}
	table := c.Param("embeddings", ir.Shape{e.InputDim, e.OutputDim}, e.EmbeddingsInitializer, e.EmbeddingsRegularizer)
	return op.TransposeTo(c.B, table, 1, 0)
}

// ComputeMask implements [Masker].
func (e *ReversibleEmbedding) ComputeMask(c *Context, in []*ir.Value, y *ir.Value) *ir.Value {
	if in[0].DType == ir.F32 {
		return nil
	}
	return e.Embedding.ComputeMask(c, in, y)
}
