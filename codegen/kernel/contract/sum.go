package contract

import (
	"fmt"

	"github.com/nngen-go/nngen/codegen/isa/amd64"
)

// tileSums is the sums of one tile.
type tileSums struct {
	*tiling
	high  int
	parts int
	acc   [][][]amd64.Vec // of row, vector and part
	b     []amd64.Vec     // a point of the right operand
	x     *spaced
	w     amd64.GP
}

// sum adds up all products.
func (b *tileSums) sum() {
	b.x = b.spaced(b.high, "x", b.xRow())
	b.w = b.Pointer("w")
	if b.nested {
		b.outer(0)
		return
	}
	b.inner()
}

// whole adds up the parts of every sum.
func (b *tileSums) whole() [][]amd64.Vec {
	acc := make([][]amd64.Vec, b.high)
	var to, from []amd64.Vec
	for i, row := range b.acc {
		for _, parts := range row {
			for _, v := range parts[1:] {
				to, from = append(to, parts[0]), append(from, v)
			}
			acc[i] = append(acc[i], parts[0])
		}
	}
	b.Grouped("add", len(to), func(i int) { b.VADDPS(b.Full(from[i]), b.Full(to[i]), b.Full(to[i])) })
	b.Release(from...)
	return acc
}

// spaced is rows of an operand, evenly apart.
type spaced struct {
	bases []amd64.GP  // of every eighth row
	odd   [4]amd64.GP // 1, 3, 5 and 7 times the distance
}

// baseRows is how many rows are found from one pointer: address arithmetic
// multiplies by 2, 4 and 8.
const baseRows = 8

// spaced points to h rows of a parameter, as far apart as a field of s says.
func (g *tiling) spaced(h int, name string, step int) *spaced {
	s := &spaced{bases: []amd64.GP{g.Pointer(name)}}
	if h == 1 {
		return s
	}
	last := min(h, baseRows) - 1
	s.odd[0] = g.GP64()
	g.MOVQ(g.told(step), s.odd[0])
	for i, n := range []int{3, 5, 7} {
		if n > last {
			break
		}
		s.odd[i+1] = g.GP64()
		if n == 7 {
			g.LEAQ(amd64.Mem{Base: s.odd[1], Index: s.odd[0], Scale: 4}, s.odd[3])
		} else {
			g.LEAQ(amd64.Mem{Base: s.odd[0], Index: s.odd[0], Scale: uint8(n - 1)}, s.odd[i+1])
		}
	}
	for i := baseRows; i < h; i += baseRows {
		s.bases = append(s.bases, g.GP64())
	}
	g.follow(s)
	return s
}

// follow finds the further pointers from the first one.
func (g *tiling) follow(s *spaced) {
	for i := range s.bases[1:] {
		g.LEAQ(amd64.Mem{Base: s.bases[i], Index: s.odd[0], Scale: baseRows}, s.bases[i+1])
	}
}

// at is the address of an element of row i.
func (s *spaced) at(i, element int) amd64.Mem {
	m := amd64.At(s.bases[i/baseRows], element)
	switch r := i % baseRows; r {
	case 0:
	case 1, 2, 4:
		m.Index, m.Scale = s.odd[0], uint8(r)
	case 3, 6:
		m.Index, m.Scale = s.odd[1], uint8(r/3)
	default:
		m.Index, m.Scale = s.odd[r/2], 1
	}
	return m
}

