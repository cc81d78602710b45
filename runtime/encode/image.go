package encode

import (
	"image"
	"image/color"
	"math"
)

// Image resizes a picture to height×width: bilinear between the centres of
// pixels, without smoothing, in the float32 arithmetic of tf.image.resize. Of
// values of 16 bits nothing is dropped, where Keras keeps the upper 8. What the
// decoders of JPEG files make of them differs from one library to another by a
// few levels, where colours are stored at half the size at most.
func (c *Coder) Image(dst []float32, feature string, img image.Image, height, width int) {
	if c.feature = feature; img == nil || img.Bounds().Empty() {
		c.missing()
		return
	}
	at := img.Bounds()
	for y := range height {
		y0, y1, fy := between(y, at.Dy(), height)
		for x := range width {
			x0, x1, fx := between(x, at.Dx(), width)
			a, b := rgb(img, at.Min.X+x0, at.Min.Y+y0), rgb(img, at.Min.X+x1, at.Min.Y+y0)
			p, q := rgb(img, at.Min.X+x0, at.Min.Y+y1), rgb(img, at.Min.X+x1, at.Min.Y+y1)
			for ch := range 3 {
				dst[0] = amid(a[ch], b[ch], p[ch], q[ch], fx, fy)
				dst = dst[1:]
			}
		}
	}
}

// Gray is Image for brightness alone.
func (c *Coder) Gray(dst []float32, feature string, img image.Image, height, width int) {
	if c.feature = feature; img == nil || img.Bounds().Empty() {
		c.missing()
		return
	}
	at := img.Bounds()
	for y := range height {
		y0, y1, fy := between(y, at.Dy(), height)
		for x := range width {
			x0, x1, fx := between(x, at.Dx(), width)
			a, b := gray(img, at.Min.X+x0, at.Min.Y+y0), gray(img, at.Min.X+x1, at.Min.Y+y0)
			p, q := gray(img, at.Min.X+x0, at.Min.Y+y1), gray(img, at.Min.X+x1, at.Min.Y+y1)
			dst[0] = amid(a, b, p, q, fx, fy)
			dst = dst[1:]
		}
	}
}

// amid is the value between those of four pixels, two above two.
func amid(a, b, p, q, fx, fy float32) float32 {
	top := a + float32((b-a)*fx)
	bottom := p + float32((q-p)*fx)
	return top + float32((bottom-top)*fy)
}

// between gives the two of n pixels that pixel i of size lies between, and how
// far it is from the first.
func between(i, n, size int) (first, second int, far float32) {
	at := float32((float32(i)+0.5)*(float32(n)/float32(size))) - 0.5
	floor := math.Floor(float64(at))
	return max(int(floor), 0), min(int(math.Ceil(float64(at))), n-1), at - float32(floor)
}

// rgb is a point of a picture, its values from 0 to 255.
func rgb(img image.Image, x, y int) [3]float32 {
	r, g, b, most := pixel(img, x, y)
	if most == 255 {
		return [3]float32{float32(r), float32(g), float32(b)}
	}
	return [3]float32{float32(r) / 257, float32(g) / 257, float32(b) / 257}
}

// gray is the brightness of a point of a picture from 0 to 255 (ITU-R BT.601), as
// libpng computes it: in whole numbers where the picture has 8 bits.
func gray(img image.Image, x, y int) float32 {
	if img, ok := img.(*image.YCbCr); ok {
		return float32(img.Y[img.YOffset(x, y)])
	}
	r, g, b, most := pixel(img, x, y)
	weighed := 9798*r + 19235*g + 3735*b
	if most == 255 {
		return float32(weighed >> 15)
	}
	return float32(weighed) / (257 << 15)
}

// pixel is a point of a picture as if it were opaque: red, green and blue from 0
// to most, which is 255, or 65535 where the picture has 16 bits.
func pixel(img image.Image, x, y int) (r, g, b, most uint32) {
	switch img := img.(type) {
	case *image.YCbCr:
		p := img.YCbCrAt(x, y)
		red, green, blue := color.YCbCrToRGB(p.Y, p.Cb, p.Cr)
		return uint32(red), uint32(green), uint32(blue), 255
	case *image.NRGBA:
		p := img.NRGBAAt(x, y)
		return uint32(p.R), uint32(p.G), uint32(p.B), 255
	case *image.RGBA:
		if p := img.RGBAAt(x, y); p.A == 255 {
			return uint32(p.R), uint32(p.G), uint32(p.B), 255
		}
	case *image.Gray:
		v := uint32(img.GrayAt(x, y).Y)
		return v, v, v, 255
	case *image.Gray16:
		v := uint32(img.Gray16At(x, y).Y)
		return v, v, v, 65535
	case *image.NRGBA64:
		p := img.NRGBA64At(x, y)
		return uint32(p.R), uint32(p.G), uint32(p.B), 65535
	case *image.RGBA64:
		if p := img.RGBA64At(x, y); p.A == 65535 {
			return uint32(p.R), uint32(p.G), uint32(p.B), 65535
		}
	case *image.CMYK:
		p := img.CMYKAt(x, y)
		light := 255 - uint32(p.K)
		return (255 - uint32(p.C)) * light / 255, (255 - uint32(p.M)) * light / 255, (255 - uint32(p.Y)) * light / 255, 255
	}
	return opaque(img.At(x, y))
}

// opaque is pixel for a color of any kind. Those that hold what shines through
// are divided by it.
func opaque(c color.Color) (r, g, b, most uint32) {
	switch c := c.(type) {
	case color.NRGBA:
		return uint32(c.R), uint32(c.G), uint32(c.B), 255
	case color.NRGBA64:
		return uint32(c.R), uint32(c.G), uint32(c.B), 65535
	case color.RGBA:
		if c.A == 255 {
			return uint32(c.R), uint32(c.G), uint32(c.B), 255
		}
	case color.Gray:
		return uint32(c.Y), uint32(c.Y), uint32(c.Y), 255
	case color.YCbCr:
		red, green, blue := color.YCbCrToRGB(c.Y, c.Cb, c.Cr)
		return uint32(red), uint32(green), uint32(blue), 255
	}
	n := color.NRGBA64Model.Convert(c).(color.NRGBA64)
	return uint32(n.R), uint32(n.G), uint32(n.B), 65535
}
