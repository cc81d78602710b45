package asm

import (
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/machine"
	"github.com/nngen-go/nngen/ir/scalar"
)

// plan is how a contraction is cut: the lanes into panels, the rows into
// strips, the reduced axes into blocks, the rest into loops of Go.
type plan struct {
	*contraction
	width  int // of a panel, in elements
	height int // rows of a tile at most
	parts  int
	strips []strip
	open   bool   // the innermost row axis counts rows of the batch: tiles of every height
	around []line // row axes outside the strips, outermost first
	outer  []line // batch axes, and those of the lanes but the innermost
	sum    []line // reduced axes
	block  int    // index into sum of the axis that is cut into blocks; -1: none
	size   int    // points of the block axis in a block
	pack   packing
	split  int  // index into sum of the axis that is cut further, within each point of those between block and it; -1: none
	piece  int  // points of it in a call
	long   bool // the epilogue is a loop over the stored tile
	// ranges are the reduced axes of which, depending on the row, only a range
	// takes part: index into around, then into sum.
	ranges map[int]int
	voids  map[int]bool // those of ranges of which some rows have no point at all
	taps   int          // index into sum of the axis that the strip's rows take part in by tap; -1: none
	units  bool
	chunk  int // tiles of the first strip in a unit of work
}

// packing is how the tiles get the right operand.
type packing uint8

const (
	inPlace      packing = iota // as it lies
	byRows                      // copied into a panel
	byColumns                   // copied and transposed
	byElement                   // copied by Go, element by element
	rowsIfShared                // copied where more than one strip reads it
)

// strip is a run of equally high tiles along one or two row axes.
type strip struct {
	spots    []spot
	n        int // tiles
	from     spot
	step     spot
	takes    func(row, tap int) bool
	void     bool // no row takes part at any tap
	positive int  // what the pointer to the left operand lies after the first row
}

// newPlan is nil where the shape has no good tiles. Blocks are as large as the caches
// take and tiles as high as registers take, or smaller where a call would be too long.
func newPlan(c *contraction) *plan {
	for lower := 1; lower <= 32; lower *= 2 {
		for shrink := 1; shrink <= maxShrink; shrink *= 2 {
			if p := cutPlan(c, lower, shrink); p == nil || p.allowed() {
				return p
			}
		}
	}
	return nil
}

// maxShrink is when a block has one point, whatever the shape.
const maxShrink = 1 << 20

// cutPlan makes a plan of which a tile has 1/lower of the rows that registers take,
// and a block 1/shrink of the points that the caches take.
func cutPlan(c *contraction, lower, shrink int) *plan {
	p := &plan{contraction: c, block: -1, split: -1, taps: -1, ranges: map[int]int{}, voids: map[int]bool{}, parts: 1}
	p.units = loop.SharingOf(c.Contract) == loop.ByUnits
	p.outer = slices.Concat(c.b, c.n)
	p.sum = slices.Clone(c.k)
	if len(p.sum) == 0 {
		p.sum = []line{c.point(-1)}
	}
	p.around = slices.Clone(c.m)
	if len(p.around) > 0 && p.around[len(p.around)-1].rows {
		p.open = true
	}
	lanes := c.level.Lanes()
	p.width = min(panelVectors(c.level, (c.v.n+lanes-1)/lanes)*lanes, c.v.n)
	w := (p.width + lanes - 1) / lanes
	p.height = (c.level.registers() - w - 2) / w
	if w == 1 {
		p.parts, p.height = 2, p.height/2
	}
	p.height = max(1, p.height/lower)
	if !p.cutRows() || !p.cutSum(shrink) || !p.choosePacking() || !p.chooseEpilogue() {
		return nil
	}
	if p.units {
		p.chunk = p.cutUnits()
	}
	return p
}

// panelVectors is how many registers wide the panels of a result are: loads,
// one for each row and each register of width, are what tiles are short of, so
// wide and low ones do best (measured: 6x64 99 %, 9x48 97 %, 14x32 88 % of peak
// with a panel in the second-level cache; 28x16 63 %).
func panelVectors(l Level, all int) int {
	switch {
	case all <= 2:
		return all
	case l == AVX2:
		return 2
	case all <= 4:
		return all
	case all%4 != 0 && (all%3 == 0 || all%3 > all%4):
		return 3
	}
	return 4
}

// cutSum cuts the reduced axes into blocks where a panel would be too large,
// or the rows of the batch are summed.
func (p *plan) cutSum(shrink int) bool {
	points := 1
	for i, s := range p.sum {
		if s.rows {
			if i > 0 || p.block >= 0 {
				return false
			}
			p.block = 0
		}
		points *= s.n
	}
	lanes := p.panelLanes()
	m := p.unit.machine
	most := max(1, min(m.PanelBytes/4/lanes, m.CallMulAdds/2/(p.tallest()*lanes), m.SumPoints*p.parts)/shrink)
	if p.block < 0 {
		if points <= most {
			return p.noEmptySum()
		}
		for i, s := range p.sum {
			if p.taps == i || p.ranged(i) {
				continue
			}
			if p.block < 0 || s.n > p.sum[p.block].n {
				p.block = i
			}
		}
		if p.block < 0 {
			return false
		}
		rest := points / p.sum[p.block].n
		blocks := (points + most - 1) / most
		p.size = (p.sum[p.block].n + blocks - 1) / blocks
		return p.noEmptySum() && (rest*p.size <= most || p.size > 1 || p.cutFurther(most))
	}
	// Rows of the batch: as many as a panel of some hundred points takes.
	inner := points / p.sum[0].n
	p.size = max(1, min(m.SumPoints/2, most/2)/inner)
	return inner <= most || p.cutFurther(most)
}

