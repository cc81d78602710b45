package layer

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name: "AugMix",
	Doc:  "Mixes images with what chains of layers that it draws make of them, while training.",
	New: func() Config {
		return &AugMix{
			NumChains: 3, ChainDepth: 3, Alpha: 1, AllOps: true,
			choice: choice{ValueRange: []float64{0, 255}, Factor: []float64{0.3}, Interpolation: "bilinear"}, augmentation: augmenting,
		}
	},
})

// AugMix mixes images with the mean of num_chains images that chains of layers make of
// them, while training: each link of a chain is one of the layers, or none. The layers
// and the weights are the same for all images of a batch; by how much a layer changes
// an image, each draws for itself. Source: Keras 3,
// layers/preprocessing/image_preprocessing/aug_mix.py; Hendrycks et al., 2020.
type AugMix struct {
	NumChains  int  `arg:"num_chains,min=1" doc:"how many chains there are" train:"only"`
	ChainDepth int  `arg:"chain_depth,min=1" doc:"links of a chain" train:"only"`
	Alpha      int  `arg:"alpha,min=1" doc:"how even the weights are: the parameter of the distributions of Dirichlet, for chains, and beta, for both images; a whole number" train:"only"`
	AllOps     bool `arg:"all_ops" doc:"whether brightness, colors, contrast and sharpness are changed, too" train:"only"`
	choice
	augmentation
}

// Build implements [Config].
func (m *AugMix) Build(c *Context, in []*ir.Value) *ir.Value {
	low, high, ok := upTo(c, "factor", m.Factor)
	least, most, ok2 := valueRange(c, m.ValueRange)
	x := in[0]
	if !m.images(c, x) || !ok || !ok2 || !once(c, "num_chains", m.NumChains, 8) || !once(c, "chain_depth", m.ChainDepth, 8) {
		return c.poison()
	}
	if m.Alpha > 16 {
		return c.ErrorAt("alpha", "alpha is %d; write at most 16", m.Alpha)
	}
	if !c.Training {
		return x
	}
	shares := m.gamma(c, "chains", m.NumChains)
	shares = op.Binary(c.B, "div", shares, op.Sum(c.B, shares, true, 0))
	var terms []*ir.Value
	for i := range m.NumChains {
		y := x
		for j := range m.ChainDepth {
			link := place(place("link", i), j)
			list := m.order(m.changes(m.augmentation, link+".", low, high))
			if y = chosen(c, y, m.numbered(c, link, len(list)+1), list); !y.Valid() {
				return y
			}
		}
		share := op.ReshapeTo(c.B, op.SliceAxis(c.B, shares, 0, i, 1), ir.Shape{1, 1, 1, 1})
		terms = append(terms, op.Binary(c.B, "mul", y, share))
	}
	own := m.gamma(c, "original", 2)
	own = op.Binary(c.B, "div", op.SliceAxis(c.B, own, 0, 0, 1), op.Sum(c.B, own, true, 0))
	mixed := sum(product(scalar.Arg(2), scalar.Arg(0)), product(difference(scalar.Num(1), scalar.Arg(2)), scalar.Arg(1)))
	return op.MapOf(c.B, clipped(mixed, least, most), "mix", x, op.SumOf(c.B, "chains", terms...), op.ReshapeTo(c.B, own, ir.Shape{1, 1, 1, 1}))
}

// order is the list as AugMix has it, and without all_ops only a part of it.
func (m *AugMix) order(list []change) (out []change) {
	names := []string{"shear", "translation", "rotation", "posterization", "solarization", "autocontrast", "equalization"}
	if m.AllOps {
		names = append(names, "brightness", "degeneration", "contrast", "sharpness")
	}
	for _, name := range names {
		out = append(out, list[slices.IndexFunc(list, func(l change) bool { return l.name == name })])
	}
	return out
}

// gamma draws numbers that are distributed as gamma with the parameter alpha: each the
// sum of as many exponentially distributed ones.
func (m *AugMix) gamma(c *Context, what string, n int) *ir.Value {
	u := op.Uniform(c.B, m.stream(c, what), ir.Shape{n, m.Alpha})
	// 1-u is above 0.
	drawn := op.MapOf(c.B, scalar.Call("neg", scalar.Call("log", difference(scalar.Num(1), scalar.Arg(0)))), what, u)
	return c.Named(op.Sum(c.B, drawn, false, 1), what)
}
