package plot

import (
	"math"
	"slices"
)

// layered is a drawing of an acyclic graph in ranks: every edge goes from one
// rank to the next, by way of joints where it is longer (Sugiyama, Tagawa and
// Toda, 1981).
type layered struct {
	vertices []vertex
	ranks    [][]int // vertices, in their order across
}

// vertex is a node, or a joint of an edge.
type vertex struct {
	node     int // -1: a joint
	rank     int
	position float64 // of its middle, across the ranks
	up, down []int   // neighbours in the ranks before and after
}

// newLayered lays a graph out. Reads are the nodes that each node reads, all of
// which come before it; size is how wide a node is across the ranks, and gap what
// lies between two.
func newLayered(reads [][]int, size, gap float64) *layered {
	g := &layered{}
	rank := make([]int, len(reads))
	readers := make([][]int, len(reads))
	for i, list := range reads {
		for _, r := range list {
			rank[i] = max(rank[i], rank[r]+1)
			readers[r] = append(readers[r], i)
		}
	}
	for i, list := range reads { // what reads nothing stands right before its first reader
		if len(list) > 0 || len(readers[i]) == 0 {
			continue
		}
		rank[i] = math.MaxInt
		for _, r := range readers[i] {
			rank[i] = min(rank[i], rank[r]-1)
		}
	}
	for i := range reads {
		g.add(i, rank[i])
	}
	for i, list := range reads {
		for _, r := range list {
			from := r
			for k := rank[r] + 1; k < rank[i]; k++ {
				joint := g.add(-1, k)
				g.join(from, joint)
				from = joint
			}
			g.join(from, i)
		}
	}
	g.order()
	g.place(size, gap)
	return g
}

func (g *layered) add(node, rank int) int {
	for len(g.ranks) <= rank {
		g.ranks = append(g.ranks, nil)
	}
	g.vertices = append(g.vertices, vertex{node: node, rank: rank})
	g.ranks[rank] = append(g.ranks[rank], len(g.vertices)-1)
	return len(g.vertices) - 1
}

func (g *layered) join(from, to int) {
	g.vertices[from].down = append(g.vertices[from].down, to)
	g.vertices[to].up = append(g.vertices[to].up, from)
}

// sweeps is how often order and places are improved in each direction.
const sweeps = 12

// order sorts the vertices of every rank by the mean of their neighbours, and
// keeps the order with the fewest crossings.
func (g *layered) order() {
	best, fewest := g.copyRanks(), g.crossings()
	for s := range sweeps {
		for k := range g.ranks {
			if s%2 == 1 {
				k = len(g.ranks) - 1 - k
			}
			g.sortRank(k, s%2 == 1)
		}
		if c := g.crossings(); c < fewest {
			best, fewest = g.copyRanks(), c
		}
	}
	g.ranks = best
}

func (g *layered) copyRanks() [][]int {
	ranks := make([][]int, len(g.ranks))
	for k, r := range g.ranks {
		ranks[k] = slices.Clone(r)
	}
	return ranks
}

// indices are the places of all vertices within their ranks.
func (g *layered) indices() []int {
	at := make([]int, len(g.vertices))
	for _, r := range g.ranks {
		for i, v := range r {
			at[v] = i
		}
	}
	return at
}

func (g *layered) sortRank(k int, upwards bool) {
	at := g.indices()
	mean := func(v int) float64 {
		list := g.vertices[v].up
		if upwards {
			list = g.vertices[v].down
		}
		if len(list) == 0 {
			return float64(at[v])
		}
		sum := 0
		for _, n := range list {
			sum += at[n]
		}
		return float64(sum) / float64(len(list))
	}
	slices.SortStableFunc(g.ranks[k], func(a, b int) int {
		if x, y := mean(a), mean(b); x < y {
			return -1
		} else if x > y {
			return 1
		}
		return 0
	})
}

func (g *layered) crossings() int {
	at := g.indices()
	n := 0
	for _, r := range g.ranks {
		var ends []int // of the edges to the next rank, in the order of their beginnings
		for _, v := range r {
			from := len(ends)
			for _, w := range g.vertices[v].down {
				ends = append(ends, at[w])
			}
			for i := range from {
				for _, e := range ends[from:] {
					if ends[i] > e {
						n++
					}
				}
			}
		}
	}
	return n
}

// place moves the vertices as near to their neighbours as the order and the
// distances between them allow.
func (g *layered) place(size, gap float64) {
	width := func(v int) float64 {
		if g.vertices[v].node < 0 {
			return gap / 2
		}
		return size
	}
	for _, r := range g.ranks {
		x := 0.0
		for i, v := range r {
			if i > 0 {
				x += width(r[i-1])/2 + gap + width(v)/2
			}
			g.vertices[v].position = x
		}
		for _, v := range r { // in the middle
			g.vertices[v].position -= x / 2
		}
	}
	// A long chain takes many sweeps to become straight.
	for s, moved := 0, size; s < 100*sweeps && moved > 0.05; s++ {
		moved = 0
		for k := range g.ranks {
			if s%2 == 1 {
				k = len(g.ranks) - 1 - k
			}
			r := g.ranks[k]
			wish, pull, apart := make([]float64, len(r)), make([]float64, len(r)), make([]float64, len(r))
			for i, v := range r {
				sum, n := 0.0, 0.0
				for _, list := range [2][]int{g.vertices[v].up, g.vertices[v].down} {
					for _, w := range list {
						sum += g.vertices[w].position
						n++
					}
				}
				wish[i], pull[i] = g.vertices[v].position, 1
				if n > 0 {
					wish[i], pull[i] = sum/n, n
				}
				if i > 0 {
					apart[i] = apart[i-1] + width(r[i-1])/2 + gap + width(v)/2
				}
			}
			for i, x := range separated(wish, pull, apart) {
				at := &g.vertices[r[i]].position
				moved = max(moved, math.Abs(x-*at))
				*at = x
			}
		}
	}
}

// separated gives the places nearest to the wishes, in squares weighted by how
// much each pulls, whose distances are at least those of apart: neighbours that
// want to be nearer form a block with a common wish.
func separated(wish, pull, apart []float64) []float64 {
	type block struct {
		sum, pull float64
		n         int
	}
	var blocks []block
	for i, w := range wish {
		blocks = append(blocks, block{(w - apart[i]) * pull[i], pull[i], 1})
		for k := len(blocks) - 1; k > 0 && blocks[k].sum/blocks[k].pull < blocks[k-1].sum/blocks[k-1].pull; k-- {
			blocks[k-1].sum += blocks[k].sum
			blocks[k-1].pull += blocks[k].pull
			blocks[k-1].n += blocks[k].n
			blocks = blocks[:k]
		}
	}
	var places []float64
	for _, b := range blocks {
		for range b.n {
			places = append(places, b.sum/b.pull+apart[len(places)])
		}
	}
	return places
}
