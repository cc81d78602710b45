package asm

import (
	"fmt"
	"strings"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/nngen-go/nngen/ir/loop"
)

// columns is a block of table columns that one function works on: those from
// the run-time number column on. A table that is wider than the registers take
// is worked on block by block.
type columns struct {
	from, to int // of the table; more than one block where to-from > width
	width    int
	sums     int // independent accumulators for each of its registers
	ids      int // how many ids one call takes at most
}

// maxColumns is how many registers of columns a block has at most.
const maxColumns = 4

// columnBlocks cuts a table: blocks of one width, of so many registers at most,
// then one with the rest.
func (u *Unit) columnBlocks(width, registers int, l Level) []columns {
	full := min(registers, maxColumns) * l.Lanes()
	sums := 4
	if l == AVX2 && min(width, full) > 2*l.Lanes() {
		sums = 2
	}
	block := func(from, to, width int) columns {
		return columns{from, to, width, sums, max(1, u.machine.Turns(width, 4*width))}
	}
	if width <= full {
		return []columns{block(0, width, width)}
	}
	list := []columns{block(0, width/full*full, full)}
	if rest := width % full; rest > 0 {
		list = append(list, block(width-rest, width, rest))
	}
	return list
}

// limits is what one call takes and touches at most.
func (b columns) limits(s *Stub) { s.MulAdds, s.Bytes = b.ids*b.width, 4*b.ids*b.width }

// suffix tells the functions of a kernel apart.
func (b columns) suffix() string {
	if b.from == 0 {
		return ""
	}
	return "Rest"
}

// loops prints the loop over the blocks around lines, which name the first
// column of a block column.
func (b columns) loops(lines []string) []string {
	if b.to-b.from == b.width {
		for i, line := range lines {
			lines[i] = strings.ReplaceAll(line, "column", fmt.Sprint(b.from))
		}
		return lines
	}
	head := fmt.Sprintf("for column := %d; column < %d; column += %d {", b.from, b.to, b.width)
	return append(append([]string{head}, lines...), "}")
}

// panel is a block of columns in registers.
type panel struct {
	*code
	width int
}

// registers is how many registers a row of the panel has.
func (p panel) registers() int { return (p.width + p.level.Lanes() - 1) / p.level.Lanes() }

// part is the memory of register i of a row, and its lanes.
func (p panel) part(m operand.Mem, i int, tail mask) (operand.Mem, mask) {
	m.Disp += 4 * i * p.level.Lanes()
	if i+1 < p.registers() {
		tail = mask{}
	}
	return m, tail
}

// tail is the mask of the last register of a row.
func (p panel) tail() mask { return p.lanes(p.width - (p.registers()-1)*p.level.Lanes()) }

// add adds the row at m to registers.
func (p panel) add(sum []vec, m operand.Mem, tail mask) {
	for i, v := range sum {
		m, k := p.part(m, i, tail)
		switch {
		case !k.set:
			p.VADDPS(m, p.full(v), p.full(v))
		case p.level == AVX512:
			p.VADDPS(m, p.full(v), k.k, p.full(v))
		default:
			x := p.alloc()
			p.load(x, m, k)
			p.VADDPS(p.full(x), p.full(v), p.full(v))
			p.release(x)
		}
	}
}

// row is the place of the table row that the id at m names.
func (c *code) row(table reg.GPVirtual, width int, m operand.Mem) operand.Mem {
	id := c.GP64()
	c.MOVL(m, id.As32())
	if size := 4 * width; size&(size-1) == 0 {
		shift := 0
		for 1<<shift < size {
			shift++
		}
		c.SHLQ(operand.U8(uint8(shift)), id)
	} else {
		c.IMUL3Q(operand.I32(int32(size)), id, id)
	}
	return operand.Mem{Base: table, Index: id, Scale: 1}
}

// idLines are the first lines of a body over lists of ids: there is something
// at list[0] even if there are no ids at all.
func idLines(ids string) []string {
	return []string{"var none [1]int32", "list := " + ids, "if len(list) == 0 {", "list = none[:]", "}"}
}

// rowLines prints the loop over runs of rows, from r to last, that together
// have no more ids than one call takes, or else are a single row.
func (b columns) rowLines(whole, long []string) []string {
	most := b.ids
	lines := []string{
		"for r, last := 0, 0; r < n; r = last {",
		fmt.Sprintf("for last = r + 1; last < n && last-r < %d && offsets[last+1]-offsets[r] <= %d; last++ {", most, most),
		"}",
		fmt.Sprintf("if offsets[last]-offsets[r] <= %d {", most),
	}
	lines = append(append(lines, whole...), "continue", "}")
	return append(append(lines, long...), "}")
}

// sparseOperands finds the parameters that stand for the ids and the table, if
// the ids come in rows of any length.
func (r Request) sparseOperands(ids, table *loop.Buffer) (list, rows Operand, ok bool) {
	if !ids.Ragged {
		return list, rows, false
	}
	list, ok1 := r.operand(ids)
	rows, ok2 := r.operand(table)
	return list, rows, ok1 && ok2
}
