package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/spec"
)

var _ = register(Info{
	Name:  "PositionEmbedding",
	Doc:   "A trained vector for every step, to be added to what is there.",
	Masks: true,
	New:   func() Config { return &PositionEmbedding{Initializer: call("glorot_uniform")} },
})

// PositionEmbedding gives every step its row of a trained table: [n, …, T, d] to the
// same shape, with embeddings [sequence_length, d], T being at most sequence_length. The
// values of its input are not used: an Add layer joins both. Keras itself has no such
// layer; this is the one of KerasHub, layers/modeling/position_embedding.py.
type PositionEmbedding struct {
	SequenceLength int       `arg:"sequence_length,required,min=1" doc:"rows of the table: the longest input"`
	Initializer    spec.Call `arg:"initializer,of=initializer" doc:"how the table is filled"`
}

// Build implements [Config].
func (p *PositionEmbedding) Build(c *Context, in []*ir.Value) *ir.Value {
	x := in[0]
	if !sequence(c, x) {
		return c.poison()
	}
	steps, width := x.Shape[len(x.Shape)-2], x.Shape[len(x.Shape)-1]
	if steps > p.SequenceLength {
		return c.ErrorAt("sequence_length", "sequence_length is %d, but %s gives %v: %d steps", p.SequenceLength, from(x), x.Shape, steps)
	}
	table := c.Param("embeddings", ir.Shape{p.SequenceLength, width}, p.Initializer, spec.Call{})
	if len(x.Shape) == 3 && c.Streaming.takes(x) {
		return op.GatherRows(c.B, table, c.Streaming.position(c))
	}
	if steps < p.SequenceLength {
		table = c.Named(op.SliceAxis(c.B, table, 0, 0, steps), "rows")
	}
	return op.BroadcastTo(c.B, table, x.Shape)
}

// Stepwise implements [Stepper].
func (p *PositionEmbedding) Stepwise(ir.Shape) bool { return true }

// sequence reports what is not steps of features.
func sequence(c *Context, x *ir.Value) bool {
	if !c.floats(x) {
		return false
	}
	if len(x.Shape) < 3 {
		c.Errorf("%s takes steps of values, [steps, features], but %s gives %v", c.Kind, from(x), x.Shape)
		return false
	}
	return true
}
