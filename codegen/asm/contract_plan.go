package asm

import (
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
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
	long   bool // the epilogue is a loop over the stored tile
	// ranges are the reduced axes of which, depending on the row, only a range
	// takes part: index into around, then into sum.
	ranges map[int]int
	taps   int // index into sum of the axis that the strip's rows take part in by tap; -1: none
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
	positive int // what the pointer to the left operand lies behind the first row
}

// Sizes of the caches that plans are made for.
const (
	panelBytes = 208 << 10 // a panel stays in the second-level cache with what else is read
	nearBytes  = 24 << 10  // a larger one leaves the first-level cache before it is read again
	lineBytes  = 64
	lineFloats = lineBytes / 4
	cacheSets  = 64
	cacheWays  = 10 // of twelve: some are needed for the rest
)

// newPlan is nil where the shape has no good tiles.
func newPlan(c *contraction) *plan {
	p := &plan{contraction: c, block: -1, taps: -1, ranges: map[int]int{}, parts: 1}
	p.units = loop.SharingOf(c.Contract) == loop.ByUnits
	p.outer = slices.Concat(c.b, c.n)
	p.sum = slices.Clone(c.k)
	if len(p.sum) == 0 {
		p.sum = []line{{name: "k", n: 1}}
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
	if !p.cutRows() || !p.cutSum() || !p.choosePacking() || !p.chooseEpilogue() {
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

// cutRows cuts the inner row axes into strips.
func (p *plan) cutRows() bool {
	if p.open {
		return len(p.clips) == 0 || !p.clipped(p.around[len(p.around)-1])
	}
	var x line
	if n := len(p.around); n > 0 {
		x = p.around[n-1]
		if i, _, ok := p.clipOf(x); ok {
			if p.sum[i].n > maxTaps || p.sum[i].rows {
				x = line{} // a loop of its own
			} else {
				p.taps = i
			}
		}
	}
	switch {
	case x.n == 0:
		p.strips = []strip{{spots: []spot{p.spot()}, n: 1, from: p.spot(), step: p.spot()}}
	case p.taps >= 0:
		p.around = p.around[:len(p.around)-1]
		p.tapStrips(x)
	default:
		p.around = p.around[:len(p.around)-1]
		y := line{n: 1}
		if n := len(p.around); n > 0 && x.n <= p.height/2 && !p.around[n-1].rows && !p.clipped(p.around[n-1]) {
			y = p.around[n-1]
			p.around = p.around[:n-1]
		}
		p.plainStrips(y, x)
	}
	for i, a := range p.around {
		if j, _, ok := p.clipOf(a); ok {
			p.ranges[i] = j
		}
	}
	return p.clipsDone(x)
}

// maxTaps is how many taps of a clipped axis are written out at most.
const maxTaps = 11

// clipOf finds the reduced axis that a clip ties to a.
func (p *plan) clipOf(a line) (int, clip, bool) {
	for i, s := range p.sum {
		if k, ok := p.tied(a, s); ok {
			return i, k, true
		}
	}
	return 0, clip{}, false
}

// clipsDone reports that every clip is dealt with, each by an axis of its own.
func (p *plan) clipsDone(x line) bool {
	seen := map[int]bool{}
	n := 0
	for i := range p.around {
		if j, ok := p.ranges[i]; ok {
			if seen[j] || p.sum[j].rows {
				return false
			}
			seen[j] = true
			n++
		}
	}
	if p.taps >= 0 {
		if seen[p.taps] {
			return false
		}
		n++
	}
	return n == len(p.clips)
}

func (p *plan) spot() spot { return spot{extra: make([]int, len(p.extras))} }

// along is a spot n steps along an axis from s.
func (p *plan) along(s spot, a line, n int) spot {
	t := spot{out: s.out + n*a.out, lhs: s.lhs + n*a.lhs, extra: slices.Clone(s.extra)}
	for e := range t.extra {
		if len(a.extra) > 0 {
			t.extra[e] += n * a.extra[e]
		}
	}
	return t
}

// cut divides n rows into tiles of at most most: full ones of one height, and
// one for the rest.
func cut(n, most int) (height, full, rest int) {
	for h := min(n, most); 4*h >= 3*most; h-- {
		if n%h == 0 {
			return h, n / h, 0
		}
	}
	tiles := (n + most - 1) / most
	height = (n + tiles - 1) / tiles
	return height, n / height, n % height
}

// plainStrips cuts one or two axes.
func (p *plan) plainStrips(y, x line) {
	add := func(y, x line, from spot, h, n int, step spot) {
		s := strip{n: n, from: from, step: step}
		for i := range y.n {
			for j := range h {
				s.spots = append(s.spots, p.along(p.along(p.spot(), y, i), x, j))
			}
		}
		p.strips = append(p.strips, s)
	}
	if y.n == 1 {
		h, full, rest := cut(x.n, p.height)
		add(y, x, p.spot(), h, full, p.along(p.spot(), x, h))
		if rest > 0 {
			add(y, x, p.along(p.spot(), x, h*full), rest, 1, p.spot())
		}
		return
	}
	h, full, rest := cut(y.n, p.height/x.n)
	part := y
	part.n = h
	add(part, x, p.spot(), x.n, full, p.along(p.spot(), y, h))
	if rest > 0 {
		part.n = rest
		add(part, x, p.along(p.spot(), y, h*full), x.n, 1, p.spot())
	}
}

// tapStrips cuts an axis whose rows take part by tap: tiles that differ in
// which rows do are strips of their own.
func (p *plan) tapStrips(x line) {
	taps := p.sum[p.taps]
	_, k, _ := p.clipOf(x)
	h, _, _ := cut(x.n, p.height)
	inside := func(row, tap int) bool { lo, hi := k.within(row, taps.n); return lo <= tap && tap < hi }
	same := func(a, b int) bool {
		for r := range h {
			for t := range taps.n {
				if inside(a+r, t) != inside(b+r, t) {
					return false
				}
			}
		}
		return true
	}
	for at := 0; at < x.n; at += h {
		if n := len(p.strips); n > 0 && at+h <= x.n && same(at-h, at) {
			p.strips[n-1].n++
			continue
		}
		s := strip{n: 1, from: p.along(p.spot(), x, at), step: p.along(p.spot(), x, h), takes: func(row, tap int) bool { return inside(at+row, tap) }}
		first := true
		for r := range min(h, x.n-at) {
			s.spots = append(s.spots, p.along(p.spot(), x, r))
			for t := range taps.n {
				if far := r*x.lhs + t*taps.lhs; inside(at+r, t) && (first || far < s.positive) {
					s.positive, first = far, false
				}
			}
		}
		p.strips = append(p.strips, s)
	}
}

// cutSum cuts the reduced axes into blocks where a panel would be too large,
// or the rows of the batch are summed.
func (p *plan) cutSum() bool {
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
	most := min(panelBytes/4/lanes, Limit/2/(p.tallest()*lanes))
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
		return rest*p.size <= 2*most && p.noEmptySum()
	}
	// Rows of the batch: as many as a panel of some hundred points takes.
	inner := points / p.sum[0].n
	p.size = max(1, min(512, most/2)/inner)
	return inner <= most
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
	case p.vectors:
		p.pack = inPlace
	case p.v.rhs != 1:
		p.pack = byElement
		if last := p.sum[len(p.sum)-1]; last.rhs == 1 && !(p.block == len(p.sum)-1) && last.n >= p.level.Lanes() {
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
	var sets [cacheSets]int
	seen := map[int]bool{}
	for _, at := range points {
		for b := 4 * at / lineBytes; b <= (4*(at+p.width)-1)/lineBytes; b++ {
			if !seen[b] {
				seen[b] = true
				sets[((b%cacheSets)+cacheSets)%cacheSets]++
			}
		}
	}
	return slices.Max(sets[:]) <= cacheWays
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
	p.long = loop.Size(p.Epilogue) > maxInline || exprRegisters(p.Epilogue, p.level) > free
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
