package plan

import (
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
)

// Contraction is how a contraction is cut:
//
//	for the axes Outer
//	  for blocks of the sum: points of the axes before Cut, Size points of Cut at a time
//	    for panels of Width lanes           Packing: how they come to be contiguous
//	      for the axes Around
//	        for Regions, and their lines
//	          rows of the line, in tiles of Heights rows
//	            the sum over what is left of Sum, in registers
//
// The order of every sum depends on the shape alone, never on how many rows there
// are or who computes them.
type Contraction struct {
	*Form
	Machine Machine

	Lane    Axis
	Vectors bool // the lanes run along a batch axis: both operands have them
	Width   int  // of a panel, in lanes; the last one may be narrower
	Parts   int  // a sum in registers is so many partial sums, taken in turn

	Outer, Around []Axis
	Regions       []Region
	Open          bool  // rows are rows of the batch: their number is known at run time
	Heights       []int // of tiles, the tallest first, down to 1
	// Lower lists the numbers of rows that a tile of the second height begins, and not one
	// of the first, though they are enough for that.
	Lower []int

	Sum     []Axis
	Cut     int // index into Sum of the axis that is cut into blocks; -1: none
	Size    int // points of it in a block
	Packing Packing

	MostRows int  // rows of a call at most
	Units    bool // workers share units of UnitRows rows of a panel
	UnitRows int
}

// Contract plans a contraction, or returns nil where the shape has no good tiles.
// Blocks are as large as the caches take and tiles as high as registers take, or
// smaller where a call would be too long.
func Contract(k *loop.Contract, m Machine) *Contraction {
	for lower := 1; lower <= 32; lower *= 2 {
		for shrink := 1; shrink <= maxShrink; shrink *= 2 {
			p := cutContraction(k, m, lower, shrink)
			if p == nil || p.MostRows >= p.Heights[0] {
				return p
			}
		}
	}
	return nil
}

// maxShrink is when a block has one point, whatever the shape.
const maxShrink = 1 << 20

// cutContraction makes a plan of which a tile has 1/lower of the rows that
// registers take, and a block 1/shrink of the points that the caches take.
func cutContraction(k *loop.Contract, m Machine, lower, shrink int) *Contraction {
	f, ok := Read(k)
	if !ok {
		return nil
	}
	p := &Contraction{Form: f, Machine: m, Cut: -1, Parts: 1}
	if p.Lane, p.Vectors, ok = f.takeLanes(); !ok {
		return nil
	}
	f.fuse()
	p.Outer = slices.Concat(f.B, f.N)
	if p.Sum = f.K; len(p.Sum) == 0 {
		s := still(len(f.Extras))
		s.Name = "k"
		p.Sum = []Axis{s}
	}
	p.Units = loop.SharingOf(k) == loop.ByUnits
	p.Width = min(panelVectors(m, (p.Lane.N+m.Lanes-1)/m.Lanes)*m.Lanes, p.Lane.N)
	w := p.vectors(p.Width)
	tallest := (m.Registers - w - 2) / w
	if w == 1 {
		p.Parts, tallest = 2, tallest/2
	}
	if !p.cutRows(max(1, tallest/lower)) || !p.cutSum(shrink) || !p.choosePacking() {
		return nil
	}
	p.MostRows = p.mostRows()
	if p.Units {
		p.UnitRows = p.unitRows()
	}
	return p
}

// panelVectors is how many registers wide the panels of a result are: loads,
// one for each row and each register of width, are what tiles are short of, so
// wide and low ones do best (measured: 6x64 99 %, 9x48 97 %, 14x32 88 % of peak
// with a panel in the second-level cache; 28x16 63 %).
func panelVectors(m Machine, all int) int {
	switch {
	case all <= 2:
		return all
	case m.Registers < 32:
		return 2
	case all <= 4:
		return all
	case all%4 != 0 && (all%3 == 0 || all%3 > all%4):
		return 3
	}
	return 4
}

// vectors is how many registers some lanes take.
func (p *Contraction) vectors(lanes int) int { return (lanes + p.Machine.Lanes - 1) / p.Machine.Lanes }

// Whole is some lanes in whole registers: how far points lie apart in a panel.
func (p *Contraction) Whole(lanes int) int { return p.vectors(lanes) * p.Machine.Lanes }

// cutRows cuts the axes of the rows into regions and these into tiles; registers
// have room for the sums of so many rows.
func (p *Contraction) cutRows(tallest int) bool {
	if slices.ContainsFunc(p.M, func(a Axis) bool { return a.Rhs != 0 }) {
		return false
	}
	rows := slices.Clone(p.M)
	n := len(rows)
	if n > 0 && rows[n-1].Rows {
		p.Open, p.Around = true, rows[:n-1]
		if slices.ContainsFunc(p.Around, func(a Axis) bool { return a.Parts != nil || a.Rows }) {
			return false
		}
		r := whole(p.Form, p.Sum)
		r.Row, r.Rows = rows[n-1], rows[n-1].N
		p.Regions = []Region{r}
		t := p.tiles(tallest)
		p.Heights = t.heights()
		if p.Machine.Lanes > 1 {
			p.Lower = t.balance(p.Heights, 4*p.Heights[0]).lower
		}
		return true
	}
	for len(rows) > 0 && (rows[0].Rows || len(rows) > 2 && rows[0].Parts == nil) {
		p.Around = append(p.Around, rows[0])
		rows = rows[1:]
	}
	if slices.ContainsFunc(rows, func(a Axis) bool { return a.Rows }) {
		return false
	}
	p.Regions = regions(whole(p.Form, p.Sum), rows, p.Sum, tallest)
	if p.Units {
		p.Regions = split(p.Regions)
	}
	p.Heights = p.tiles(tallest).heights()
	return true
}

