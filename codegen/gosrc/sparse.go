package gosrc

import (
	"fmt"

	"github.com/nngen-go/nngen/ir/loop"
)

// idLists: the ids of row r are ids[offsets[r]:offsets[r+1]] where they are
// ragged, else a fixed run of the row.
func (k *kernel) idList(b *loop.Buffer) string {
	p := k.param(b, "ids")
	if p.form == ragged {
		return "ids[offsets[r]:offsets[r+1]]"
	}
	return fmt.Sprintf("%s[%s:%s]", p.name, scaled("r", b.Row(), 0), affine{offset: b.Row(), terms: []term{{0, b.Row(), ""}}}.text([]string{"r"}, ""))
}

// gatherSum prints the sum of the table rows that a list of ids names: a dense
// layer over a multi-hot input, at the cost of the ids that are there.
func (e *printer) gatherSum(g *loop.GatherSum) *kernel {
	axes := g.Axes()
	var accs []placed
	for _, a := range g.Extra {
		accs = append(accs, placed{a, axes})
	}
	table := loop.Access{Buf: g.Table, Strides: []int{g.Width, 1}}
	k := e.newKernel(append(accs, placed{table, []loop.Axis{{N: g.Limit}, {N: g.Width}}})...)
	for _, name := range []string{"r", "o", "id"} {
		k.names.Take(name)
	}
	y := k.param(g.Out, "y")
	k.param(g.Ids, "ids")
	w := k.param(g.Table, "w")
	names := []string{fmt.Sprintf("Σ_{id in row r} %s[id,o]", w.name)}
	for _, a := range g.Extra {
		wish := "b"
		if a.Buf.Rows {
			wish = "h"
		}
		names = append(names, k.param(a.Buf, wish).name+"[o]")
	}
	k.counted = true
	k.name = fmt.Sprintf("gatherSum%dx%d%s", g.Limit, g.Width, upperWord(g.Word))
	formula := names[0]
	if g.Epilogue != nil {
		formula = loop.Format(g.Epilogue, names)
	}
	k.describe("%s[r,o] = %s, for ids below %d", y.name, formula, g.Limit)
	if g.Set {
		k.doc = append(k.doc, "A row holds no id twice.")
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
	k.line("yr := (*[%d]%s)(%s[%s:])", g.Width, k.el.float, y.name, scaled("r", g.Width, 0))
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
	return k
}

// tableRow is the row of a table that id names.
func (k *kernel) tableRow(p *param, width int) string {
	if len(p.dims) == 2 && p.dims[1] == width {
		return fmt.Sprintf("&%s[id]", p.name)
	}
	return fmt.Sprintf("(*[%d]%s)(%s[int(id)*%d:])", width, k.el.float, p.name, width)
}

// scatterSum prints the gradient of gatherSum with respect to the table.
func (e *printer) scatterSum(s *loop.ScatterSum) *kernel {
	table := loop.Access{Buf: s.Table, Strides: []int{s.Width, 1}}
	k := e.newKernel(placed{table, []loop.Axis{{N: s.Limit}, {N: s.Width}}})
	for _, name := range []string{"r", "o", "id"} {
		k.names.Take(name)
	}
	dw := k.param(s.Table, "dw")
	k.param(s.Ids, "ids")
	dy := k.param(s.Grad, "dy")
	k.counted = true
	k.name = fmt.Sprintf("scatterSum%dx%d", s.Limit, s.Width)
	k.describe("%s[id,o] = Σ_r %s[r,o] over the rows r that hold the id", dw.name, dy.name)
	k.line("clear(%s[:])", dw.name)
	k.line("for r := range n {")
	k.line("dr := (*[%d]%s)(%s[%s:])", s.Width, k.el.float, dy.name, scaled("r", s.Width, 0))
	k.line("for _, id := range %s {", k.idList(s.Ids))
	k.line("wi := %s", k.tableRow(dw, s.Width))
	k.line("for o := range dr {")
	k.line("wi[o] += dr[o]")
	k.line("}")
	k.line("}")
	k.line("}")
	return k
}

// multiHot prints the dense form of a list of ids.
func (e *printer) multiHot(m *loop.MultiHot) *kernel {
	k := e.newKernel()
	k.names.Take("r", "id")
	y := k.param(m.Out, "y")
	k.param(m.Ids, "ids")
	k.counted = true
	op, word := "+= 1", "the number of times that id occurs in row r"
	k.name = fmt.Sprintf("count%d", m.Limit)
	if m.Set {
		op, word = "= 1", "1 where id occurs in row r"
		k.name = fmt.Sprintf("multiHot%d", m.Limit)
	}
	k.describe("%s[r,id] = %s, for ids below %d", y.name, word, m.Limit)
	k.line("for r := range n {")
	k.line("yr := (*[%d]%s)(%s[%s:])", m.Limit, k.el.float, y.name, scaled("r", m.Limit, 0))
	k.line("clear(yr[:])")
	k.line("for _, id := range %s {", k.idList(m.Ids))
	k.line("yr[id] %s", op)
	k.line("}")
	k.line("}")
	return k
}
