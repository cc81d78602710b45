package plan

import "slices"

// hidden is how many sums in flight hide the time that a multiply-add takes.
const hidden = 8

// fewRows is up to how many rows of the batch a network is small: what tiles take
// of the text counts, and odd rows do not.
const fewRows = 32

// tiles is what the heights of tiles depend on.
type tiles struct {
	regions []Region
	open    bool // of one region, whose rows are known at run time
	sums    int  // registers that the sums of one row take
	tallest int  // rows whose sums registers have room for
	halves  bool // low tiles take their sums in two parts: see Halves
	narrow  bool // a panel is one register wide at most
	shared  bool // by layers, so that other heights must be worth their text
}

// tiles cuts the rows of the plan.
func (p *Contraction) tiles(tallest int) tiles {
	return tiles{
		regions: p.Regions, open: p.Open, sums: p.vectors(p.Width) * p.Parts, tallest: tallest,
		halves: !p.Open, narrow: p.Width <= p.Machine.Lanes, shared: p.Machine.Shared,
	}
}

// usual is some height, then one of which a tile still hides what a multiply-add
// takes, then single rows. Those that layers share have tiles of two rows as well: of
// images of few pixels, and of the heads of networks, there are few rows.
func (t tiles) usual(high int) []int {
	list := []int{high}
	middle := (hidden + t.sums - 1) / t.sums
	switch {
	case !t.shared || t.narrow:
	case t.open && middle < high && middle > 2:
		list = append(list, middle)
		fallthrough
	default: // of all images of few pixels
		middle = 2
	}
	if middle < high && middle > 1 {
		list = append(list, middle)
	}
	if high > 1 {
		list = append(list, 1)
	}
	return list
}

// heights decides how high tiles are: as high as registers take, and as usual from
// there; other heights where that leaves fewer single rows, or as many in tiles
// that are lower.
func (t tiles) heights() []int {
	best := t.usual(t.tallest)
	if t.open && t.regions[0].Row.Most == 0 {
		return best
	}
	least := t.cost(best)
	better := func(list []int, slack int) {
		c := t.cost(list)
		if c*33 < least*32 && (!t.shared || c*5 < least*4) ||
			!t.shared && c*16 <= least*(16+slack) && t.text(list) < t.text(best) {
			best, least = list, c
		}
	}
	for high := t.tallest; high > t.tallest/2; high-- {
		better(t.usual(high), 0)
	}
	if t.open {
		if t.regions[0].Row.Most <= fewRows {
			for high := t.tallest; high > t.tallest/2; high-- {
				better([]int{high, 1}, 1)
			}
		}
		return best
	}
	for high := t.tallest; high > 1 && (!t.shared || high > t.tallest/2); high-- {
		for middle := high - 1; middle > 1; middle-- {
			better([]int{high, middle, 1}, 0)
		}
	}
	if t.shared && slices.Equal(best, t.usual(t.tallest)) {
		return best
	}
	return slices.DeleteFunc(slices.Clone(best), func(h int) bool { return !t.needs(best, h) })
}

// text is how many rows tiles are written for.
func (t tiles) text(heights []int) int {
	n := 0
	for _, h := range heights {
		if t.open || t.needs(heights, h) {
			n += h
		}
	}
	return n
}

// tile is about how long a tile takes for each point of the sum, and at its end.
func (t tiles) tile(high int) int {
	least := hidden
	if t.halves {
		least /= 2
	}
	return max(high*t.sums, least) + t.sums
}

// cost is about how long the tiles of all rows take with some heights.
func (t tiles) cost(heights []int) int {
	if t.open {
		return t.balance(heights, t.regions[0].Row.Most).took
	}
	total := 0
	for _, r := range t.regions {
		n := r.Rows
		for _, h := range heights {
			total += r.Lines * (n / h) * t.tile(h)
			n %= h
		}
	}
	return total
}

// balance says of which numbers of rows up to some the first tile is not the tallest,
// but the next one, as what is left is then better cut: 8 rows, of 6 at most, are 4
// and 4. It is for rows of the batch, whose bits are the same in tiles of any height.
func (t tiles) balance(heights []int, rows int) (b balance) {
	took := make([]int, rows+1) // by so many rows
	for n := 1; n <= rows; n++ {
		i := slices.IndexFunc(heights, func(h int) bool { return h <= n })
		took[n] = t.tile(heights[i]) + took[n-heights[i]]
		if i > 0 || len(heights) == 1 {
			continue
		}
		if next := t.tile(heights[1]) + took[n-heights[1]]; next < took[n] {
			took[n], b.lower = next, append(b.lower, n)
		}
	}
	b.took = took[rows]
	return b
}

type balance struct {
	lower []int
	took  int // by all rows
}

// needs reports that tiles of one of some heights occur.
func (t tiles) needs(heights []int, height int) bool {
	for _, r := range t.regions {
		n := r.Rows
		for _, h := range heights {
			if h == height && n >= h {
				return true
			}
			n %= h
		}
	}
	return false
}
