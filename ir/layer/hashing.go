package layer

import (
	"strconv"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/encoding"
	"github.com/nngen-go/nngen/ir/spec"
)

var _ = register(Info{
	Name: "Hashing",
	Doc:  "Puts texts or whole numbers into bins by their hash.",
	New:  func() Config { return &Hashing{OutputMode: "int"} },
})

// Hashing puts every value into the bin that FarmHash, or with a salt SipHash, has
// for it; a number is hashed as it is written in decimals. With a mask_value that
// one has bin 0, and no other. Source: Keras 3, layers/preprocessing/hashing.py.
type Hashing struct {
	NumBins    int        `arg:"num_bins,required,min=1" doc:"bins, that of mask_value included"`
	MaskValue  spec.Value `arg:"mask_value" doc:"the value that means nothing is there and has bin 0"`
	Salt       spec.Value `arg:"salt" doc:"the key of SipHash, a number or two; null: FarmHash"`
	OutputMode string     `arg:"output_mode,oneof=int|one_hot|multi_hot|count" doc:"bins themselves (int), one row per value (one_hot), or one per sample: which bins occur (multi_hot), or how often (count)"`
}

// Build implements [Config].
func (z *Hashing) Build(c *Context, _ []*ir.Value) *ir.Value { return outside(c) }

// Preprocess implements [Preprocessor].
func (z *Hashing) Preprocess(p *Preprocessing) (encoding.Feature, ir.Shape) {
	if !p.reads("string", "int64", "int32", "float32") {
		return encoding.Feature{}, nil
	}
	l := encoding.Layer{Kind: "Hashing", Mode: z.OutputMode, Salt: p.salt(z.Salt)}
	switch v := z.MaskValue; {
	case v.Kind == spec.Null:
	case p.In[0].Of == "string" && v.Kind == spec.String:
		l.Mask = &v.Str
	case p.In[0].Of != "string" && v.Kind == spec.Int:
		mask := strconv.FormatInt(v.Int, 10)
		l.Mask = &mask
	case p.In[0].Of == "string":
		p.ErrorAt("mask_value", "mask_value takes a text, as %q holds texts, not %s; write it in quotes", p.In[0].Name, v.Describe())
	default:
		p.ErrorAt("mask_value", "mask_value takes a whole number, as %q holds numbers, not %s", p.In[0].Name, v.Describe())
	}
	f := p.feature(l)
	f.Slots = z.NumBins
	return f, p.shape(l.Mode, f.Size, f.Slots)
}
