package layer

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/spec"
)

var _ = register(Info{
	Name: "Conv2D",
	Doc:  "Slides filters over an image: activation(convolution with the kernel + bias).",
	New: func() Config {
		return &Conv2D{Strides: []int{1, 1}, Padding: "valid", imageFormat: lastAxis, DilationRate: []int{1, 1}, filtered: defaultFilters()}
	},
})

// Conv2D is activation(x ∗ kernel + bias): [n, height, width, channels] to [n,
// height', width', filters], with kernel [*kernel_size, channels/groups,
// filters] and bias [filters]. Source: Keras 3,
// layers/convolutional/base_conv.py.
type Conv2D struct {
	Filters    int    `arg:"filters,required,min=1" doc:"how many filters there are: the channels of the output"`
	KernelSize []int  `arg:"kernel_size,required,size=2,min=1" doc:"height and width of a filter"`
	Strides    []int  `arg:"strides,size=2,min=1" doc:"how far apart neighbouring positions are"`
	Padding    string `arg:"padding,oneof=valid|same" doc:"valid: positions inside the image; same: zeros around it, so that with strides 1 the size stays"`
	imageFormat
	DilationRate []int `arg:"dilation_rate,size=2,min=1" doc:"how far apart neighbouring elements of a filter are"`
	filtered
}

// Build implements [Config].
func (l *Conv2D) Build(c *Context, in []*ir.Value) *ir.Value {
	return l.build(c, in[0], l.imageFormat, l.Filters, window{"kernel", l.KernelSize, l.Strides, l.DilationRate, l.Padding})
}

// filtered are the arguments of Conv1D and Conv2D that do not depend on the
// number of axes.
type filtered struct {
	Groups            int       `arg:"groups,min=1" doc:"into how many groups channels and filters are split; a filter sees the channels of its own"`
	Activation        spec.Call `arg:"activation,of=activation" doc:"function applied to the result"`
	UseBias           bool      `arg:"use_bias" doc:"whether a bias is added"`
	KernelInitializer spec.Call `arg:"kernel_initializer,of=initializer" doc:"how the kernel is filled"`
	BiasInitializer   spec.Call `arg:"bias_initializer,of=initializer" doc:"how the bias is filled"`
	KernelRegularizer spec.Call `arg:"kernel_regularizer,of=regularizer" doc:"penalty on the kernel"`
	BiasRegularizer   spec.Call `arg:"bias_regularizer,of=regularizer" doc:"penalty on the bias"`
	KernelConstraint  spec.Call `arg:"kernel_constraint,of=constraint" hash:"unless zero" doc:"what a step of training holds the kernel to"`
	BiasConstraint    spec.Call `arg:"bias_constraint,of=constraint" hash:"unless zero" doc:"what a step of training holds the bias to"`
}

func defaultFilters() filtered {
	return filtered{Groups: 1, UseBias: true, KernelInitializer: call("glorot_uniform"), BiasInitializer: call("zeros")}
}

func (l *filtered) build(c *Context, x *ir.Value, format imageFormat, filters int, w window) *ir.Value {
	x, ok := c.spatial(x, len(w.size), format)
	if !ok {
		return c.poison()
	}
	channels := x.Shape[len(x.Shape)-1]
	switch {
	case channels%l.Groups != 0:
		return c.ErrorAt("groups", "groups: %d does not divide the %d channels of %s, %s", l.Groups, channels, from(untransposed(c, x)), Flow(untransposed(c, x).Shape.Row()))
	case filters%l.Groups != 0:
		return c.ErrorAt("groups", "groups: %d does not divide filters: %d", l.Groups, filters)
	case !w.strided(c):
		return c.poison()
	}
	f, ok := w.frame(c, x)
	if !ok {
		return c.poison()
	}
	shape := append(slices.Clone(ir.Shape(w.size)), channels/l.Groups, filters)
	kernel := c.Param("kernel", shape, l.KernelInitializer, l.KernelRegularizer)
	y := convolve(c.B, x, kernel, w, f, l.Groups)
	return c.biased(y, format, l.UseBias, l.BiasInitializer, l.BiasRegularizer, l.Activation)
}

// Stepwise implements [Stepper].
func (l *Conv2D) Stepwise(ir.Shape) bool { return l.alone(l.KernelSize, l.Strides) }
