package gokernel

import (
	"fmt"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/loop"
)

// sparse is a kernel over lists of ids in the making.
type sparse struct {
	*writer
	r, o, id *gotree.Var // rows, columns and ids
}

func (e *Printer) sparse(accs ...placed) *sparse {
	k := &sparse{e.newWriter(accs...), &gotree.Var{Name: "r"}, &gotree.Var{Name: "o"}, &gotree.Var{Name: "id"}}
	k.names.Take("r", "o", "id")
	k.Counted = true
	return k
}

// eachRow writes the loop over the rows.
func (k *sparse) eachRow(body func()) {
	k.In(&gotree.Range{Key: k.r, Over: gotree.Word("n")}, body)
}

// eachID writes the loop over the ids of a row r: ids[offsets[r]:offsets[r+1]] where
// they are ragged, else a fixed run of the row.
func (k *sparse) eachID(b *loop.Buffer, body func()) {
	p := k.param(b, "ids")
	list := gotree.Slice{X: p.v}
	if p.Form == Ragged {
		at := func(n int) gotree.Expr {
			return gotree.At(gotree.Word("offsets"), gotree.Sum{Offset: gotree.Literal(n)}.Plus(k.r, gotree.Literal(1)).Expr())
		}
		list.From, list.To = at(0), at(1)
	} else {
		from := gotree.Sum{}.Plus(k.r, gotree.Literal(b.Row()))
		list.From = from.Expr()
		from.Offset = gotree.Literal(b.Row())
		list.To = from.Expr()
	}
	k.In(&gotree.Range{Value: k.id, Over: list}, body)
}

// eachColumn writes the loop along a row.
func (k *sparse) eachColumn(row gotree.Expr, body func()) {
	k.In(&gotree.Range{Key: k.o, Over: row}, body)
}

// row declares the row of an operand that r stands at.
func (k *sparse) row(name string, p *Param, width int) *gotree.Var {
	v := &gotree.Var{Name: name}
	k.Add(gotree.Let(v, gotree.View{X: p.v, From: times(k.r, width), N: gotree.Literal(width), Elem: k.Float()}))
	return v
}

// tableRow declares the row of a table that id names.
func (k *sparse) tableRow(p *Param, width int) *gotree.Var {
	v := &gotree.Var{Name: "wi"}
	if len(p.Dims) == 2 && p.Dims[1] == width {
		k.Add(gotree.Let(v, gotree.Unary{Op: "&", X: gotree.At(p.v, k.id)}))
		return v
	}
	from := gotree.Binary{X: gotree.CallOf("int", k.id), Op: "*", Y: gotree.Int(width)}
	k.Add(gotree.Let(v, gotree.View{X: p.v, From: from, N: gotree.Literal(width), Elem: k.Float()}))
	return v
}

// gatherSum prints the sum of the table rows that a list of ids names: a dense
// layer over a multi-hot input, at the cost of the ids that are there.
func (e *Printer) gatherSum(g *loop.GatherSum) *Kernel {
	axes := g.Axes()
	var accs []placed
	for _, a := range g.Extra {
		accs = append(accs, placed{a, axes})
	}
	table := loop.Access{Buf: g.Table, Strides: []int{g.Width, 1}}
	k := e.sparse(append(accs, placed{table, []loop.Axis{{N: g.Limit}, {N: g.Width}}})...)
	y := k.param(g.Out, "y")
	k.param(g.Ids, "ids")
	w := k.param(g.Table, "w")
	names := []string{fmt.Sprintf("Σ_{id in row r} %s[id,o]", w.Name)}
	for _, a := range g.Extra {
		wish := "b"
		if a.Buf.Rows {
			wish = "h"
		}
		names = append(names, k.param(a.Buf, wish).Name+"[o]")
	}
	k.Name = fmt.Sprintf("gatherSum%dx%d%s", g.Limit, g.Width, upperWord(g.Word))
	formula := names[0]
	if g.Epilogue != nil {
		formula = loop.Format(g.Epilogue, names)
	}
	k.describe("%s[r,o] = %s, for ids below %d", y.Name, formula, g.Limit)
	if g.Set {
		k.Doc = append(k.Doc, "A row holds no id twice.")
	}
	acc := k.Pick("sum")
	k.eachRow(func() {
		k.Add(gotree.Zero{Vars: []*gotree.Var{acc}, Type: gotree.ArrayType{N: gotree.Literal(g.Width), Elem: k.Float()}})
		k.eachID(g.Ids, func() {
			wi := k.tableRow(w, g.Width)
			k.eachColumn(acc, func() { k.Add(gotree.Set(gotree.At(acc, k.o), "+=", gotree.At(wi, k.o))) })
		})
		yr := k.row("yr", y, g.Width)
		if g.Epilogue == nil {
			k.Add(gotree.Set(gotree.Unary{Op: "*", X: yr}, "=", acc))
			return
		}
		k.viewed(0, k.r, accs, func() {
			k.eachColumn(yr, func() {
				args := []gotree.Expr{gotree.At(acc, k.o)}
				for _, a := range accs {
					args = append(args, k.at(a, []gotree.Expr{k.r, k.o}))
				}
				k.assign(gotree.At(yr, k.o), "=", g.Epilogue, args, g.Word)
			})
		})
	})
	return k.Kernel
}

// scatterSum prints the gradient of gatherSum with respect to the table.
func (e *Printer) scatterSum(s *loop.ScatterSum) *Kernel {
	table := loop.Access{Buf: s.Table, Strides: []int{s.Width, 1}}
	k := e.sparse(placed{table, []loop.Axis{{N: s.Limit}, {N: s.Width}}})
	dw := k.param(s.Table, "dw")
	k.param(s.Ids, "ids")
	dy := k.param(s.Grad, "dy")
	k.Name = fmt.Sprintf("scatterSum%dx%d", s.Limit, s.Width)
	k.describe("%s[id,o] = Σ_r %s[r,o] over the rows r that hold the id", dw.Name, dy.Name)
	k.Add(gotree.Run("clear", gotree.Slice{X: dw.v}))
	k.eachRow(func() {
		dr := k.row("dr", dy, s.Width)
		k.eachID(s.Ids, func() {
			wi := k.tableRow(dw, s.Width)
			k.eachColumn(dr, func() { k.Add(gotree.Set(gotree.At(wi, k.o), "+=", gotree.At(dr, k.o))) })
		})
	})
	return k.Kernel
}

// multiHot prints the dense form of a list of ids.
func (e *Printer) multiHot(m *loop.MultiHot) *Kernel {
	k := e.sparse()
	y := k.param(m.Out, "y")
	k.param(m.Ids, "ids")
	op, word := "+=", "the number of times that id occurs in row r"
	k.Name = fmt.Sprintf("count%d", m.Limit)
	if m.Set {
		op, word = "=", "1 where id occurs in row r"
		k.Name = fmt.Sprintf("multiHot%d", m.Limit)
	}
	k.describe("%s[r,id] = %s, for ids below %d", y.Name, word, m.Limit)
	k.eachRow(func() {
		yr := k.row("yr", y, m.Limit)
		k.Add(gotree.Run("clear", gotree.Slice{X: yr}))
		k.eachID(m.Ids, func() { k.Add(gotree.Set(gotree.At(yr, k.id), op, gotree.Int(1))) })
	})
	return k.Kernel
}
