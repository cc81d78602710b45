package layer

import (
	"github.com/nngen-go/nngen/ir"
)

var _ = register(Info{
	Name:  "SpatialDropout1D",
	Doc:   "Sets a random fraction of the features of sequences to 0 while training, each at all positions.",
	Masks: true,
	Steps: true,
	New:   func() Config { return &SpatialDropout1D{} },
})

// SpatialDropout1D is Dropout of whole channels of [n, steps, features]. Source: Keras 3,
// layers/regularization/spatial_dropout.py; Tompson et al., 2014.
type SpatialDropout1D struct {
	Rate float64 `arg:"rate,required,min=0,below=1" doc:"fraction of the channels to drop" train:"only"`
	Seed *int64  `arg:"seed" doc:"a number that makes this layer draw other masks than one without" train:"only"`
}

// Build implements [Config].
func (d *SpatialDropout1D) Build(c *Context, in []*ir.Value) *ir.Value {
	return spatialDropout(c, in[0], 1, false, d.Rate, d.Seed)
}
