package driver

import (
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
)

// TableMark is what a table is called until it has a name.
const TableMark = "parts"

// Table is what the regions of a result differ in: a row for each of them. It is a
// variable of the package, which has its name when the kernels of the package are
// known.
type Table struct {
	Var     *gotree.Var
	Columns []string
	Rows    [][]int
}

// Type is the type of the table's rows.
func (t *Table) Type() string {
	if t == nil {
		return ""
	}
	return "struct{ " + strings.Join(t.Columns, ", ") + " int }"
}

// Value is the table in Go.
func (t *Table) Value() gotree.Expr { return t.value(gotree.Word("[...]" + t.Type())) }

func (t *Table) value(typ gotree.Expr) gotree.Composite {
	c := gotree.Composite{Type: typ, Table: true}
	for _, row := range t.Rows {
		var r gotree.Composite
		for _, v := range row {
			r.Elems = append(r.Elems, gotree.Int(v))
		}
		c.Elems = append(c.Elems, r)
	}
	return c
}

// TableOfTables is Go for a table of tables of one type.
func TableOfTables(list []*Table) gotree.Expr {
	c := gotree.Composite{Type: gotree.Word("[...][]" + list[0].Type()), Table: true}
	for _, t := range list {
		c.Elems = append(c.Elems, t.value(nil))
	}
	return c
}