// cutSum cuts the reduced axes into blocks where a panel would be too large, a
// sum too long for one accumulator, or the rows of the batch are summed.
func (p *Contraction) cutSum(shrink int) bool {
	points := 1
	for i, s := range p.Sum {
		if s.Rows && i > 0 {
			return false
		}
		points *= s.N
	}
	m, lanes := p.Machine, p.Whole(p.Width)
	most := max(1, min(m.PanelBytes/4/lanes, m.CallMulAdds/2/(p.Heights[0]*lanes), m.SumPoints*p.Parts)/shrink)
	rows := p.Sum[0].Rows
	if rows {
		most = max(1, min(most/2, m.SumPoints/2)) // as few of many rows as not to crowd out what else is read
	}
	if all := points; !rows && all <= most || rows && p.Sum[0].Most > 0 && all*p.Sum[0].Most/p.Sum[0].N <= most {
		return true
	}
	inner := points / p.Sum[0].N
	for p.Cut = 0; inner > most && p.Cut < len(p.Sum)-1; {
		p.Cut++
		inner /= p.Sum[p.Cut].N
	}
	p.Size = max(1, most/inner)
	if n := p.Sum[p.Cut].N; !p.Sum[p.Cut].Rows {
		blocks := (n + p.Size - 1) / p.Size
		p.Size = (n + blocks - 1) / blocks
	}
	return !p.Accumulate || p.Epilogue == nil
}

// Streams reports that a single row is computed in the order in which the right
// operand lies in memory: a dense product whose right operand is wider than a
// panel and larger than what tiles keep in a cache. Some points of the sum at a
// time are added to the sums of the whole row of results, which have the bits that
// tiles give: the same products in the same order, begun anew with every block.
func (p *Contraction) Streams() bool {
	return p.Open && !p.Vectors && len(p.Around) == 0 && p.Regions[0].Row.N == 1 && len(p.Outer) == 0 && len(p.Sum) == 1 && !p.Void &&
		p.Lane.Rhs == 1 && p.Lane.N > p.Width && p.Parts == 1 && !p.Accumulate && !p.Units && 4*p.Sum[0].N*p.Lane.N > p.Machine.PanelBytes
}

// Halves reports that tiles of a height take their sums in two parts, as so few
// sums in flight do not hide what a multiply-add takes: at the borders of an image
// and in small ones, where the shape decides which rows are in such tiles.
func (p *Contraction) Halves(height int) bool {
	m, sums := p.Machine, p.vectors(p.Width)
	return !p.Open && p.Parts == 1 && len(p.Regions) > 1 && m.Lanes > 1 &&
		height*sums < hidden && 2*height*sums+sums+2 <= m.Registers
}

// Halved lists the heights of such tiles.
func (p *Contraction) Halved() []int {
	return slices.DeleteFunc(slices.Clone(p.Heights), func(h int) bool { return !p.Halves(h) })
}

// Looped reports that Go loops over a reduced axis, of which a block has one point.
func (p *Contraction) Looped(i int) bool { return i < p.Cut }

// Extent is how many points of a reduced axis a block has at most.
func (p *Contraction) Extent(i int) int {
	switch s := p.Sum[i]; {
	case p.Looped(i):
		return 1
	case i == p.Cut:
		return p.Size
	case s.Rows:
		return s.Most
	default:
		return s.N
	}
}

// Points is how many products a block sums at most.
func (p *Contraction) Points() int {
	n := 1
	for i := range p.Sum {
		n *= p.Extent(i)
	}
	return n
}

// Cost is how many multiply-adds a call for some rows takes at most, and how many
// bytes it touches.
func (p *Contraction) Cost(lanes, rows int) (mulAdds, bytes int) {
	lanes = p.Whole(lanes)
	points := p.Points()
	mulAdds = points * rows * lanes
	span := 1
	far := 0
	for _, r := range p.Regions {
		far = max(far, abs(r.Row.Lhs))
	}
	span += (rows - 1) * far
	for i, s := range p.Sum {
		span += (p.Extent(i) - 1) * abs(s.Lhs)
	}
	left := points * rows
	if p.Vectors {
		left, span = left*lanes, span+lanes
	}
	results := 1
	for i := range p.Extras {
		if p.MovesAlong(i) {
			results++
		}
	}
	return mulAdds, 4 * (min(left, span) + points*lanes + results*rows*lanes)
}

func abs(n int) int { return max(n, -n) }

// MovesAlong reports that an operand of the epilogue differs from row to row.
func (p *Contraction) MovesAlong(extra int) bool {
	return slices.ContainsFunc(p.Regions, func(r Region) bool { return r.Row.Extra[extra] != 0 })
}

// mostRows is how many rows a call may take, in tiles of the full height.
func (p *Contraction) mostRows() int {
	fits := func(rows int) bool {
		mulAdds, bytes := p.Cost(p.Width, rows)
		return mulAdds <= p.Machine.CallMulAdds && bytes <= p.Machine.CallBytes
	}
	h := p.Heights[0]
	n := 0
	for step := 1 << 16; step > 0; step /= 2 {
		if fits((n + step) * h) {
			n += step
		}
	}
	return n * h
}

// unitRows is how many rows of a panel a worker takes at a time.
func (p *Contraction) unitRows() int {
	h := p.Heights[0]
	n := p.Machine.UnitMulAdds / (p.Whole(p.Width) * p.Points() * h)
	most := 1
	for _, r := range p.Regions {
		most = max(most, r.Rows)
	}
	return min(max(1, n)*h, p.MostRows, (most+h-1)/h*h)
}
