package layer

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/spec"
)

// initializer says how a parameter is filled.
type initializer interface {
	// Init is the instruction for a tensor of the given shape, whose units have so
	// many inputs, and whose inputs feed so many units.
	Init(shape ir.Shape, fanIn, fanOut int) (block.Init, error)
}

// initializers are those of Keras 3, initializers/*.py, with its defaults.
var initializers = Table[initializer]{
	Kind: "initializer",
	Entries: []Entry[initializer]{
		{Name: "zeros", Aliases: []string{"Zeros", "zero"}, Doc: "all 0", New: func() initializer { return &fixed{"zeros"} }},
		{Name: "ones", Aliases: []string{"Ones", "one"}, Doc: "all 1", New: func() initializer { return &fixed{"ones"} }},
		{Name: "constant", Aliases: []string{"Constant"}, Doc: "all the same value", New: func() initializer { return &constant{} }},
		{Name: "identity", Aliases: []string{"Identity", "IdentityInitializer"}, Doc: "gain on the diagonal of a matrix, 0 elsewhere", New: func() initializer { return &identity{1} }},
		{Name: "random_normal", Aliases: []string{"RandomNormal", "normal"}, Doc: "normally distributed", New: func() initializer { return &normal{kind: "random_normal", Stddev: 0.05} }},
		{Name: "truncated_normal", Aliases: []string{"TruncatedNormal"}, Doc: "normally distributed, within two standard deviations", New: func() initializer { return &normal{kind: "truncated_normal", Stddev: 0.05} }},
		{Name: "random_uniform", Aliases: []string{"RandomUniform", "uniform"}, Doc: "uniformly distributed", New: func() initializer { return &uniform{Minval: -0.05, Maxval: 0.05} }},
		{Name: "variance_scaling", Aliases: []string{"VarianceScaling"}, Doc: "random with a variance of scale divided by a number of connections", New: func() initializer {
			return &variance{Scale: 1, Mode: "fan_in", Distribution: "truncated_normal"}
		}},
		{Name: "orthogonal", Aliases: []string{"Orthogonal", "OrthogonalInitializer"}, Doc: "a random orthogonal matrix (Saxe et al., 2014)", New: func() initializer { return &orthogonal{Gain: 1} }},
		{Name: "stft", Aliases: []string{"STFT", "STFTInitializer"}, Doc: "the waves of a short-time Fourier transform, times a window", New: func() initializer {
			return &stft{Side: "real", Window: spec.Value{Kind: spec.String, Str: "hann"}, Scaling: &density}
		}},
		scaled("glorot_uniform", "GlorotUniform", "uniform, with variance 2/(fan_in+fan_out) (Glorot and Bengio, 2010)"),
		scaled("glorot_normal", "GlorotNormal", "truncated normal, with variance 2/(fan_in+fan_out) (Glorot and Bengio, 2010)"),
		scaled("he_uniform", "HeUniform", "uniform, with variance 2/fan_in (He et al., 2015)"),
		scaled("he_normal", "HeNormal", "truncated normal, with variance 2/fan_in (He et al., 2015)"),
		scaled("lecun_uniform", "LecunUniform", "uniform, with variance 1/fan_in (LeCun et al., 1998)"),
		scaled("lecun_normal", "LecunNormal", "truncated normal, with variance 1/fan_in (LeCun et al., 1998)"),
	},
}

// seed makes an initializer draw the same numbers in every model.
type seed struct {
	Seed *int64 `arg:"seed" doc:"draws these numbers whatever the model's seed is"`
}

func (s seed) into(i block.Init, fanIn, fanOut int) block.Init {
	i.FanIn, i.FanOut = fanIn, fanOut
	if s.Seed != nil {
		i.Seeded, i.Seed = true, uint64(*s.Seed)
	}
	return i
}

type fixed struct{ kind string }

func (f *fixed) Init(ir.Shape, int, int) (block.Init, error) { return block.Init{Kind: f.kind}, nil }

type constant struct {
	Value float64 `arg:"value" doc:"the value"`
}

func (k *constant) Init(ir.Shape, int, int) (block.Init, error) {
	return block.Init{Kind: "constant", Value: k.Value}, nil
}

type identity struct {
	Gain float64 `arg:"gain" doc:"value on the diagonal"`
}

func (d *identity) Init(shape ir.Shape, _, _ int) (block.Init, error) {
	if len(shape) != 2 {
		return block.Init{}, fmt.Errorf("the identity initializer fills matrices only")
	}
	return block.Init{Kind: "identity", Gain: d.Gain}, nil
}

