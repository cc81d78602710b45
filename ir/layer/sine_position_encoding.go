package layer

import (
	"math"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

var _ = register(Info{
	Name:  "SinePositionEncoding",
	Doc:   "Sines and cosines of every step's number, to be added to what is there.",
	Masks: true,
	New:   func() Config { return &SinePositionEncoding{MaxWavelength: 10000} },
})

// SinePositionEncoding gives feature i of step t the sine of t·w where i is even and the
// cosine where it is odd, w being max_wavelength^(-2⌊i/2⌋/d): [n, …, T, d] to the same
// shape. The values of its input are not used: an Add layer joins both. Keras itself
// has no such layer; this is the one of KerasHub,
// layers/modeling/sine_position_encoding.py. Source: Vaswani et al., 2017.
type SinePositionEncoding struct {
	MaxWavelength float64 `arg:"max_wavelength,above=0" doc:"longest period of a feature, divided by 2π"`
}

// Build implements [Config].
func (p *SinePositionEncoding) Build(c *Context, in []*ir.Value) *ir.Value {
	x := in[0]
	if !sequence(c, x) {
		return c.poison()
	}
	steps, width := x.Shape[len(x.Shape)-2], x.Shape[len(x.Shape)-1]
	stream := len(x.Shape) == 3 && c.Streaming.takes(x)
	if stream {
		steps = c.Streaming.Steps
	}
	data := make([]float64, 0, steps*width)
	for t := range steps {
		for i := range width {
			angle := float64(t) * math.Pow(1/p.MaxWavelength, float64(2*(i/2))/float64(width))
			if i%2 == 0 {
				data = append(data, math.Sin(angle))
			} else {
				data = append(data, math.Cos(angle))
			}
		}
	}
	table := c.Named(op.ConstOf(c.B, ir.Shape{steps, width}, data), "table")
	if stream {
		return op.GatherRows(c.B, table, c.Streaming.position(c))
	}
	return op.BroadcastTo(c.B, table, x.Shape)
}

// Stepwise implements [Stepper].
func (p *SinePositionEncoding) Stepwise(ir.Shape) bool { return true }
