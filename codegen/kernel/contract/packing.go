package contract

import (
	"fmt"
	"math/bits"

	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
)

// A panel is a part of the right operand as the tiles read it best: for every
// reduced point lanes elements, rounded up to whole registers, one point after
// the other. Packed so, it fills the cache evenly, which rows of a matrix
// whose stride is a power of two do not.

// packRows copies rows of lanes elements, contiguous along the result, into a panel.
func packRows(u *driver.Unit, l amd64.Level, lanes int) (amd64.Stub, bool, error) {
	s := amd64.Stub{
		Name:   fmt.Sprintf("packRows%d%v", lanes, l),
		Doc:    fmt.Sprintf("copies k rows of %d float32s, step bytes apart, into the panel p.", lanes),
		Params: []amd64.Param{{Name: "p", Type: "*float32"}, {Name: "w", Type: "*float32"}, {Name: "step", Type: "int"}, {Name: "k", Type: "int"}},
	}
	if !u.Once(s.Name) {
		return s, false, nil
	}
	c := u.Function(l, s)
	p, w, step, k := c.Pointer("p"), c.Pointer("w"), c.Pointer("step"), c.Pointer("k")
	width := (lanes + l.Lanes() - 1) / l.Lanes()
	tail := c.FirstLanes(lanes - (width-1)*l.Lanes())
	v := c.Allocs(width)
	c.Comment("Row by row:")
	c.Until(k, func() {
		for j, r := range v {
			m := amd64.Mask{}
			if j == width-1 {
				m = tail
			}
			c.LoadLanes(r, amd64.At(w, j*l.Lanes()), m)
		}
		for j, r := range v {
			c.StoreLanes(amd64.At(p, j*l.Lanes()), r, amd64.Mask{})
		}
		c.ADDQ(step, w)
		c.Advance(p, width*l.Lanes())
	})
	return s, true, c.End()
}

// packColumns copies a matrix whose rows are the lanes of the result, so that
// they have to be turned: lanes rows of k elements, k contiguous, at least 4.
func packColumns(u *driver.Unit, l amd64.Level, lanes int) (amd64.Stub, bool, error) {
	s := amd64.Stub{
		Name:   fmt.Sprintf("packColumns%d%v", lanes, l),
		Doc:    fmt.Sprintf("copies %d rows of k float32s, step bytes apart, into the panel p, transposed.", lanes),
		Params: []amd64.Param{{Name: "p", Type: "*float32"}, {Name: "w", Type: "*float32"}, {Name: "step", Type: "int"}, {Name: "k", Type: "int"}},
	}
	if !u.Once(s.Name) {
		return s, false, nil
	}
	c := u.Function(l, s)
	size := l.Lanes()
	step, base, panel := c.Pointer("step"), c.Pointer("w"), c.Pointer("p")
	stride := (lanes + size - 1) / size * size
	turn := func(rows int) {
		t := &transposer{Code: c, rows: rows, stride: stride, p: c.CopyOf(panel)}
		t.at(base, step)
		t.columns(fmt.Sprint("of", rows))
		c.Advance(panel, size)
		c.MOVQ(step, t.p)
		c.SHLQ(amd64.U8(uint8(bits.Len(uint(size))-1)), t.p)
		c.ADDQ(t.p, base)
	}
	if lanes >= size {
		c.Comment(fmt.Sprintf("%d rows at a time, four elements a turn:", size))
		c.Counted(lanes/size, func() { turn(size) })
	}
	if rest := lanes % size; rest > 0 {
		c.Comment(fmt.Sprintf("The last %d rows:", rest))
		turn(rest)
	}
	return s, true, c.End()
}

// transposer turns squares of as many rows as a register has lanes.
type transposer struct {
	*amd64.Code
	rows   int // that there are: further lanes repeat the last
	stride int // of the panel
	p      amd64.GP
	// Rows are found from a pointer for every four of them.
	quads       []amd64.GP
	step, step3 amd64.GP
}

