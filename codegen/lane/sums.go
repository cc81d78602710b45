package lane

import "slices"

// Sums says how long sums are kept apart. A sum of n terms that are added one after
// the other in float32 may be off by n·u·Σ|terms|, u = 2⁻²⁴. Sums of products are
// therefore taken in up to three stages, in an order that depends on the shape
// alone: the products of a block are added to one another and then to a partial sum,
// and partial sums are added to the result.
type Sums struct {
	Long     int // a sum of more terms has partial sums
	Partial  int // terms of a partial sum, a multiple of a block
	Variable int // terms that one variable in single precision takes
	Tile     int // partial sums that a function keeps at a time
	Most     int // partial sums of one row: on the stack
}

// chooseChunk decides which axis is taken a chunk at a time, so that no sum is
// longer than what a partial sum takes. Partial sums that would not fit are done
// without: blocks are added to the result.
func (p *Plan) chooseChunk() {
	switch {
	case p.Kind == Dots && len(p.Run) > 0 && p.step(p.Vec, Rhs).Is(1) && p.Axes[p.Vec].Most > 2*p.Sums.Variable:
		p.Chunk, p.Points = p.Vec, p.Sums.Variable
		return
	case p.Kind != Adds || p.Once() || p.points(p.reduced()) <= p.Sums.Long:
		return
	}
	columns, rows := p.Axes[p.Vec].Most, 1
	if p.Share >= 0 {
		rows = p.Axes[p.Share].Most
		if p.Axes[p.Share].Rows {
			rows = min(rows, sharedRows)
		}
	}
	if columns > p.Sums.Most {
		return
	}
	tile := rows
	for tile > 1 && tile*columns > p.Sums.Tile {
		tile = (tile + 1) / 2
	}
	if p.Share >= 0 && (tile < p.Axes[p.Share].Most || p.Axes[p.Share].Rows) {
		p.Tile = tile
	}
	inside := 1
	for _, at := range slices.Backward(slices.Concat(p.Taps, p.Run)) {
		p.Chunk, p.Points = at, max(1, p.Sums.Partial/inside)
		if inside *= p.Axes[at].Most; inside > p.Sums.Partial {
			return
		}
	}
}

func (p *Plan) reduced() []int {
	var list []int
	for at, a := range p.Axes {
		if a.Reduced {
			list = append(list, at)
		}
	}
	return list
}

// Partial reports that blocks are added to partial sums, which are kept in an array
// and added to the result after each chunk.
func (p *Plan) Partial() bool { return p.Kind == Adds && p.Chunk >= 0 }
