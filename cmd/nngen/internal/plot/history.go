package plot

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/nngen-go/nngen/cmd/nngen/internal/show"
	"github.com/nngen-go/nngen/runtime/train"
)

// historyPicture draws histories. Scale is how much larger than on 1280 by 720
// pixels everything is.
type historyPicture struct {
	*Picture
	list  []*History
	scale float64
}

// mostPanels is how many are legible.
const mostPanels = 12

// History draws histories over one another, as "png" or "svg": a panel for each
// column with its validation.
func (o Options) History(list []*History, format string) *Picture {
	w, h := float64(o.Width), float64(o.Height)
	if o.Width == 0 {
		w = DefaultWidth
	}
	if o.Height == 0 {
		h = DefaultHeight
	}
	p := &historyPicture{newPicture(w, h, format), list, min(max(min(w/DefaultWidth, h/DefaultHeight), 0.55), 3)}
	k := p.scale
	names := columnNames(list)
	shown := names[:min(len(names), mostPanels, max(int(w/(230*k)), 1)*max(int(h/(190*k)), 1))]
	title := show.Name(o.Title)
	if len(shown) < len(names) {
		title += fmt.Sprintf(" (%d of %d figures)", len(shown), len(names))
	}
	big := lettering{size: 26 * k, bold: true, colour: ink}
	p.text(big, 32*k, 46*k, p.fitting(big, title, w-64*k))
	top := p.legend(84 * k)
	n := max(len(shown), 1)
	columns := min(n, max(1, int(math.Round(math.Sqrt(float64(n)*w/(h-top)/1.5)))))
	rows := (n + columns - 1) / columns
	panels := make([][]*plot.Plot, rows)
	for i := range panels {
		panels[i] = make([]*plot.Plot, columns)
	}
	for i, name := range shown {
		panels[i/columns][i%columns] = p.panel(name, w/float64(columns), (h-top)/float64(rows))
	}
	area := draw.Crop(p.canvas, p.length(32), -p.length(20), p.length(20), -vg.Length(top)*pixel)
	for i, row := range plot.Align(panels, draw.Tiles{Cols: columns, Rows: rows, PadX: p.length(24), PadY: p.length(20)}, area) {
		for j, canvas := range row {
			if panels[i][j] != nil {
				panels[i][j].Draw(canvas)
			}
		}
	}
	return p.Picture
}

// length is that of so many pixels in a picture of 1280 by 720.
func (p *historyPicture) length(pixels float64) vg.Length {
	return vg.Length(pixels*p.scale) * pixel
}

// columnNames are those of the panels: the loss first, the others in
// alphabetical order.
func columnNames(list []*History) []string {
	var names []string
	for _, h := range list {
		for _, c := range h.Columns {
			names = append(names, strings.TrimPrefix(c.Name, "val_"))
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if i := slices.Index(names, "loss"); i > 0 {
		names = slices.Insert(slices.Delete(names, i, i+1), 0, "loss")
	}
	return names
}

// line is the style of a curve of history i: training and validation differ by
// colour where it is the only one, and else by dashes.
func (p *historyPicture) line(i int, validation bool) draw.LineStyle {
	s := draw.LineStyle{Color: palette[i], Width: p.length(2.6)}
	switch {
	case len(p.list) == 1 && validation:
		s.Color = vermillion
	case len(p.list) > 1 && !validation:
		s.Dashes = []vg.Length{p.length(7), p.length(5)}
	}
	return s
}

// ring is the glyph of a best epoch.
type ring struct{}

func (ring) DrawGlyph(c *draw.Canvas, s draw.GlyphStyle, at vg.Point) {
	for _, disc := range []draw.GlyphStyle{{Color: white, Radius: s.Radius * 1.2}, {Color: s.Color, Radius: s.Radius}, {Color: white, Radius: s.Radius / 2}} {
		disc.Shape = draw.CircleGlyph{}
		c.DrawGlyph(disc, at)
	}
}

func (p *historyPicture) best(c color.Color, at ...plotter.XY) *plotter.Scatter {
	return &plotter.Scatter{XYs: at, GlyphStyle: draw.GlyphStyle{Color: c, Radius: p.length(6), Shape: ring{}}}
}

// legend explains curves and marks, and breaks its lines. It returns where the
// panels may begin.
func (p *historyPicture) legend(y float64) float64 {
	k := p.scale
	l := lettering{size: 16 * k, colour: soft}
	x := 32 * k
	entry := func(label string, thumb plot.Thumbnailer) {
		label = p.fitting(l, show.Name(label), p.width-110*k)
		w := 40*k + p.wide(l, label)
		if x > 32*k && x+w > p.width-32*k {
			x, y = 32*k, y+26*k
		}
		thumb.Thumbnail(&draw.Canvas{Canvas: p.canvas, Rectangle: vg.Rectangle{Min: p.at(x, y), Max: p.at(x+30*k, y-10*k)}})
		p.text(l, x+40*k, y, label)
		x += w + 30*k
	}
	training, validation := p.line(0, false), p.line(0, true)
	if len(p.list) > 1 {
		training.Color, validation.Color = soft, soft
		for i, h := range p.list {
			entry(h.name, &plotter.Line{LineStyle: p.line(i, true)})
		}
	}
	entry("training", &plotter.Line{LineStyle: training})
	if slices.ContainsFunc(p.list, func(h *History) bool {
		return slices.ContainsFunc(h.Columns, func(c train.Column) bool { return strings.HasPrefix(c.Name, "val_") })
	}) {
		entry("validation", &plotter.Line{LineStyle: validation})
	}
	for i, h := range p.list {
		at, name := h.Best()
		if at < 0 {
			continue
		}
		label := fmt.Sprintf("best epoch %d: %s %#.4g", h.Epochs[at]+1, name, h.Column(name)[at])
		if len(p.list) > 1 {
			label = h.name + ", " + label
		}
		entry(label, p.best(p.line(i, name != "loss").Color))
	}
	return y + 20*k
}
