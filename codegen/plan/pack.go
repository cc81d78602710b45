package plan

import (
	"slices"

	"github.com/nngen-go/nngen/ir/machine"
)

// Packing is how the tiles get the right operand.
type Packing uint8

const (
	InPlace      Packing = iota // as it lies
	ByRows                      // copied into a panel
	ByColumns                   // copied and transposed
	ByElement                   // copied element by element
	RowsIfShared                // copied where more than one tile reads it
)

func (p Packing) String() string {
	return [...]string{"in place", "by rows", "by columns", "by element", "by rows if more than one tile reads it"}[p]
}

// choosePacking decides how the tiles read the right operand.
func (p *Contraction) choosePacking() bool {
	last := len(p.Sum) - 1
	switch s := p.Sum[last]; {
	case p.Vectors:
		p.Packing = InPlace
	case p.Lane.Rhs != 1:
		p.Packing = ByElement
		if n := p.Extent(last); s.Rhs == 1 && !s.Rows && n >= 4 && (s.N%n == 0 || s.N%n >= 4) {
			p.Packing = ByColumns
		}
	case p.reads() <= 1 || p.sits():
		p.Packing = InPlace
	case p.Open && len(p.Around) == 0 && p.Stepped() && p.Cut < 0:
		p.Packing = RowsIfShared
	default:
		p.Packing = ByRows
	}
	return p.Packing != ByElement || p.reads() >= 4
}

// reads is how many tiles read a panel; rows of the batch are many.
func (p *Contraction) reads() int {
	n := 0
	for _, r := range p.Regions {
		n += r.Lines * (r.Rows + p.Heights[0] - 1) / p.Heights[0]
	}
	for _, a := range p.Around {
		if n *= a.N; a.Rows {
			return 1 << 20
		}
	}
	if p.Open {
		return 1 << 20
	}
	return n
}

// Stepped reports that the right operand's rows are equally far apart over all
// reduced axes.
func (p *Contraction) Stepped() bool {
	for i := 0; i+1 < len(p.Sum); i++ {
		if p.Sum[i].Rhs != p.Sum[i+1].Rhs*p.Sum[i+1].N {
			return false
		}
	}
	return true
}

// sits reports that a panel as it lies fits the sets of the first-level cache.
func (p *Contraction) sits() bool {
	if p.Width == p.Lane.N && p.Stepped() && p.Sum[len(p.Sum)-1].Rhs == p.Lane.N {
		return true // it is contiguous
	}
	points := []int{0}
	total := 1
	for i, s := range p.Sum {
		n := p.Extent(i)
		if total *= n; total > 4096 {
			return false
		}
		var next []int
		for _, at := range points {
			for j := range n {
				next = append(next, at+j*s.Rhs)
			}
		}
		points = next
	}
	sets := make([]int, p.Machine.CacheSets)
	seen := map[int]bool{}
	for _, at := range points {
		for b := at / machine.LineFloats; b <= (at+p.Width-1)/machine.LineFloats; b++ {
			if !seen[b] {
				seen[b] = true
				sets[((b%len(sets))+len(sets))%len(sets)]++
			}
		}
	}
	return slices.Max(sets) <= p.Machine.CacheWays
}

// PanelSteps is how far the reduced axes move the pointer to the right operand,
// within a panel of some lanes or as it lies.
func (p *Contraction) PanelSteps(lanes int) []int {
	s := make([]int, len(p.Sum))
	n := p.Whole(lanes)
	for i := len(p.Sum) - 1; i >= 0; i-- {
		if s[i] = n; p.Packing == InPlace {
			s[i] = p.Sum[i].Rhs
		}
		n *= p.Extent(i)
	}
	return s
}

// PanelFloats is the room that a panel takes; row, where there is one row.
func (p *Contraction) PanelFloats() (all, row int) {
	if p.Packing == InPlace {
		return 0, 0
	}
	all = p.Points() * p.Whole(p.Width)
	if p.Packing == RowsIfShared && p.Regions[0].Row.N <= p.Heights[0] {
		return all, 0
	}
	return all, all
}

// Panels is how many panels a contraction without outer axes packs, and how many
// floats the largest takes.
func (p *Contraction) Panels() (n, floats int) {
	return p.BlocksFrom(0) * p.Across(), p.Points() * p.Whole(p.Width)
}

// Across is how many panels the lanes are.
func (p *Contraction) Across() int { return (p.Lane.N + p.Width - 1) / p.Width }

// BlocksFrom is how many blocks of the sum the reduced axes from number i on are.
func (p *Contraction) BlocksFrom(i int) int {
	n := 1
	for ; i <= p.Cut; i++ {
		n *= (p.Sum[i].N + p.Extent(i) - 1) / p.Extent(i)
	}
	return n
}
