package gosrc

import (
	"fmt"

	"github.com/nngen-go/nngen/ir/loop"
)

// imageHelpers bring pictures to size, as Keras's image_dataset_from_directory
// does.
func imageHelpers(x loop.Feature) []helper {
	gray := x.Channels == 1
	values := `for ch := range 3 {
				top := a[ch] + float32((b[ch]-a[ch])*fx)
				bottom := p[ch] + float32((q[ch]-p[ch])*fx)
				dst[0] = top + float32((bottom-top)*fy)
				dst = dst[1:]
			}`
	pixel, result, doc := "rgb", "[3]float32", "rgb is a pixel, its values from 0 to 255, without its transparency."
	returned := `return [3]float32{float32(n.R), float32(n.G), float32(n.B)}`
	cases := `case *§image.RGBA:
		if i := img.PixOffset(x, y); img.Pix[i+3] == 255 {
			return [3]float32{float32(img.Pix[i]), float32(img.Pix[i+1]), float32(img.Pix[i+2])}
		}
		n = §color.NRGBAModel.Convert(img.RGBAAt(x, y)).(§color.NRGBA)
	case *§image.NRGBA:
		n = img.NRGBAAt(x, y)
	case *§image.Gray:
		v := float32(img.GrayAt(x, y).Y)
		return [3]float32{v, v, v}
	case *§image.YCbCr:
		p := img.YCbCrAt(x, y)
		n.R, n.G, n.B = §color.YCbCrToRGB(p.Y, p.Cb, p.Cr)`
	if gray {
		values = `top := a + float32((b-a)*fx)
			bottom := p + float32((q-p)*fx)
			dst[0] = top + float32((bottom-top)*fy)
			dst = dst[1:]`
		pixel, result, doc = "gray", "float32", "gray is the brightness of a pixel from 0 to 255 (ITU-R BT.601), as libpng computes it."
		returned = `return float32((9798*uint32(n.R) + 19235*uint32(n.G) + 3735*uint32(n.B)) >> 15)`
		cases = `case *§image.Gray:
		return float32(img.GrayAt(x, y).Y)
	case *§image.YCbCr:
		return float32(img.Y[img.YOffset(x, y)])
	case *§image.RGBA:
		if i := img.PixOffset(x, y); img.Pix[i+3] == 255 {
			n = §color.NRGBA{R: img.Pix[i], G: img.Pix[i+1], B: img.Pix[i+2]}
		} else {
			n = §color.NRGBAModel.Convert(img.RGBAAt(x, y)).(§color.NRGBA)
		}
	case *§image.NRGBA:
		n = img.NRGBAAt(x, y)`
	}
	return []helper{
		{"c.image(", fmt.Sprintf(`// image resizes a picture to %[1]d×%[2]d: bilinear between the centres of pixels,
// without smoothing, in the float32 arithmetic of tf.image.resize. What the
// decoders of JPEG files make of them differs from one library to another by a
// few levels, where colours are stored at half the size at most.
func (c *coder) image(dst []float32, feature string, img §image.Image) {
	if c.feature = feature; img == nil || img.Bounds().Empty() {
		c.fail(" is missing, and nothing stands for it")
		return
	}
	at := img.Bounds()
	for y := range %[1]d {
		y0, y1, fy := between(y, at.Dy(), %[1]d)
		for x := range %[2]d {
			x0, x1, fx := between(x, at.Dx(), %[2]d)
			a, b := %[3]s(img, at.Min.X+x0, at.Min.Y+y0), %[3]s(img, at.Min.X+x1, at.Min.Y+y0)
			p, q := %[3]s(img, at.Min.X+x0, at.Min.Y+y1), %[3]s(img, at.Min.X+x1, at.Min.Y+y1)
			%[4]s
		}
	}
}`, x.Height, x.Columns, pixel, values)},
		{"between(", `// between gives the two of n pixels that pixel i of size lies between, and how
// far it is from the first.
func between(i, n, size int) (first, second int, far float32) {
	at := float32((float32(i)+0.5)*(float32(n)/float32(size))) - 0.5
	floor := §math.Floor(float64(at))
	return max(int(floor), 0), min(int(§math.Ceil(float64(at))), n-1), at - float32(floor)
}`},
		{pixel + "(img", fmt.Sprintf(`// %s
func %s(img §image.Image, x, y int) %s {
	var n §color.NRGBA
	switch img := img.(type) {
	%s
	default:
		n = §color.NRGBAModel.Convert(img.At(x, y)).(§color.NRGBA)
	}
	%s
}`, doc, pixel, result, cases, returned)},
	}
}
