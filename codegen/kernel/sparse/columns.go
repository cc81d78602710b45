package sparse

import (
	"github.com/nngen-go/nngen/codegen/gotree"
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

// loop writes the loop over the blocks around what body writes, which is told the
// first column of a block.
func (b columns) loop(s driver.Script, body func(column gotree.Expr)) {
	from := gotree.Int(b.from)
	if b.to-b.from == b.width {
		body(from)
		return
	}
	column := &gotree.Var{Name: "column"}
	s.In(driver.Every(column, from, gotree.Int(b.to), gotree.Int(b.width)), func() { body(column) })
}

// idLists writes a body over lists of ids, a list for each row.
type idLists struct {
	driver.Script
	list    *gotree.Var // the ids; there is something at list[0] even if there are none at all
	r, last *gotree.Var // a run of rows
	at, to  *gotree.Var // a run of ids of one row
}

func newIDLists(r driver.Request, ids driver.Operand) *idLists {
	named := func(name string) *gotree.Var { return &gotree.Var{Name: name} }
	s := &idLists{driver.NewScript(r), named("list"), named("r"), named("last"), named("at"), named("to")}
	none := named("none")
	s.Add(gotree.Zero{Vars: []*gotree.Var{none}, Type: gotree.ArrayType{N: gotree.Literal(1), Elem: gotree.Word("int32")}}, gotree.Let(s.list, ids.Var()),
		&gotree.If{Cond: gotree.Op(gotree.CallOf("len", s.list), "==", gotree.Int(0)), Then: gotree.Block{gotree.Set(s.list, "=", gotree.Slice{X: none})}})
	return s
}

// offset is where the list of a row begins.
func (s *idLists) offset(row gotree.Expr) gotree.Expr { return gotree.At(gotree.Word("offsets"), row) }

// first is the address of an element.
func first(of gotree.Expr) gotree.Expr { return gotree.Ref(gotree.At(of, gotree.Int(0))) }

// rows writes the loop over runs of rows, from r to last, that together have no more
// ids than one call takes, or else are a single row, whose ids are taken in runs.
func (s *idLists) rows(b columns, whole, long func()) {
	one, most := gotree.Int(1), gotree.Int(b.ids)
	next, few := gotree.Op(s.last, "+", one), func(end gotree.Expr) gotree.Expr {
		return gotree.Op(gotree.Op(s.offset(end), "-", s.offset(s.r)), "<=", most)
	}
	each := &gotree.While{Init: gotree.LetTwo(s.r, s.last, gotree.Int(0), gotree.Int(0)), Cond: gotree.Op(s.r, "<", driver.Rows), Post: gotree.Set(s.r, "=", s.last)}
	s.In(each, func() {
		more := gotree.Chain("&&", gotree.Op(s.last, "<", driver.Rows), gotree.Op(gotree.Op(s.last, "-", s.r), "<", most), few(next))
		s.Add(&gotree.While{Init: gotree.Set(s.last, "=", gotree.Op(s.r, "+", one)), Cond: more, Post: gotree.Increment{Var: s.last}})
		s.In(&gotree.If{Cond: few(s.last)}, func() {
			whole()
			s.Add(gotree.Continue)
		})
		long()
	})
}

// runs writes the loop over runs of the ids of a row.
func (s *idLists) runs(b columns, body func()) {
	each := driver.Every(s.at, nil, s.to, gotree.Int(b.ids))
	each.Init = gotree.LetTwo(s.at, s.to, s.offset(s.r), s.offset(s.last))
	s.In(each, body)
}

// pair is two numbers, as the offsets of one list are.
func pair(list ...gotree.Expr) gotree.Expr {
	return gotree.Composite{Type: gotree.ArrayType{N: gotree.Literal(2), Elem: gotree.Word("int32")}, Elems: list}
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