// at sets the pointers to the rows from w on.
func (t *transposer) at(w, step amd64.GP) {
	t.step, t.step3 = step, t.GP64()
	t.LEAQ(amd64.Mem{Base: step, Index: step, Scale: 2}, t.step3)
	t.quads = nil
	for i := 0; i < t.rows; i += 4 {
		q := t.GP64()
		if i == 0 {
			t.MOVQ(w, q)
		} else {
			t.LEAQ(amd64.Mem{Base: t.quads[i/4-1], Index: step, Scale: 4}, q)
		}
		t.quads = append(t.quads, q)
	}
}

// row is the address of a row.
func (t *transposer) row(r int) amd64.Mem {
	r = min(r, t.rows-1)
	m := amd64.At(t.quads[r/4], 0)
	switch r % 4 {
	case 1:
		m.Index, m.Scale = t.step, 1
	case 2:
		m.Index, m.Scale = t.step, 2
	case 3:
		m.Index, m.Scale = t.step3, 1
	}
	return m
}

// columns turns all k columns, four at a time; the last four are turned again in
// part where four does not divide k.
func (t *transposer) columns(suffix string) {
	n := t.GP64()
	t.MOVQ(t.Slot("k"), n)
	top, done := "columns"+suffix, "turned"+suffix
	t.Label(top)
	t.four()
	t.move(4)
	t.SUBQ(amd64.U8(4), n)
	t.JZ(amd64.LabelRef(done))
	t.CMPQ(n, amd64.U8(4))
	t.JGE(amd64.LabelRef(top))
	t.SUBQ(amd64.U8(4), n) // as many columns back
	for _, q := range t.quads {
		t.LEAQ(amd64.Mem{Base: q, Index: n, Scale: 4}, q)
	}
	t.IMUL3Q(amd64.I32(int32(4*t.stride)), n, n)
	t.ADDQ(n, t.p)
	t.MOVQ(amd64.U32(4), n)
	t.JMP(amd64.LabelRef(top))
	t.Label(done)
}

func (t *transposer) move(k int) {
	for _, q := range t.quads {
		t.Advance(q, k)
	}
	t.Advance(t.p, k*t.stride)
}

// four turns four columns: rows r, r+4, r+8 … are gathered into the quarters of
// register r, and 4x4 squares are turned within the quarters.
func (t *transposer) four() {
	v, u := t.Allocs(4), t.Allocs(4)
	for r, x := range v {
		t.Group("gather", func() {
			t.VMOVUPS(t.row(r), t.Quarter(x))
			for q := 1; q < t.Level.Lanes()/4; q++ {
				if t.Level == amd64.AVX512 {
					t.VINSERTF32X4(amd64.U8(uint8(q)), t.row(4*q+r), t.Full(x), t.Full(x))
				} else {
					t.VINSERTF128(amd64.U8(uint8(q)), t.row(4*q+r), t.Full(x), t.Full(x))
				}
			}
		})
	}
	f := t.Full
	t.Group("turn", func() {
		t.VUNPCKLPS(f(v[1]), f(v[0]), f(u[0]))
		t.VUNPCKHPS(f(v[1]), f(v[0]), f(u[1]))
		t.VUNPCKLPS(f(v[3]), f(v[2]), f(u[2]))
		t.VUNPCKHPS(f(v[3]), f(v[2]), f(u[3]))
		t.VUNPCKLPD(f(u[2]), f(u[0]), f(v[0]))
		t.VUNPCKHPD(f(u[2]), f(u[0]), f(v[1]))
		t.VUNPCKLPD(f(u[3]), f(u[1]), f(v[2]))
		t.VUNPCKHPD(f(u[3]), f(u[1]), f(v[3]))
	})
	for i, x := range v {
		t.StoreLanes(amd64.At(t.p, i*t.stride), x, amd64.Mask{})
	}
	t.Release(append(v, u...)...)
}
