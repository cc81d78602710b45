package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/spec"
)

var _ = register(Info{
	Name:  "Embedding",
	Doc:   "Looks every id up in a table of vectors.",
	Steps: true,
	New:   func() Config { return &Embedding{EmbeddingsInitializer: call("random_uniform")} },
})

// Embedding looks every id up in a trained table: ids [n, …] to [n, …,
// output_dim], with embeddings [input_dim, output_dim]. Source: Keras 3,
// layers/core/embedding.py.
type Embedding struct {
	InputDim              int       `arg:"input_dim,required,min=1" doc:"number of rows of the table; ids are 0 to input_dim-1"`
	OutputDim             int       `arg:"output_dim,required,min=1" doc:"length of a vector"`
	EmbeddingsInitializer spec.Call `arg:"embeddings_initializer,of=initializer" doc:"how the table is filled"`
	EmbeddingsRegularizer spec.Call `arg:"embeddings_regularizer,of=regularizer" doc:"penalty on the table"`
	EmbeddingsConstraint  spec.Call `arg:"embeddings_constraint,of=constraint" hash:"unless zero" doc:"what a step of training holds the table to"`
	MaskZero              bool      `arg:"mask_zero" doc:"whether id 0 is padding, which layers after it pass over" hash:"unless zero"`
}

// ThereWords says in Net.Lengths that ids come from a TextVectorization layer.
const ThereWords = "there"

// Build implements [Config].
func (e *Embedding) Build(c *Context, in []*ir.Value) *ir.Value {
	ids := in[0]
	if !c.ids(ids, e.InputDim) {
		return c.poison()
	}
	switch at := c.Lengths[ids]; {
	case ids.Shape.Ragged() && at == ThereWords:
		return c.Errorf("Embedding takes rows of one length, but TextVectorization layer %s gives a different number of ids in every row; write output_sequence_length: 200 there", diag.Quote(ids.Name))
	case ids.Shape.Ragged() && at != "":
		return c.Errorf("Embedding takes rows of one length, but data: gives %s a different number of ids in every row; write length: 200 %s, or put CategoryEncoding in its place", from(ids), at)
	case ids.Shape.Ragged():
		return c.Errorf("Embedding takes rows of one length, but %s has a different number of ids in every row; give the input a length, such as shape: [256]", from(ids))
	}
	table := c.Param("embeddings", ir.Shape{e.InputDim, e.OutputDim}, e.EmbeddingsInitializer, e.EmbeddingsRegularizer)
	return op.GatherRows(c.B, table, ids)
}

// ComputeMask implements [Masker].
func (e *Embedding) ComputeMask(c *Context, in []*ir.Value, _ *ir.Value) *ir.Value {
	if !e.MaskZero {
		return nil
	}
	return c.Named(op.MapOf(c.B, counted(0), "mask", in[0]), "mask")
}
