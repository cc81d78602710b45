package gokernel

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
)

// overBatch reports a nest of sums over the rows for every column: bias
// gradients, batch statistics. Rows then run outermost, so that memory is read
// in order. Statements that share scalars cannot be taken apart.
func overBatch(n *loop.Nest) bool {
	if len(n.Outer) == 0 || slices.ContainsFunc(n.Outer, isRows) {
		return false
	}
	for _, s := range n.Body {
		local := s.Dst.Buf.Class == loop.Local || slices.ContainsFunc(s.Srcs, func(a loop.Access) bool { return a.Buf.Class == loop.Local })
		if local || s.Reduce != loop.Sum || s.Dst.Index != nil || !slices.ContainsFunc(s.Inner, isRows) {
			return false
		}
	}
	return true
}

func isRows(a loop.Axis) bool { return a.Rows }

// columnSums adds row after row to sums in double precision. Of more columns
// than can be kept, long sums are taken column by column.
func (k *nestKernel) columnSums(s loop.Stmt) {
	if k.Shape != nil {
		k.blockSums(s)
		return
	}
	first := 0 // the loop over columns that runs inside that over the rows
	for loop.Points(k.Outer[first:], 1) > k.printer.sums.columns {
		first++
	}
	if first > 0 && k.terms(s.Inner) <= k.printer.sums.long {
		k.columnsInPlace(s)
		return
	}
	axes := k.Axes(s)
	accs := k.sources(s)
	vars := make([]string, len(axes))
	var ends []func()
	for i := range first {
		ends = append(ends, k.open(axes, i, vars, accs))
	}
	sum, dims := k.names.Pick("sum"), ""
	for _, a := range k.Outer[first:] {
		dims += fmt.Sprintf("[%d]", a.N)
	}
	k.line("var %s %sfloat64", sum, dims)
	element := func() string {
		at := sum
		for i := first; i < len(k.Outer); i++ {
			at += "[" + vars[i] + "]"
		}
		return at
	}
	outside := len(ends)
	for i := len(k.Outer); i < len(axes); i++ {
		ends = append(ends, k.open(axes, i, vars, accs))
	}
	for i := first; i < len(k.Outer); i++ {
		ends = append(ends, k.open(axes, i, vars, accs))
	}
	args := k.values(s, vars, "")
	k.share(s.Value, args)
	value := k.expr(s.Value, args)
	k.line("%s += float64(%s)", element(), value)
	k.held = nil
	closeTo := func(n int) {
		for len(ends) > n {
			ends[len(ends)-1]()
			ends = ends[:len(ends)-1]
		}
	}
	closeTo(outside)
	finish := s.Finish
	if finish == nil {
		finish = loopSum
	}
	for i := first; i < len(k.Outer); i++ {
		ends = append(ends, k.open(axes, i, vars, nil))
	}
	k.assign(k.at(placed{s.Dst, axes}, vars), "=", finish, []string{k.el.convert(element(), "float64")}, s.Word)
	closeTo(0)
	delete(k.names, sum)
}

// columnBlock is how many columns a shared kernel sums at a time.
const columnBlock = 64

// blockSums adds row after row to the sums of a block of columns, however many
// columns there are.
func (k *nestKernel) blockSums(s loop.Stmt) {
	axes := k.Axes(s)
	vars := make([]string, len(axes))
	column := k.inner(axes[0].Name)
	sum, j, width := k.names.Pick("sum"), k.inner("j"), k.names.Pick("width")
	columns := k.extent(axes[0])
	k.line("for %s := 0; %s < %s; %s += %d {", column, column, columns, column, columnBlock)
	k.line("%s := min(%d, %s-%s)", width, columnBlock, columns, column)
	k.line("var %s [%d]float64", sum, columnBlock)
	vars[0] = column + "+" + j
	end := k.open(axes, 1, vars, k.sources(s))
	k.line("for %s := range %s {", j, width)
	args := k.values(s, vars, "")
	k.share(s.Value, args)
	value := k.expr(s.Value, args)
	k.line("%s[%s] += float64(%s)", sum, j, value)
	k.held = nil
	k.line("}")
	end()
	finish := s.Finish
	if finish == nil {
		finish = loopSum
	}
	k.line("for %s, %s := range %s[:%s] {", j, sum, sum, width)
	k.assign(k.at(placed{s.Dst, axes}, vars), "=", finish, []string{k.el.convert(sum, "float64")}, s.Word)
	k.line("}")
	k.line("}")
	for _, name := range []string{column, sum, j, width} {
		delete(k.names, name)
	}
}

// columnsInPlace adds row after row to the destination.
func (k *nestKernel) columnsInPlace(s loop.Stmt) {
	axes := k.Axes(s)
	dst := placed{s.Dst, axes}
	columns := func(f func(vars []string)) {
		vars := make([]string, len(axes))
		var ends []func()
		for i := range k.Outer {
			ends = append(ends, k.open(axes, i, vars, nil))
		}
		f(vars)
		for i := len(ends) - 1; i >= 0; i-- {
			ends[i]()
		}
	}
	p := k.param(s.Dst.Buf, "y")
	if p.Form == Fixed && s.Dst.Buf.Row() == loop.Points(k.Outer, 1) {
		k.line("clear(%s[:])", p.Name)
	} else {
		columns(func(vars []string) { k.line("%s = 0", k.at(dst, vars)) })
	}
	accs := k.sources(s)
	vars := make([]string, len(axes))
	var ends []func()
	for i := len(k.Outer); i < len(axes); i++ {
		ends = append(ends, k.open(axes, i, vars, accs))
	}
	for i := range k.Outer {
		ends = append(ends, k.open(axes, i, vars, accs))
	}
	k.assign(k.at(dst, vars), "+=", s.Value, k.values(s, vars, ""), s.Word)
	for i := len(ends) - 1; i >= 0; i-- {
		ends[i]()
	}
	if s.Finish != nil {
		columns(func(vars []string) {
			at := k.at(dst, vars)
			k.assign(at, "=", s.Finish, []string{at}, "")
		})
	}
}
