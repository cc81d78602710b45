package gokernel

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// nestDoc describes a nest.
type nestDoc struct {
	*nestKernel
	indexed bool // formulas tell elements of one row apart
}

// title names the function after its last telling word and the extents it
// knows, and describes every statement.
func (k *nestDoc) title() {
	last := k.Body[len(k.Body)-1]
	word := last.Word
	var steps, sizes, extents []string
	for _, s := range k.Body {
		if t := Told(s.Word); t != "" {
			word = upperWord(s.Word)
			if !slices.Contains(steps, t) {
				steps = append(steps, t)
			}
		}
	}
	rows := false
	columns := overBatch(k.Nest)
	axes := k.Axes(last)
	if columns {
		axes = k.Outer
	}
	for _, a := range axes {
		rows = rows || a.Rows
		if !a.Rows || a.N > 1 {
			sizes = append(sizes, strings.TrimPrefix(k.Shape.Count(a).String(), shape.Argument+"."))
			extents = append(extents, fmt.Sprint(a.N))
		}
	}
	if n, ok := last.Value.(scalar.Num); ok && n == 0 && last.Reduce == loop.Store && !last.Accumulate {
		word = "zero"
	} else if word == "" {
		word = last.Reduce.String()
	}
	if len(steps) == 0 && (columns || last.Reduce == loop.Sum) {
		word = k.sumName(last, columns)
	}
	k.Name = gotree.Lower(word)
	if k.Shape.Own() {
		k.Name += strings.Join(extents, "x")
	}
	if len(sizes) == 0 {
		k.Name += map[bool]string{true: "Rows", false: "Scalar"}[rows]
	}
	k.Detail = k.differs()
	if k.Shape == nil && k.copies() {
		return
	}
	over := "for a single number"
	switch {
	case columns:
		over = fmt.Sprintf("over %s rows of %s", k.rowCount(last), strings.Join(sizes, "x"))
	case len(sizes) > 0 && rows:
		over = "for rows of " + strings.Join(sizes, "x")
	case len(sizes) > 0:
		over = "for " + strings.Join(sizes, "x") + " elements"
	case rows:
		over = "for n rows"
	}
	what := "computes " + strings.Join(steps, ", ")
	if len(steps) == 0 {
		what, over = "computes, "+over, ""
	}
	k.Doc = append(k.Doc, strings.TrimSpace(what+" "+over)+":", "")
	k.indexed = slices.ContainsFunc(k.Body, func(s loop.Stmt) bool {
		return slices.ContainsFunc(k.sources(s), func(a placed) bool { return !wholeRows(a) })
	})
	for _, s := range k.Body {
		k.Doc = append(k.Doc, "\t"+k.formula(s))
	}
}

// rowCount is how many rows sums over the batch run over.
func (k *nestDoc) rowCount(s loop.Stmt) string {
	n := 1
	for _, a := range s.Inner {
		n *= a.N
	}
	if n > 1 {
		return fmt.Sprintf("n*%d", n)
	}
	return "n"
}

// sumName is what a sum is called that no word tells of: over columns or rows,
// of what, and whether it is divided by the number of rows.
func (k *nestDoc) sumName(s loop.Stmt, columns bool) string {
	over, what := "", "sum"
	if a, ok := s.Finish.(scalar.Apply); ok && a.Fn == "div" && a.Args[1] == scalar.Expr(scalar.Rows{}) {
		what = "mean"
	}
	if columns {
		over = "column "
	}
	if a, ok := s.Value.(scalar.Apply); ok && a.Fn == "mul" {
		x, y := a.Args[0], a.Args[1]
		_, first := x.(scalar.Arg)
		_, second := y.(scalar.Arg)
		switch {
		case slices.ContainsFunc(s.Srcs, func(a loop.Access) bool { return a.Buf.Class == loop.Weight }):
			return "weighted " + over + what
		case first && scalar.Equal(x, y):
			return over + what + " squares"
		case first && second && what == "sum":
			return over + "dots"
		}
	}
	if columns {
		return over + what + "s"
	}
	return what
}

// copies describes a plain copy: from which columns to which.
func (k *nestDoc) copies() bool {
	s := k.Body[0]
	if len(k.Body) != 1 || s.Value != scalar.Expr(scalar.Arg(0)) || s.Reduce != loop.Store || s.Accumulate || len(s.Srcs) != 1 {
		return false
	}
	from, ok := k.part(placed{s.Srcs[0], k.Axes(s)})
	to, ok2 := k.part(placed{s.Dst, k.Axes(s)})
	if ok && ok2 {
		k.Doc = append(k.Doc, fmt.Sprintf("copies %s of %s to %s of %s.", from, k.param(s.Srcs[0].Buf, "x").Name, to, k.param(s.Dst.Buf, "y").Name))
	}
	return ok && ok2
}

