package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/encoding"
)

var _ = register(Info{
	Name:  "HashedCrossing",
	Doc:   "Puts values that are taken together into bins by their common hash.",
	Merge: true,
	New:   func() Config { return &HashedCrossing{OutputMode: "int"} },
})

// HashedCrossing puts the values of two or more inputs, texts or whole numbers,
// together into one bin. Source: Keras 3, layers/preprocessing/hashed_crossing.py,
// and tf.sparse.cross_hashed.
type HashedCrossing struct {
	NumBins    int    `arg:"num_bins,required,min=1" doc:"bins"`
	OutputMode string `arg:"output_mode,oneof=int|one_hot" doc:"the bin itself (int), or a row with a 1 at it (one_hot)"`
}

// Build implements [Config].
func (z *HashedCrossing) Build(c *Context, _ []*ir.Value) *ir.Value { return outside(c) }

// Preprocess implements [Preprocessor].
func (z *HashedCrossing) Preprocess(p *Preprocessing) (encoding.Feature, ir.Shape) {
	if !p.reads("string", "int64", "int32") {
		return encoding.Feature{}, nil
	}
	for _, x := range p.In {
		if x.Shape[0] != 1 {
			p.Errorf("HashedCrossing takes one value from each input, but %s has the shape %s; write shape: [1]", diag.Quote(x.Name), Flow(x.Shape))
			return encoding.Feature{}, nil
		}
	}
	f := p.feature(encoding.Layer{Kind: "HashedCrossing", Mode: z.OutputMode})
	f.Slots = z.NumBins
	return f, p.shape(z.OutputMode, f.Size, f.Slots)
}
