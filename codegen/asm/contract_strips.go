package asm

import "slices"

// cutRows cuts the inner row axes into strips.
func (p *plan) cutRows() bool {
	if p.open {
		return len(p.clips) == 0 || !p.clipped(p.around[len(p.around)-1])
	}
	var x line
	if n := len(p.around); n > 0 {
		x = p.around[n-1]
		if i, _, ok := p.clipOf(x); ok {
			if p.sum[i].n > p.unit.machine.WrittenTaps || p.sum[i].rows {
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
		if j, k, ok := p.clipOf(a); ok {
			p.ranges[i] = j
			for at := range a.n {
				lo, hi := k.within(at, p.sum[j].n)
				p.voids[i] = p.voids[i] || lo == hi
			}
		}
	}
	return p.clipsDone(x)
}

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
	for _, l := range p.outer {
		if _, ok := p.edges(l); ok {
			n++
		}
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
		s.void = true
		for r := range min(h, x.n-at) {
			s.spots = append(s.spots, p.along(p.spot(), x, r))
			for t := range taps.n {
				if far := r*x.lhs + t*taps.lhs; inside(at+r, t) && (s.void || far < s.positive) {
					s.positive, s.void = far, false
				}
			}
		}
		p.strips = append(p.strips, s)
	}
}