// part says which elements of each row an access runs over: rows of 16, or
// columns 16 to 31 of rows of 38.
func (k *nestDoc) part(a placed) (string, bool) {
	axes := a.axes
	if !a.Buf.Rows || a.Index != nil || len(axes) == 0 || !axes[0].Rows || slices.ContainsFunc(axes[1:], isRows) {
		return "", false
	}
	n := 1
	for i := len(axes) - 1; i > 0; i-- {
		if a.Strides[i] != n {
			return "", false
		}
		n *= axes[i].N
	}
	n *= axes[0].N
	row := a.Buf.Row()
	switch {
	case axes[0].N > 1 && (len(axes) > 1 || a.Strides[0] != 1 || n != row || a.Offset != 0), axes[0].N == 1 && a.Strides[0] != row:
		return "", false
	case n == row:
		return fmt.Sprintf("the rows of %d", row), true
	case n == 1:
		return fmt.Sprintf("column %d of the rows of %d", a.Offset, row), true
	}
	return fmt.Sprintf("columns %d to %d of the rows of %d", a.Offset, a.Offset+n-1, row), true
}

// wholeRows reports an access that runs over all that it could in its order, or
// repeats one value for a row: a formula needs no indices for it.
func wholeRows(a placed) bool {
	if a.Buf.Class == loop.Local || a.Buf.Class == loop.Random || a.Index != nil {
		return true
	}
	next := 1
	for i := len(a.axes) - 1; i >= 0; i-- {
		s := a.Strides[i]
		switch {
		case s == 0:
		case s != next && !(a.axes[i].Rows && s == 1):
			return false
		default:
			next = s * a.axes[i].N
		}
	}
	return a.Offset == 0
}

// formula prints a statement in algebra.
func (k *nestDoc) formula(s loop.Stmt) string {
	name := func(a loop.Access) string { return k.operandText(placed{a, k.Axes(s)}) }
	args := make([]string, len(s.Srcs))
	for i, a := range s.Srcs {
		args[i] = name(a)
	}
	rows := func(e scalar.Expr) bool { return k.Shape != nil && e == scalar.Expr(scalar.Rows{}) }
	counted := func(e scalar.Expr, args []string) string {
		return formula(shape.Replace(e, rows, scalar.Arg(len(args))), append(args, "("+k.Shape.RowCount().String()+")"))
	}
	value := counted(s.Value, args)
	if s.Reduce != loop.Store {
		over := " "
		if k.indexed {
			over = "_" + strings.Join(k.letters(k.Axes(s))[len(k.Outer):], ",") + " "
		}
		value = map[loop.Reduction]string{loop.Sum: "Σ", loop.Max: "max", loop.ArgMax: "argmax"}[s.Reduce] + over + value
		if s.Finish != nil {
			value = counted(s.Finish, []string{"(" + value + ")"})
		}
	}
	op := " = "
	if s.Accumulate {
		op = " += "
	}
	return name(s.Dst) + op + value
}

// operandText prints an operand of a formula, with its indices where the
// formula needs them: x, x[target], dy[r,i+16].
func (k *nestDoc) operandText(a placed) string {
	switch a.Buf.Class {
	case loop.Local:
		return k.local(a.Buf).Name
	case loop.Random:
		return "uniform"
	}
	p := k.param(a.Buf, "x")
	index := ""
	if a.Index != nil {
		index = k.operandText(placed{*a.Index, a.axes})
	}
	switch {
	case p.Form == Value:
		return p.Name
	case !k.indexed && index != "":
		return p.Name + "[" + index + "]"
	case !k.indexed:
		return p.Name
	}
	vars := k.letters(a.axes)
	batch := slices.Index(vars, "r")
	var at []string
	if batch >= 0 && a.Strides[batch] != 0 {
		at = append(at, "r")
	}
	values := make([]gotree.Expr, len(vars))
	for i, v := range vars {
		values[i] = &gotree.Var{Name: v}
	}
	column := a.flat(batch, k.Shape, values)
	if index != "" {
		column = column.Plus(gotree.Word(index), gotree.Literal(a.IndexStride))
	}
	if len(column.Terms) > 0 || column.Offset.Value != 0 || len(at) > 0 && a.Buf.Row() > 1 {
		at = append(at, column.Expr().String())
	}
	if len(at) == 0 {
		return p.Name
	}
	return p.Name + "[" + strings.Join(at, ",") + "]"
}

// letters are the indices of a formula: r counts rows, and whatever else sums
// over the batch run over with them.
func (k *nestDoc) letters(axes []loop.Axis) []string {
	vars := make([]string, len(axes))
	n := 0
	for i, a := range axes {
		if vars[i] = "r"; !a.Rows || a.N > 1 && !overBatch(k.Nest) {
			vars[i] = string(rune('i' + n))
			n++
		}
	}
	return vars
}
