package asm

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// tileSums is the sums of one tile.
type tileSums struct {
	*tiling
	high  int
	acc   [][][]vec // of row, vector and part
	b     []vec     // a point of the right operand
	bases []reg.GPVirtual
	odd   [4]reg.GPVirtual // 1, 3, 5 and 7 times the stride of rows of x
	w     reg.GPVirtual
}

// baseRows is how many rows of x are found from one pointer: address arithmetic
// multiplies by 2, 4 and 8.
const baseRows = 8

// sum adds up all products.
func (b *tileSums) sum() {
	b.w = b.GP64()
	for i := 0; i < b.high; i += baseRows {
		b.bases = append(b.bases, b.GP64())
	}
	b.MOVQ(b.slot("x"), b.bases[0])
	b.MOVQ(b.slot("w"), b.w)
	if b.high > 1 {
		for i, last := range []int{1, 3, 5, 7} {
			if min(b.high, baseRows) <= last {
				break
			}
			b.odd[i] = b.GP64()
			switch last {
			case 1:
				b.MOVQ(b.told(tileXRow), b.odd[0])
			case 3, 5:
				b.LEAQ(operand.Mem{Base: b.odd[0], Index: b.odd[0], Scale: uint8(last - 1)}, b.odd[i])
			case 7:
				b.LEAQ(operand.Mem{Base: b.odd[1], Index: b.odd[0], Scale: 4}, b.odd[i])
			}
		}
	}
	if b.nested {
		b.outer(0)
		return
	}
	b.inner()
}

// row is the address of an element of row i of x, at the point of the sum.
func (b *tileSums) row(i, element int) operand.Mem {
	m := at(b.bases[i/baseRows], element)
	switch r := i % baseRows; r {
	case 0:
	case 1, 2, 4:
		m.Index, m.Scale = b.odd[0], uint8(r)
	case 3, 6:
		m.Index, m.Scale = b.odd[1], uint8(r/3)
	default:
		m.Index, m.Scale = b.odd[r/2], 1
	}
	return m
}

// outer writes the loop over a reduced axis outside the innermost.
func (b *tileSums) outer(level int) {
	top, over := fmt.Sprintf("sum%d%c", b.high, 'a'+level), fmt.Sprintf("summed%d%c", b.high, 'a'+level)
	t := b.GP64()
	b.MOVQ(b.told(tileK+8*level), t)
	b.TESTQ(t, t)
	b.JZ(operand.LabelRef(over))
	b.MOVQ(t, b.turns[level])
	b.Label(top)
	b.MOVQ(b.bases[0], b.saved[level][0])
	b.MOVQ(b.w, b.saved[level][1])
	if level == 0 {
		b.outer(1)
	} else {
		b.inner()
	}
	b.MOVQ(b.saved[level][0], b.bases[0])
	b.MOVQ(b.saved[level][1], b.w)
	b.ADDQ(b.told(tileX+8*level), b.bases[0])
	b.ADDQ(b.told(tileW+8*level), b.w)
	b.DECQ(b.turns[level])
	b.JNZ(operand.LabelRef(top))
	b.Label(over)
}

// inner writes the loop over the innermost reduced axis.
func (b *tileSums) inner() {
	if len(b.bases) > 1 {
		b.LEAQ(operand.Mem{Base: b.bases[0], Index: b.odd[0], Scale: baseRows}, b.bases[1])
	}
	count, x, w := b.GP64(), b.GP64(), b.GP64()
	b.MOVQ(b.told(tileK+16), count)
	b.MOVQ(b.told(tileX+16), x)
	b.MOVQ(b.told(tileW+16), w)
	step := func(part int) {
		b.product(part, x, w)
		for _, p := range b.bases {
			b.ADDQ(x, p)
		}
		b.ADDQ(w, b.w)
	}
	top, over := fmt.Sprintf("sum%d", b.high), fmt.Sprintf("summed%d", b.high)
	if b.parts == 1 && b.high*b.width() >= 8 {
		b.TESTQ(count, count)
		b.JZ(operand.LabelRef(over))
		b.Label(top)
		step(0)
		b.DECQ(count)
		b.JNZ(operand.LabelRef(top))
		b.Label(over)
		return
	}
	odd := fmt.Sprintf("odd%d", b.high)
	b.SUBQ(operand.U8(2), count)
	b.JL(operand.LabelRef(odd))
	b.Label(top)
	step(0)
	step(b.parts - 1)
	b.SUBQ(operand.U8(2), count)
	b.JGE(operand.LabelRef(top))
	b.Label(odd)
	b.ADDQ(operand.U8(2), count)
	b.JZ(operand.LabelRef(over))
	step(0)
	b.Label(over)
}

// product adds one product to every sum.
func (b *tileSums) product(part int, x, w reg.Register) {
	lanes := b.level.Lanes()
	for j, v := range b.b {
		if b.level == AVX512 && b.width() <= 2 {
			m := at(b.w, j*lanes)
			m.Index, m.Scale = w, 8
			b.PREFETCHT0(m)
		}
		b.load(v, at(b.w, j*lanes), b.mask(j))
	}
	if !b.vectors && b.high > 1 {
		m := b.row(0, 0)
		m.Index, m.Scale = x, 4
		b.PREFETCHT0(m)
	}
	v := b.alloc()
	for i, row := range b.acc {
		switch {
		case b.vectors:
			for j, y := range b.b {
				m := b.row(i, j*lanes)
				if k := b.mask(j); k.set {
					b.load(v, m, k)
					b.fma(row[j][part], v, y)
				} else {
					b.VFMADD231PS(m, b.full(y), b.full(row[j][part]))
				}
			}
		case len(b.b) == 1 && b.level == AVX512:
			b.VFMADD231PS_BCST(b.row(i, 0), b.full(b.b[0]), b.full(row[0][part]))
		default:
			b.broadcast(v, b.row(i, 0))
			for j, y := range b.b {
				b.fma(row[j][part], v, y)
			}
		}
	}
	b.release(v)
}
