package layer

import (
	"github.com/nngen-go/nngen/ir"
)

var _ = register(Info{
	Name:  "SpatialDropout3D",
	Doc:   "Sets a random fraction of the channels of volumes to 0 while training, each at all positions.",
	Masks: true,
	New:   func() Config { return &SpatialDropout3D{DataFormat: "channels_last"} },
})

// SpatialDropout3D is Dropout of whole channels of [n, planes, rows, columns, channels]. Source: Keras 3,
// layers/regularization/spatial_dropout.py; Tompson et al., 2014.
type SpatialDropout3D struct {
	Rate       float64 `arg:"rate,required,min=0,below=1" doc:"fraction of the channels to drop" train:"only"`
	DataFormat string  `arg:"data_format,oneof=channels_last|channels_first" doc:"which axis the channels are: the last, or the first after the batch" train:"only"`
	Seed       *int64  `arg:"seed" doc:"a number that makes this layer draw other masks than one without" train:"only"`
}

// Build implements [Config].
func (d *SpatialDropout3D) Build(c *Context, in []*ir.Value) *ir.Value {
	return spatialDropout(c, in[0], 3, d.DataFormat == "channels_first", d.Rate, d.Seed)
}
