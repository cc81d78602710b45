package plot

import "slices"

// point is a place in a picture, in pixels.
type point struct{ x, y float64 }

// edge is an arrow from a card to one that reads it; along is the direction in
// which it leaves and arrives.
type edge struct {
	points   []point
	along    point
	straight bool // its corners are not rounded
}

// arrangement says where the cards of a model stand, in pixels of scale 1.
type arrangement struct {
	width, height, scale float64
	places               []point // upper left corners
	edges                []edge
	folded               bool // in several columns
}

// mostColumns is in how many columns a model is laid out at most.
const mostColumns = 8

// arrangements are the ways in which a model may be laid out: from top to bottom,
// from left to right, and in several columns, each from top to bottom.
func (m *modelPicture) arrangements() []*arrangement {
	reads := make([][]int, len(m.cards))
	for i, c := range m.cards {
		reads[i] = c.reads
	}
	g := newLayered(reads, m.width, acrossGap)
	list := []*arrangement{
		m.ranked(g, []int{0}, false),
		m.ranked(newLayered(reads, cardHeight, acrossGap*0.8), []int{0}, true),
	}
	for n := 2; n <= mostColumns; n++ {
		if starts := g.starts(n); len(starts) > 1 {
			list = append(list, m.ranked(g, starts, false))
		}
	}
	return list
}

// starts are the ranks at which n columns of about one length begin: one that a
// single arrow leads to, from node to node.
func (g *layered) starts(n int) []int {
	rows := (len(g.ranks) + n - 1) / n
	starts := []int{0}
	next := -1 // the last rank where the column may end
	for k := 1; k < len(g.ranks); k++ {
		if g.neck(k) {
			next = k
		}
		if next > starts[len(starts)-1] && k-starts[len(starts)-1] >= rows {
			starts = append(starts, next)
		}
	}
	return starts
}

// neck reports whether a single arrow leads to rank k and past it, from node to
// node.
func (g *layered) neck(k int) bool {
	arrows := 0
	for _, v := range g.ranks[k-1] {
		for _, w := range g.vertices[v].down {
			arrows++
			if g.vertices[v].node < 0 || g.vertices[w].node < 0 {
				return false
			}
		}
	}
	return arrows == 1 && len(g.ranks[k]) == 1
}

// lane is how far an arrow to the next column goes up and down.
const lane = 18.0

// ranked places the ranks of a graph below one another, in columns that begin
// at some ranks, or beside one another.
func (m *modelPicture) ranked(g *layered, starts []int, sideways bool) *arrangement {
	a := &arrangement{places: make([]point, len(m.cards)), folded: len(starts) > 1}
	size, step, depth := m.width, cardHeight+alongGap, cardHeight
	if sideways {
		size, step, depth = cardHeight, m.width+alongGap*1.3, m.width
	}
	columns := g.columns(starts, size)
	margin := 0.0
	if a.folded {
		margin = lane
	}
	turn := func(across, along float64) point {
		if sideways {
			return point{along, across}
		}
		return point{across, along}
	}
	end := turn(columns.across-columnGap, float64(columns.rows)*step-step+depth+2*margin)
	a.width, a.height = end.x, end.y
	place := func(v vertex, position float64) point { // on the upper side of its rank
		c := columns.of(v.rank)
		return turn(position+columns.offset[c], float64(v.rank-starts[c])*step+margin)
	}
	further := func(p point, by float64) point {
		d := turn(0, by)
		return point{p.x + d.x, p.y + d.y}
	}
	for _, v := range g.vertices {
		if v.node >= 0 {
			a.places[v.node] = place(v, v.position-size/2)
		}
	}
	for from, v := range g.vertices {
		if v.node < 0 {
			continue
		}
		for _, next := range v.down {
			points := []point{further(place(v, g.port(from, next, v.down, size)), depth)}
			before := from
			for g.vertices[next].node < 0 {
				p := place(g.vertices[next], g.vertices[next].position)
				points = append(points, p, further(p, depth))
				before, next = next, g.vertices[next].down[0]
			}
			to := g.vertices[next]
			last := place(to, g.port(next, before, to.up, size))
			if c := columns.of(v.rank); columns.of(to.rank) != c {
				p, between := points[0], columns.right[c]+columns.offset[c]+columnGap/2
				points = append(points, further(p, lane), point{between, p.y + lane}, point{between, last.y - lane}, further(last, -lane))
			}
			a.edges = append(a.edges, edge{append(points, last), turn(0, 1), columns.of(to.rank) != columns.of(v.rank)})
		}
	}
	return a
}

// columns are where the ranks of a graph stand side by side.
type columns struct {
	starts        []int     // the ranks that they begin at
	right, offset []float64 // of each, where it ends and how far it is moved
	across        float64   // of all of them
	rows          int       // ranks of the longest
}

// columns lays columns side by side, each as wide as it needs for cards of a size.
func (g *layered) columns(starts []int, size float64) *columns {
	n := len(starts)
	cs := &columns{starts: starts, right: make([]float64, n), offset: make([]float64, n)}
	left := make([]float64, n)
	for i := range left {
		left[i], cs.right[i] = 1e9, -1e9
	}
	for _, v := range g.vertices {
		half := 6.0 // of a line
		if v.node >= 0 {
			half = size / 2
		}
		c := cs.of(v.rank)
		left[c], cs.right[c] = min(left[c], v.position-half), max(cs.right[c], v.position+half)
	}
	for c := range starts {
		cs.offset[c] = cs.across - left[c]
		cs.across += cs.right[c] - left[c] + columnGap
		end := len(g.ranks)
		if c+1 < n {
			end = starts[c+1]
		}
		cs.rows = max(cs.rows, end-starts[c])
	}
	return cs
}

// of is the column that a rank stands in.
func (cs *columns) of(rank int) int {
	c, found := slices.BinarySearch(cs.starts, rank)
	if !found {
		c--
	}
	return c
}

// port is where, across, an edge to a neighbour meets a card: the edges of one
// side are spread in the order of their other ends.
func (g *layered) port(of, neighbour int, list []int, size float64) float64 {
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(a, b int) int {
		if x, y := g.vertices[a].position, g.vertices[b].position; x < y {
			return -1
		} else if x > y {
			return 1
		}
		return 0
	})
	i := slices.Index(sorted, neighbour)
	spread := min(size*0.5/float64(len(list)), 28)
	return g.vertices[of].position + (float64(i)-float64(len(list)-1)/2)*spread
}
