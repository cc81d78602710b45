package gokernel

import (
	"fmt"

	"github.com/nngen-go/nngen/ir/loop"
)

// idLists: the ids of row r are ids[offsets[r]:offsets[r+1]] where they are
// ragged, else a fixed run of the row.
func (k *writer) idList(b *loop.Buffer) string {
	p := k.param(b, "ids")
	if p.Form == Ragged {
		return "ids[offsets[r]:offsets[r+1]]"
	}
	return fmt.Sprintf("%s[%s:%s]", p.Name, scaled("r", b.Row(), 0), affine{offset: b.Row(), terms: []term{{0, b.Row(), ""}}}.text([]string{"r"}, ""))
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
	k := e.newWriter(append(accs, placed{table, []loop.Axis{{N: g.Limit}, {N: g.Width}}})...)
	for _, name := range []string{"r", "o", "id"} {
		k.names.Take(name)
	}
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
	k.Counted = true
	k.Name = fmt.Sprintf("gatherSum%dx%d%s", g.Limit, g.Width, upperWord(g.Word))
	formula := names[0]
	if g.Epilogue != nil {
		formula = loop.Format(g.Epilogue, names)
	}
	k.describe("%s[r,o] = %s, for ids below %d", y.Name, formula, g.Limit)
	if g.Set {
		k.Doc = append(k.Doc, "A row holds no id twice.")
	}
	acc := k.inner("sum")
	k.line("for r := range n {")
	k.line("var %s [%d]%s", acc, g.Width, k.el.float)
	k.line("for _, id := range %s {", k.idList(g.Ids))
	k.line("wi := %s", k.tableRow(w, g.Width))
	k.line("for o := range %s {", acc)
	k.line("%s[o] += wi[o]", acc)
	k.line("}")
	k.line("}")
	k.line("yr := (*[%d]%s)(%s[%s:])", g.Width, k.el.float, y.Name, scaled("r", g.Width, 0))
	if g.Epilogue == nil {
		k.line("*yr = %s", acc)
	} else {
		opened := k.view(0, "r", accs)
		k.line("for o := range yr {")
		args := []string{acc + "[o]"}
		for _, a := range accs {
			args = append(args, k.at(a, []string{"r", "o"}))
		}
		k.assign("yr[o]", "=", g.Epilogue, args, g.Word)
		k.line("}")
		for _, key := range opened {
			delete(k.views, key)
		}
	}
	k.line("}")
	return k.Kernel
}

// tableRow is the row of a table that id names.
func (k *writer) tableRow(p *Param, width int) string {
	if len(p.Dims) == 2 && p.Dims[1] == width {
		return fmt.Sprintf("&%s[id]", p.Name)
	}
	return fmt.Sprintf("(*[%d]%s)(%s[int(id)*%d:])", width, k.el.float, p.Name, width)
}

// scatterSum prints the gradient of gatherSum with respect to the table.
func (e *Printer) scatterSum(s *loop.ScatterSum) *Kernel {
	table := loop.Access{Buf: s.Table, Strides: []int{s.Width, 1}}
	k := e.newWriter(placed{table, []loop.Axis{{N: s.Limit}, {N: s.Width}}})
	for _, name := range []string{"r", "o", "id"} {
		k.names.Take(name)
	}
	dw := k.param(s.Table, "dw")
	k.param(s.Ids, "ids")
	dy := k.param(s.Grad, "dy")
	k.Counted = true
	k.Name = fmt.Sprintf("scatterSum%dx%d", s.Limit, s.Width)
	k.describe("%s[id,o] = Σ_r %s[r,o] over the rows r that hold the id", dw.Name, dy.Name)
	k.line("clear(%s[:])", dw.Name)
	k.line("for r := range n {")
	k.line("dr := (*[%d]%s)(%s[%s:])", s.Width, k.el.float, dy.Name, scaled("r", s.Width, 0))
	k.line("for _, id := range %s {", k.idList(s.Ids))
	k.line("wi := %s", k.tableRow(dw, s.Width))
	k.line("for o := range dr {")
	k.line("wi[o] += dr[o]")
	k.line("}")
	k.line("}")
	k.line("}")
	return k.Kernel
}

// multiHot prints the dense form of a list of ids.
func (e *Printer) multiHot(m *loop.MultiHot) *Kernel {
	k := e.newWriter()
	k.names.Take("r", "id")
	y := k.param(m.Out, "y")
	k.param(m.Ids, "ids")
	k.Counted = true
	op, word := "+= 1", "the number of times that id occurs in row r"
	k.Name = fmt.Sprintf("count%d", m.Limit)
	if m.Set {
		op, word = "= 1", "1 where id occurs in row r"
		k.Name = fmt.Sprintf("multiHot%d", m.Limit)
	}
	k.describe("%s[r,id] = %s, for ids below %d", y.Name, word, m.Limit)
	k.line("for r := range n {")
	k.line("yr := (*[%d]%s)(%s[%s:])", m.Limit, k.el.float, y.Name, scaled("r", m.Limit, 0))
	k.line("clear(yr[:])")
	k.line("for _, id := range %s {", k.idList(m.Ids))
	k.line("yr[id] %s", op)
	k.line("}")
	k.line("}")
	return k.Kernel
}
