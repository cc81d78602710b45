package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name: "UpSampling3D",
	Doc:  "Repeats every point of a volume.",
	New:  func() Config { return &UpSampling3D{Size: []int{2, 2, 2}, imageFormat: lastAxis} },
})

// UpSampling3D repeats every point of a volume along each axis: [n, depth, height,
// width, channels] to the same with depth, height and width times size. Source: Keras
// 3, layers/reshaping/up_sampling3d.py.
type UpSampling3D struct {
	Size []int `arg:"size,size=3,min=1" doc:"how often a point is there in depth, height and width"`
	imageFormat
}

// Build implements [Config].
func (l *UpSampling3D) Build(c *Context, in []*ir.Value) *ir.Value {
	return upsample(c, in[0], l.imageFormat, l.Size, "nearest")
}
