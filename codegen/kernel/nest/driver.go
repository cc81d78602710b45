package nest

import (
	"slices"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/ir/loop"
)

// share is how many elements of a run go to a worker at least.
const share = 64

// driver cuts an elementwise store into calls.
func (m *mapping) driver(stub amd64.Stub) *driver.Body {
	g := driver.NewCalls(m.Request, m.axes, stub)
	if m.draws() {
		g.Add(gotree.Let(m.random().Words(), driver.CallMethod(m.random().Var(), "Words")))
	}
	unit := 1
	if m.chunk == m.lane() {
		unit = share
	}
	turns := gotree.Int(m.turns)
	if m.Request.Shape != nil && m.chunk < m.lane() {
		turns = most(g, m.turns, m.Request.Shape.Count(m.axes[m.lane()]))
	}
	g.Cut(m.chunk, turns, unit, m.sharing, func(count gotree.Expr) {
		args := m.Arguments(m.axes, g.Vars)
		if amd64.HasRows(m.Value) {
			args = append(args, rowCount(m.Request))
		}
		if m.draws() {
			row := gotree.Sum{}.Plus(driver.First, gotree.Literal(1))
			if v := g.Vars[0]; v != nil {
				row = row.Plus(v, gotree.Literal(1))
			}
			args = append(args, row.Expr())
		}
		g.Call(stub, append(append(args, m.passed...), count))
	})
	return g.Body
}

// most declares how many turns of so many elements each a call takes.
func most(g *driver.Calls, elements int, each gotree.Expr) *gotree.Var {
	v := g.Var("most", "turns")
	g.Add(gotree.Let(v, gotree.Op(gotree.Int(elements), "/", each)))
	return v
}

// rowCount is what scalar.Rows stands for.
func rowCount(r driver.Request) gotree.Expr {
	return gotree.CallOf("float32", r.Shape.RowCount())
}

// driver cuts the nest into calls.
func (m *rowNest) driver(stub amd64.Stub) *driver.Body {
	g := driver.NewCalls(m.Request, m.Outer, stub)
	turns := gotree.Int(m.turns)
	if m.Request.Shape != nil {
		turns = most(g, m.turns, gotree.Op(m.width(), "+", gotree.Int(m.level.Lanes())))
	}
	g.Cut(m.chunk, turns, 1, m.sharing, func(count gotree.Expr) {
		args := m.Arguments(m.Outer, g.Vars)
		if m.hasRows() {
			args = append(args, rowCount(m.Request))
		}
		g.Call(stub, append(append(args, m.passed...), count))
	})
	return g.Body
}

// driver cuts the sum into calls.
func (m *totalling) driver(stub amd64.Stub, dst driver.Operand) *driver.Body {
	g := driver.NewCalls(m.Request, m.Inner, stub)
	total := g.Var("total", "sum")
	g.Add(gotree.Zero{Vars: []*gotree.Var{total}, Type: gotree.Word("float64")})
	g.Cut(0, gotree.Int(m.turns), share, loop.Solo, func(count gotree.Expr) {
		args := append([]gotree.Expr{gotree.Ref(total)}, m.Arguments(m.Inner, g.Vars)...)
		g.Call(stub, append(args, count))
	})
	g.Add(gotree.Set(dst.Element(driver.Index{}.Ahead(m.Dst.Offset)), "=", gotree.CallOf("float32", total)))
	return g.Body
}

// driver cuts the reduction into calls.
func (m *columnReduction) driver(stub amd64.Stub) *driver.Body {
	g := driver.NewCalls(m.Request, m.axes[:m.outer], stub)
	unit := 1
	if m.outer == 1 {
		unit = m.level.Lanes()
	}
	first := m.axes[m.outer]
	extent, turns := m.Request.Shape.Extent(first), gotree.Int(m.turns)
	g.Cut(m.lane(), gotree.Int(m.each), unit, m.sharing, func(width gotree.Expr) {
		rows := func(vars []*gotree.Var, count, more gotree.Expr) {
			args := m.Arguments(m.axes, vars)
			if m.hasRows() {
				args = append(args, rowCount(m.Request))
			}
			g.Call(stub, append(append(args, m.passed...), width, count, more))
		}
		if m.whole() {
			rows(g.Vars, gotree.Int(first.N), gotree.Int(0))
			return
		}
		r, more := g.Var("r"), g.Var("more")
		defer g.Free(r, more)
		each := driver.Every(r, nil, extent, turns)
		each.Init = gotree.LetTwo(r, more, gotree.Int(0), gotree.Int(0))
		g.In(each, func() {
			g.Add(&gotree.If{Cond: gotree.Op(gotree.Op(r, "+", turns), "<", extent),
				Then: gotree.Block{gotree.Set(more, "|=", gotree.Int(2))}, Else: gotree.Block{gotree.Set(more, "&^=", gotree.Int(2))}})
			rows(append(slices.Clone(g.Vars), r), driver.Left(turns, extent, r), more)
			g.Add(gotree.Set(more, "|=", gotree.Int(1)))
		})
	})
	return g.Body
}
