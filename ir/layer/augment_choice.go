package layer

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// choice is what layers have in common that draw which other layers change the images,
// with factors of their own that are one number for all of these.
type choice struct {
	ValueRange    []float64 `arg:"value_range" doc:"the lowest and the highest value of a pixel" train:"only"`
	Factor        []float64 `arg:"factor,min=0,max=1" doc:"how strong the changes are: [lowest, highest], or one number for [0, highest]" train:"only"`
	Interpolation string    `arg:"interpolation,oneof=nearest|bilinear" doc:"what lies between four points: the nearest of them, or their mean weighted by how near they are" train:"only"`
}

// changes are the layers by their names, in the order of RandAugment. Part begins the
// names of what they draw.
func (h choice) changes(a augmentation, part string, low, high float64) []change {
	own := func(what string) augmentation {
		a.part = part + what + "."
		return a
	}
	factor, way := []float64{low, high}, warp{FillMode: "reflect", Interpolation: h.Interpolation}
	return []change{
		{"shear", &RandomShear{factor, factor, way, own("shear")}},
		{"translation", &RandomTranslation{factor, factor, way, own("translation")}},
		{"rotation", &RandomRotation{factor, way, own("rotation")}},
		{"brightness", &RandomBrightness{factor, h.ValueRange, own("brightness")}},
		{"degeneration", &RandomColorDegeneration{factor, h.ValueRange, own("degeneration")}},
		{"contrast", &RandomContrast{factor, h.ValueRange, own("contrast")}},
		{"sharpness", &RandomSharpness{factor, h.ValueRange, own("sharpness")}},
		{"posterization", &RandomPosterization{[]int{max(1, int(8*high))}, h.ValueRange, own("posterization")}},
		{"solarization", &Solarization{factor, factor, h.ValueRange, own("solarization")}},
		{"autocontrast", &AutoContrast{ValueRange: h.ValueRange, DataFormat: a.DataFormat}},
		{"equalization", &Equalization{ValueRange: h.ValueRange, Bins: 256, DataFormat: a.DataFormat}},
	}
}

// change is one of them.
type change struct {
	name string
	Config
}

// chosen is what the list makes of x at the number that is drawn, which counts from 0
// and is the same for all images of a batch; beyond the list, x stays as it is.
func chosen(c *Context, x, number *ir.Value, list []change) *ir.Value {
	y := x
	for i, l := range list {
		changed := l.Build(c, []*ir.Value{x})
		if !changed.Valid() {
			return changed
		}
		is := op.MapOf(c.B, scalar.Call("eq", scalar.Call("floor", scalar.Arg(0)), scalar.Num(i)), "chosen", number)
		y = op.Select(c.B, is, changed, y)
	}
	return c.Named(y, "changed")
}

// numbered is one of so many numbers from 0 on that a layer draws for a batch,
// [1,1,1,1]; its fraction is drawn as well.
func (a augmentation) numbered(c *Context, what string, count int) *ir.Value {
	return a.within(c, what, ir.Shape{1, 1, 1, 1}, 0, float64(count))
}

// once reports how often a layer may change images.
func once(c *Context, argument string, n, most int) bool {
	if n <= most {
		return true
	}
	c.ErrorAt(argument, "%s is %d; at most %d are supported, as all changes are computed for each, of which one is taken", argument, n, most)
	return false
}

// place numbers what a layer draws at several places.
func place(what string, i int) string { return fmt.Sprintf("%s_%d", what, i) }
