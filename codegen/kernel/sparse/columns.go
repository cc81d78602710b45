package sparse

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
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
func columnBlocks(u *driver.Unit, width, registers int, l amd64.Level) []columns {
	full := min(registers, maxColumns) * l.Lanes()
	sums := 4
	if l == amd64.AVX2 && min(width, full) > 2*l.Lanes() {
		sums = 2
	}
	block := func(from, to, width int) columns {
		return columns{from, to, width, sums, max(1, u.Machine.Turns(width, 4*width))}
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
func (b columns) limits(s *amd64.Stub) { s.MulAdds, s.Bytes = b.ids*b.width, 4*b.ids*b.width }

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
func sparseOperands(r driver.Request, ids, table *loop.Buffer) (list, rows driver.Operand, ok bool) {
	if !ids.Ragged {
		return list, rows, false
	}
	list, ok1 := r.Operand(ids)
	rows, ok2 := r.Operand(table)
	return list, rows, ok1 && ok2
}
