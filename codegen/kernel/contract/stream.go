package contract

import (
	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
)

// Where a dense product of one row reads the right operand in its order, so many rows
// are read side by side: few of one that comes from memory, and of one in the
// second-level cache as many as lie in nearPages pages, which the processor finds
// without a walk through its tables. Fewer passes store and load fewer sums.
const (
	streamRows = 8
	nearBytes  = 1 << 20
	nearPages  = 64
	pageBytes  = 4 << 10
)

// sideBySide is how many rows of the right operand are read side by side, and how many
// columns a call takes.
func (d *scheme) sideBySide() (rows, columns int) {
	rows = streamRows
	if row := 4 * d.Sum[0].Rhs; row*d.Sum[0].N <= nearBytes {
		rows = max(rows, nearPages*pageBytes/max(row, 64*4))
		rows = min(rows, d.Points())
	}
	for ; rows > streamRows; rows /= 2 {
		if columns = d.streamed(rows); columns >= min(d.Lane.N, 512) {
			return rows, columns
		}
	}
	return streamRows, d.streamed(streamRows)
}

// streamed is how many columns of so many rows a call takes.
func (d *scheme) streamed(rows int) int { return d.Machine.Turns(rows, 4*(rows+2)) / 64 * 64 }

// streaming writes the Go for a single row.
type streaming struct {
	*writer
	routine    amd64.Stub
	rows, most int         // rows and columns of a call
	from, to   *gotree.Var // a block of the sum
	i, j       *gotree.Var // points in it, columns
	first, end gotree.Expr // the columns of this worker
}

// streamed writes what is done for a single row: sums of all columns in the
// scratch, then the tile as if they were the only product of a sum.
func streamed(d *writer, at position) {
	s, isNew, err := streamRoutine(d.unit, d.level)
	k, columns, size := d.Sum[0], d.Lane.N, d.Sum[0].N
	if d.Cut >= 0 {
		size = d.Size
	}
	rows, most := d.sideBySide()
	g := &streaming{writer: d, routine: s, rows: rows, most: most,
		from: d.Var("from"), to: &gotree.Var{Name: "to"}, i: d.Var(driver.Letter(k.Name), "i"), j: d.Var("j"), first: gotree.Int(0), end: gotree.Int(columns)}
	defer d.Free(g.from, g.i, g.j)
	d.keep(s, isNew, err, 4*min(columns, g.most)*(rows+2))
	d.unit.Declare("// one is the left operand of sums that are there already.\nvar one float32 = 1")
	d.Body.Work, d.Body.RowWork = max(d.Body.Work, columns), columns
	one, all := gotree.Int(1), gotree.Int(k.N)
	d.In(&gotree.If{Cond: gotree.Op(driver.Rows, "==", one), Note: gotree.Say("the weights are read once, in their order")}, func() {
		if d.req.Divide {
			first, end := d.Var("first"), d.Var("end")
			defer d.Free(first, end)
			g.first, g.end = first, end
			d.Add(gotree.LetTwo(first, end, driver.CallMethod(driver.Worker, "ShareRuns", gotree.Int(columns), gotree.Int(d.Width))),
				&gotree.If{Cond: gotree.Op(first, "==", end), Then: gotree.Block{gotree.Return}})
		}
		d.Add(gotree.Set(gotree.At(d.told("k"), gotree.Int(2)), "=", one))
		d.In(driver.Every(g.from, gotree.Int(0), all, gotree.Int(size)), func() {
			d.Add(gotree.Let(g.to, gotree.CallOf("min", gotree.Op(g.from, "+", gotree.Int(size)), all)))
			g.products(at)
			if d.Cut >= 0 && d.Epilogue != nil {
				d.lastBlock(gotree.Op(g.to, "==", all))
			}
			g.finish()
			if d.Cut >= 0 {
				d.more()
			}
		})
		d.Add(gotree.Return)
	})
}

// products writes the loop over the points of a block that adds up their products.
func (g *streaming) products(at position) {
	k, columns := g.Sum[0], g.Lane.N
	at.lhs = at.lhs.Step(g.i, k.Lhs, k.N-1).Ahead(g.Lhs.Offset)
	at.rhs = at.rhs.Step(g.i, k.Rhs, k.N-1).Ahead(g.Rhs.Offset)
	// call is for so many columns from some on.
	call := func(from, count gotree.Expr) {
		at, work := at.plus(g.Lane, from, columns-1), driver.Index{}.Step(from, 1, columns-1)
		g.Call(g.routine, []gotree.Expr{gotree.Ref(work.Of(driver.Work)), g.x.Address(at.lhs), g.w.Address(at.rhs), gotree.Int(4 * k.Lhs), gotree.Int(4 * k.Rhs),
			driver.Left(gotree.Int(g.rows), g.to, g.i), count, gotree.Op(g.i, "-", g.from)})
	}
	g.In(driver.Every(g.i, g.from, g.to, gotree.Int(g.rows)), func() {
		switch most := gotree.Int(g.most); {
		case columns > g.most:
			g.In(driver.Every(g.j, g.first, g.end, most), func() { call(g.j, driver.Left(most, g.end, g.j)) })
		case g.req.Divide:
			call(g.first, gotree.Op(g.end, "-", g.first))
		default:
			call(g.first, g.end)
		}
	})
}

