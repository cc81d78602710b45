package plot

import (
	"bytes"
	"image/color"
	"math"
	"strings"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/font/liberation"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// pixel is a pixel at 96 dots per inch, as browsers count.
const pixel = vg.Inch / 96

// Picture is a drawing in pixels with its origin in the upper left corner.
type Picture struct {
	width, height float64
	canvas        draw.Canvas
	encode        func() ([]byte, error)
	fonts         text.Plain
}

// newPicture makes a white picture that is encoded as "png" or "svg".
func newPicture(width, height float64, format string) *Picture {
	p := &Picture{width: width, height: height, fonts: text.Plain{Fonts: font.NewCache(liberation.Collection())}}
	w, h := vg.Length(width)*pixel, vg.Length(height)*pixel
	if format == "svg" {
		c := vgsvg.New(w, h)
		p.canvas, p.encode = draw.New(c), func() ([]byte, error) {
			var b bytes.Buffer
			_, err := c.WriteTo(&b)
			// Arial and Helvetica are as wide as the font that was measured.
			return bytes.ReplaceAll(b.Bytes(), []byte("font-family:Liberation Sans;"), []byte("font-family:'Liberation Sans',Arial,Helvetica,sans-serif;")), err
		}
	} else {
		c := vgimg.NewWith(vgimg.UseWH(w, h), vgimg.UseDPI(96))
		p.canvas, p.encode = draw.New(c), func() ([]byte, error) {
			var b bytes.Buffer
			_, err := vgimg.PngCanvas{Canvas: c}.WriteTo(&b)
			return b.Bytes(), err
		}
	}
	p.box(0, 0, width, height, 0, white, nil, 0)
	return p
}

// Encode gives the bytes of the file.
func (p *Picture) Encode() ([]byte, error) { return p.encode() }

// Colours: those of curves and marks are by Okabe and Ito (2008), which people
// with any form of colour blindness tell apart.
var (
	white      = rgb(0xffffff)
	ink        = rgb(0x1f2933) // titles
	soft       = rgb(0x52606d) // other text
	faint      = rgb(0xd9dee4) // grids
	axis       = rgb(0x9aa5b1)
	blue       = rgb(0x0072b2)
	vermillion = rgb(0xd55e00)
	green      = rgb(0x009e73)
	palette    = []color.Color{blue, vermillion, green, rgb(0xcc79a7), rgb(0xe69f00), rgb(0x56b4e9), rgb(0x000000)}
)

func rgb(hex uint32) color.Color {
	return color.NRGBA{uint8(hex >> 16), uint8(hex >> 8), uint8(hex), 255}
}

// tint is a colour mixed with white: share 0 is white.
func tint(c color.Color, share float64) color.Color {
	r, g, b, _ := c.RGBA()
	mix := func(v uint32) uint8 { return uint8(math.Round(255 + share*(float64(v>>8)-255))) }
	return color.NRGBA{mix(r), mix(g), mix(b), 255}
}

func (p *Picture) at(x, y float64) vg.Point {
	return vg.Point{X: vg.Length(x) * pixel, Y: vg.Length(p.height-y) * pixel}
}

// stroke draws a line through points, given as x, y, x, y, ...; dashes are
// lengths of ink and gap.
func (p *Picture) stroke(c color.Color, width float64, dashes []float64, points ...float64) {
	var path vg.Path
	for i := 0; i+1 < len(points); i += 2 {
		if i == 0 {
			path.Move(p.at(points[0], points[1]))
		} else {
			path.Line(p.at(points[i], points[i+1]))
		}
	}
	p.strokePath(c, width, dashes, path)
}

func (p *Picture) strokePath(c color.Color, width float64, dashes []float64, path vg.Path) {
	style := draw.LineStyle{Color: c, Width: vg.Length(width) * pixel}
	for _, d := range dashes {
		style.Dashes = append(style.Dashes, vg.Length(d)*pixel)
	}
	p.canvas.SetLineStyle(style)
	p.canvas.Stroke(path)
}

// box draws a rectangle with round corners; fill and line may be nil.
func (p *Picture) box(x, y, w, h, radius float64, fill, line color.Color, width float64) {
	var path vg.Path
	r := vg.Length(radius) * pixel
	path.Move(p.at(x+radius, y))
	path.Line(p.at(x+w-radius, y))
	if radius > 0 {
		path.Arc(p.at(x+w-radius, y+radius), r, math.Pi/2, -math.Pi/2)
	}
	path.Line(p.at(x+w, y+h-radius))
	if radius > 0 {
		path.Arc(p.at(x+w-radius, y+h-radius), r, 0, -math.Pi/2)
	}
	path.Line(p.at(x+radius, y+h))
	if radius > 0 {
		path.Arc(p.at(x+radius, y+h-radius), r, -math.Pi/2, -math.Pi/2)
	}
	path.Line(p.at(x, y+radius))
	if radius > 0 {
		path.Arc(p.at(x+radius, y+radius), r, math.Pi, -math.Pi/2)
	}
	path.Close()
	if fill != nil {
		p.canvas.SetColor(fill)
		p.canvas.Fill(path)
	}
	if line != nil {
		p.strokePath(line, width, nil, path)
	}
}

// lettering is how text is set: its size in pixels, and which part of its width
// lies to the left of where it is put.
type lettering struct {
	size   float64
	bold   bool
	colour color.Color
	left   float64
}

func (p *Picture) style(l lettering) draw.TextStyle {
	s := draw.TextStyle{Color: l.colour, Font: font.Font{Typeface: "Liberation", Variant: "Sans", Size: vg.Length(l.size) * pixel}, Handler: p.fonts}
	if l.bold {
		s.Font.Weight = xfont.WeightBold
	}
	return s
}

// wide is the width of a text.
func (p *Picture) wide(l lettering, s string) float64 {
	return float64(p.style(l).Width(s) / pixel)
}

// text puts a text on the base line y.
func (p *Picture) text(l lettering, x, y float64, s string) {
	style := p.style(l)
	p.canvas.SetColor(l.colour)
	p.canvas.FillString(p.fonts.Fonts.Lookup(style.Font, style.Font.Size), p.at(x-l.left*p.wide(l, s), y), s)
}

// fitting shortens a text to a width.
func (p *Picture) fitting(l lettering, s string, width float64) string {
	if p.wide(l, s) <= width {
		return s
	}
	r := []rune(s)
	for len(r) > 0 && p.wide(l, string(r)+"…") > width {
		r = r[:len(r)-1]
	}
	return strings.TrimRight(string(r), " ") + "…"
}
