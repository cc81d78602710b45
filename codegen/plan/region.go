package plan

import "slices"

// Region is a rectangle of the result's rows that have the same points of the
// sum: all of them, or where taps lie outside an image the inner part of it,
// its edges and its corners, each by itself. Its rows are computed line by line.
type Region struct {
	Offsets     // of its first row, at the first points of the sum
	Line, Row   Axis
	Lines, Rows int   // along them; an open plan has as many rows as Row says
	Lo, Hi      []int // of each axis of the sum
	Void        bool  // no point takes part
}

// regions cuts all rows along some axes, as the points of the sum that take part
// change. Tiles have so many rows at most.
func regions(all Region, rows, sum []Axis, tallest int) []Region {
	list := []Region{all}
	at := make([][]Part, 1)
	for _, a := range rows {
		parts := a.Parts
		if parts == nil {
			parts = []Part{{0, a.N, 0, 0}}
		}
		var next []Region
		var nextAt [][]Part
		for i, r := range list {
			for _, part := range parts {
				q := r
				q.Lo, q.Hi = slices.Clone(r.Lo), slices.Clone(r.Hi)
				q.Offsets = a.Steps(r.Offsets, part.From)
				if a.Parts != nil {
					j := slices.IndexFunc(sum, func(s Axis) bool { return s.ID == a.Tied })
					q.Void = q.Void || part.Hi == part.Lo
					if j >= 0 {
						q.Lo[j], q.Hi[j] = part.Lo, part.Hi
					}
				}
				next, nextAt = append(next, q), append(nextAt, append(slices.Clone(at[i]), part))
			}
		}
		list, at = next, nextAt
	}
	var out []Region
	for i, r := range list {
		if r.Void { // nothing of the first axis takes part, and what is there is not read
			for j := range r.Lo {
				r.Lo[j], r.Hi[j] = 0, r.Hi[j]-r.Lo[j]
			}
			r.Hi[0] = 0
		}
		out = append(out, lined(r, rows, at[i], tallest)...)
	}
	return out
}

// whole has every point of the sum of a contraction.
func whole(f *Form, sum []Axis) Region {
	none := still(len(f.Extras))
	r := Region{Offsets: Offsets{Extra: make([]int, len(f.Extras))}, Line: none, Row: none, Lines: 1, Rows: 1, Lo: make([]int, len(sum)), Void: f.Void}
	for _, s := range sum {
		r.Hi = append(r.Hi, s.N)
	}
	return r
}

// still is an axis along which nothing moves, of the operands of an epilogue either.
func still(extras int) Axis {
	return Axis{N: 1, Most: 1, Extra: make([]int, extras), ID: -1, Tied: -1}
}

// lined chooses the axes that rows and lines run along: the innermost that is long
// enough for tiles, and the longest of the others. Points of further ones are
// regions of their own.
func lined(r Region, rows []Axis, parts []Part, tallest int) []Region {
	take := func(i int) (Axis, int) {
		a, n := rows[i], parts[i].N
		rows, parts = slices.Delete(slices.Clone(rows), i, i+1), slices.Delete(slices.Clone(parts), i, i+1)
		return a, n
	}
	best := func(enough int) int {
		at := len(rows) - 1
		for i := len(rows) - 1; i >= 0; i-- {
			if parts[at].N >= enough {
				break
			}
			if parts[i].N > parts[at].N {
				at = i
			}
		}
		return at
	}
	if len(rows) > 0 {
		r.Row, r.Rows = take(best(tallest))
	}
	if len(rows) > 0 {
		r.Line, r.Lines = take(best(1 << 30))
	}
	list := []Region{r}
	for i, a := range rows {
		var next []Region
		for _, q := range list {
			for n := range parts[i].N {
				s := q
				s.Offsets = a.Steps(q.Offsets, n)
				next = append(next, s)
			}
		}
		list = next
	}
	return list
}

// split makes a region of every line: units of work are rows of one line.
func split(list []Region) []Region {
	var out []Region
	for _, r := range list {
		for n := range r.Lines {
			q := r
			q.Offsets, q.Line, q.Lines = r.Line.Steps(r.Offsets, n), still(len(r.Extra)), 1
			out = append(out, q)
		}
	}
	return out
}
