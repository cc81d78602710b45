package gokernel

import (
	"slices"

	"github.com/nngen-go/nngen/codegen/gotree"
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
	axes, accs := k.Axes(s), k.sources(s)
	vars := make([]gotree.Expr, len(axes))
	k.loops(axes, 0, first, vars, accs, func() {
		sum := k.named("sum")
		var typ gotree.Expr = gotree.Word("float64")
		for _, a := range slices.Backward(k.Outer[first:]) {
			typ = gotree.ArrayType{N: gotree.Literal(a.N), Elem: typ}
		}
		k.Add(gotree.Zero{Vars: []*gotree.Var{sum}, Type: typ})
		element := func() gotree.Expr {
			if first == len(k.Outer) {
				return sum
			}
			return gotree.At(sum, slices.Clone(vars[first:len(k.Outer)])...) // which the loops to come overwrite
		}
		k.loops(axes, len(k.Outer), len(axes), vars, accs, func() {
			k.loops(axes, first, len(k.Outer), vars, accs, func() { k.addTo(element, s, vars) })
		})
		k.loops(axes, first, len(k.Outer), vars, nil, func() {
			k.assign(k.at(placed{s.Dst, axes}, vars), "=", finishOf(s), []gotree.Expr{k.el.converted(element(), "float64")}, s.Word)
		})
		k.free(sum)
	})
}

// addTo adds the value of a statement to a sum in double precision.
func (k *nestKernel) addTo(sum func() gotree.Expr, s loop.Stmt, vars []gotree.Expr) {
	k.whole(s.Value, k.values(s, vars, nil), func(value gotree.Expr) gotree.Stmt {
		return gotree.Set(sum(), "+=", gotree.CallOf("float64", value))
	})
}

// columnBlock is how many columns a shared kernel sums at a time.
const columnBlock = 64

// blockSums adds row after row to the sums of a block of columns, however many
// columns there are.
func (k *nestKernel) blockSums(s loop.Stmt) {
	axes := k.Axes(s)
	vars := make([]gotree.Expr, len(axes))
	column := k.Pick(axes[0].Name)
	sum, j, width := k.named("sum"), k.Pick("j"), k.named("width")
	columns, block := k.extent(axes[0]), gotree.Literal(columnBlock)
	k.In(&gotree.For{Var: column, From: gotree.Int(0), To: columns, Step: block}, func() {
		k.Add(gotree.Let(width, gotree.CallOf("min", block, gotree.Binary{X: columns, Op: "-", Y: column})),
			gotree.Zero{Vars: []*gotree.Var{sum}, Type: gotree.ArrayType{N: block, Elem: gotree.Word("float64")}})
		vars[0] = gotree.Binary{X: column, Op: "+", Y: j}
		k.loop(axes, 1, vars, k.sources(s), func() {
			k.In(&gotree.Range{Key: j, Over: width}, func() {
				k.addTo(func() gotree.Expr { return gotree.At(sum, j) }, s, vars)
			})
		})
		total := &gotree.Var{Name: sum.Name}
		k.In(&gotree.Range{Key: j, Value: total, Over: gotree.Slice{X: sum, To: width}}, func() {
			k.assign(k.at(placed{s.Dst, axes}, vars), "=", finishOf(s), []gotree.Expr{k.el.converted(total, "float64")}, s.Word)
		})
	})
	k.free(column, sum, j, width)
}

// columnsInPlace adds row after row to the destination.
func (k *nestKernel) columnsInPlace(s loop.Stmt) {
	axes, accs := k.Axes(s), k.sources(s)
	vars := make([]gotree.Expr, len(axes))
	element := func() gotree.Expr { return k.at(placed{s.Dst, axes}, vars) }
	columns := func(accs []placed, body func()) { k.loops(axes, 0, len(k.Outer), vars, accs, body) }
	p := k.param(s.Dst.Buf, "y")
	if p.Form == Fixed && s.Dst.Buf.Row() == loop.Points(k.Outer, 1) {
		k.Add(gotree.Run("clear", gotree.Slice{X: p.v}))
	} else {
		columns(nil, func() { k.Add(gotree.Set(element(), "=", gotree.Int(0))) })
	}
	k.loops(axes, len(k.Outer), len(axes), vars, accs, func() {
		columns(accs, func() { k.assign(element(), "+=", s.Value, k.values(s, vars, nil), s.Word) })
	})
	if s.Finish != nil {
		columns(nil, func() {
			at := element()
			k.assign(at, "=", s.Finish, []gotree.Expr{at}, "")
		})
	}
}
