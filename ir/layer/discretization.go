package layer

import (
	"math"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/encoding"
)

var _ = register(Info{
	Name: "Discretization",
	Doc:  "Puts numbers into bins between boundaries, which are given or quantiles of the training rows.",
	New:  func() Config { return &Discretization{Epsilon: 0.01, OutputMode: "int"} },
})

// Discretization puts numbers into bins: bin i of those from boundary i-1 on and
// below boundary i. NaN has the last one. Source: Keras 3,
// layers/preprocessing/discretization.py.
type Discretization struct {
	BinBoundaries []float64 `arg:"bin_boundaries" doc:"the boundaries, ascending; left out: learned from the training rows"`
	NumBins       *int      `arg:"num_bins,min=1,max=65536" doc:"bins whose boundaries are learned"`
	Epsilon       float64   `arg:"epsilon,above=0,max=1" doc:"share of the rows by which a learned boundary may be off"`
	OutputMode    string    `arg:"output_mode,oneof=int|one_hot|multi_hot|count" doc:"bins themselves (int), one row per value (one_hot), or one per sample: which bins occur (multi_hot), or how often (count)"`
}

// Build implements [Config].
func (z *Discretization) Build(c *Context, _ []*ir.Value) *ir.Value { return outside(c) }

// Preprocess implements [Preprocessor].
func (z *Discretization) Preprocess(p *Preprocessing) (encoding.Feature, ir.Shape) {
	if !p.reads("float32", "int32", "int64") {
		return encoding.Feature{}, nil
	}
	l := encoding.Layer{Kind: "Discretization", Mode: z.OutputMode}
	slots := 0
	switch {
	case z.BinBoundaries == nil && z.NumBins == nil:
		p.Errorf("Discretization needs bin_boundaries or, to learn these, num_bins; write bin_boundaries: [0.5, 1.5]")
		return encoding.Feature{}, nil
	case z.BinBoundaries != nil && z.NumBins != nil:
		p.ErrorAt("num_bins", "num_bins is for boundaries that are learned, and bin_boundaries gives them; take one of the two out")
		return encoding.Feature{}, nil
	case z.NumBins != nil:
		l.Bins, l.Epsilon = *z.NumBins, z.Epsilon
		// NumPy's arange(0, 1, 1/num_bins), by which Keras counts the boundaries, may
		// have an element more.
		slots = int(math.Ceil(1 / (1 / float64(*z.NumBins))))
	default:
		l.Bounds = []float32{}
		for i, b := range z.BinBoundaries {
			if i > 0 && b < z.BinBoundaries[i-1] {
				p.ErrorAt("bin_boundaries", "bin_boundaries ascend, and %v follows %v", b, z.BinBoundaries[i-1])
				return encoding.Feature{}, nil
			}
			if math.Abs(b) > math.MaxFloat32 {
				p.ErrorAt("bin_boundaries", "%v of bin_boundaries is beyond the range of float32", b)
				return encoding.Feature{}, nil
			}
			l.Bounds = append(l.Bounds, float32(b))
		}
		slots = len(z.BinBoundaries) + 1
	}
	f := p.feature(l)
	f.Slots = slots
	return f, p.shape(l.Mode, f.Size, f.Slots)
}
