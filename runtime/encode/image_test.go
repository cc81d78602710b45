package encode

import (
	"fmt"
	"image"
	"image/color"
	"testing"
)

func TestImage(t *testing.T) {
	img := image.NewNRGBA(image.Rect(1, 1, 3, 3)) // two by two, not at the origin
	img.Set(1, 1, color.NRGBA{R: 100, A: 255})
	img.Set(2, 1, color.NRGBA{R: 200, G: 10, B: 20, A: 255})
	img.Set(1, 2, color.NRGBA{B: 40, A: 255})
	img.Set(2, 2, color.NRGBA{A: 255})
	var c Coder
	dst := make([]float32, 12)
	c.Image(dst, "f", img, 2, 2)
	if got, want := fmt.Sprint(dst), "[100 0 0 200 10 20 0 0 40 0 0 0]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	c.Image(dst[:3], "f", img, 1, 1)
	if got, want := fmt.Sprint(dst[:3]), "[75 2.5 15]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	gray := image.NewGray16(image.Rect(0, 0, 1, 1))
	gray.Set(0, 0, color.Gray16{257 * 7})
	c.Gray(dst[:4], "f", gray, 2, 2)
	if got, want := fmt.Sprint(dst[:4]), "[7 7 7 7]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if c.Err() != nil {
		t.Error(c.Err())
	}
	c.Image(dst, "f", nil, 2, 2)
	c.Gray(dst, "f", image.NewGray(image.Rectangle{}), 2, 2)
	if c.Err() == nil {
		t.Error("no picture was encoded")
	}
}