// outer writes the loop over a reduced axis outside the innermost.
func (b *tileSums) outer(level int) {
	top, over := fmt.Sprintf("sum%d%c", b.high, 'a'+level), fmt.Sprintf("summed%d%c", b.high, 'a'+level)
	t := b.GP64()
	b.MOVQ(b.told(b.kAt(level)), t)
	b.TESTQ(t, t)
	b.JZ(amd64.LabelRef(over))
	b.MOVQ(t, b.turns[level])
	b.Label(top)
	b.MOVQ(b.x.bases[0], b.saved[level][0])
	b.MOVQ(b.w, b.saved[level][1])
	if level < b.depth-2 {
		b.outer(level + 1)
	} else {
		b.inner()
	}
	b.MOVQ(b.saved[level][0], b.x.bases[0])
	b.MOVQ(b.saved[level][1], b.w)
	b.ADDQ(b.told(b.xAt(level)), b.x.bases[0])
	b.ADDQ(b.told(b.wAt(level)), b.w)
	b.DECQ(b.turns[level])
	b.JNZ(amd64.LabelRef(top))
	b.Label(over)
}

// inner writes the loop over the innermost reduced axis. With two parts a turn
// takes two points; of an odd number the first turn takes one.
func (b *tileSums) inner() {
	if b.nested {
		b.follow(b.x)
	}
	count, x, w := b.GP64(), b.GP64(), b.GP64()
	b.MOVQ(b.told(b.kAt(b.depth-1)), count)
	b.MOVQ(b.told(b.xAt(b.depth-1)), x)
	b.MOVQ(b.told(b.wAt(b.depth-1)), w)
	step := func(part int) {
		b.product(part, x, w)
		for _, p := range b.x.bases {
			b.ADDQ(x, p)
		}
		b.ADDQ(w, b.w)
	}
	top, over := fmt.Sprintf("sum%d", b.high), fmt.Sprintf("summed%d", b.high)
	b.TESTQ(count, count)
	b.JZ(amd64.LabelRef(over))
	if b.parts == 2 {
		odd := fmt.Sprintf("odd%d", b.high)
		b.INCQ(count)
		b.SHRQ(amd64.U8(1), count)
		b.JCC(amd64.LabelRef(odd))
		b.Label(top)
		step(1)
		b.Label(odd)
	} else {
		b.Label(top)
	}
	step(0)
	b.DECQ(count)
	b.JNZ(amd64.LabelRef(top))
	b.Label(over)
}

// product adds one product to every sum.
func (b *tileSums) product(part int, x, w amd64.Reg) {
	lanes := b.Level.Lanes()
	for j, v := range b.b {
		if b.far && b.Level == amd64.AVX512 && b.width() <= 2 {
			m := amd64.At(b.w, j*lanes)
			m.Index, m.Scale = w, 8
			b.PREFETCHT0(m)
		}
		b.LoadLanes(v, amd64.At(b.w, j*lanes), b.mask(j))
	}
	if b.far && !b.vectors && b.high > 1 {
		m := b.x.at(0, 0)
		m.Index, m.Scale = x, 4
		b.PREFETCHT0(m)
	}
	v := b.Alloc()
	if !b.vectors && len(b.b) == 1 && b.Level == amd64.AVX512 {
		b.Grouped("products", b.high, func(i int) {
			b.VFMADD231PS_BCST(b.x.at(i, 0), b.Full(b.b[0]), b.Full(b.acc[i][0][part]))
		})
		b.Release(v)
		return
	}
	for i, row := range b.acc {
		b.Group(fmt.Sprint("row", len(row)), func() {
			if b.vectors {
				b.vectorProducts(i, part, v)
				return
			}
			b.Broadcast(v, b.x.at(i, 0))
			for j, y := range b.b {
				b.FMA(row[j][part], v, y)
			}
		})
	}
	b.Release(v)
}

// vectorProducts adds a product to every sum of row i, of two operands that lie
// along the lanes.
func (b *tileSums) vectorProducts(i, part int, v amd64.Vec) {
	for j, y := range b.b {
		m, sum := b.x.at(i, j*b.Level.Lanes()), b.acc[i][j][part]
		if k := b.mask(j); k.Partial {
			b.LoadLanes(v, m, k)
			b.FMA(sum, v, y)
		} else {
			b.VFMADD231PS(m, b.Full(y), b.Full(sum))
		}
	}
}