type normal struct {
	kind   string
	Mean   float64 `arg:"mean" doc:"mean"`
	Stddev float64 `arg:"stddev,min=0" doc:"standard deviation"`
	seed
}

func (n *normal) Init(_ ir.Shape, fanIn, fanOut int) (block.Init, error) {
	return n.into(block.Init{Kind: n.kind, Mean: n.Mean, Stddev: n.Stddev}, fanIn, fanOut), nil
}

type uniform struct {
	Minval float64 `arg:"minval" doc:"lower end"`
	Maxval float64 `arg:"maxval" doc:"upper end"`
	seed
}

func (u *uniform) Init(_ ir.Shape, fanIn, fanOut int) (block.Init, error) {
	if u.Maxval < u.Minval {
		return block.Init{}, fmt.Errorf("random_uniform: maxval %v is below minval %v", u.Maxval, u.Minval)
	}
	return u.into(block.Init{Kind: "random_uniform", Minval: u.Minval, Maxval: u.Maxval}, fanIn, fanOut), nil
}

type variance struct {
	Scale        float64 `arg:"scale,above=0" doc:"factor of the variance"`
	Mode         string  `arg:"mode,oneof=fan_in|fan_out|fan_avg" doc:"what the variance is divided by: inputs of a unit, units an input feeds, or the mean of both"`
	Distribution string  `arg:"distribution,oneof=truncated_normal|untruncated_normal|uniform|normal" doc:"distribution; normal is truncated_normal"`
	fanAxes
	seed
}

func (v *variance) Init(shape ir.Shape, fanIn, fanOut int) (block.Init, error) {
	d := v.Distribution
	if d == "normal" {
		d = "truncated_normal"
	}
	fanIn, fanOut, err := v.fans(shape, fanIn, fanOut)
	return v.into(block.Init{Kind: "variance_scaling", Scale: v.Scale, Mode: v.Mode, Distribution: d}, fanIn, fanOut), err
}

type orthogonal struct {
	Gain float64 `arg:"gain" doc:"factor of the matrix"`
	seed
}

func (o *orthogonal) Init(shape ir.Shape, fanIn, fanOut int) (block.Init, error) {
	if len(shape) < 2 {
		return block.Init{}, fmt.Errorf("the orthogonal initializer fills matrices only")
	}
	return o.into(block.Init{Kind: "orthogonal", Gain: o.Gain}, fanIn, fanOut), nil
}

// glorot is one of the named cases of variance scaling.
type glorot struct {
	kind string
	fanAxes
	seed
}

func scaled(kind, class, doc string) Entry[initializer] {
	return Entry[initializer]{Name: kind, Aliases: []string{class}, Doc: doc, New: func() initializer { return &glorot{kind: kind} }}
}

func (g *glorot) Init(shape ir.Shape, fanIn, fanOut int) (block.Init, error) {
	fanIn, fanOut, err := g.fans(shape, fanIn, fanOut)
	return g.into(block.Init{Kind: g.kind}, fanIn, fanOut), err
}

// fanAxes say which axes of a tensor are those of inputs and of outputs. Source:
// Keras 3, initializers/random_initializers.py, compute_fans.
type fanAxes struct {
	InputAxes  []int `arg:"input_axes,null" hash:"unless zero" doc:"axes that count the inputs of a unit; with output_axes, in place of what the layer says"`
	OutputAxes []int `arg:"output_axes,null" hash:"unless zero" doc:"axes that count the units that an input feeds"`
}

// fans are the products of the axes, where both lists are given, and otherwise what
// they are without.
func (f *fanAxes) fans(shape ir.Shape, fanIn, fanOut int) (in, out int, err error) {
	if f.InputAxes == nil || f.OutputAxes == nil {
		return fanIn, fanOut, nil
	}
	product := func(axes []int) int {
		n := 1
		for _, a := range axes {
			at := a
			if at < 0 {
				at += len(shape)
			}
			if at < 0 || at >= len(shape) {
				err = fmt.Errorf("input_axes and output_axes are axes of the tensor, 0 to %d or -1 for the last, not %d", len(shape)-1, a)
				return 1
			}
			n *= shape[at]
		}
		return n
	}
	return product(f.InputAxes), product(f.OutputAxes), err
}

// fans counts the inputs and outputs of a unit, as Keras's compute_fans
// (initializers/random_initializers.py): the last two axes are input and
// output, those before them a receptive field.
func fans(shape ir.Shape) (in, out int) {
	switch len(shape) {
	case 0:
		return 1, 1
	case 1:
		return shape[0], shape[0]
	}
	field := ir.Shape(shape[:len(shape)-2]).Elements()
	return field * shape[len(shape)-2], field * shape[len(shape)-1]
}