// finish writes the loop over the panels that brings their sums into the result.
func (g *streaming) finish() {
	columns := g.Lane.N
	full, rest := columns/g.Width, columns%g.Width
	last := gotree.Int(full * g.Width)
	if g.req.Divide && rest > 0 {
		last = gotree.CallOf("min", g.end, last)
	} else if g.req.Divide {
		last = g.end
	}
	at := position{extra: make([]driver.Index, len(g.Extras))}
	g.In(driver.Every(g.j, g.first, last, gotree.Int(g.Width)), func() {
		g.tileOf(at.plus(g.Lane, g.j, (full-1)*g.Width), g.Width, g.j)
	})
	if rest == 0 {
		return
	}
	some := func() { g.tileOf(g.last(at, full), rest, gotree.Int(full*g.Width)) }
	if g.req.Divide {
		g.In(&gotree.If{Cond: gotree.Op(g.end, "==", gotree.Int(columns))}, some)
	} else {
		some()
	}
}

// tileOf writes the call of a tile of one row for sums in the scratch.
func (g *streaming) tileOf(at position, lanes int, work gotree.Expr) {
	args := []gotree.Expr{g.y.Address(at.out.Ahead(g.Out.Offset)), gotree.Ref(gotree.Word("one")), gotree.Ref(gotree.At(driver.Work, work))}
	g.callTile(lanes, args, gotree.Int(1), func(i int) gotree.Expr { return g.e[i].Address(at.extra[i].Ahead(g.Extras[i].Offset)) })
}

// streamRoutine is the routine that adds some products to the sums of many columns.
func streamRoutine(u *driver.Unit, l amd64.Level) (amd64.Stub, bool, error) {
	s := amd64.Stub{Name: "stream" + l.String(), Doc: "adds k products of x and rows of w to the sums of n columns, xStep and wStep bytes apart. more is 0 where there are no sums yet.",
		Params: []amd64.Param{{Name: "sums", Type: "*float32"}, {Name: "x", Type: "*float32"}, {Name: "w", Type: "*float32"}, {Name: "xStep", Type: "int"}, {Name: "wStep", Type: "int"}, {Name: "k", Type: "int"}, {Name: "n", Type: "int"}, {Name: "more", Type: "int"}}}
	s.MulAdds = u.Machine.Turns(streamRows, 4*(streamRows+2)) * streamRows
	if !u.Once(s.Name) {
		return s, false, nil
	}
	c := u.Function(l, s)
	sums, w, n := c.Pointer("sums"), c.Pointer("w"), c.Pointer("n")
	xStep, wStep := c.Pointer("xStep"), c.Pointer("wStep")
	wide := 64 / l.Lanes() // as many sums at a time as hide how long an addition takes
	block := func(vectors int, k amd64.Mask, name string) {
		acc := c.Allocs(vectors)
		for _, v := range acc {
			c.Zero(v)
		}
		c.CMPQ(c.Slot("more"), amd64.U8(0))
		c.JEQ(amd64.LabelRef("first" + name))
		for j, v := range acc {
			c.LoadLanes(v, amd64.At(sums, j*l.Lanes()), k)
		}
		c.Label("first" + name)
		x, row, count := c.Pointer("x"), c.CopyOf(w), c.Pointer("k")
		b, v := c.Alloc(), c.Alloc()
		c.Label("row" + name)
		c.Broadcast(b, amd64.At(x, 0))
		for j, a := range acc {
			c.LoadLanes(v, amd64.At(row, j*l.Lanes()), k)
			c.FMA(a, b, v)
		}
		c.ADDQ(xStep, x)
		c.ADDQ(wStep, row)
		c.DECQ(count)
		c.JNZ(amd64.LabelRef("row" + name))
		for j, a := range acc {
			c.StoreLanes(amd64.At(sums, j*l.Lanes()), a, k)
		}
		c.Release(append(acc, b, v)...)
	}
	c.Label("columns")
	c.CMPQ(n, amd64.I32(int32(wide*l.Lanes())))
	c.JLT(amd64.LabelRef("rest"))
	block(wide, amd64.Mask{}, "")
	c.Advance(sums, wide*l.Lanes())
	c.Advance(w, wide*l.Lanes())
	c.SUBQ(amd64.I32(int32(wide*l.Lanes())), n)
	c.JMP(amd64.LabelRef("columns"))
	c.Label("rest")
	c.TESTQ(n, n)
	c.JZ(amd64.LabelRef("done"))
	some := c.GP64()
	c.MOVQ(amd64.U32(uint32(l.Lanes())), some)
	c.CMPQ(n, some)
	c.CMOVQLT(n, some)
	k := c.LeadingLanes(some)
	block(1, k, "Rest")
	c.Advance(sums, l.Lanes())
	c.Advance(w, l.Lanes())
	c.SUBQ(some, n)
	c.JMP(amd64.LabelRef("rest"))
	c.Label("done")
	return s, true, c.End()
}