// cutFurther cuts what one point of the block axis has too many of: some points of
// the outermost axis at a time of which one does not have too many. The tiles then
// read the right operand as it lies, and add to what is there.
func (p *plan) cutFurther(most int) bool {
	if p.block != 0 || len(p.sum) < 2 || p.Epilogue != nil || p.v.rhs != 1 {
		return true // the blocks are what they are
	}
	at, inner := 1, 1
	for _, s := range p.sum[2:] {
		inner *= s.n
	}
	for ; at < len(p.sum)-1 && inner > most; at++ {
		inner /= p.sum[at+1].n
	}
	if p.taps < 0 || p.taps > at { // taps are written out in every call
		p.split, p.size, p.piece = at, 1, max(1, min(p.sum[at].n, most/inner))
	}
	return true
}

// noEmptySum holds where blocks can be added up: not where the result is added
// to and has an epilogue.
func (p *plan) noEmptySum() bool { return p.block < 0 || !p.Accumulate || p.Epilogue == nil }

func (p *plan) ranged(sum int) bool {
	for _, j := range p.ranges {
		if j == sum {
			return true
		}
	}
	return false
}

// panelLanes is a panel's width in whole registers.
func (p *plan) panelLanes() int {
	l := p.level.Lanes()
	return (p.width + l - 1) / l * l
}

func (p *plan) tallest() int {
	if p.open {
		return p.height
	}
	h := 1
	for _, s := range p.strips {
		h = max(h, len(s.spots))
	}
	return h
}

// choosePacking decides how the tiles read the right operand.
func (p *plan) choosePacking() bool {
	switch {
	case p.vectors || p.split >= 0:
		p.pack = inPlace
	case p.v.rhs != 1:
		p.pack = byElement
		if last := p.sum[len(p.sum)-1]; last.rhs == 1 && !(p.block == len(p.sum)-1) && last.n >= 4 {
			p.pack = byColumns
		}
	case p.reads() <= 1 || p.sits():
		p.pack = inPlace
	case p.open && len(p.around) == 1 && p.stepped() && p.block < 0:
		p.pack = rowsIfShared
	default:
		p.pack = byRows
	}
	if p.pack == byElement && p.reads() < 4 {
		return false
	}
	return true
}

// reads is how many tiles read a panel, 2 standing for many.
func (p *plan) reads() int {
	n := 0
	for _, s := range p.strips {
		n += s.n
	}
	if p.open {
		return 1 << 20
	}
	for _, a := range p.around {
		if a.rows {
			return 1 << 20
		}
		n *= a.n
	}
	return n
}

// stepped reports that the right operand's rows are equally far apart over all
// reduced axes.
func (p *plan) stepped() bool {
	for i := 0; i+1 < len(p.sum); i++ {
		if p.sum[i].rhs != p.sum[i+1].rhs*p.sum[i+1].n {
			return false
		}
	}
	return true
}

// sits reports that a panel as it lies fits the sets of the first-level cache.
func (p *plan) sits() bool {
	if p.width == p.v.n && p.stepped() && p.sum[len(p.sum)-1].rhs == p.v.n {
		return true // it is contiguous
	}
	points := []int{0}
	total := 1
	for i, s := range p.sum {
		n := s.n
		if i == p.block {
			n = p.size
		}
		if total *= n; total > 4096 {
			return false
		}
		var next []int
		for _, at := range points {
			for j := range n {
				next = append(next, at+j*s.rhs)
			}
		}
		points = next
	}
	m := p.unit.machine
	sets := make([]int, m.CacheSets)
	seen := map[int]bool{}
	for _, at := range points {
		for b := at / machine.LineFloats; b <= (at+p.width-1)/machine.LineFloats; b++ {
			if !seen[b] {
				seen[b] = true
				sets[((b%len(sets))+len(sets))%len(sets)]++
			}
		}
	}
	return slices.Max(sets) <= m.CacheWays
}

// chooseEpilogue decides where the epilogue is computed.
func (p *plan) chooseEpilogue() bool {
	if p.Epilogue == nil {
		return true
	}
	l := p.level.Lanes()
	width := (p.width + l - 1) / l
	free := p.level.registers() - p.tallest()*width - len(p.extras)
	if hasRows(p.Epilogue) {
		free--
	}
	if p.level == AVX2 && p.v.n%l != 0 {
		free--
	}
	if p.Accumulate {
		free--
	}
	p.long = scalar.Size(p.Epilogue) > maxInline || exprRegisters(p.Epilogue, p.level) > free
	if !p.long {
		return true
	}
	if p.Accumulate || len(p.extras) > 6 {
		return false
	}
	for _, s := range p.strips { // rows must be equally far apart
		for i := 2; i < len(s.spots); i++ {
			a, b, c := s.spots[i-2], s.spots[i-1], s.spots[i]
			if b.out-a.out != c.out-b.out {
				return false
			}
			for e := range a.extra {
				if b.extra[e]-a.extra[e] != c.extra[e]-b.extra[e] {
					return false
				}
			}
		}
	}
	return true
}
